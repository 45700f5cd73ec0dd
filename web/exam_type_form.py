"""How does a supervisor write an exam type in the browser, and where is what was wrong shown?

The fields are read loosely here; whether they are right is said by supervision.exam_types alone, with the path of
every problem, which becomes the error beside its field.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from supervision.exam_types import ExamType, problems
from supervision.exam_types.problems import Problem
from supervision.exam_types.table import SITE
from web.exam_type_fields import LIMITS, QUESTIONS, VIEWS, WholeForm

OF_NUMBERS = ("supervised_scans", "views", "seconds", "questions")
Table = dict[str, Any]


class ExamTypeForm:
    """The whole page of fields: bound to what was sent, else filled with an exam type, or empty for a new one."""

    view_word, question_word, limit_word = _("View"), _("Question"), _("Limit")

    def __init__(self, request: HttpRequest, exam_type: ExamType | None) -> None:
        """exam_type: what is being changed; None for a new one, whose code is asked for."""
        self.exam_type = exam_type
        data = request.POST if request.method == "POST" else None
        filled = _filled(exam_type) if exam_type and data is None else {}
        self.whole = WholeForm(data, initial=filled.get("whole"))
        if exam_type is not None:
            del self.whole.fields["code"]
        self.views: Any = VIEWS(data, prefix="views", initial=filled.get("views"))
        self.questions: Any = QUESTIONS(data, prefix="questions", initial=filled.get("questions"))
        self.limits: Any = LIMITS(data, prefix="limits", initial=filled.get("limits"))
        self.lists = {"views": self.views, "questions": self.questions, "limits": self.limits}
        self.parts: list[Any] = [self.whole, *self.lists.values()]
        self.rows: dict[str, list[forms.Form]] = {}

    def is_valid(self) -> bool:
        """Tell whether every field could be read; all are looked at, so that every error is shown."""
        if not all([one.is_valid() for one in self.parts]):  # noqa: C419 - ask every one
            return False
        self.rows = {section: list(rows.ordered_forms) for section, rows in self.lists.items()}
        return not self._twice()

    @property
    def wrong(self) -> bool:
        """Whether anything that was sent is wrong."""
        return self.whole.is_bound and not all(one.is_valid() for one in self.parts)

    @property
    def names(self) -> list[forms.BoundField]:
        """The fields of the whole, as the page groups them."""
        return self._fields("code", "en", "fr", "population_en", "population_fr", "supervised_scans")

    @property
    def sources(self) -> list[forms.BoundField]:
        """The fields that say where numbers come from."""
        return self._fields(*(f"source_{name}" for name in OF_NUMBERS))

    @property
    def change(self) -> list[forms.BoundField]:
        """The fields about the change itself."""
        return self._fields("note", "valid_from")

    def _fields(self, *names: str) -> list[forms.BoundField]:
        return [self.whole[name] for name in names if name in self.whole.fields]

    def _twice(self) -> bool:
        """Note the rules that stand in two rows."""
        rules = [row.cleaned_data["rule"] for row in self.rows["limits"]]
        again = [row for n, row in enumerate(self.rows["limits"]) if rules[n] in rules[:n]]
        for row in again:
            row.add_error("rule", problems.TWICE.say(get_language() or "en"))
        return bool(again)

    @property
    def valid_from(self) -> datetime | None:
        """The beginning (UTC) of the day from which on it shall hold."""
        day = self.whole.cleaned_data["valid_from"]
        return datetime.combine(day, time(), UTC) if day else None

    def table(self) -> Table:
        """Return what was written as supervision.exam_types reads it; what is not asked here stays as it was."""
        whole = self.whole.cleaned_data
        limits = self._cleaned("limits")
        number = whole["supervised_scans"]
        views = [_row(row, seconds=row["seconds"] or 0.0) for row in self._cleaned("views")]
        questions = [_row(row) for row in self._cleaned("questions")]
        there = (number is not None, True, any(row["seconds"] for row in views), bool(questions))
        said = {name: whole[f"source_{name}"] for name, is_there in zip(OF_NUMBERS, there, strict=True) if is_there}
        return {
            "code": self.exam_type.code if self.exam_type else whole["code"].strip().upper(),
            "en": whole["en"],
            "fr": whole["fr"],
            "population": {"en": whole["population_en"], "fr": whole["population_fr"]},
            "supervised_scans": SITE if number is None else number,
            "clinical": self.exam_type.clinical if self.exam_type else True,
            "expert_read": whole["expert_read"],
            "limits": {one["rule"]: _ends(one) for one in limits if one["good"] is not None or one["poor"] is not None},
            "weights": {one["rule"]: one["weight"] for one in limits if one["weight"] is not None},
            "sources": said | {f"limits.{one['rule']}": one["source"] for one in limits},
            "views": views,
            "questions": questions,
        }

    def _cleaned(self, section: str) -> list[dict[str, Any]]:
        return [row.cleaned_data for row in self.rows[section]]

    def show(self, problems: Iterable[Problem]) -> None:
        """Put every problem beside its field, in the reader's language; what has no field stands at the top."""
        for one in problems:
            form, field = self._field(one)
            said = one.what.say(get_language() or "en")
            form.add_error(field, said if field else f"{one.path}: {said}")

    def _field(self, one: Problem) -> tuple[forms.Form, str | None]:
        limits = {row.cleaned_data["rule"]: row for row in self.rows["limits"]}
        rule, source = one.name or one.field, one.field.removeprefix("limits.")
        if one.section == "sources" and source in limits:
            return limits[source], "source"
        if one.section in ("limits", "weights") and rule in limits:
            return limits[rule], "weight" if one.section == "weights" else one.field
        if one.row is not None and one.section in ("views", "questions"):
            row = self.rows[one.section][one.row]
            return row, one.field if one.field in row.fields else None
        known = {"sources": f"source_{one.field}", "population": f"population_{one.field}"}.get(one.section, one.field)
        return self.whole, known if known in self.whole.fields else None


def _row(cleaned: Mapping[str, Any], **more: Any) -> Table:
    read = {name: value for name, value in cleaned.items() if name not in ("ORDER", "DELETE")}
    return read | {"code": read["code"].strip().upper()} | more


def _ends(row: Mapping[str, Any]) -> Table:
    return {name: row[name] for name in ("good", "poor") if row[name] is not None}


def _filled(one: ExamType) -> dict[str, Any]:
    return {
        "whole": {
            "en": one.label.en,
            "fr": one.label.fr,
            "population_en": one.population.en,
            "population_fr": one.population.fr,
            "supervised_scans": one.supervised_scans,
            "expert_read": one.expert_read,
            **{f"source_{name}": one.sources.get(name, "") for name in OF_NUMBERS},
        },
        "views": [
            {"code": v.code, "en": v.label.en, "fr": v.label.fr, "still": v.still, "seconds": v.seconds, "side": v.side}
            for v in one.views
        ],
        "questions": [
            {"code": q.code, "en": q.label.en, "fr": q.label.fr, "critical": q.critical, "red_flag": q.red_flag}
            for q in one.questions
        ],
        "limits": [
            {
                "rule": name,
                "good": one.limits[name].good if name in one.limits else None,
                "poor": one.limits[name].poor if name in one.limits else None,
                "weight": one.weights.get(name),
                "source": one.sources.get(f"limits.{name}", ""),
            }
            for name in dict.fromkeys((*one.limits, *one.weights))
        ],
    }
