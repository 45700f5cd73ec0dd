"""What did the device store of a frame, before anything is shown of it?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipeline.reading.native import Development, Layout, Samples

Taken = tuple[Samples, bool]  # the samples of a frame, and whether they are RGB whatever the header says


@dataclass(frozen=True, eq=False)
class Stored:
    """The samples of a DICOM scan as they stand in the file, and how they are shown.

    Signed or not, they hold nothing but their stored bits; subsampled chroma is spread over its pixels.
    """

    layout: Layout
    development: Development
    _frames: Callable[[], Iterator[Taken]]

    def frames(self) -> Iterator[Taken]:
        """Yield (rows, columns) or (rows, columns, 3) samples of 8 or 16 bits, one frame at a time, from the start.

        Raises Undecodable or TooLarge, as `Scan.frames` does.
        """
        return self._frames()
