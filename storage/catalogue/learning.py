"""When does the screen of a device become known without anybody drawing it?

When three released scans of one screen agree on the area that was kept, and two witnesses that saw the picture said so
in each of them.
"""

from datetime import datetime

import numpy as np

from pipeline.kept import Kept, Polygon, Witness
from pipeline.sector import Mask
from storage.catalogue import layouts
from storage.catalogue.models import Event, Project, Scan, SectorLayout
from supervision.states import RELEASED

ENOUGH_SCANS = 3
AGREE = 0.97
LOOKED_BACK = 50
OF_THE_PICTURE = frozenset({Witness.DECLARED, Witness.FITTED, Witness.MOVING})
"""Witnesses that saw the scan itself: what was learned or drawn must not teach itself."""


def learn(scan: Scan, now: datetime) -> SectorLayout | None:
    """Learn a layout when this scan and two other released ones of its screen agree; None when nothing new is learned.

    To be called inside the transaction that releases the scan. What a layout in use tells is not learned twice, scans
    from before a layout of this screen was retired teach no more, and a scan that names no device teaches nothing.
    """
    if scan.device is None or not teaches(scan):
        return None
    # two releases at once would each learn what the other does
    Project.objects.select_for_update(no_key=True).get(pk=scan.project_id)
    mine = _mask(scan)
    known = layouts.known_of_screen(scan)
    in_use = (_area(layouts.as_outlines(one.polygons), mine.shape) for one in known.filter(retired_at=None))
    if any(overlap(mine, area) >= AGREE for area in in_use):
        return None
    released = Scan.objects.filter(layouts.same_screen(scan), state__in=RELEASED).exclude(kept={})
    others = released.exclude(pk=scan.pk)
    retired_at = known.exclude(retired_at=None).order_by("-retired_at").values_list("retired_at", flat=True).first()
    if retired_at is not None:
        others = others.filter(processed_at__gt=retired_at)
    agreeing = [scan]
    for other in others.order_by("-processed_at", "-pk")[:LOOKED_BACK]:
        if teaches(other) and overlap(mine, _mask(other)) >= AGREE:
            agreeing.append(other)
        if len(agreeing) >= ENOUGH_SCANS:
            return _learned(scan, now, one_device={one.device_id for one in agreeing} == {scan.device_id})
    return None


def teaches(scan: Scan) -> bool:
    """Tell whether at least two witnesses that saw the picture agreed on what was kept of this scan."""
    return len(OF_THE_PICTURE.intersection(scan.kept.get("witnesses", ()))) >= 2


def overlap(one: Mask, other: Mask) -> float:
    """Return the share (0-1) that two areas have in common of what either covers."""
    either = np.count_nonzero(one | other)
    return np.count_nonzero(one & other) / either if either else 0.0


def _learned(scan: Scan, now: datetime, *, one_device: bool) -> SectorLayout:
    """Keep the layout; of the device where it alone taught it, of the model where several devices did."""
    layout = layouts.keep(scan, layouts.as_outlines(scan.kept["polygons"]), None, now)
    if not one_device:
        layout.device = None
        layout.save(update_fields=["device"])
    Event.objects.create(at=now, what="layout_learned", scan=scan, facts={"layout": layout.pk})
    return layout


def _mask(scan: Scan) -> Mask:
    return _area(layouts.as_outlines(scan.kept["polygons"]), (scan.rows or 0, scan.columns or 0))


def _area(polygons: tuple[Polygon, ...], size: tuple[int, ...]) -> Mask:
    return Kept(polygons, (Witness.LEARNED,)).mask(*size)
