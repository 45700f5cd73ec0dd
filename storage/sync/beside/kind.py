"""What does a kind of record beside exams have to say?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.catalogue.models import Project
from storage.sync.names import Names
from storage.sync.records import BesideTold


@dataclass(frozen=True)
class Kind:
    """One kind of record.

    tell: yields the records of a project, or the one of this key. take: adds what is new of a record to what is here,
    in a transaction; raises storage.sync.given.Waits or NotUnderstood.
    """

    name: str
    record: type[BesideTold]
    tell: Callable[[Project, Names, str | None], Iterator[BesideTold]]
    take: Callable[[Any, Project, Names, datetime], None]
