"""What happened, in eight numbers and a few sentences?"""

from collections.abc import Iterator

from pipeline.text import Text
from supervision.figures import Share
from supervision.report.composing import EVERY, Part
from supervision.report.document import Block, Number, Paragraph, Section
from supervision.report.tabled import Audience, count, hours, point, share

MEANT = 0.05
"""So many points more or less than before are told, where the intervals do not meet."""


def summary(audience: Audience) -> Section:
    """Return the key figures, each with what it was before, and what changed."""
    blocks: list[Block] = [audience.numbers("key_figures", Text("Key figures", "Chiffres clés"), _numbers(audience))]
    blocks += _changes(audience)
    return Section("summary", Text("Summary", "Synthèse"), tuple(blocks))


def _numbers(audience: Audience) -> list[Number]:
    now, before, more = audience.figures.activity.whole, audience.figures.before, audience.figures.detailed
    turnaround, link = more.supervised.turnaround, audience.link
    scans = Text("Scans received", "Enregistrements reçus")
    return [
        Number(scans, count(now.scans_in, link("scans_in")), count(before.scans_in)),
        Number(Text("Patients' exams", "Examens de patients"), count(now.exams, link("exams")), count(before.exams)),
        Number(
            Text("Exams read by an expert", "Examens relus par un expert"),
            share(now.read_share, link("rated")),
            share(before.read_share),
        ),
        Number(
            Text("Adequate, of exams read", "Adéquats, parmi les relus"),
            share(now.adequate_share, link("adequate")),
            share(before.adequate_share),
        ),
        Number(
            Text("Adequate and correct", "Adéquats et corrects"),
            share(now.success_share, link("succeeded")),
            share(before.success_share),
        ),
        Number(
            Text("Half have feedback after", "La moitié a un retour après"), hours(turnaround.median, turnaround.total)
        ),
        Number(
            Text("First answer in time", "Première réponse dans le délai"),
            share(now.in_time_share, link("in_time")),
            share(before.in_time_share),
        ),
        Number(Text("People who learned by scanning", "Personnes en formation actives"), count(more.pipeline.active)),
    ]


def _changes(audience: Audience) -> Iterator[Paragraph]:
    """Tell what changed by more than chance, and what waits."""
    now, before = audience.figures.activity.whole, audience.figures.before
    for name, one, other in (
        (Text("Adequate exams", "Examens adéquats"), now.adequate_share, before.adequate_share),
        (Text("Adequate and correct exams", "Examens adéquats et corrects"), now.success_share, before.success_share),
        (Text("First answers in time", "Premières réponses dans le délai"), now.in_time_share, before.in_time_share),
    ):
        if change := _change(one, other):
            up = change > 0
            yield point(
                f"{name.en}: {'more' if up else 'fewer'} than in the period before, beyond chance.",
                f"{name.fr}\u00a0: {'plus' if up else 'moins'} qu'à la période précédente, au-delà du hasard.",
            )
    waits = audience.figures.detailed.waiting
    if waits.overdue:
        told = audience.about_patients(waits.overdue)
        yield point(
            f"Readings whose clock has run out when this was counted: {told.en}.",
            f"Relectures dont le délai était dépassé au moment du décompte\u00a0: {told.fr}.",
        )
    silent = [part.label for part in audience.figures.activity.projects if not part.counted.scans_in]
    if silent and now.scans_in:
        names_en, names_fr = (", ".join(one.say(language) for one in silent) for language in ("en", "fr"))
        yield point(f"Nothing came from: {names_en}.", f"Rien n'est venu de\u00a0: {names_fr}.")


def _change(now: Share, before: Share) -> float | None:
    """Return by how much a share differs, None where that may be chance or is little."""
    if now.value is None or before.value is None or abs(now.value - before.value) < MEANT:
        return None
    (low, high), (low_before, high_before) = now.interval, before.interval
    return now.value - before.value if low > high_before or high < low_before else None


PART = Part(10, EVERY, summary)
