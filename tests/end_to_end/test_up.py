"""Does one command start everything, does the clock bring new files in, and does one key stop it all?"""

import io
import json
import re
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser import chromium, log_in, shown
from tests.end_to_end.installation import PASSWORD, Installation, in_pydicom
from tests.end_to_end.processes import descendants, wait_until
from tests.servers import free_ports

SECONDS_FOR_ONE_CYCLE = 300
Running = tuple[Installation, "subprocess.Popen[bytes]"]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    web, prefect = free_ports(2)
    ports = {"SONORELAY_WEB_PORT": str(web), "SONORELAY_PREFECT_PORT": str(prefect)}
    installation = Installation(tmp_path_factory.mktemp("up"), ports)
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
def test_the_clock_brings_a_dropped_file_to_the_queue(running: Running) -> None:
    installation, _ = running
    prefect = f"http://127.0.0.1:{installation.extra['SONORELAY_PREFECT_PORT']}/api"
    wait_until(lambda: _answers(f"{prefect}/health") and _scheduled_runs(prefect) > 0, 240)
    installation.drop(in_pydicom("examples_ybr_color.dcm"), "amina/FAST")
    wait_until(lambda: installation.status()["queued"] == 1, SECONDS_FOR_ONE_CYCLE)


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
    request = urllib.request.Request(
        f"{api}/flow_runs/count", json.dumps(wanted).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        return int(answer.read())
