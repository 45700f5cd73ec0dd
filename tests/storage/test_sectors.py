"""Does a scan keep every sector of its picture, so that a finding's place can be drawn in the right one?"""

from dataclasses import asdict, replace

from pipeline.sector import Provenance, Sector, Shape
from storage.catalogue import intake
from tests.storage.conftest import FAN, NOON, World, identity, inspection, released


def test_a_scan_keeps_the_largest_sector_and_the_others_beside_it(world: World) -> None:
    first = Sector(Shape.LINEAR, Provenance.DECLARED, 0.9, FAN)
    second = replace(first, polygon=tuple((x + 10, y) for x, y in FAN))
    scan = world.received("a")
    intake.take("goma", 1, "token", NOON)
    seen = replace(inspection(), sector=first, sectors=(first, second))
    assert intake.record_released(scan.digest, "token", seen, identity(), (0.0,), released("a"), NOON)
    scan.refresh_from_db()
    others = scan.sector.pop("others")
    as_kept = [{**asdict(one), "polygon": [list(corner) for corner in one.polygon]} for one in (first, second)]
    assert scan.sector == as_kept[0]
    assert others == as_kept[1:]
