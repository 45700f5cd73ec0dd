"""Does one command start everything, does the clock bring new files in, and does one key stop it all?"""

import base64
import io
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import numpy as np
import pytest
from playwright.sync_api import Page, expect
from pydicom import dcmread

from supervision.states import State
from tests.browser import chromium, log_in, shown
from tests.end_to_end.installation import PASSWORD, Installation, in_pydicom
from tests.end_to_end.processes import descendants, wait_until
from tests.end_to_end.watched import arguments_of, foreign_calls, holding, listening, witness
from tests.servers import free_ports

SECONDS_FOR_ONE_CYCLE = 300
SECRETS = {
    "SONORELAY_SECRET_KEY": "signing-" + "k" * 40,
    "SONORELAY_METRICS_TOKEN": "gauges-" + "m" * 40,
    "SONORELAY_PREFECT_AUTH": "prefect:pool-" + "p" * 20,
    "SONORELAY_S3_SECRET_KEY": "store-" + "s" * 40,
}
PATIENT = ["Kasongo", "Furaha", "NK-4711-77"]
Running = tuple[Installation, "subprocess.Popen[bytes]"]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    web, prefect = free_ports(2)
    ports = {"SONORELAY_WEB_PORT": str(web), "SONORELAY_PREFECT_PORT": str(prefect)}
    calls = witness(tmp_path_factory.mktemp("witness"))
    installation = Installation(tmp_path_factory.mktemp("up"), ports | SECRETS | calls)
    installation.prepare()
    process = installation.up()
    try:
        wait_until(lambda: _answers(f"http://127.0.0.1:{ports['SONORELAY_WEB_PORT']}/healthz"), 240)
        yield installation, process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(60)


@pytest.mark.service
def test_the_clock_brings_a_dropped_file_to_the_queue(running: Running, tmp_path: Path) -> None:
    installation, _ = running
    prefect = f"http://127.0.0.1:{installation.extra['SONORELAY_PREFECT_PORT']}/api"
    wait_until(lambda: _answers(f"{prefect}/health") and _scheduled_runs(prefect) > 0, 240)
    installation.drop(of_a_patient(tmp_path), "amina/FAST")
    wait_until(lambda: installation.count(State.QUEUED) == 1, SECONDS_FOR_ONE_CYCLE)


@pytest.mark.service
def test_a_busy_port_is_a_clear_error(running: Running, tmp_path: Path) -> None:
    installation, _ = running
    again = installation.sonorelay("up", check=False)
    assert again.returncode == 2
    assert str(installation.home) in again.stderr
    elsewhere = Installation(tmp_path, installation.extra)
    elsewhere.prepare()
    second = elsewhere.sonorelay("up", check=False)
    assert second.returncode == 2
    assert installation.extra["SONORELAY_WEB_PORT"] in second.stderr
    assert "SONORELAY_WEB_PORT" in second.stderr
    assert "Traceback" not in second.stderr + second.stdout


@pytest.mark.service
@pytest.mark.chromium
def test_reviewer_rates_trainee_reads_supervisor_counts(running: Running) -> None:
    installation, _ = running
    base = f"http://127.0.0.1:{installation.extra['SONORELAY_WEB_PORT']}"
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-GB")
        log_in(page, base, "helen", PASSWORD)
        assert _reviewed(page, base) == 0

        log_in(page, base, "claire", PASSWORD)
        page.keyboard.press("n")
        page.wait_for_url("**/review/*/")
        _frames_shown_are_frames_asked_for(page)
        page.wait_for_selector("[data-sum]:not([hidden])")
        questions = page.evaluate("new Set([...document.querySelectorAll('[name^=\"q.\"]')].map(e => e.name)).size")
        for key in ("ArrowDown", "a", "4", *["2"] * questions, "t"):
            page.keyboard.press(key)
        page.keyboard.type("More gel on the left side.")
        page.keyboard.press("Control+Enter")
        page.wait_for_url(lambda url: "/review/" not in url)

        log_in(page, base, "amina", PASSWORD)
        page.goto(f"{base}/my-scans/")
        page.get_by_role("link", name="Read the new feedback").click()
        page.wait_for_url("**/my-exams/*/")
        assert page.get_by_text("More gel on the left side.").is_visible()
        assert page.get_by_text("4/5").first.is_visible()

        log_in(page, base, "helen", PASSWORD)
        assert _reviewed(page, base) == 1


@pytest.mark.service
def test_nobody_listens_beyond_this_machine_and_nobody_is_called(running: Running) -> None:
    installation, process = running
    everybody = [process.pid, *descendants(process.pid)]
    assert listening(everybody) == {"127.0.0.1"}
    assert foreign_calls(Path(installation.extra["PYTHONPATH"])) == set()


@pytest.mark.service
def test_health_is_for_everybody_and_gauges_are_for_who_has_the_token(running: Running) -> None:
    installation, _ = running
    base = f"http://127.0.0.1:{installation.extra['SONORELAY_WEB_PORT']}"
    assert _get(f"{base}/healthz") == (200, '{"alive": true}')
    assert _get(f"{base}/readyz") == (200, '{"ready": true}')
    assert _get(f"{base}/metrics")[0] == 403
    status, text = _get(f"{base}/metrics", f"Bearer {SECRETS['SONORELAY_METRICS_TOKEN']}")
    assert status == 200
    assert 'sonorelay_ingest_ended{project="goma"}' in text
    assert 'sonorelay_service_deaths{service="web"} 0.0' in text


@pytest.mark.service
def test_the_doctor_finds_a_running_installation_well_and_a_dead_run_not(running: Running) -> None:
    installation, _ = running
    found = _doctor(installation)
    services = {
        name: verdict for name, verdict in found.items() if name.startswith(("services", "schedules", "prefect"))
    }
    assert set(services.values()) == {"good"}, services
    assert len(services) == 4
    assert "bad" not in {verdict for name, verdict in found.items() if not name.startswith("disk")}
    prefect = f"http://127.0.0.1:{installation.extra['SONORELAY_PREFECT_PORT']}/api"
    flow = json.loads(_ask(f"{prefect}/flows/", {"name": "ingest"}))["id"]
    run = json.loads(_ask(f"{prefect}/flow_runs/", {"flow_id": flow, "state": {"type": "RUNNING"}}))["id"]
    with closing(sqlite3.connect(installation.home / "var" / "prefect" / "prefect.db", timeout=30)) as known, known:
        long_ago = f"{datetime.now(UTC) - timedelta(hours=9):%Y-%m-%d %H:%M:%S.%f}"
        known.execute("UPDATE flow_run SET start_time = ? WHERE id = ?", (long_ago, run))
    assert _doctor(installation)["prefect.dead"] == "warn"


@pytest.mark.service
def test_secrets_and_names_stand_nowhere(running: Running) -> None:
    """Neither the installation's secrets nor what people and patients are called, in logs, journals, mails, stores."""
    installation, process = running
    base = f"http://127.0.0.1:{installation.extra['SONORELAY_WEB_PORT']}"
    made = installation.steps("token", "helen")["token"]
    assert isinstance(made, str)
    assert _get(f"{base}/api/v1/scans", f"Bearer {made}")[0] == 200
    assert _get(f"{base}/api/v1/scans", f"Bearer {made[:-1]}")[0] == 401
    home, secrets = installation.home / "var", [*SECRETS.values(), PASSWORD, made]
    assert list((home / "logs").glob("*.log"))
    everywhere = [home, installation.inbox]
    assert holding(everywhere, secrets) == set()
    assert holding([home], PATIENT) == set()
    said = installation.console.read_text() + arguments_of([process.pid, *descendants(process.pid)])
    said += installation.sonorelay("doctor", check=False).stdout + installation.sonorelay("status").stdout
    assert [word for word in (*secrets, *PATIENT) if word in said] == []


@pytest.mark.service
def test_what_is_killed_is_started_again_and_the_schedules_go_on(running: Running) -> None:
    installation, process = running
    base = f"http://127.0.0.1:{installation.extra['SONORELAY_WEB_PORT']}"
    before = installation.steps("ingested")["at"]
    for pid in descendants(process.pid):
        if any(word in arguments_of([pid]) for word in ("gunicorn", "prefect", "logbook")):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    wait_until(lambda: _answers(f"{base}/readyz"), 60)
    found = _doctor(installation)
    assert (found["died.web"], found["died.prefect"]) == ("warn", "warn")
    wait_until(lambda: installation.steps("ingested")["at"] != before, 180)
    assert process.poll() is None


@pytest.mark.service
def test_interrupting_stops_everything_that_was_started(running: Running) -> None:
    installation, process = running
    session = descendants(process.pid)
    assert len(session) >= 3
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in session), 20)
    for name in ("SONORELAY_WEB_PORT", "SONORELAY_PREFECT_PORT"):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", int(installation.extra[name]))) != 0
    assert installation.status()["received"] == 0


def _reviewed(page: Page, base: str) -> int:
    """Return the supervisor's number of reviewed scans, after making sure that it leads to that many scans."""
    page.goto(f"{base}/overview/")
    link = page.locator("dl >> a[href*='reviewed']").first
    count = int(link.inner_text())
    link.click()
    page.wait_for_load_state()
    assert page.locator("tbody tr").count() == count
    return count


def _frames_shown_are_frames_asked_for(page: Page) -> None:
    """Step through the clip both ways and compare what is seen with the frames of the very file that was served."""
    source = page.get_attribute("video[data-picture]", "src")
    assert source is not None
    file = io.BytesIO(page.request.get(page.evaluate("s => new URL(s, document.baseURI).href", source)).body())
    with av.open(file) as container:
        frames = [frame.to_ndarray(format="gray").astype(np.float32) for frame in container.decode(video=0)]
    player = page.locator("[data-player]")
    expect(player).to_have_attribute("data-frame", re.compile(r"\d+"))
    if player.get_attribute("data-playing") == "true":
        page.keyboard.press("Space")
    expect(player).to_have_attribute("data-playing", "false")
    page.keyboard.press("Home")
    expect(player).to_have_attribute("data-frame", "0")
    asked = 0
    for key, step in [("ArrowRight", 1)] * 14 + [("ArrowLeft", -1)] * 6 + [("ArrowRight", 1)] * 3:
        page.keyboard.press(key)
        asked += step
        expect(player).to_have_attribute("data-frame", str(asked))
        seen = shown(page)
        away = [float(np.abs(frame - seen).mean()) for frame in frames]
        assert away[asked] <= min(away) + 0.05, "not the frame asked for (neighbours may be alike)"


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _scheduled_runs(api: str) -> int:
    wanted = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
    return int(_ask(f"{api}/flow_runs/count", wanted))


def _ask(address: str, wanted: object) -> bytes:
    """Ask the Prefect server, which wants to know by whom it is asked."""
    who = base64.b64encode(SECRETS["SONORELAY_PREFECT_AUTH"].encode()).decode()
    headers = {"Content-Type": "application/json", "Authorization": f"Basic {who}"}
    request = urllib.request.Request(address, json.dumps(wanted).encode(), headers)
    with urllib.request.urlopen(request, timeout=5) as answer:
        return bytes(answer.read())


def _get(address: str, authorization: str = "") -> tuple[int, str]:
    request = urllib.request.Request(address, headers={"Authorization": authorization})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def _doctor(installation: Installation) -> dict[str, str]:
    said = json.loads(installation.sonorelay("doctor", "--json", check=False).stdout)
    return {check["name"]: check["verdict"] for check in said["checks"]}


def of_a_patient(folder: Path) -> Path:
    """Write a scan that names its patient, in its header and in its own name."""
    scan = dcmread(in_pydicom("examples_ybr_color.dcm"))
    scan.PatientName, scan.PatientID = f"{PATIENT[0]}^{PATIENT[1]}", PATIENT[2]
    scan.save_as(folder / f"{PATIENT[1]} {PATIENT[0]}.dcm")
    return folder / f"{PATIENT[1]} {PATIENT[0]}.dcm"
