"""How does the rating form come from the browser, and what is said beside a field that is wrong?

The browser knows flat fields: `overall`, `v.PLAX.axis` (0, 1, 2 or na), `q.EFF`, `r.EFF`, `keep` and `keep_text`.
"""

import json
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from django.http import QueryDict
from django.utils.translation import gettext as _

from supervision.exam_types import ExamType
from supervision.marks import mark_of
from supervision.phrases import KINDS, phrases
from supervision.rating import Answer, Cause, Component, Consequence, Reference
from supervision.review_form import Advice, Rated, ReviewForm
from web.reading_words import COMPONENTS

NOT_APPLICABLE = "na"
OURS = ("csrfmiddlewaretoken", "submission", "seconds")
Made = TypeVar("Made")


class Wrong(ValueError):
    """Some fields cannot be read; `errors` has a sentence for each, by the field's name."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        """Keep the sentences."""
        super().__init__(", ".join(sorted(errors)))
        self.errors = dict(errors)


def fields_sent(post: QueryDict) -> dict[str, str]:
    """Return the fields that say something about the exam, as text."""
    fields = {name: value for name in post if name not in OURS and isinstance(value := post.get(name), str)}
    return fields | {name: " ".join(post.getlist(name)) for name in ("seen", "why") if name in post or name == "seen"}


def form_from(fields: Mapping[str, str], exam_type: ExamType) -> ReviewForm:
    """Return the reading that the fields say; Wrong where one cannot be read or the overall rating is missing."""
    reader = _Reader(fields)
    codes = [question.code for question in exam_type.questions]
    answers = {code: said for code in codes if (said := reader.read(f"q.{code}", Answer))}
    read: dict[str, object] = {
        "views": {view.code: reader.view(view.code) for view in exam_type.views},
        "answers": answers,
        "references": {code: reader.read(f"r.{code}", Reference) or Reference.EXPERT_READING for code in answers},
        "consequence": reader.read("consequence", Consequence),
        "cause": reader.read("cause", Cause),
        "exemplar": bool(fields.get("exemplar")),
        "told": bool(fields.get("told")),
        "comment": fields.get("comment", "").strip(),
        "marks": reader.read("marks", _marks) or (),
    }
    read |= {name: reader.read(name, int) for name in ("indication", "integration", "entrustment", "confidence")}
    read |= {kind: reader.advice(kind) for kind in KINDS}
    overall = reader.read("overall", int)
    if overall is None:
        reader.errors.setdefault("overall", _("Choose an overall rating from 1 to 5."))
    if reader.errors or overall is None:
        raise Wrong(reader.errors)
    try:
        return ReviewForm(overall, **read)  # type: ignore[arg-type]
    except ValueError as error:  # "comment must be ..." begins with the field's name
        raise Wrong({str(error).split()[0].rstrip(":"): _("This is too long or out of range.")}) from error


def fields_of(form: ReviewForm) -> dict[str, str]:
    """Return the fields that say this reading."""
    fields = {
        f"v.{view}.{component}": NOT_APPLICABLE if value is None else str(value)
        for view, rated in form.views.items()
        for component, value in rated.items()
    }
    fields |= {f"q.{code}": said.value for code, said in form.answers.items()}
    fields |= {f"r.{code}": on.value for code, on in form.references.items()}
    for name in ("overall", "indication", "consequence", "integration", "entrustment", "cause", "confidence"):
        value = getattr(form, name)
        fields[name] = "" if value is None else str(value)
    for kind in KINDS:
        said = getattr(form, kind)
        fields |= {kind: said.phrase, f"{kind}_text": said.text}
    marks = json.dumps([mark.as_json() for mark in form.marks]) if form.marks else ""
    ticked = {name: "yes" if getattr(form, name) else "" for name in ("exemplar", "told")}
    return {**fields, **ticked, "comment": form.comment, "marks": marks}


def errors_of(paths: Collection[str]) -> dict[str, str]:
    """Return a sentence for every path of an incomplete reading, by the row of the form where it stands."""
    unrated: dict[str, list[str]] = {}
    errors = {}
    for path in sorted(paths):
        part, _dot, rest = path.partition(".")
        code, _dot, component = rest.partition(".")
        if part == "views" and component:
            unrated.setdefault(code, []).append(str(COMPONENTS[Component(component)]))
        elif part == "answers":
            errors[f"q.{code}"] = _("Answer this question: the reading counts by it.")
        elif part == "seen":
            errors[f"v.{code}"] = _("Look at what was measured here and confirm it.")
        elif part == "marks":
            errors["marks"] = _("A drawing is on a clip that no longer belongs to this exam: take it away.")
        else:
            errors[path] = _("This does not belong to the exam type any more: load the page again.")
    missing = {f"v.{view}": _("Not rated yet: %(parts)s.") % {"parts": ", ".join(of)} for view, of in unrated.items()}
    return errors | missing


class _Reader:
    """Reads fields and gathers what cannot be read."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = fields
        self.errors: dict[str, str] = {}

    def read(self, name: str, make: Callable[[str], Made]) -> Made | None:
        """Return the field's value, None where it is empty."""
        text = self.fields.get(name, "").strip()
        if not text:
            return None
        try:
            return make(text)
        except (ValueError, RecursionError):
            self.errors[name] = _("This value is not known.")
            return None

    def view(self, code: str) -> Rated:
        """Return how the components of a view are rated, as far as they are."""
        rated: dict[Component, int | None] = {}
        for component in Component:
            name = f"v.{code}.{component}"
            if self.fields.get(name) == NOT_APPLICABLE:
                rated[component] = None
            elif (level := self.read(name, _level)) is not None:
                rated[component] = level
        return rated

    def advice(self, kind: str) -> Advice:
        """Return a phrase, own words, or both."""
        try:
            return Advice(self.read(kind, _phrase) or "", self.fields.get(f"{kind}_text", "").strip())
        except ValueError:
            self.errors[f"{kind}_text"] = _("This is too long or out of range.")
            return Advice()


def _level(text: str) -> int:
    if text not in ("0", "1", "2"):
        raise ValueError("a component is 0, 1, 2 or does not apply")
    return int(text)


def _phrase(code: str) -> str:
    if code not in phrases():
        raise ValueError("no such phrase")
    return code


def _marks(text: str) -> tuple[object, ...]:
    table = json.loads(text)
    if not isinstance(table, list) or not all(isinstance(one, dict) for one in table):
        raise ValueError("marks are a list")
    return tuple(mark_of(one) for one in table)
