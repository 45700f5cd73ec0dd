"""What do people and earlier scans say about a scan before it is looked at?"""

from dataclasses import dataclass

from pipeline.kept import Polygon
from pipeline.received import Kind


@dataclass(frozen=True)
class Layout:
    """Where the sectors lie on the screen of one device, in pictures of one kind and size.

    device, model: pseudonym and make as `Identity` gives them, None where the files name none.
    drawn: whether a person drew it; otherwise it was learned from earlier scans on which two witnesses agreed.
    """

    kind: Kind
    rows: int
    columns: int
    polygons: tuple[Polygon, ...]
    device: str | None = None
    model: str | None = None
    drawn: bool = False


@dataclass(frozen=True)
class Guidance:
    """What is known beforehand: layouts of this project's devices, and a person's decision on this very scan.

    device, model: pseudonym and make as the channel or the file knows them, None where neither does. drawn: the
    sectors as a person drew them on this scan. text_accepted: a person has looked at the writing inside and says that
    it names nobody.
    """

    layouts: tuple[Layout, ...] = ()
    device: str | None = None
    drawn: tuple[Polygon, ...] = ()
    text_accepted: bool = False
    model: str | None = None

    def layouts_for(self, kind: Kind, rows: int, columns: int) -> tuple[Layout, ...]:
        """Return the layouts of pictures of this kind and size from the same device, those that a person drew first."""
        alike = [
            layout
            for layout in self.layouts
            if (layout.kind, layout.rows, layout.columns) == (kind, rows, columns) and self._same_device(layout)
        ]
        return tuple(sorted(alike, key=lambda layout: not layout.drawn))

    def _same_device(self, layout: Layout) -> bool:
        """Return whether device, or else model, are known on both sides and equal, or nothing is known of either."""
        if layout.device and self.device:
            return layout.device == self.device
        if layout.model and self.model:
            return layout.model == self.model
        return not (layout.device or self.device or layout.model or self.model)
