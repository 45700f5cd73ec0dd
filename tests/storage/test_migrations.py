"""Does an installation from before exams keep every scan, review and seen mark?"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.storage.conftest import NOON, digest_of

BEFORE = [("catalogue", "0003_calibration_and_devices")]
HOUR = timedelta(hours=1)


@pytest.fixture
def before(transactional_db: None) -> Iterator[Any]:
    """Give the models as they were before exams, and bring the tables back whatever happens."""
    executor = MigrationExecutor(connection)
    latest = executor.loader.graph.leaf_nodes()
    executor.migrate(BEFORE)
    try:
        yield executor.loader.project_state(BEFORE).apps
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(latest)


def made_before(apps: Any) -> dict[str, int]:
    """Make a scan in every state with the reviews of that time; return their numbers by name."""

    def model(name: str) -> Any:
        return apps.get_model("catalogue", name).objects

    place = model("Organisation").create(code="relief", name="Relief")
    project = model("Project").create(code="goma", name="Goma", organisation=place)
    amina, rose = (model("Person").create(username=name) for name in ("amina", "rose"))
    numbers = {}
    for state in ("received", "withheld", "rejected", "failed", "awaiting_info", "queued", "final", "read_twice"):
        known = {"trainee": amina, "exam_type": "FAST"} if state != "awaiting_info" else {}
        scan = model("Scan").create(
            digest=digest_of(state),
            project=project,
            state="final" if state == "read_twice" else state,
            received_at=NOON,
            size=9,
            score=61.0,
            patient="SR-ONE",
            **known,
        )
        numbers[state] = scan.pk
        if state in ("queued", "final", "read_twice"):
            done = NOON + HOUR if state != "queued" else None
            item = model("ReviewItem").create(
                scan=scan, priority=5.0, clock="P2", queued_at=NOON, due_at=NOON + 72 * HOUR, done_at=done
            )
            readers = {"queued": [], "final": [rose], "read_twice": [amina, rose]}[state]
            for number, reader in enumerate(readers, 1):
                numbers[f"{state} {number}"] = (
                    model("Review")
                    .create(
                        item=item,
                        reviewer=reader,
                        overall=1 + number,
                        adequate=number > 1,
                        comment=f"Plus de gel {number}.",
                        opened_at=NOON,
                        submitted_at=NOON + number * HOUR,
                        seen_at=NOON + 9 * HOUR if state == "final" else None,
                    )
                    .pk
                )
    return numbers


def test_every_scan_review_and_seen_mark_is_kept(before: Any) -> None:
    numbers = made_before(before)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    from storage.catalogue.models import Exam, Feedback, Review, ReviewItem, Scan

    scans = {scan.pk: scan for scan in Scan.objects.select_related("exam")}
    assert set(scans) == {number for name, number in numbers.items() if " " not in name}
    for name in ("received", "withheld", "rejected", "failed"):
        assert scans[numbers[name]].exam is None
    for name, stage in (("awaiting_info", "awaiting_info"), ("queued", "queued"), ("final", "final")):
        scan = scans[numbers[name]]
        assert scan.exam is not None
        told = (scan.exam.stage, scan.exam.name, scan.exam.score, scan.exam.trainee_id, scan.exam.exam_type)
        assert told == (stage, scan.short_id, 61.0, scan.trainee_id, scan.exam_type)
        assert (scan.exam.patient, scan.exam.began_at, scan.exam.worksheet_at) == ("SR-ONE", NOON, None)
    assert Exam.objects.count() == 4, "each was read alone, and stays so"
    items = {item.exam_id: item for item in ReviewItem.objects.all()}
    assert set(items) == {scans[numbers[name]].exam_id for name in ("queued", "final", "read_twice")}
    assert {item.reading for item in items.values()} == {"first"}
    reviews = {review.pk: review for review in Review.objects.all()}
    once, first, second = (reviews[numbers[name]] for name in ("final 1", "read_twice 1", "read_twice 2"))
    assert (once.exam_id, once.final, once.form["comment"]) == (scans[numbers["final"]].exam_id, True, "Plus de gel 1.")
    assert (first.final, second.final) == (False, True), "the last one counted"
    assert (first.overall, second.overall, second.adequate) == (2, 3, True)
    assert first.exam == second.exam
    seen = dict(Feedback.objects.values_list("review", "seen_at"))
    assert seen == {once.pk: NOON + 9 * HOUR, second.pk: None}
