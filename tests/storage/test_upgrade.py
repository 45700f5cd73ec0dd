"""Does an installation of the release before keep every scan, where it was on its way, with its bytes?"""

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from pipeline.phantom import Scene, write_mp4
from pipeline.sector import Shape
from storage.objects import Area
from storage.objects.chosen import object_store
from storage.settings import settings
from supervision.states import RELEASED, State
from tests.storage.conftest import NOON

RELEASE_BEFORE = [("catalogue", "0012_study")]
HOUR = timedelta(hours=1)
EXAMS = {State.AWAITING_INFO, State.QUEUED, State.NOT_CHOSEN, State.FINAL}


@pytest.fixture
def before(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Give the tables of the release before, in a home of their own, and bring today's back whatever happens."""
    monkeypatch.setenv("SONORELAY_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    object_store.cache_clear()
    executor = MigrationExecutor(connection)
    latest = executor.loader.graph.leaf_nodes()
    executor.migrate(RELEASE_BEFORE)
    try:
        yield executor.loader.project_state(RELEASE_BEFORE).apps
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(latest)


def filled(apps: Any, folder: Path) -> dict[State, Path]:
    """Write a scan in every state, with its files as that release laid them; return the file that each came from."""

    def rows(name: str) -> Any:
        return apps.get_model("catalogue", name).objects

    relief = rows("Organisation").create(code="relief", name="Relief")
    goma = rows("Project").create(code="goma", name="Goma", organisation=relief)
    amina = rows("Person").create(username="amina")
    files = {}
    for number, state in enumerate(State):
        files[state] = folder / f"{state}.mp4"
        write_mp4(Scene(number, Shape.CURVILINEAR, rows=240, columns=320, frames=4), files[state])
        exam = None
        if state in EXAMS:
            known = {"project": goma, "name": f"{number:010d}", "began_at": NOON, "stage": state.value}
            exam = rows("Exam").create(**known, exam_type="FAST", trainee=amina, patient=f"SR-{number}")
        digest = _laid(files[state].read_bytes(), Area.RAW)
        known = {"project": goma, "trainee": amina, "exam_type": "FAST", "exam": exam, "received_at": NOON}
        reason = "no_sector" if state is State.WITHHELD else ""
        scan = rows("Scan").create(digest=digest, state=state.value, kind="video", size=9, reason=reason, **known)
        for arrived in range(1 + number % 2):
            rows("Arrival").create(scan=scan, source="watched_folder", arrived_at=NOON + arrived * HOUR)
        rows("Event").create(at=NOON, what="received", scan=scan, facts={})
        _kept(rows("StoredObject"), scan, "raw", Area.RAW, digest)
        if state in RELEASED:
            _kept(rows("StoredObject"), scan, "preview", Area.RELEASED, _laid(f"seen {state}".encode(), Area.RELEASED))
        if state is State.WITHHELD:
            _kept(rows("StoredObject"), scan, "evidence", Area.WITHHELD, _laid(b"in doubt", Area.WITHHELD))
    return files


def test_every_scan_is_found_where_it_was_and_goes_on(before: Any, tmp_path: Path) -> None:
    files = filled(before, tmp_path)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    from storage.catalogue import audit, intake
    from storage.catalogue.models import Arrival, Exam, Scan, StoredObject
    from storage.keys import organisation_key
    from storage.reception import Incoming, receive
    from supervision.sources import Way

    scans = {State(scan.state): scan for scan in Scan.objects.select_related("exam")}
    assert set(scans) == set(State)
    for state, scan in scans.items():
        assert scan.digest == sha256(files[state].read_bytes()).hexdigest()
        assert (scan.exam is not None) == (state in EXAMS)
        number = list(State).index(state)
        assert scan.exam is None or (scan.exam.stage, scan.exam.patient) == (state.value, f"SR-{number}")
    assert Exam.objects.count() == len(EXAMS)
    store = object_store()
    for row in StoredObject.objects.all():
        with store.fetch(Area(row.area), row.digest) as path:
            assert sha256(path.read_bytes()).hexdigest() == row.digest
    assert Arrival.objects.filter(project__code="goma").count() == Arrival.objects.count() == len(State) * 3 // 2
    assert Arrival.objects.filter(repeated=True).count() == len(State) // 2

    audit.seal()
    assert audit.verify(NOON + 2 * HOUR).sound
    assert intake.take("goma", 100, "a run", NOON + HOUR) == [scans[State.RECEIVED].digest]
    ours = object_store("relief")
    for state, file in files.items():
        (receipt,) = receive(Incoming(file, "goma", Way.WATCHED_FOLDER), ours, organisation_key("relief"), NOON + HOUR)
        assert (receipt.digest, receipt.repeated) == (scans[state].digest, True), "what was here is known again"
    assert Scan.objects.count() == len(State)


def _laid(content: bytes, area: Area) -> str:
    digest = sha256(content).hexdigest()
    place = settings().objects_folder / area / digest[:2] / digest[2:4] / digest
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return digest


def _kept(rows: Any, scan: Any, role: str, area: Area, digest: str) -> None:
    rows.create(scan=scan, role=role, area=area.value, digest=digest, media_type="video/mp4", size=9)
