"""For which project is what a device sends, by the title that it calls?"""

from collections.abc import Mapping
from dataclasses import dataclass

from supervision.programme import Programme
from supervision.sources import DicomListener


@dataclass(frozen=True)
class Destination:
    """One called AE title: the project that it stands for, and what the programme says of it."""

    project: str
    organisation: str
    source: DicomListener

    def hears(self, calling: str) -> bool:
        """Tell whether this one may send here."""
        return not self.source.calling or calling in self.source.calling


def destinations(programme: Programme) -> Mapping[str, Destination]:
    """Return every called AE title of the programme with its destination."""
    return {
        source.ae_title: Destination(project.code, project.organisation, source)
        for project in programme.projects
        for source in project.sources
        if isinstance(source, DicomListener)
    }
