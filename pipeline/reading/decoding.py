"""How does a scan become a clip, in one pass over its frames?"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from pipeline.clip import Clip
from pipeline.errors import Undecodable
from pipeline.reading.kind import kind_of
from pipeline.reading.sampling import Keyframes, Proxies, shrink
from pipeline.reading.scan import Scan
from pipeline.received import Kind


@contextmanager
def open_scan(path: Path) -> Iterator[Scan]:
    """Open a DICOM file, a video or a picture by its content.

    Raises a Rejected: NotAScan, Undecodable or TooLarge, each with its reason.
    """
    kind = kind_of(path)
    if kind is Kind.STILL:
        from pipeline.reading.still import open_still as opener
    elif kind is Kind.VIDEO:
        from pipeline.reading.video import open_video as opener
    else:
        from pipeline.reading.dicom import open_dicom as opener
    with opener(path) as scan:
        yield scan


def read_clip(path: Path) -> Clip:
    """Return the clip of a scan: keyframes, proxy, colour and times from one decoding pass.

    Raises a Rejected: NotAScan, Undecodable or TooLarge, each with its reason.
    """
    with open_scan(path) as scan:
        return _clip(scan)


def _clip(scan: Scan) -> Clip:
    facts = scan.facts
    keyframes, proxies = Keyframes(facts.frames_expected), Proxies(facts.frames_expected)
    times: list[float] = []
    damaged = 0
    for number, picture in enumerate(scan.pictures()):
        luminance = picture.luminance()
        proxies.add(shrink(luminance))
        keyframes.offer(number, luminance, picture)
        times.append(picture.seconds)
        damaged += picture.damaged
    if not times:
        raise Undecodable("truncated")
    keyframes.finish()
    return Clip(
        kind=facts.kind,
        keyframes=np.stack(keyframes.luminances),
        keyframe_numbers=tuple(keyframes.numbers),
        proxy=proxies.array(),
        colour=np.stack(keyframes.colours),
        frame_times=tuple(times),
        frames_per_second=(len(times) - 1) / times[-1] if times[-1] > 0 else None,
        colour_share=float(np.mean(keyframes.coloured)),
        codec=facts.codec,
        regions=facts.regions,
        damaged_frames=damaged,
        device_model=facts.device_model,
    )
