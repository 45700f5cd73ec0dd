"""Does a look at the installation see each thing that is broken, and say nothing where nothing is?"""

import fcntl
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from storage.catalogue import audit, programme
from storage.catalogue.models import Event, Project
from storage.health import Check, Verdict, checks, objects, questions
from storage.health.inbox import left_alone
from storage.objects.chosen import object_store
from storage.settings import settings
from supervision.programme import read_programme
from tests.programmes import ONE_PROJECT
from tests.servers import S3Server, free_ports
from tests.storage.conftest import NOON, World

HOLDS_A_LOCK = """
import fcntl, sys, time
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
print(flush=True)
time.sleep(60)
"""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Set = Callable[..., None]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: World) -> Iterator[Set]:
    """Give a sound installation, and a function that changes its settings."""

    def change(**values: object) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"SONORELAY_{name.upper()}", str(value))
        for cached in (settings, object_store, programme.current):
            cached.cache_clear()

    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "programme.toml").write_text(ONE_PROJECT)
    change(home=home, inbox=tmp_path / "inbox", prefect_port=free_ports(1)[0], disk_reserve_mb=0)
    settings().signing_key()
    programme.apply(read_programme(ONE_PROJECT), NOON)
    programme.note_ingested("goma", NOON)
    audit.seal()
    yield change
    for cached in (settings, object_store, programme.current):
        cached.cache_clear()


def found(now: datetime = NOON) -> dict[str, Check]:
    return {check.name: check for check in checks(now)}


def test_what_could_be_lost_asks_for_a_backup(installed: Set, world: World) -> None:
    assert "backup" not in found()
    world.received("one")
    assert "backup" not in found(), "there was no night yet"
    later = NOON + 8 * DAY
    assert found(later)["backup"].verdict is Verdict.WARN
    Event.objects.create(at=NOON + 2 * DAY, what="backed_up")
    assert found(later)["backup"].verdict is Verdict.GOOD
    assert found(later + 2 * DAY)["backup"].facts == {"days": 8}
    assert found(later + 2 * DAY)["backup"].verdict is Verdict.WARN


def amiss(now: datetime = NOON) -> dict[str, str]:
    """Return what is not well; neither the disk of whoever runs this nor the Prefect server, which is not there."""
    return {
        name: check.verdict.value
        for name, check in found(now).items()
        if check.verdict is not Verdict.GOOD and not name.startswith(("disk.", "memory", "prefect"))
    }


def test_a_sound_installation_has_nothing_amiss_and_every_answer_says_what_to_do(installed: Set) -> None:
    assert amiss() == {"chain.verified": "warn"}
    last = audit.head()
    assert last is not None
    audit.note_verified(last, NOON)
    assert amiss() == {}
    assert found()["prefect"].verdict is Verdict.WARN
    for check in found().values():
        assert check.what.en
        assert check.what.fr
        assert bool(check.mend.en) == bool(check.mend.fr) == (check.verdict is not Verdict.GOOD)
    names = [question.name for question in questions()]
    assert len(names) == len(set(names)) >= 15


def test_questions_are_there_before_a_catalogue_is() -> None:
    program = (
        "import sys; from storage import health; sys.exit(not health.questions() or 'django.db.models' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_disk_without_room(installed: Set) -> None:
    installed(disk_reserve_mb=10**9)
    assert {name for name, check in found().items() if check.verdict is Verdict.BAD} == {
        "disk.home",
        "disk.inbox",
        "disk.tmp",
    }


def test_keys_that_others_may_read(installed: Set) -> None:
    home = settings().home
    (home / "keys").mkdir()
    (home / "keys" / "relief.key").touch(mode=0o600)
    assert "files.secrets" not in amiss()
    (home / "keys" / "relief.key").chmod(0o640)
    home.chmod(0o755)
    assert amiss() | {"chain.verified": ""} == {"files.secrets": "bad", "files.home": "warn", "chain.verified": ""}
    assert found()["files.secrets"].facts["names"] == "relief.key"


def test_a_programme_that_is_not_valid(installed: Set) -> None:
    settings().programme_file.write_text("[[projects]]\ncode = 'goma'\nnmae = 'Goma'")
    installed()
    assert amiss()["programme"] == "bad"
    assert "nmae" in found()["programme"].what.en
    settings().programme_file.unlink()
    assert found()["programme"].facts == {"code": "no_programme"}


@pytest.mark.parametrize(("days", "verdict"), [(-2, "bad"), (10, "warn"), (300, "good")])
def test_the_end_of_the_listeners_certificate(installed: Set, tmp_path: Path, days: int, verdict: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "listener")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, NOON - 400 * DAY, NOON + days * DAY + HOUR)
    (tmp_path / "c.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    (tmp_path / "k.pem").touch(mode=0o600)
    installed(listener_tls_certificate=tmp_path / "c.pem", listener_tls_key=tmp_path / "k.pem")
    assert found()["certificate"].verdict == verdict
    assert found()["certificate"].facts["days"] == days
    (tmp_path / "c.pem").write_text("no certificate")
    assert found()["certificate"].verdict is Verdict.BAD


def test_a_store_that_is_away_or_refuses(installed: Set, s3_server: S3Server) -> None:
    own = {"objects": "s3", "s3_access_key": s3_server.access_key, "s3_secure": "false", "s3_bucket": "health"}
    installed(**own, s3_endpoint=s3_server.endpoint, s3_secret_key=s3_server.secret_key)
    assert found()["object_store"].verdict is Verdict.GOOD
    assert found(datetime.now(UTC))["s3.clock"].verdict is Verdict.GOOD
    assert found(datetime.now(UTC) - HOUR)["s3.clock"].verdict is Verdict.BAD
    assert not list(object_store().digests(objects.Area.RELEASED))
    installed(s3_secret_key="wrong" * 8)
    assert found()["object_store"].facts == {"code": "store_refused"}
    installed(s3_endpoint=f"127.0.0.1:{free_ports(1)[0]}")
    assert found()["object_store"].facts == {"code": "store_unreachable"}
    assert "wrong" not in str(found())
    installed(objects="folder")
    settings().objects_folder.touch()
    assert found()["object_store"].verdict is Verdict.BAD


def test_a_filer_that_anybody_may_ask(tmp_path: Path, s3_server: S3Server) -> None:
    port = int(s3_server.endpoint.rpartition(":")[2])
    assert objects.filer_on("127.0.0.1", port).verdict is Verdict.GOOD, "S3 itself is no filer"
    filer = _filer_port(port)
    assert objects.filer_on("127.0.0.1", filer).verdict is Verdict.GOOD
    for asked in ("/", "/buckets/", "/buckets/health-raw/"):
        with pytest.raises(OSError, match=r"HTTP Error 40|refused|reset"):
            urllib.request.urlopen(f"http://127.0.0.1:{filer}{asked}", timeout=5)
    with _serving({"Server": "SeaweedFS 30GB 4.40"}, 200) as open_one, _serving({"Server": "nginx"}, 200) as other:
        assert objects.filer_on("127.0.0.1", open_one).verdict is Verdict.BAD
        assert objects.filer_on("127.0.0.1", other).verdict is Verdict.GOOD
    with _serving({"Server": "SeaweedFS 30GB 4.40"}, 401) as locked:
        assert objects.filer_on("127.0.0.1", locked).verdict is Verdict.GOOD


def test_a_clock_that_was_set_back(installed: Set) -> None:
    Event.objects.create(at=NOON + DAY, what="programme_applied")
    assert found(NOON)["clock"].verdict is Verdict.BAD
    assert found(NOON)["clock"].facts["minutes"] == 24 * 60
    assert found(NOON + DAY)["clock"].verdict is Verdict.GOOD


def test_tables_of_an_earlier_version(installed: Set) -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("catalogue", recorder.migration_qs.filter(app="catalogue").latest("pk").name)
    answered = found()
    assert answered["catalogue.tables"].verdict is Verdict.BAD
    assert "scans" not in answered, "nothing more is asked of a catalogue that is not today's"


def test_a_catalogue_that_takes_nothing(installed: Set) -> None:
    sqlite = connection.vendor == "sqlite"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON" if sqlite else "SET TRANSACTION READ ONLY")
        assert found()["catalogue_writable"].verdict is Verdict.BAD
        if sqlite:
            cursor.execute("PRAGMA query_only = OFF")
        transaction.set_rollback(True)
    assert found()["catalogue_writable"].verdict is Verdict.GOOD


def test_scans_and_readings_that_wait(installed: Set, world: World) -> None:
    assert "scans" in found()
    world.received("waits")
    assert "scans.received" not in amiss(NOON + HOUR)
    assert amiss(NOON + 2 * DAY)["scans.received"] == "warn"
    world.withheld("held")
    assert amiss(NOON + 8 * DAY)["scans.withheld"] == "warn"
    assert found(NOON + 8 * DAY)["scans.withheld"].facts == {"count": 1, "projects": "goma"}
    world.queued("asks", trainee=None)
    assert amiss(NOON + 15 * DAY)["scans.awaiting_info"] == "warn"
    world.queued("read me")
    assert "readings" not in amiss(NOON + HOUR)
    assert found(NOON + 30 * DAY)["readings"].facts["count"] >= 1


def test_a_schedule_that_no_longer_runs(installed: Set) -> None:
    assert found(NOON + timedelta(minutes=19))["schedules.goma"].verdict is Verdict.GOOD
    assert found(NOON + timedelta(minutes=21))["schedules.goma"].verdict is Verdict.BAD
    Project.objects.filter(code="goma").update(ingested_at=None)
    assert found()["schedules.goma"].verdict is Verdict.WARN


def test_runs_that_are_dead_or_stuck(installed: Set) -> None:
    running = settings().home / "running"
    running.mkdir()
    assert found()["runs"].verdict is Verdict.GOOD
    run = subprocess.Popen([sys.executable, "-c", HOLDS_A_LOCK, str(running / "token")], stdout=subprocess.PIPE)
    assert run.stdout is not None
    run.stdout.readline()
    assert found()["runs"].verdict is Verdict.GOOD
    os.utime(running / "token", (time.time() - 7 * 3600,) * 2)
    assert found()["runs.stuck"].facts["count"] == 1
    run.kill()
    run.wait()
    run.stdout.close()
    assert found()["runs.dead"].facts["count"] == 1
    with (running / "token").open() as again:
        fcntl.flock(again, fcntl.LOCK_EX)
        os.utime(running / "token")
        assert found()["runs"].verdict is Verdict.GOOD


def test_files_that_nobody_takes(installed: Set) -> None:
    inbox = settings().inbox
    (inbox / "goma" / "amina").mkdir(parents=True)
    (inbox / "goma" / "amina" / "clip.mp4").touch()
    (inbox / "goma" / ".hidden").touch()
    (inbox / "sonorelay-receipts").mkdir()
    (inbox / "sonorelay-receipts" / "2026-03-02.csv").touch()
    assert found()["inbox"].verdict is Verdict.GOOD
    (inbox / "Goma").mkdir()
    (inbox / "Goma" / "clip.mp4").touch()
    assert left_alone(inbox, {"goma"}) == (1, 0, 0)
    assert left_alone(inbox, {"goma"}, older_than=-1.0) == (1, 0, 1)
    assert amiss()["inbox"] == "warn"
    assert "clip" not in str(found()["inbox"]), "names of files may name patients"


def test_files_that_this_account_may_not_read() -> None:
    privileged = os.geteuid() == 0
    with TemporaryDirectory(prefix="sonorelay-") as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "goma").mkdir()
        (Path(folder) / "goma" / "clip.mp4").touch(mode=0o000)
        try:
            if privileged:
                os.seteuid(65534)
            assert left_alone(Path(folder), {"goma"}).unreadable == 1
        finally:
            if privileged:
                os.seteuid(0)


@pytest.mark.django_db(transaction=True)
def test_a_chain_that_waits_or_was_cut(installed: Set) -> None:
    first = audit.head()
    assert first is not None
    Event.objects.create(at=NOON, what="programme_applied")
    last = audit.head()
    assert last is not None
    audit.note_verified(last, NOON)
    assert "chain.verified" not in amiss()
    assert amiss(NOON + 40 * DAY)["chain.verified"] == "warn"
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalogue_event WHERE number = %s", [last.number])
    assert audit.verify(NOON).sound, "the chain itself cannot tell"
    assert amiss()["chain.verified"] == "bad"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalogue_event SET number = NULL WHERE number = %s", [first.number])
    assert amiss(NOON + HOUR)["chain.sealed"] == "bad"


def _filer_port(s3: int) -> int:
    """Return the port on which the filer of the tests' SeaweedFS would speak HTTP, from how it was started."""
    started = (file.read_bytes().split(b"\0") for file in Path("/proc").glob("[0-9]*/cmdline"))
    (arguments,) = (given for given in started if f"-s3.port={s3}".encode() in given)
    (named,) = (one for one in arguments if one.startswith(b"-filer.port="))
    return int(named.partition(b"=")[2])


@contextmanager
def _serving(headers: dict[str, str], status: int) -> Iterator[int]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(status)
            for name, value in {**headers, "Content-Length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_a_field_box_with_one_disk_is_told_so(installed: Set) -> None:
    assert found()["objects.second_copy"].verdict is Verdict.GOOD
    installed(sync_url="https://sono.example.org", sync_token="sr_a-token")
    assert found()["objects.second_copy"].verdict is Verdict.WARN
    (settings().home / "disk").mkdir()
    installed(second_copy=settings().home / "disk")
    assert found()["objects.second_copy"].verdict is Verdict.GOOD
