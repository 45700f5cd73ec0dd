"""What of a scan may be shown, and from which address? Only what was released."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from storage.catalogue.models import Scan, StoredObject
from storage.objects import Area
from storage.objects.chosen import object_store
from storage.settings import settings

HALF_DAY = timedelta(hours=12)


@dataclass(frozen=True)
class Picture:
    """A clip or a still as the player needs it; nothing in it says who was scanned, by whom, or how well.

    clip: the scan's number in the catalogue. view: the view it shows, in the reader's words, empty when unknown.
    small: address of the small preview, empty for a still and for what was released before there were any.
    times: seconds of every frame from the first, empty for a still. outline: the sector's corners as SVG points in
    pixels of a picture of `columns` × `rows`, empty when unknown. mm_per_pixel: of those pixels, None when the scale
    is not trusted. assumed_rate: the file states no frame rate.
    """

    preview: str
    poster: str
    moves: bool
    times: tuple[float, ...]
    columns: int
    rows: int
    outline: str
    megabytes: float
    clip: int = 0
    view: str = ""
    small: str = ""
    small_megabytes: float = 0.0
    mm_per_pixel: float | None = None
    assumed_rate: bool = False

    @property
    def ahead(self) -> str:
        """Return the address that is worth fetching before the clip is asked for."""
        return self.small or self.preview

    @property
    def marks_of_time(self) -> list[float]:
        """Return the times to a hundredth of a millisecond: enough to tell frames apart, and short in the page."""
        return [round(second, 5) for second in self.times]


def picture_of(scan: Scan, view: str = "") -> Picture | None:
    """Return what may be shown of `scan`, as this view of its exam; None when nothing was released."""
    released = {stored.role: stored for stored in scan.objects_stored.all() if stored.area == Area.RELEASED}
    preview = released.get("preview")
    if preview is None:
        return None
    poster, small = released.get("poster"), released.get("small")
    moves = preview.media_type.startswith("video/")
    corners = (scan.sector or {}).get("polygon") or []
    return Picture(
        preview=_address(preview),
        poster=_address(poster) if poster else "",
        moves=moves,
        times=tuple(scan.frame_times) if moves else (),
        columns=scan.columns or 4,
        rows=scan.rows or 3,
        outline=" ".join(f"{x:.1f},{y:.1f}" for x, y in corners),
        megabytes=preview.size / 1e6,
        clip=scan.pk,
        view=view,
        small=_address(small) if small and moves else "",
        small_megabytes=small.size / 1e6 if small and moves else 0.0,
        mm_per_pixel=scan.mm_per_pixel,
        assumed_rate=moves and not scan.frames_per_second,
    )


def _address(stored: StoredObject) -> str:
    """Return an address that is the same for half a day, so that a browser on a poor link loads a clip once.

    An address of our own is given without its host: a page may be reached under several names.
    """
    now = datetime.now(UTC)
    begin = datetime(now.year, now.month, now.day, 12 * (now.hour // 12), tzinfo=UTC)
    url = object_store().url(Area.RELEASED, stored.digest, stored.media_type, begin + 2 * HALF_DAY - now)
    return url.removeprefix(settings().base_url)
