"""Is every file exactly once in one state, whatever happened on the way? In small; in large by `make soak`."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.faults.senders import Senders
from tests.flows.conftest import world
from tests.flows.places import Field, make_field, receipts_in
from tests.flows.test_gather import of_folder, stick

__all__ = ["make_field", "stick", "world"]
SEED = int(os.environ.get("FAULTS_SEED", "61"))
ROUNDS = 8
FILES_PER_ROUND = 3
LONGEST_LIFE = 4.0


def one_cycle(field: Field) -> None:
    """Do what one run of the flow does, without the scheduler around it."""
    from flows.batches import process_batch
    from flows.gather import answer, gather
    from flows.ingest import tidy
    from flows.presence import free_what_the_dead_hold
    from storage.catalogue import intake

    free_what_the_dead_hold(field.home / "running")
    gather.fn("goma", "relief")
    while intake.waiting("goma", datetime.now(UTC)):
        process_batch.fn("goma", "relief")
    tidy.fn("goma", "relief")
    answer.fn("goma")


def in_a_process(field: Field, lives: float | None) -> int:
    """Do a cycle in a process of its own, which is killed after so many seconds; return how it ended."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child == 0:
        ended = 1
        try:
            one_cycle(field)
            ended = 0
        finally:
            os._exit(ended)
    until = None if lives is None else time.monotonic() + lives
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if until is not None and time.monotonic() > until:
            os.kill(child, signal.SIGKILL)
            until = None
        time.sleep(0.01)


def faults_of(dice: random.Random, field: Field, stick: Path) -> Iterator[Callable[[], None]]:
    """Yield, one after the other, what goes wrong beside the runs, and then what mends it."""
    from storage.catalogue.models import Scan

    filling = stick / ".fill"

    def clock_is_set_back() -> None:
        much_later = datetime.now(UTC) + timedelta(days=365)
        Scan.objects.filter(state="received").update(taken_by="before", taken_until=much_later)

    def disk_fills() -> None:
        filling.write_bytes(b"\0" * max(0, shutil.disk_usage(stick).free - dice.choice([0, 20_000, 60_000])))

    def disk_is_freed() -> None:
        filling.unlink(missing_ok=True)

    def half_a_line() -> None:
        for memory in (field.home / "taken").glob("*"):
            memory.write_bytes(memory.read_bytes()[: -dice.randrange(1, 30)])

    while True:
        yield from (disk_fills, disk_is_freed, clock_is_set_back, half_a_line, clock_is_set_back)


def test_every_file_is_exactly_once_in_one_state(make_field: Callable[..., Field], tmp_path: Path, stick: Path) -> None:
    from storage.accounts import accounts
    from storage.catalogue.models import Scan
    from storage.objects.chosen import object_store

    second = tmp_path / "second"
    second.mkdir()
    field = make_field('[[projects.sources]]\nkind = "watched_folder"\n' + of_folder(second))
    (field.home / "running").symlink_to(stick)  # the desk of the runs is what becomes full
    dice, senders = random.Random(SEED), Senders(SEED, [field.inbox, second], tmp_path / "desk")
    faults, ended = faults_of(dice, field, stick), list[int]()
    for _ in range(ROUNDS):
        for _ in range(FILES_PER_ROUND):
            senders.do()
        next(faults)()
        ended.append(in_a_process(field, dice.uniform(0.05, LONGEST_LIFE)))
    (stick / ".fill").unlink(missing_ok=True)
    senders.finish()
    for _ in range(4):
        if in_a_process(field, None) == 0 and not Scan.objects.filter(state="received").exists():
            break

    found = accounts(object_store())
    assert found.faults == (), f"seed {SEED}"
    assert set(Scan.objects.values_list("digest", flat=True)) == senders.sent, f"seed {SEED}"
    assert set(found.states) <= {"queued", "awaiting_info", "withheld", "rejected", "not_chosen"}, found.states
    assert ended.count(-signal.SIGKILL) >= ROUNDS // 3, "many runs should have been killed at work"
    left = [path for place in (field.inbox, second) for path in place.rglob("*") if path.is_file()]
    assert [path for path in left if path.suffix != ".csv"] == [], f"seed {SEED}"
    answered = {row["scan"] for place in (field.inbox, second) for row in receipts_in(place)}
    assert answered == {digest[:10] for digest in senders.sent}, "everybody can read what became of each file"
