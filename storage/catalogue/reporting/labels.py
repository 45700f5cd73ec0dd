"""How are projects, exam types, people and devices called in a report, and in which order do they stand?"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pipeline.text import Text
from storage.catalogue.exam_catalogue import own_label
from storage.catalogue.models import Device, Person, Project
from supervision.exam_types import exam_types

NOT_KNOWN = Text("not known", "non précisé")


def labels_of(by: str, keys: Iterable[Any]) -> Mapping[Any, Text]:
    """Return names by key, in the order of the names, exam types in that of the catalogue, what is not known last."""
    known = [key for key in keys if key not in (None, "")]
    lacking = {key: NOT_KNOWN for key in keys if key in (None, "")}
    return {**_NAMED[by](known), **lacking}


def _exam_types(codes: list[str]) -> dict[str, Text]:
    shipped = {code: one.label for code, one in exam_types().items() if code in codes}
    own = {code: own_label(code) or same(code) for code in sorted(set(codes) - set(shipped))}
    return {**shipped, **own}


def _projects(codes: list[str]) -> dict[str, Text]:
    return _sorted(dict(Project.objects.filter(code__in=codes).values_list("code", "name")))


def _trainees(keys: list[int]) -> dict[int, Text]:
    return _sorted({person.pk: person.display_name for person in Person.objects.filter(pk__in=keys)})


def _devices(keys: list[int]) -> dict[int, Text]:
    return _sorted({device.pk: str(device) for device in Device.objects.filter(pk__in=keys)})


def _sorted(names: Mapping[Any, str]) -> dict[Any, Text]:
    return {key: same(name) for key, name in sorted(names.items(), key=lambda one: (one[1].casefold(), str(one[0])))}


def same(name: str) -> Text:
    """Return a name that is the same in both languages."""
    return Text(name, name)


_NAMED: Mapping[str, Callable[[list[Any]], Mapping[Any, Text]]] = {
    "project": _projects,
    "exam_type": _exam_types,
    "trainee": _trainees,
    "device": _devices,
}
