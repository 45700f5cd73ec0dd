"""A project that is given away: the installation that gives it, and those into which it is restored."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db.backends.sqlite3.base import DatabaseWrapper

from supervision.handover import HandoverStage
from supervision.roles import Role
from tests.storage.conftest import NOON
from tests.storage.two_sides import Installation, copy_tables, installed, removed, scanned

if TYPE_CHECKING:
    from storage.catalogue.models import Exam, Handover, Person, ProjectBundle, Review
    from storage.handover.arriving import Arrived

PASSPHRASE = "five words that nobody guesses"
PROGRAMME = """
[review]
second_read_share = 0.0

[[organisations]]
code = "relief"
name = "Relief"

[[organisations]]
code = "other"
name = "Other"

[[projects]]
code = "goma"
organisation = "relief"
name = "Goma \\"General\\""
sources = [{kind = "watched_folder", folder = "/srv/goma"}, {kind = "browser"}]

[[projects]]
code = "bunia"
organisation = "relief"
name = "Bunia"
"""


class Drill:
    """The giving installation, and how often a new one was made; time goes by one minute with every look."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now, self.made = folder, NOON, 0
        self.old = installed(folder, "old")
        (self.old.home / "programme.toml").write_text(PROGRAMME)
        self.new: list[Installation] = []

    def later(self, minutes: int = 1) -> datetime:
        self.now += timedelta(minutes=minutes)
        return self.now

    def person(self, name: str) -> Person:
        return self.old.world.people[name]

    def exported(self, name: str, by: str = "owner", *, originals: bool = True) -> Path:
        from storage.handover.exporting import Wanted
        from storage.handover.leaving import into_folder

        folder = self.folder / name
        with self.old.here():
            wanted = Wanted("goma", self.person(by), originals=originals, passphrase=PASSPHRASE)
            into_folder(wanted, folder, self.old.store(), self.later())
        return folder

    def restored(self, bundle: Path) -> tuple[Installation, Arrived]:
        """Restore into a store without files, a home without keys, and tables without rows.

        To make the tables would take most of the time; `sonorelay restore` is tried where there are none.
        """
        from storage.handover import arriving
        from storage.objects.chosen import object_store

        home = self.folder / f"new-{len(self.new)}"
        home.mkdir()
        copy_tables(home / "catalogue.sqlite3")
        there = self.another(home)
        with there.here():
            opened = arriving.opened(bundle)
            keys = arriving.keys_in(bundle, PASSPHRASE)
            owner = arriving.Owner("ministry", "Ministry of Health")
            return there, arriving.restore(opened, owner, keys, object_store("ministry"), self.later())

    def another(self, home: Path) -> Installation:
        """Return a new installation, in which nothing is."""
        described = {**self.old.connection.settings_dict, "NAME": str(home / "catalogue.sqlite3")}
        self.new.append(Installation(home, DatabaseWrapper(described, "default")))
        return self.new[-1]

    def confirmed(self, receipt: bytes) -> ProjectBundle:
        from storage.handover import steps

        with self.old.here():
            return steps.confirm("goma", receipt, self.person("owner"), self.later())

    def move(self, made: Handover, to: HandoverStage, by: str = "owner") -> None:
        from storage.handover import steps

        with self.old.here():
            steps.move(made, to, self.person(by), self.later())

    def read(self, exam: Exam, reader: str) -> Review:
        from storage.catalogue import queue, readings
        from tests.storage.acts_on_two_sides import BLADDER, form

        item = exam.items.filter(done_at=None).latest("pk")
        queue.claim(item.pk, self.person(reader), self.later())
        seen = [view.code for view in BLADDER.views]
        return readings.submit(item.pk, self.person(reader), uuid.uuid4(), form(4), self.later(), seen=seen)


@pytest.fixture
def drill(tmp_path: Path) -> Iterator[Drill]:
    from storage.keys import organisation_key

    organisation_key.cache_clear()
    made = Drill(tmp_path)
    with made.old.here() as world:
        world.person("owner", Role.PARTNER_OWNER)
        world.person("stranger", Role.PARTNER_OWNER, project=world.bunia)
        world.person("minister", Role.PARTNER_OWNER, project=world.goma)
        world.person("noor", Role.REVIEWER, project=world.goma)
        store = made.old.store()
        for number in range(3):
            scanned(store, f"goma {number}", made.later())
        scanned(store, "a scan of bunia", made.later(), project="bunia")
    yield made
    removed(made.old, *made.new)
    organisation_key.cache_clear()


def exams(project: str) -> list[Exam]:
    from storage.catalogue.models import Exam

    return list(Exam.objects.filter(project__code=project).order_by("pk"))
