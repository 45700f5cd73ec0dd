"""Does a file become one scan whatever happens while it is received, and does every arrival have one answer?"""

import hashlib
import io
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from pipeline.errors import Undecodable, Withheld
from pipeline.key import Key
from pipeline.phantom import DemoHeader, Scene, write_dicom
from pipeline.sector import Shape
from storage.catalogue import intake
from storage.catalogue.arrivals import ANSWERED, answer_of, answers_for
from storage.catalogue.models import (
    Arrival,
    AuthorName,
    Device,
    Event,
    Exam,
    Organisation,
    Person,
    Project,
    Scan,
    StoredObject,
)
from storage.objects import Area, ObjectStore
from storage.objects.folder import FolderShelf
from storage.objects.vaults import Vaults
from storage.reception import Incoming, Receipt, receive
from supervision.receipts import Answer, what_to_do
from supervision.sources import Way
from supervision.states import State
from tests.storage.conftest import NOON, World, identity, inspection, make_world, released, runs

KEY = Key(b"k" * 32)
PICTURE = b"\x89PNG\r\n\x1a\n"


class Killed(Exception):
    """The process is gone."""


@dataclass(frozen=True)
class Mortal(ObjectStore):
    """A store whose process is killed between the object and its row, after so many objects."""

    lives: list[int] = field(default_factory=list)

    def verify(self, area: Area, digest: str) -> None:
        super().verify(area, digest)
        if self.lives:
            self.lives[0] -= 1
            if self.lives[0] < 0:
                raise Killed


def store_in(folder: Path, *lives: int) -> Mortal:
    shelf = FolderShelf(folder / "objects", "http://localhost", b"k" * 32)
    return Mortal(shelf, Vaults(folder / "keys"), folder / "opened", "relief", list(lives))


def packed(files: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return whole.getvalue()


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    return tmp_path


def received(place: Path, content: bytes, *lives: int, **known: object) -> tuple[Receipt, ...]:
    path = place / "sent"
    path.write_bytes(content)
    incoming = replace(Incoming(path, "goma", Way.WATCHED_FOLDER), **known)
    return receive(incoming, store_in(place, *lives), KEY, NOON, work=place / "work")


def test_an_archive_is_its_files_each_with_what_is_known_of_it(world: World, place: Path) -> None:
    content = packed(
        {
            "amina/FAST/1.png": PICTURE + b"1",
            "amina/FAST/1.png.json": b'{"view": "RUQ", "exam_type": "card"}',
            "2.png": PICTURE + b"2",
            "__MACOSX/._1": b"x",
        }
    )
    receipts = received(place, content, sent_by=world.people["amina"].pk)
    assert [one.member for one in receipts] == ["amina/FAST/1.png", "2.png"]
    assert "1.png" not in repr(receipts), "what is logged names no file"
    one, two = (Scan.objects.get(digest=receipt.digest) for receipt in receipts)
    assert (one.trainee, one.exam_type, one.said) == (world.people["amina"], "CARD", {"view": "RUQ"})
    assert (two.trainee, two.exam_type) == (None, "")
    assert sorted(one.objects_stored.values_list("role", flat=True)) == ["raw", "sidecar"]
    came = set(Arrival.objects.values_list("archive", "left_out", "sent_by"))
    assert came == {(digest_of(content), 1, world.people["amina"].pk)}
    assert not list((place / "work").iterdir())


def test_what_is_known_of_an_archive_counts_for_its_files(world: World, place: Path) -> None:
    received(place, packed({"FAST/1.png": PICTURE, "x/2.png": PICTURE + b"2"}), author="amina")
    assert set(Scan.objects.values_list("trainee__username", "exam_type")) == {("amina", "FAST"), ("amina", "")}


def test_a_refused_archive_is_one_scan_with_its_reason_and_its_bytes(world: World, place: Path) -> None:
    content = packed({"../1.png": PICTURE})
    (receipt,) = received(place, content)
    scan = Scan.objects.get()
    assert (scan.state, scan.reason, scan.digest) == (State.REJECTED, "archive_unsafe", digest_of(content))
    with store_in(place).fetch(Area.RAW, receipt.digest) as kept:
        assert kept.read_bytes() == content
    answered = answers_for("goma", [receipt.arrival])[receipt.arrival]
    assert (answered.answer, answered.code) == (Answer.REFUSED, "archive_unsafe")
    assert what_to_do(answered).fr.endswith("Recréez-la.")
    assert answers_for("bunia", [receipt.arrival]) == {}
    (again,) = received(place, content)
    assert again.repeated


@pytest.mark.parametrize("killed_after", [0, 1, 2])
def test_an_archive_whose_reception_is_killed_is_received_once(world: World, place: Path, killed_after: int) -> None:
    content = packed({f"{number}.png": PICTURE + bytes([number]) for number in range(3)})
    with pytest.raises(Killed):
        received(place, content, killed_after)
    assert Scan.objects.count() == killed_after
    receipts = received(place, content)
    assert [one.repeated for one in receipts] == [number < killed_after for number in range(3)]
    assert Scan.objects.count() == 3


@pytest.mark.parametrize(
    ("said", "kept"),
    [("MBEKI", False), ("Thandi Mbeki", False), ("thandi^mbeki^ann", False), ("SIM-000000", False), ("Ward", True)],
)
def test_a_folder_that_is_called_after_the_patient_is_no_author(
    world: World, place: Path, said: str, *, kept: bool
) -> None:
    path = place / "scan.dcm"
    write_dicom(Scene(1, Shape.CURVILINEAR, 120, 160, 1), path, header=DemoHeader(patient_name="MBEKI^THANDI"))
    received(place, path.read_bytes(), author=said)
    assert AuthorName.objects.exists() is kept
    assert (Scan.objects.get().author_name is not None) is kept


CONTENTS = [PICTURE + bytes([number]) for number in range(5)]
BROKEN = packed({"1.png": CONTENTS[0]})[:-30]


@dataclass(frozen=True)
class Sent:
    """One file that somebody sends, and after how many objects the process that receives it is killed."""

    content: bytes
    holds: frozenset[str]
    way: Way
    project: str
    lives: tuple[int, ...]


def sent(numbers: list[int], way: Way, project: str, lives: tuple[int, ...], *, broken: bool, folder: str) -> Sent:
    alone = CONTENTS[numbers[0]] if len(numbers) == 1 else None
    content = alone or packed({f"{folder}{number}": CONTENTS[number] for number in numbers})
    content = BROKEN if broken else content
    whole = broken or alone is not None
    holds = [content] if whole else [CONTENTS[number] for number in numbers]
    return Sent(content, frozenset(map(digest_of, holds)), way, project, lives)


SENT = st.builds(
    sent,
    st.lists(st.integers(0, len(CONTENTS) - 1), min_size=1, max_size=3, unique=True),
    st.sampled_from(Way),
    st.sampled_from(["goma", "bunia"]),
    st.sampled_from([(), (), (0,), (1,), (2,)]),
    broken=st.sampled_from([False, False, False, True]),
    folder=st.sampled_from(["", "amina/", "Ward/FAST/"]),
)


class Received(RuleBasedStateMachine):
    """Files come by several ways at once, some are killed over, all are sent again until they were received."""

    @initialize()
    def begin(self) -> None:
        Event.objects.all()._raw_delete("default")
        for model in (StoredObject, Scan, Exam, Device, AuthorName, Project, Organisation, Person):
            model.objects.all().delete()
        self.world = make_world()
        self.folder = tempfile.TemporaryDirectory()
        self.unsent: list[Sent] = []
        self.holds: set[str] = set()
        self.receipts: list[tuple[Sent, tuple[Receipt, ...]]] = []

    @rule(some=st.lists(SENT, min_size=1, max_size=4))
    def arrive_at_once(self, some: list[Sent]) -> None:
        self._send(some)

    @rule()
    def send_again(self) -> None:
        again, self.unsent = self.unsent, []
        self._send([replace(one, lives=()) for one in again])
        assert not self.unsent

    @rule(ending=st.sampled_from(["released", "withheld", "rejected", "failed"]))
    def work_on_one(self, ending: str) -> None:
        for digest in intake.take("goma", 1, "token", NOON):
            match ending:
                case "released":
                    kept = released(digest)
                    assert intake.record_released(
                        digest, "token", inspection(), identity(digest[:9]), (0.0,), kept, NOON
                    )
                case "withheld":
                    assert intake.record_withheld(digest, "token", Withheld("no_sector"), None, None, {}, NOON)
                case "rejected":
                    assert intake.record_rejected(digest, "token", Undecodable("damaged"), NOON)
                case _:
                    assert intake.record_failed(digest, "token", "internal", NOON)

    @invariant()
    def every_file_is_once_in_one_state(self) -> None:
        if not hasattr(self, "world"):
            return
        scans = set(Scan.objects.values_list("digest", flat=True))
        assert self.holds <= scans
        assert Arrival.objects.filter(repeated=False).count() == len(scans)
        assert set(Arrival.objects.filter(repeated=False).values_list("scan__digest", flat=True)) == scans
        lying = set(store_in(Path(self.folder.name)).digests(Area.RAW))
        assert scans <= lying
        if not self.unsent:
            assert scans == self.holds == lying, "nothing is left over of what was killed"

    @invariant()
    def every_arrival_has_one_answer(self) -> None:
        if not hasattr(self, "world"):
            return
        answers = {
            one: set(Arrival.objects.filter(where).values_list("pk", flat=True)) for one, where in ANSWERED.items()
        }
        assert sum(map(len, answers.values())) == Arrival.objects.count()
        for arrival in Arrival.objects.select_related("scan"):
            answered = answer_of(arrival)
            assert arrival.pk in answers[answered.answer]
            assert what_to_do(answered).fr
        for one, receipts in self.receipts:
            assert {receipt.digest for receipt in receipts} == one.holds
            for receipt in receipts:
                arrival = Arrival.objects.select_related("scan", "project").get(pk=receipt.arrival)
                assert (arrival.scan.digest, arrival.source) == (receipt.digest, one.way)
                assert (arrival.project.code, arrival.repeated) == (one.project, receipt.repeated)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.send_again()
            self.every_file_is_once_in_one_state()
            self.folder.cleanup()

    def _send(self, some: list[Sent]) -> None:
        with ThreadPoolExecutor(max(len(some), 1)) as threads:
            results = list(threads.map(self._receive, some))
        for one, receipts in zip(some, results, strict=True):
            if receipts is None:
                self.unsent.append(one)
            else:
                self.holds |= one.holds
                self.receipts.append((one, receipts))

    def _receive(self, one: Sent) -> tuple[Receipt, ...] | None:
        folder = Path(self.folder.name)
        try:
            with tempfile.NamedTemporaryFile(dir=folder) as file:
                file.write(one.content)
                file.flush()
                incoming = Incoming(Path(file.name), one.project, one.way)
                return receive(incoming, store_in(folder, *one.lives), KEY, NOON, work=folder)
        except Killed:
            return None
        finally:
            connection.close()


@pytest.mark.django_db(transaction=True)
def test_exactly_once() -> None:
    run_state_machine_as_test(Received, settings=settings(max_examples=runs(9), stateful_step_count=8, deadline=None))
