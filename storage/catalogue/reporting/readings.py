"""What do the final readings of a period say in detail: views, answers, what it meant for patients?

The forms are read one after the other and only added up, so that memory does not grow with their number.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from storage.catalogue.exam_catalogue import types_of_all
from storage.catalogue.models import Project
from storage.catalogue.reporting.reach import Reach
from supervision.exam_types import ExamType
from supervision.figures import Estimate, Mean
from supervision.period import Days
from supervision.rating import Answer, Component, Consequence, Outcome, Reference, outcome
from supervision.report.measures import Answered, Graded, Integration, Read
from supervision.weighting import weighted_rate

AT_A_TIME = 2_000
UNDECIDED = (Outcome.INDETERMINATE, Outcome.MISSED_INDETERMINATE)
EVERY_TYPE = ""


class _Sums:
    """What was found so far."""

    def __init__(self) -> None:
        self.views: Counter[tuple[str, str]] = Counter()
        self.points: Counter[tuple[str, str]] = Counter()
        self.outcomes: Counter[tuple[str, str, Outcome]] = Counter()
        self.references: Counter[tuple[str, str]] = Counter()
        self.indication: Counter[int] = Counter()
        self.integration: Counter[int] = Counter()
        self.consequences: Counter[str] = Counter()
        self.causes: Counter[str] = Counter()
        self.drawn: dict[str, list[tuple[bool, float]]] = defaultdict(list)

    def add(self, form: Mapping[str, Any], exam_type: str, scanner: Mapping[str, str]) -> None:
        """Take in one form, as the catalogue keeps it."""
        for rated in form.get("views", {}).values():
            for part, level in rated.items():
                if level is not None:
                    self.views[exam_type, part] += 1
                    self.points[exam_type, part] += level
        references = form.get("references", {})
        for question, expert in form.get("answers", {}).items():
            self.outcomes[exam_type, question, _outcome(scanner.get(question, ""), expert)] += 1
            if references.get(question, Reference.EXPERT_READING) != Reference.EXPERT_READING:
                self.references[exam_type, question] += 1
        for name, counter in (("indication", self.indication), ("integration", self.integration)):
            if form.get(name) is not None:
                counter[form[name]] += 1
        if form.get("consequence"):
            self.consequences[form["consequence"]] += 1
        if form.get("cause"):
            self.causes[form["cause"]] += 1

    def drew(self, exam_type: str, probability: float | None, *, adequate: bool) -> None:
        """Take in what an exam says of those that were not drawn; one that was asked for says nothing of them."""
        if probability:
            self.drawn[exam_type].append((adequate, probability))


def read_in(reach: Reach, days: Days, cut_off: datetime) -> Read:
    """Return what the final readings of the exams that arrived in these days say."""
    sums = _Sums()
    for form, exam_type, scanner, probability, adequate in _forms(reach, days, cut_off):
        sums.add(form, exam_type, scanner)
        sums.drew(exam_type, probability, adequate=adequate)
    organisations = Project.objects.filter(pk__in=reach.exams.values("project")).values_list("organisation", flat=True)
    return Read(
        components=_components(sums),
        answered=tuple(_answered(sums, types_of_all(organisations.distinct().order_by("organisation")))),
        integration=_integration(sums),
        causes=dict(sums.causes.most_common()),
        adequate=_adequate(sums),
    )


def _forms(reach: Reach, days: Days, cut_off: datetime) -> Iterator[tuple[Any, ...]]:
    exams = reach.exams_in(days, cut_off).filter(reviews__final=True, reviews__submitted_at__lte=cut_off)
    wanted = ("reviews__form", "exam_type", "answers", "inclusion", "reviews__adequate")
    return exams.order_by("exam_type", "pk").values_list(*wanted).iterator(AT_A_TIME)


def _components(sums: _Sums) -> dict[str, dict[Component, Graded]]:
    found: dict[str, dict[Component, Graded]] = defaultdict(dict)
    for (exam_type, part), views in sums.views.items():
        found[exam_type][Component(part)] = Graded(views, sums.points[exam_type, part])
    return dict(found)


def _answered(sums: _Sums, types: Mapping[str, ExamType]) -> Iterator[Answered]:
    """Give every question that was asked, in the order of the catalogue; one that is no more by its code."""
    asked = {(exam_type, question) for exam_type, question, _ in sums.outcomes}
    known = [(code, one.code, one.critical) for code, kind in types.items() for one in kind.questions]
    gone = sorted(asked - {(exam_type, question) for exam_type, question, _ in known})
    for exam_type, question, critical in [*known, *((*one, False) for one in gone)]:
        if (exam_type, question) in asked:
            count = {one: sums.outcomes[exam_type, question, one] for one in Outcome}
            yield Answered(
                exam_type,
                question,
                critical,
                tp=count[Outcome.TRUE_POSITIVE],
                fn=count[Outcome.FALSE_NEGATIVE],
                fp=count[Outcome.FALSE_POSITIVE],
                tn=count[Outcome.TRUE_NEGATIVE],
                undecided=sum(count[one] for one in UNDECIDED),
                other_reference=sums.references[exam_type, question],
            )


def _integration(sums: _Sums) -> Integration:
    total = sum(sums.integration.values())
    points = sum(rating * count for rating, count in sums.integration.items())
    return Integration(
        indication=(sums.indication[0], sums.indication[1], sums.indication[2]),
        integration=Mean(points / total if total else None, total),
        consequences={one: sums.consequences[one] for one in Consequence},
    )


def _adequate(sums: _Sums) -> dict[str, Estimate]:
    every = [one for drawn in sums.drawn.values() for one in drawn]
    return {EVERY_TYPE: weighted_rate(every)} | {code: weighted_rate(drawn) for code, drawn in sums.drawn.items()}


@cache
def _outcome(scanner: str, expert: str) -> Outcome:
    return outcome(Answer(scanner) if scanner else None, Answer(expert))
