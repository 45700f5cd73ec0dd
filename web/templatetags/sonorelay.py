"""How does a template name states, times and reasons in the reader's language?"""

from datetime import datetime, timedelta

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from pipeline.reasons import REASONS
from pipeline.text import Text
from storage.catalogue.exam_catalogue import own_label
from storage.catalogue.models import Question, Ticket
from supervision.exam_types import exam_types
from supervision.questions import QUESTIONS
from supervision.receipts import WORDS, Answer
from supervision.reidentification import PURPOSES
from web.devices import CHANGES, FAULTS, HEARING, TICKETS, fault_in_words
from web.icons import ICONS
from web.words import ANCHORS, ANSWERS, CLOCKS, PROVENANCES, ROLES, SHAPES, SIDES, STATES, UNITS, VERDICTS

register = template.Library()


@register.simple_tag
def asset(name: str) -> str:
    """Return the address of a file of the pages."""
    return static(name)


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw a small picture that a screen reader skips; the word beside it says the same."""
    body = mark_safe(ICONS[name])  # noqa: S308 - constants of this project  # nosec B308 B703
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', body)


@register.simple_tag
def state(code: str) -> SafeString:
    """Say a scan's state with its shape."""
    word, picture = STATES[code]
    return format_html('<span class="state state-{}">{}{}</span>', code, icon(picture), word)


@register.simple_tag
def answered(code: str) -> SafeString:
    """Say what became of an arrival, with its shape."""
    alike, picture = ANSWERS[code]
    return format_html('<span class="state state-{}">{}{}</span>', alike, icon(picture), say(WORDS[Answer(code)]))


@register.simple_tag
def verdict(code: str) -> SafeString:
    """Say a rule's verdict with its shape."""
    word, picture = VERDICTS[code]
    return format_html('<span class="verdict verdict-{}">{}{}</span>', code, icon(picture), word)


@register.filter
def say(text: Text | None) -> str:
    """Say a text of the core in the reader's language."""
    return text.say(get_language() or "en") if text else ""


@register.filter
def alone(one: object) -> tuple[object, ...]:
    """Return a list of this one thing."""
    return (one,)


@register.filter
def exam(code: str) -> str:
    """Name an exam type; an unknown code stands for itself."""
    known = exam_types().get(code)
    own = own_label(code) if code and not known else None
    return say(known.label if known else own) or code or gettext("exam type not given")


@register.filter
def in_unit(value: float, unit: str) -> str:
    """Write a value of a rule without its unit, but shares as percentages."""
    if unit.startswith("share of "):
        digits = 2 if abs(value) < 0.01 else 1
        return gettext("%(number)s%%") % {"number": number_format(round(100 * value, digits), use_l10n=True)}
    return str(number_format(round(value, 2 if abs(value) < 10 else 1), use_l10n=True))


@register.simple_tag
def measured(value: float, unit: str) -> str:
    """Say what a rule measured: shares as percentages, everything else with two digits."""
    if unit.startswith("share of "):
        said = percent(value)
    else:
        said = number_format(round(value, 2 if abs(value) < 10 else 0 if abs(value) >= 100 else 1), use_l10n=True)
    return str(UNITS[unit]) % {"value": said} if unit in UNITS else f"{said} {unit}"


@register.filter
def side(code: str) -> object:
    """Say on which side."""
    return SIDES.get(code, "")


@register.filter
def role(code: str) -> object:
    """Name a role."""
    return ROLES.get(code, code)


@register.filter
def clock(code: str) -> object:
    """Say how soon a scan must be answered."""
    return CLOCKS.get(code, code)


@register.filter
def anchor(overall: int) -> object:
    """Say what an overall rating means."""
    return ANCHORS.get(overall, "")


@register.filter
def shape(code: str) -> object:
    """Name a sector's shape."""
    return SHAPES.get(code, code)


@register.filter
def provenance(code: str) -> object:
    """Say who found the sector."""
    return PROVENANCES.get(code, code)


@register.filter
def reason_in(scan: object, language: str) -> str:
    """Say in one language why a scan was refused, held back or failed."""
    code, facts = getattr(scan, "reason", ""), getattr(scan, "reason_facts", {})
    known = REASONS.get(code) or REASONS["internal"]
    try:
        return known.format(**facts).say(language)
    except (KeyError, IndexError):
        return known.say(language)


@register.filter
def question(code: str) -> str:
    """Say a question to the sender of a scan."""
    return say(QUESTIONS[code].text) if code in QUESTIONS else code


@register.filter
def answer(asked: Question) -> str:
    """Say what the sender answered."""
    known = QUESTIONS[asked.code].answers if asked.code in QUESTIONS else {}
    return say(known[asked.answer]) if asked.answer in known else asked.answer


@register.filter
def answers(asked: Question) -> list[tuple[str, str]]:
    """Return the codes and words that the sender may answer with."""
    known = QUESTIONS[asked.code].answers if asked.code in QUESTIONS else {}
    return [(code, say(words)) for code, words in known.items()]


@register.filter
def purpose(code: str) -> str:
    """Say for what somebody must know whose scan it is."""
    return say(PURPOSES[code]) if code in PURPOSES else code


@register.filter
def duration(length: timedelta | None) -> str:
    """Say a length of time in its largest fitting unit: '12 min', '5 h', '3 days'."""
    if length is None:
        return "–"
    minutes = max(0, round(length.total_seconds() / 60))
    if minutes < 100:
        return gettext("%(minutes)d min") % {"minutes": minutes}
    hours = round(minutes / 60)
    if hours < 48:
        return gettext("%(hours)d h") % {"hours": hours}
    days = round(hours / 24)
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


@register.filter
def waited(since: datetime) -> str:
    """Say how long ago a moment was."""
    return duration(timezone.now() - since)


@register.simple_tag
def due(moment: datetime) -> SafeString:
    """Say when an answer is due, or how late it is."""
    left = moment - timezone.now()
    if left < timedelta(0):
        return format_html('<strong class="late">{}</strong>', gettext("late by %(time)s") % {"time": duration(-left)})
    return format_html("{}", gettext("due in %(time)s") % {"time": duration(left)})


@register.filter
def percent(value: float | None) -> str:
    """Write a share (0-1) as a whole percentage."""
    if value is None:
        return "–"
    return gettext("%(number)d%%") % {"number": round(100 * value)}


@register.filter
def fault(code: str) -> object:
    """Name what a ticket is about."""
    return FAULTS.get(code, code)


@register.filter
def fault_facts(ticket: Ticket) -> str:
    """Say the numbers of a fault that the software found; nothing for one that a person reported."""
    return fault_in_words(ticket.kind, ticket.facts) if ticket.facts else ""


@register.simple_tag
def ticket_state(code: str) -> SafeString:
    """Say a ticket's state with its shape."""
    word, picture = TICKETS[code]
    return format_html('<span class="state ticket-{}">{}{}</span>', code, icon(picture), word)


@register.filter
def probe_change(code: str) -> object:
    """Say what was done to a probe."""
    return CHANGES.get(code, code)


@register.filter
def hearing(code: str) -> object:
    """Say how much a stretch of a probe still hears."""
    return HEARING.get(code, code)


@register.filter
def points(value: float) -> str:
    """Write points of a rating with their sign and two digits."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return sign + str(number_format(abs(value), 2, use_l10n=True))


@register.filter
def coefficient(value: float) -> str:
    """Write a coefficient of agreement with two digits."""
    return ("−" if value < 0 else "") + str(number_format(abs(value), 2, use_l10n=True))


@register.filter
def minutes(length: timedelta | None) -> str:
    """Say a working time in minutes and seconds: '1 min 20 s'."""
    if length is None:
        return "–"
    whole, seconds = divmod(round(length.total_seconds()), 60)
    if not whole:
        return gettext("%(seconds)d s") % {"seconds": seconds}
    return gettext("%(minutes)d min %(seconds)d s") % {"minutes": whole, "seconds": seconds}


@register.filter
def signed(value: float) -> str:
    """Write points with their sign and one digit."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return sign + str(number_format(abs(round(value, 1)), use_l10n=True))
