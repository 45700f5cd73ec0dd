"""How are exam types, their versions and what changed between them said in the reader's language?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from pipeline.rule import Limits
from pipeline.text import Text
from qa_rules import rules_in
from storage.catalogue import exam_catalogue
from storage.catalogue.models import ExamTypeVersion, Organisation
from supervision.exam_types import MOST_SHIPPED, ExamType, exam_types
from supervision.exam_types.changes import Change, changes
from web.words import Word

SIDES: dict[str, Word] = {
    "": _("–"),
    "left": pgettext_lazy("of the body", "left"),
    "right": pgettext_lazy("of the body", "right"),
}

SECTIONS: dict[str, Word] = {
    "views": _("View"),
    "questions": _("Question"),
    "limits": _("Limit"),
    "weights": _("Weight"),
    "sources": _("Source"),
    "population": _("In whom"),
}

FIELDS: dict[str, Word] = {
    "code": _("Code"),
    "en": _("in English"),
    "fr": _("in French"),
    "supervised_scans": _("Supervised scans before sign-off"),
    "clinical": _("counts as clinical"),
    "expert_read": _("every scan is read by an expert"),
    "still": _("still picture"),
    "seconds": _("least length in seconds"),
    "side": _("side"),
    "critical": _("critical"),
    "red_flag": _("red flag"),
    "order": _("order"),
    "good": _("good until"),
    "poor": _("poor from"),
    "views": _("views"),
    "questions": _("questions"),
}


@dataclass(frozen=True)
class Asked:
    """What an exam type asks by one rule, where it differs from the rule's own limits or weight."""

    rule: str
    title: str
    limits: Limits | None
    weight: float | None
    unit: str
    source: Text


@dataclass(frozen=True)
class Made:
    """One version in the history. state: in_force, planned or replaced."""

    row: ExamTypeVersion
    state: str
    lines: tuple[str, ...]


def version_said(version: int) -> str:
    """Say whose version it is, and its number among them."""
    if version > MOST_SHIPPED:
        return gettext("own version %(number)d") % {"number": version - MOST_SHIPPED}
    return gettext("shipped version %(number)d") % {"number": version}


def asked_of(exam_type: ExamType) -> list[Asked]:
    """Return what a scan of this type is held against beside the rules' own limits."""
    rules = {rule.name: rule for rule in rules_in()}
    names = dict.fromkeys((*exam_type.limits, *exam_type.weights))
    return [
        Asked(
            name,
            _in_language(rules[name].title) if name in rules else name,
            exam_type.limits.get(name),
            exam_type.weights.get(name),
            rules[name].unit if name in rules else "",
            exam_type.source_of(f"limits.{name}"),
        )
        for name in names
    ]


def history_of(organisation: Organisation, code: str, now: datetime) -> list[Made]:
    """Return an organisation's own versions with what each changed, newest first."""
    rows = list(exam_catalogue.history(organisation, code))
    in_force = exam_catalogue.type_named(organisation.pk, code, now)
    made = []
    for n, row in enumerate(rows):
        was = exam_catalogue.read(rows[n + 1]) if n + 1 < len(rows) else exam_types().get(code)
        lines = tuple(differences(was, exam_catalogue.read(row))) if was else ()
        state = "in_force" if in_force and in_force.version == row.version else "planned" if n == 0 else "replaced"
        made.append(Made(row, state, lines))
    return made


def differences(before: ExamType, after: ExamType) -> Iterator[str]:
    """Say every difference in one line each."""
    for one in changes(before, after):
        yield _line(one)


def _line(one: Change) -> str:
    where = " ".join(str(part) for part in (SECTIONS.get(one.section, ""), _named(one)) if part)
    field = str(FIELDS.get(one.field, one.field))
    place = gettext("%(where)s, %(field)s") % {"where": where, "field": field} if where and field else where or field
    if one.before is None:
        return gettext("%(place)s: new, %(now)s") % {"place": place, "now": _value(one.after)}
    if one.after is None:
        return gettext("%(place)s: removed (%(before)s)") % {"place": place, "before": _value(one.before)}
    return gettext("%(place)s: %(before)s → %(now)s") % {
        "place": place,
        "before": _value(one.before),
        "now": _value(one.after),
    }


def _named(one: Change) -> str:
    """Return the name of the row or, in tables without rows, the word for the field."""
    return (
        one.name if one.section in ("views", "questions", "limits", "weights") else str(FIELDS.get(one.name, one.name))
    )


def _value(value: object) -> str:
    match value:
        case bool():
            return gettext("yes") if value else gettext("no")
        case int() | float():
            return str(number_format(int(value) if value == int(value) else value, use_l10n=True))
        case list():
            return ", ".join(map(str, value))
        case Mapping() if "en" in value:
            return _in_language(Text(value["en"], value["fr"]))
        case Mapping():
            return ", ".join(f"{FIELDS.get(key, key)} {_value(one)}" for key, one in value.items())
        case "site":
            return gettext("each site decides")
        case "left" | "right":
            return str(SIDES[str(value)])
    return str(value) or "–"


def _in_language(text: Text) -> str:
    return text.say(get_language() or "en")
