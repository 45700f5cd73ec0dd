"""Which exams does a piece of evidence rest on, by numbers of this catalogue and by names that hold on both sides?"""

from typing import Any
from uuid import UUID

from storage.catalogue.models import Exam, Organisation


class Exams:
    """The exams of an organisation, in JSON whose lists called `exams` hold them; counts of that name stay."""

    def __init__(self, organisation: Organisation) -> None:
        """Look up exams of this organisation only."""
        self._all = Exam.objects.filter(project__organisation=organisation)
        self._names: dict[Any, str] = {}
        self._asked: set[Any] = set()

    def look_up(self, tables: list[Any]) -> None:
        """Learn the names of all exams of these tables at once."""
        numbers = set(_in(tables)) - self._asked
        self._asked |= numbers
        if numbers:
            found = self._all.filter(pk__in=numbers).values_list("pk", "uuid")
            self._names |= {number: str(name) for number, name in found}

    def named(self, table: Any) -> Any:
        """Return it with names for numbers; an exam that is no longer here is left out."""
        self.look_up([table])
        return _with(table, self._names)

    def here(self, table: Any) -> Any:
        """Return it with our numbers for names; an exam that is not here is left out."""
        names = {name for name in _in(table) if _is_name(name)}
        found = dict(self._all.filter(uuid__in=names).values_list("uuid", "pk")) if names else {}
        return _with(table, {str(name): number for name, number in found.items()})


def _in(table: Any) -> list[Any]:
    if isinstance(table, dict):
        own = [one for name, several in table.items() if _lists(name, several) for one in several]
        return own + [one for name, part in table.items() if not _lists(name, part) for one in _in(part)]
    return [one for part in table for one in _in(part)] if isinstance(table, list) else []


def _with(table: Any, other: dict[Any, Any]) -> Any:
    if isinstance(table, dict):
        return {
            name: [other[one] for one in part if one in other] if _lists(name, part) else _with(part, other)
            for name, part in table.items()
        }
    return [_with(part, other) for part in table] if isinstance(table, list) else table


def _lists(name: str, value: Any) -> bool:
    return name == "exams" and isinstance(value, list) and all(isinstance(one, (int, str)) for one in value)


def _is_name(value: Any) -> bool:
    try:
        return bool(UUID(value))
    except (ValueError, AttributeError, TypeError):
        return False
