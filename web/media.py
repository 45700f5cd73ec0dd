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
    """A scan as the player needs it.

    times: seconds of every frame from the first, empty for a still. outline: the sector's corners as SVG points in
    pixels of a picture of `columns` × `rows`, empty when unknown.
    """

    preview: str
    poster: str
    moves: bool
    times: tuple[float, ...]
    columns: int
    rows: int
    outline: str
    megabytes: float


def picture_of(scan: Scan) -> Picture | None:
    """Return what may be shown of `scan`; None when nothing was released."""
    released = {stored.role: stored for stored in scan.objects_stored.filter(area=Area.RELEASED)}
    preview = released.get("preview")
    if preview is None:
        return None
    poster = released.get("poster")
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
    )


def _address(stored: StoredObject) -> str:
    """Return an address that is the same for half a day, so that a browser on a poor link loads a clip once.

    An address of our own is given without its host: a page may be reached under several names.
    """
    now = datetime.now(UTC)
    begin = datetime(now.year, now.month, now.day, 12 * (now.hour // 12), tzinfo=UTC)
    url = object_store().url(Area.RELEASED, stored.digest, stored.media_type, begin + 2 * HALF_DAY - now)
    return url.removeprefix(settings().base_url)
