"""How does a template draw the small things of the rating form, of which there are many?"""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from supervision.rating import NEEDED, Answer, Component
from supervision.readings import Reading
from supervision.worksheet import AgeBand, Sex
from web.reading_form import NOT_APPLICABLE
from web.reading_sheet import Cell, Option, ViewRow
from web.reading_words import AGES, ANSWERS, COMPONENTS, HEADS, READINGS, SEXES

register = template.Library()

LEVELS = (("", "·"), ("2", "2"), ("1", "1"), ("0", "0"), (NOT_APPLICABLE, "–"))


@register.simple_tag
def cell(row: ViewRow, of: Cell) -> SafeString:
    """Draw the field of one component of one view; what makes a view adequate is never "does not apply"."""
    levels = LEVELS[:-1] if of.component in NEEDED else LEVELS
    return format_html(
        '<select name="v.{}.{}" aria-labelledby="h-{} l-{}"{}>{}</select>',
        row.view.code,
        of.component,
        of.component,
        row.view.code,
        " data-measured" if of.measured else "",
        format_html_join(
            "",
            "<option{}{}>{}",
            ((_value(value, word), " selected" if value == of.value else "", word) for value, word in levels),
        ),
    )


def _value(value: str, word: str) -> str:
    """Return the value of an option where it is not what it says, or where the stylesheet looks for it."""
    return "" if value == word == "2" else format_html(' value="{}"', value)


@register.simple_tag
def heads() -> SafeString:
    """Draw the headings of the grid."""
    return format_html_join(
        "",
        '<th scope="col" id="h-{}" title="{}">{}</th>',
        ((component, COMPONENTS[component], HEADS[component]) for component in Component),
    )


@register.simple_tag
def choices(name: str, options: tuple[Option, ...]) -> SafeString:
    """Draw the answers of a row: the key that gives each, and its words."""
    return format_html_join(
        "",
        '<label><input type="radio" name="{}" value="{}"{}><span class="digit">{}</span><span>{}</span></label>',
        ((name, one.value, " checked" if one.chosen else "", one.digit, one.words) for one in options),
    )


@register.simple_tag
def listed(options: tuple[Option, ...]) -> SafeString:
    """Draw the options of a list."""
    return format_html_join(
        "",
        '<option value="{}"{}>{}',
        ((one.value, " selected" if one.chosen else "", one.words) for one in options),
    )


@register.filter
def answered(code: Answer) -> object:
    """Say an answer to a focused question."""
    return ANSWERS[code]


@register.filter
def reading_name(code: Reading) -> object:
    """Name a reading."""
    return READINGS[code]


@register.filter
def age(code: AgeBand) -> object:
    """Say how old the patient is."""
    return AGES[code]


@register.filter
def sex(code: Sex) -> object:
    """Say the patient's sex."""
    return SEXES[code]
