"""Do three workers on three hosts share 300 scans, is none lost or done twice, and how much faster is that than one?

`python -m benchmarks workers`: an installation on network namespaces as docs/how-to/deploy.md makes it (PostgreSQL, S3,
Prefect server, web, three workers that take one batch each at once). One worker alone works on a fifth of the scans,
three on the rest; half-way one host loses its power, and PostgreSQL is away for 20 seconds. Needs root; 15 minutes.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

from pipeline.phantom import Scene, write_mp4
from pipeline.sector import Shape
from tests.deploy.hosts import namespaces_forbidden
from tests.deploy.site import SECRETS, Site, site

ONLY_IF_NAMED = True
SCANS = 300
WORKERS = 3
ALONE = 0.2
SECONDS_AWAY = 20
LONGEST = 30 * 60.0
COMMAND = "/srv/sonorelay/app/deploy/sonorelay"
ENDS = "('released', 'withheld', 'rejected')"


def main() -> None:
    """Run it and print the figures; SystemExit where a scan was lost or done twice."""
    forbidden = namespaces_forbidden()
    if forbidden is not None:
        print(f"not here: {forbidden}")
        return
    scans = next((int(word) for word in sys.argv[1:] if word.isdecimal()), SCANS)
    with tempfile.TemporaryDirectory() as folder, site(WORKERS) as here:
        files = [_scan(Path(folder), seed) for seed in range(scans)]
        _one_batch_each(here)
        alone = _one_alone(here, files[: int(scans * ALONE)])
        together = _three_and_two_faults(here, files[int(scans * ALONE) :])
        _nothing_lost(here, scans)
    print(f"one worker {alone:.1f} scans a minute, three {together:.1f}: {together / alone:.2f} times")
    print(f"({os.cpu_count()} processor cores carry all hosts; a scan keeps one busy, so no more than so many times)")


def _scan(folder: Path, seed: int) -> Path:
    path = folder / f"{seed}.mp4"
    write_mp4(Scene(seed, Shape.CURVILINEAR, rows=480, columns=640, frames=40), path)
    return path


def _one_batch_each(here: Site) -> None:
    for host in here.workers:
        host.run("sed -i 's/^SONORELAY_RUNS_AT_ONCE=.*/SONORELAY_RUNS_AT_ONCE=1/' /srv/sonorelay/settings.env")
        host.run("systemctl restart sonorelay@worker")


def _one_alone(here: Site, files: list[Path]) -> float:
    """Return how many scans a minute one worker ends."""
    _, *others = here.workers
    for host in others:
        host.run("systemctl stop sonorelay@worker")
    rate = _rate(here, files, until=len(files))
    for host in others:
        host.run("systemctl start sonorelay@worker")
    print(f"one worker: {len(files)} scans, {rate:.1f} a minute")
    return rate


def _three_and_two_faults(here: Site, files: list[Path]) -> float:
    """Return how many scans a minute three workers end, until one of them dies."""
    before = _ended(here)
    rate = _rate(here, files, until=before + len(files) // 2)
    victim = here.workers[-1]
    victim.die()
    print(f"three workers: {rate:.1f} a minute; {victim.name} lost its power with {_left(here)} scans not ended")
    here.data.run(f"systemctl stop postgresql; sleep {SECONDS_AWAY}; systemctl start postgresql")
    began = time.monotonic()
    _wait(here, before + len(files))
    print(f"PostgreSQL was away for {SECONDS_AWAY} s; all ended {time.monotonic() - began:.0f} s after it came back")
    return rate


def _rate(here: Site, files: list[Path], *, until: int) -> float:
    """Let files arrive; return how many a minute end, counted from the first that does, as starting takes its time."""
    here.drop(files)
    first = _ended(here)
    here.web.run(f"{COMMAND} ingest --project goma")
    _wait(here, first + 1)
    began, counted = time.monotonic(), _ended(here)
    _wait(here, until)
    return (_ended(here) - counted) / (time.monotonic() - began) * 60


def _wait(here: Site, ended: int) -> None:
    until = time.monotonic() + LONGEST
    while _ended(here) < ended:
        if time.monotonic() > until:
            sys.exit(f"{_left(here)} scans had not ended after {LONGEST / 60:.0f} minutes")
        time.sleep(1)


def _ended(here: Site) -> int:
    done = here.data.run(
        "runuser -u postgres -- psql -tAqc \"select count(*) from catalogue_scan where state <> 'received'\" sonorelay",
        check=False,  # the database may be away
    )
    return int(done.stdout) if done.returncode == 0 else 0


def _left(here: Site) -> int:
    return int(here.sql("select count(*) from catalogue_scan where state = 'received'")[0][0])


def _nothing_lost(here: Site, scans: int) -> None:
    """SystemExit unless every scan has ended once, in order, and Prefect holds no run for alive that is dead."""
    known = int(here.sql("select count(distinct digest) from catalogue_scan where state <> 'received'")[0][0])
    ends = f"select scan_id from catalogue_event where what in {ENDS} group by 1 having count(*) <> 1"  # noqa: S608
    twice, failed = len(here.sql(ends)), int(here.sql("select count(*) from catalogue_scan where state='failed'")[0][0])
    alive = _running(here)
    until = time.monotonic() + 240
    while alive and time.monotonic() < until:  # the dead are buried after 100 seconds without a heartbeat
        time.sleep(5)
        alive = _running(here)
    print(f"{known} of {scans} ended, {twice} not exactly once, {failed} failed, {alive} dead runs not buried")
    if known != scans or twice or failed or alive:
        sys.exit("lost, done twice, failed or not buried")


def _running(here: Site) -> int:
    body = json.dumps({"flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}}})
    ask = f'curl -sf -u "$(cat {SECRETS}/sonorelay_prefect_auth)" -H "Content-Type: application/json"'
    url = "http://data.sono.example.org:4200/api/flow_runs/count"
    return int(here.web.run(f"{ask} -d '{body}' {url}").stdout)
