"""What do people and earlier scans say about the screen that a scan comes from?

A layout is drawn by a person, or learned from released scans (`storage.catalogue.learning`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from pipeline.received import Kind
from storage.catalogue import scope
from storage.catalogue.models import Decision, Event, Person, Scan, SectorLayout
from storage.catalogue.transaction import one_transaction
from supervision.drawing import Drawing
from supervision.roles import Action

if TYPE_CHECKING:  # they bring decoders along, which no web process needs
    from pipeline.guidance import Guidance, Layout


def guidance_for(scan: Scan) -> Guidance:
    """Return the layouts in use in the scan's project for its kind, and what a person decided on this very scan."""
    from pipeline.guidance import Guidance

    known = SectorLayout.objects.filter(project=scan.project_id, retired_at=None)
    if scan.kind:
        known = known.filter(kind=scan.kind)
    decision = Decision.objects.filter(scan=scan).first()
    return Guidance(
        layouts=tuple(as_layout(layout) for layout in known.select_related("device").order_by("pk")),
        device=scan.device.pseudonym if scan.device is not None else None,
        drawn=() if decision is None else as_outlines(decision.polygons),
        text_accepted=decision is not None and decision.text_accepted,
    )


def teach(scan: Scan, outlines: Drawing, person: Person, now: datetime) -> SectorLayout:
    """Keep what a person drew as a layout of the scan's screen, in place of what was drawn on this scan before."""
    SectorLayout.objects.filter(from_scan=scan, drawn_by__isnull=False, retired_at=None).update(retired_at=now)
    return keep(scan, outlines, person, now)


def keep(scan: Scan, outlines: Drawing, person: Person | None, now: datetime) -> SectorLayout:
    """Write a layout of the scan's screen, learned where there is no person; the scan's size is known."""
    return SectorLayout.objects.create(
        project_id=scan.project_id,
        device=scan.device,
        model=scan.device.model if scan.device is not None else "",
        kind=scan.kind,
        rows=scan.rows or 0,
        columns=scan.columns or 0,
        polygons=outlines,
        drawn_by=person,
        from_scan=scan,
        made_at=now,
    )


def retire(layout_id: int, person: Person, now: datetime) -> None:
    """Let a layout guide nothing any more; SectorLayout.DoesNotExist outside the projects where the person releases."""
    with one_transaction():
        projects = scope.projects_for(person, Action.RELEASE_SCANS)
        layout = SectorLayout.objects.select_for_update().get(pk=layout_id, project__in=projects)
        if layout.retired_at is None:
            layout.retired_at = now
            layout.save(update_fields=["retired_at"])
            facts = {"layout": layout.pk}
            Event.objects.create(at=now, what="layout_retired", scan=layout.from_scan, person=person, facts=facts)


def same_screen(scan: Scan) -> Q:
    """Return which scans come from the screen of `scan`: of its device, or of any device of its model."""
    device = scan.device
    same = Q(project=scan.project_id, kind=scan.kind, rows=scan.rows, columns=scan.columns)
    return same & _of_device(scan.device_id, device.model if device is not None else "")


def of_screen(layout: SectorLayout) -> Q:
    """Return which scans come from the screen of `layout`: of its device, or of any device of its model."""
    same = Q(project=layout.project_id, kind=layout.kind, rows=layout.rows, columns=layout.columns)
    return same & _of_device(layout.device_id, layout.model)


def known_of_screen(scan: Scan) -> QuerySet[SectorLayout]:
    """Return the layouts, retired ones too, that were drawn or learned for the screen of `scan`."""
    same = Q(project=scan.project_id, kind=scan.kind, rows=scan.rows, columns=scan.columns)
    model = scan.device.model if scan.device is not None else ""
    return SectorLayout.objects.filter(same, Q(device=scan.device_id) | Q(device=None, model=model))


def as_layout(layout: SectorLayout) -> Layout:
    """Return the layout as the walk takes it."""
    from pipeline.guidance import Layout

    return Layout(
        kind=Kind(layout.kind),
        rows=layout.rows,
        columns=layout.columns,
        polygons=as_outlines(layout.polygons),
        device=layout.device.pseudonym if layout.device is not None else None,
        model=layout.model or None,
        drawn=layout.drawn_by_id is not None,
    )


def as_outlines(polygons: Iterable[Iterable[Sequence[float]]]) -> Drawing:
    """Return the outlines as plain numbers, as a JSON column holds and gives them."""
    return tuple(tuple((float(x), float(y)) for x, y in polygon) for polygon in polygons)


def _of_device(device: int | None, model: str) -> Q:
    if model:
        return Q(device=device, device__isnull=False) | Q(device__model=model)
    return Q(device=device)
