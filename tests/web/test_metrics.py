"""Do health and gauges say what is true, to whom they may, without naming anybody?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from storage.catalogue import programme
from storage.catalogue.models import Event, Person, ReviewItem, Scan
from storage.objects.chosen import object_store
from storage.settings import settings
from tests.servers import free_ports
from tests.web.world import World

LABELS = {"version", "project", "state", "way", "answer", "clock", "area", "folder", "is"}


def shown(client: Client, **headers: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    return {
        (sample.name.removeprefix("sonorelay_"), frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def _sum(name: str, seen: dict[tuple[str, frozenset[tuple[str, str]]], float]) -> float:
    return sum(value for (one, _), value in seen.items() if one == name)


def changed(monkeypatch: pytest.MonkeyPatch, **values: object) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"SONORELAY_{name.upper()}", str(value))
    settings.cache_clear()
    object_store.cache_clear()


def test_alive_and_ready_say_nothing_more(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert Client().get("/healthz").json() == {"alive": True}
    assert Client().get("/readyz").json() == {"ready": True}
    store = {"objects": "s3", "s3_access_key": "a", "s3_secret_key": "b", "s3_secure": "false"}
    changed(monkeypatch, **store, s3_endpoint=f"127.0.0.1:{free_ports(1)[0]}")
    assert Client().get("/healthz").status_code == 200
    away = Client().get("/readyz")
    assert (away.status_code, away.json()) == (503, {"ready": False})


@pytest.mark.django_db(transaction=True)
def test_not_ready_without_a_catalogue() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE catalogue_project RENAME TO elsewhere")
        try:
            assert Client().get("/healthz").status_code == 200
            assert Client().get("/readyz").status_code == 503
            assert Client().get("/metrics").status_code == 503
        finally:
            cursor.execute("ALTER TABLE elsewhere RENAME TO catalogue_project")


def test_gauges_are_what_the_catalogue_holds(world: World) -> None:
    world.scan()
    world.withheld(world.elsewhere)
    world.refused()
    programme.note_ingested("goma", datetime(2026, 3, 2, 12, tzinfo=UTC))
    seen = shown(Client())
    states = {
        dict(labels)["project"] + dict(labels)["state"]: value
        for (name, labels), value in seen.items()
        if name == "scans"
    }
    assert sum(states.values()) == Scan.objects.count() > 0
    for key, value in states.items():
        assert value == sum(key == scan.project.code + scan.state for scan in Scan.objects.all())
    assert seen["ingest_ended", frozenset({("project", "goma")})] == 1772452800
    assert seen["disk_free_bytes", frozenset({("folder", "home")})] > 0
    assert seen["runs", frozenset({("is", "dead")})] == 0
    assert {name for name, _ in seen} >= {"queue", "queue_late", "queue_oldest_seconds", "stored_bytes", "info"}
    waiting = ReviewItem.objects.filter(done_at=None)
    waiting.update(due_at=datetime.now(UTC) - timedelta(hours=1))
    assert _sum("queue_late", seen) == 0
    assert _sum("queue", seen) == _sum("queue_late", shown(Client())) == waiting.count() > 0


def test_events_that_wait_are_counted(world: World) -> None:
    before = shown(Client())["events_unsealed", frozenset()]
    Event.objects.create(at=datetime.now(UTC) - timedelta(hours=1), what="programme_applied")
    assert shown(Client())["events_unsealed", frozenset()] == before + 1


def test_gauges_ask_a_handful_of_questions(world: World, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(7):
        Client().get("/metrics")


def test_gauges_name_nobody(world: World) -> None:
    world.scan()
    text = Client().get("/metrics").content.decode()
    people = [*Person.objects.values_list("username", flat=True), *Person.objects.values_list("last_name", flat=True)]
    patients = Scan.objects.exclude(patient="").values_list("patient", flat=True)
    digests = Scan.objects.values_list("digest", flat=True)
    assert not [name for name in (*people, *patients, *(one[:10] for one in digests)) if name and name in text]
    assert {label for _, labels in shown(Client()) for label, _ in labels} <= LABELS


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": "10.0.0.7"}, 403),
        ({"HTTP_X_FORWARDED_FOR": "10.0.0.7"}, 403),
        ({"HTTP_FORWARDED": "for=10.0.0.7"}, 403),
    ],
)
def test_gauges_are_for_this_machine(db: None, asked: dict[str, Any], status: int) -> None:
    assert Client().get("/metrics", **asked).status_code == status


def test_behind_a_proxy_only_the_token_counts(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    changed(monkeypatch, public_url="https://testserver")
    assert Client().get("/metrics").status_code == 403
    changed(monkeypatch, metrics_token="t" * 40)
    for given, status in (
        ("Bearer " + "t" * 40, 200),
        ("Bearer " + "t" * 39, 403),
        ("Bearer é", 403),
        ("t" * 40, 403),
        ("", 403),
    ):
        assert Client().get("/metrics", headers={"Authorization": given}, REMOTE_ADDR="10.0.0.7").status_code == status
