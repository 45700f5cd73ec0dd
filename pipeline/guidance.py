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

    device: the pseudonym that the channel knew, None where it knew none. drawn: the sectors as a person drew them on
    this scan. text_accepted: a person has looked at the writing inside and says that it names nobody.
    """

    layouts: tuple[Layout, ...] = ()
    device: str | None = None
    drawn: tuple[Polygon, ...] = ()
    text_accepted: bool = False
