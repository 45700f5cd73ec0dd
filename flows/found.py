"""What is a file that was found where somebody put it for us, whatever that place is?"""

from contextlib import AbstractContextManager
from typing import Protocol

from storage.reception import Incoming


class Found(Protocol):
    """One complete file of a place that we look at; nothing of it is fetched before `incoming`."""

    @property
    def name(self) -> str:
        """The path by which its sender knows it, as text; it may name a patient and is never kept nor logged by us."""

    @property
    def version(self) -> str:
        """What is another once the file is another: its size and time, or what the server says of its content."""

    @property
    def size(self) -> int:
        """How many bytes it has."""

    def incoming(self) -> AbstractContextManager[Incoming]:
        """Give it as a local file with what is known of it, for the time of a `with` block.

        OSError where it cannot be read now, Unavailable where its server is out of reach.
        """

    def unchanged(self) -> bool:
        """Tell whether the file is still the one that was found."""

    @property
    def belongs_to(self) -> str | None:
        """The name of the file whose sidecar this is, where it came after that file; None of a scan."""

    def remove(self) -> bool:
        """Take it away with its sidecar once its content is safe; tell whether it is gone, false where it must stay."""
