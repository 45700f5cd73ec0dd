"""Which three things would help most if they were put right now?"""

from collections.abc import Iterator

from pipeline.text import Text
from supervision.period import PeriodKind
from supervision.rating import Cause
from supervision.report.composing import Part
from supervision.report.document import Paragraph, Section
from supervision.report.tabled import Audience, point
from supervision.report.words import CAUSES, REASONS, called

MOST = 3
Weighed = tuple[float, Paragraph]


def to_fix(audience: Audience) -> Section | None:
    """Return at most three sentences, the most exams or scans concerned first."""
    found = sorted(_all(audience), key=lambda one: -one[0])[:MOST]
    if not found:
        return None
    return Section("to_fix", Text("Three things to fix", "Trois points à corriger"), tuple(said for _, said in found))


def _all(audience: Audience) -> Iterator[Weighed]:
    more = audience.figures.detailed
    waits, told = more.waiting, audience.about_patients
    if more.refusals:
        first = more.refusals[0]
        reason, number = called(first.code, REASONS), told(first.count)
        yield (
            first.count,
            point(
                f"Scans that could not be taken, most often: {reason.en} ({number.en}).",
                f"Enregistrements inutilisables, le plus souvent\u00a0: {reason.fr} ({number.fr}).",
            ),
        )
    lacking = waits.no_trainee + waits.no_exam_type
    if lacking:
        names, types = told(waits.no_trainee), told(waits.no_exam_type)
        yield (
            lacking,
            point(
                f"Exams that wait for details: nobody said who scanned ({names.en}), or of which type ({types.en}).",
                f"Examens en attente de précisions\u00a0: opérateur inconnu ({names.fr}), type inconnu ({types.fr}).",
            ),
        )
    defects = [(code, number) for code, number in more.read.causes.items() if code != Cause.NO_DEFECT]
    if defects:
        code, exams = defects[0]
        cause, known = called(code, CAUSES), told(exams)
        yield (
            exams / 2,
            point(
                f"Main defect of exams: {cause.en} ({known.en}).",
                f"Principal défaut des examens\u00a0: {cause.fr} ({known.fr}).",
            ),
        )
    yield from _unread(audience)
    if more.equipment.pending:
        broken = more.equipment.pending
        yield (
            10.0 * broken,
            point(
                f"Devices with a fault that is not settled: {broken}.",
                f"Pannes d'appareils non réglées\u00a0: {broken}.",
            ),
        )


def _unread(audience: Audience) -> Iterator[Weighed]:
    waits = audience.figures.detailed.waiting
    if waits.overdue:
        overdue = audience.about_patients(waits.overdue)
        yield (
            2.0 * waits.overdue,
            point(f"Readings that are overdue: {overdue.en}.", f"Relectures en retard\u00a0: {overdue.fr}."),
        )
    if waits.unseen.total:
        unseen = audience.about_patients(waits.unseen.total)
        yield (
            waits.unseen.total,
            point(
                f"Feedback that nobody has opened: {unseen.en}.",
                f"Retours que personne n'a ouverts\u00a0: {unseen.fr}.",
            ),
        )


PART = Part(15, frozenset({PeriodKind.WEEK, PeriodKind.MONTH}), to_fix)
