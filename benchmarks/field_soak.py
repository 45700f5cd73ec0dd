"""Is every file exactly once in one state when everything fails that can? `make soak`: minutes, not a test.

`python -m benchmarks field_soak [FILES [FAULTS [MINUTES [SEED]]]]`: 1,000 files come by two folders and a bucket to an
installation with PostgreSQL and SeaweedFS, while 100 times something of it is killed, away, full or wrong; spread over
so many minutes, 15 if nothing is said. Then all is well again, and the accounts must be right.
"""

import io
import json
import random
import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from minio import Minio

from benchmarks.field_site import Site, site
from storage.objects.s3 import NO_ANSWER
from tests.end_to_end.processes import wait_until
from tests.faults.senders import Senders

ONLY_IF_NAMED = True
FILES, FAULTS, MINUTES = 1000, 100, 15
SECONDS_TO_START = 300.0
SECONDS_TO_RECOVER = 3600.0
LOOKS_SECONDS = 20.0
ENDS = {"queued", "awaiting_info", "not_chosen", "withheld", "rejected"}
PROGRAMS = {
    "flow run killed": ("prefect.flow_engine",),
    "reader killed": ("pipeline.nursery",),
    "schedules killed": ("flows.serve",),
    "Prefect server killed": ("prefect", "server"),
    "web killed": ("gunicorn",),
}


class Bucket:
    """Who sends to the bucket, and sends again what a server that is away did not take."""

    def __init__(self, site: Site) -> None:
        """Make the bucket."""
        at = site.s3
        self._client = Minio(at.endpoint, at.access_key, at.secret_key, secure=False, region="us-east-1")
        if not self._client.bucket_exists("inbox"):
            self._client.make_bucket("inbox")
        self._waiting: list[tuple[str, bytes]] = []

    def send(self, path: Path | None = None) -> bool:
        """Put a file, and what waits; tell whether nothing waits any more."""
        if path is not None:
            self._waiting.append((f"amina/FAST/{path.name}", path.read_bytes()))
        for key, content in list(self._waiting):
            try:
                self._client.put_object("inbox", key, io.BytesIO(content), len(content))
            except NO_ANSWER:  # the sender tries again
                return False
            self._waiting.remove((key, content))
        return True

    def receipts(self) -> list[bytes]:
        """Return the tables of receipts that lie there."""
        listed = self._client.list_objects("inbox", prefix="sonorelay-receipts/")
        return [self._client.get_object("inbox", str(one.object_name)).read() for one in listed]

    def left(self) -> int:
        """Count what lies there and is no receipt."""
        listed = self._client.list_objects("inbox", recursive=True)
        return sum("sonorelay-receipts/" not in str(one.object_name) for one in listed)


def main() -> None:
    """Run it and print what happened and what came of it; SystemExit where the accounts are wrong."""
    numbers = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    files, faults, minutes, seed = (*numbers, *(FILES, FAULTS, MINUTES, secrets.randbelow(10**6))[len(numbers) :])
    print(f"{files} files, {faults} faults in {minutes} minutes, seed {seed}", flush=True)
    with site() as installation:
        if installation is None:
            print("PostgreSQL or SeaweedFS is not installed")
            return
        began = time.monotonic()
        senders, happened = _happen(installation, files, faults, minutes * 60.0, seed)
        at_last = time.monotonic()
        found = _recovered(installation, senders.sent, at_last + SECONDS_TO_RECOVER)
        _judge(found, senders.sent)
        print(" · ".join(f"{what}: {count}" for what, count in sorted(happened.items())))
        states = ", ".join(f"{count} {state}" for state, count in sorted(found["states"].items()))
        print(f"{len(senders.sent)} different files, {found['arrivals']} arrivals: {states}")
        recovering = time.monotonic() - at_last
        print(f"every file exactly once in one state; {at_last - began:.0f} s of faults, {recovering:.0f} s to recover")


def _happen(here: Site, files: int, faults: int, seconds: float, seed: int) -> tuple[Senders, Counter[str]]:
    dice, happened = random.Random(seed), Counter[str]()  # noqa: S311 - a seed must give the same faults again
    senders = Senders(seed, [here.inbox, here.stick], here.folder / "desk")
    bucket, sent = Bucket(here), 0
    here.start()
    wait_until(here.is_up, SECONDS_TO_START)
    until = time.monotonic() + seconds
    for number in range(faults):
        while sent < files * (number + 1) // faults:
            if dice.random() < 0.25:
                bucket.send(senders.scan())
            else:
                senders.do()
            sent += 1
        bucket.send()
        pause = (until - time.monotonic()) / (faults - number)
        time.sleep(max(0.0, dice.uniform(0.2, 1.8) * pause))
        happened[_one_fault(here, dice)] += 1
    senders.finish()
    while not bucket.send():
        time.sleep(1)
    here.free_disk()
    return senders, happened


def _one_fault(here: Site, dice: random.Random) -> str:
    if here.up is None or here.up.poll() is not None or dice.random() < 0.15:
        here.cut_power()
        here.free_disk()
        here.start()
        return "power cut"
    ways: list[Callable[[], str]] = [
        *(lambda what=what, words=words: what if here.kill(words) else "" for what, words in PROGRAMS.items()),
        lambda: "object store killed" if here.kill_server("weed", dice.uniform(1, 10)) else "",
        lambda: "PostgreSQL killed" if here.kill_server("postgres", dice.uniform(1, 10)) else "",
        lambda: _full_for_a_while(here, dice),
        lambda: "clock set back" if here.set_clock_back(dice.choice([1, 30, 3650])) else "",
    ]
    dice.shuffle(ways)
    return next((what for way in ways if (what := way())), "nothing")


def _full_for_a_while(here: Site, dice: random.Random) -> str:
    if not here.fill_disk():
        return ""
    time.sleep(dice.uniform(1, 10))
    here.free_disk()
    return "disk full"


def _recovered(here: Site, sent: set[str], until: float) -> dict[str, object]:
    """Start everything once more, and wait until nothing waits any more and everything is answered."""
    here.cut_power()
    here.start()
    bucket = Bucket(here)
    while True:
        time.sleep(LOOKS_SECONDS)
        states = _accounts(here).get("states", {"received": 1})
        assert isinstance(states, dict)
        waits = _left_in(here) + bucket.left() + states.get("received", 0) + _unanswered(here, bucket, sent)
        print(f"  waiting: {waits}, {states}", flush=True)
        if not waits:
            here.cut_power()
            return _accounts(here)
        if here.up is not None and here.up.poll() is not None:  # as systemd would
            here.start()
        if time.monotonic() > until:
            sys.exit(f"it does not recover: {(here.folder / 'up.log').read_text()[-2000:]}")


def _accounts(here: Site) -> dict[str, object]:
    """Return what the installation says of itself; nothing where it cannot be asked yet."""
    return dict(json.loads(here.ask("benchmarks.drivers.accounts") or "{}"))


def _unanswered(here: Site, bucket: Bucket, sent: set[str]) -> int:
    """Count the files of which no table of receipts names the scan."""
    tables = [path.read_bytes() for place in (here.inbox, here.stick) for path in place.rglob("*.csv")]
    said = b"".join([*tables, *bucket.receipts()]).decode("utf-8")
    return sum(digest[:10] not in said for digest in sent)


def _left_in(here: Site) -> int:
    files = [path for place in (here.inbox, here.stick) for path in place.rglob("*") if path.is_file()]
    return sum(path.suffix != ".csv" for path in files)


def _judge(found: dict[str, object], sent: set[str]) -> None:
    digests, states, faults = found["digests"], found["states"], found["faults"]
    assert isinstance(digests, list)
    assert isinstance(states, dict)
    wrong = {
        "lost": len(sent - set(digests)),
        "not sent": len(set(digests) - sent),
        "twice": len(digests) - len(set(digests)),
        "failed": sum(count for state, count in states.items() if state not in ENDS),
        "do not agree": faults,
    }
    if any(wrong.values()):
        sys.exit(f"wrong: {wrong}")
