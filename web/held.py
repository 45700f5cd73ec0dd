"""What does a person need to know and see to decide on a scan that was held back?"""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from storage.catalogue.models import Decision, Doubt, Person, Scan
from storage.catalogue.scope import evidence_for

Polygons = list[list[list[float]]]


@dataclass(frozen=True)
class Hold:
    """A reason to hold a scan back, in words: short for lists, why it matters, what to do."""

    short: str | Promise
    why: str | Promise
    act: str | Promise


_DRAW = _("Start from an outline below or from a fan, correct it, look at “after”, then release.")
_READ = _(
    "Read the framed places. If a name, number or date is among them, draw the outline so that it stays outside, or "
    "refuse the scan. If they name nobody, say so."
)
HOLDS: dict[str, Hold] = {
    "no_sector": Hold(
        _("no sector found"), _("Nobody could say where the ultrasound ends and the writing begins."), _DRAW
    ),
    "one_witness": Hold(
        _("one witness only"),
        _("Only one of the ways of finding the ultrasound succeeded; two must agree before anything is shown."),
        _DRAW,
    ),
    "witnesses_differ": Hold(
        _("witnesses differ"),
        _("Two ways of finding the ultrasound gave two different areas; between them may stand a name."),
        _DRAW,
    ),
    "text_inside": Hold(
        _("writing inside"), _("Writing stands inside the ultrasound, where it cannot be covered without loss."), _READ
    ),
    "identifier_left": Hold(
        _("identifier left"),
        _("After cleaning, something that names the patient was still found in the written file. Nothing was shown."),
        _("Report it as an incident with the number of the scan. Do not release it; refuse it or leave it here."),
    ),
    "cannot_clean": Hold(
        _("cannot be cleaned"),
        _("The file has a form that cannot be cleaned without risk."),
        _("Ask the sender to export it again, or refuse it with that reason."),
    ),
}
OTHER = Hold(_("other reason"), _("The scan may show who the patient is."), _("Ask your administrator."))

WITNESSES: dict[str, str | Promise] = {
    "drawn": _("drawn by a person"),
    "learned": _("learned from this device"),
    "fitted": _("fitted to the picture"),
    "declared": _("declared by the device"),
    "moving": _("where the picture moves"),
}
"""Who can say where the ultrasound is, the best start of a drawing first: a declared region often holds writing."""


@dataclass(frozen=True)
class Proposal:
    """The outlines of one witness: as points of SVG, and as numbers for the script."""

    witness: str
    word: str | Promise
    polygons: Polygons

    @property
    def points(self) -> list[str]:
        """The outlines as SVG points."""
        return [points_of(polygon) for polygon in self.polygons]


@dataclass(frozen=True)
class Evidence:
    """What whoever may release sees: addresses of the pictures, not de-identified, and what is drawn over them."""

    picture: str
    envelope: str
    rows: int
    columns: int
    proposals: tuple[Proposal, ...]
    writing: tuple[str, ...]

    @property
    def outlines(self) -> list[Polygons]:
        """The proposals as numbers, in order."""
        return [proposal.polygons for proposal in self.proposals]

    @property
    def first(self) -> str:
        """The outline to begin with, one sector a line, as the form holds it."""
        return "\n".join(self.proposals[0].points) if self.proposals else ""


def hold_of(scan: Scan) -> Hold:
    """Return why a scan is held back."""
    return HOLDS.get(scan.reason, OTHER)


def points_of(polygon: list[list[float]]) -> str:
    """Return an outline as SVG points and as the form writes it."""
    return " ".join(f"{x:g},{y:g}" for x, y in polygon)


def evidence_of(scan: Scan, person: Person) -> Evidence | None:
    """Return what `person` may see of a scan that is held back; None where that is nothing."""
    roles = set(evidence_for(person).filter(scan=scan).values_list("role", flat=True))
    if "evidence" not in roles or not scan.rows or not scan.columns:
        return None
    doubt = Doubt.objects.filter(scan=scan).first()
    return Evidence(
        picture=reverse("evidence", args=[scan.pk, "evidence"]),
        envelope=reverse("evidence", args=[scan.pk, "envelope"]) if "envelope" in roles else "",
        rows=scan.rows,
        columns=scan.columns,
        proposals=tuple(_proposals(scan, doubt)),
        writing=tuple(points_of(polygon) for polygon in (doubt.text_boxes if doubt else [])),
    )


def _proposals(scan: Scan, doubt: Doubt | None) -> list[Proposal]:
    """Return the witnesses' outlines, a person's earlier drawing first."""
    found = {one["witness"]: one["polygons"] for one in (doubt.proposals if doubt else [])}
    decision = Decision.objects.filter(scan=scan).first()
    if decision is not None and decision.polygons:
        found["drawn"] = decision.polygons
    return [Proposal(name, word, found[name]) for name, word in WITNESSES.items() if found.get(name)]
