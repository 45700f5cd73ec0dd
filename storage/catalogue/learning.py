"""When does the screen of a device become known without anybody drawing it?

When three released scans of one screen agree (`pipeline.learned_layout`).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from pipeline.kept import Kept, Polygon, Witness
from pipeline.learned_layout import AGREE, can_teach, enough_agree, overlap
from pipeline.sector import Mask
from storage.catalogue import layouts
from storage.catalogue.models import Event, Project, Scan, SectorLayout
from supervision.states import RELEASED

LOOKED_BACK = 50


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
    agreeing = enough_agree(mine, _areas(others.order_by("-processed_at", "-pk")[:LOOKED_BACK]))
    one_device = {one.device_id for one in agreeing} == {scan.device_id}
    return _learned(scan, now, one_device=one_device) if agreeing else None


def _areas(scans: Iterable[Scan]) -> Iterator[tuple[Scan, Mask]]:
    return ((scan, _mask(scan)) for scan in scans if teaches(scan))


def teaches(scan: Scan) -> bool:
    """Tell whether at least two witnesses that saw the picture agreed on what was kept of this scan."""
    return can_teach(scan.kept.get("witnesses", ()))


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
