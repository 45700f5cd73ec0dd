"""Is a scan credited to whom its author's name means, to nobody by guess, and can what was said be taken back?"""

from dataclasses import replace

import pytest

from pipeline.errors import Withheld
from storage.catalogue import authors, intake
from storage.catalogue.models import AuthorName, Event, Exam, Scan
from supervision.roles import Role
from supervision.states import Stage, State
from tests.storage.conftest import NOON, World, identity, inspection, released


@pytest.fixture
def boss(world: World) -> object:
    world.person("awa", Role.TRAINEE, project=world.goma, first_name="Awa", last_name="Traoré")
    world.person("awa2", Role.TRAINEE, project=world.goma, first_name="Awa", last_name="Keita")
    return world.person("boss", Role.FACILITATOR, project=world.goma)


def operated(world: World, name: str, operator: str | None, *, said: str | None = None) -> Scan:
    """Return a released scan in whose file this operator is named, and of whom its folder said this."""
    scan = world.received(name, trainee=said)
    token = f"token {scan.pk}"
    intake.take("goma", 1000, token, NOON)
    who = replace(identity(f"SR-{scan.pk}"), operator=operator)
    assert intake.record_released(scan.digest, token, inspection(), who, (0.0,), released(scan.digest), NOON)
    scan.refresh_from_db()
    return scan


@pytest.mark.parametrize(
    ("said", "whom"),
    [
        ("AWA", "awa"),
        ("traore^awa", "awa"),
        ("Awa TRAORÉ", "awa"),
        ("  Traore,  Awa ", "awa"),
        ("Traoré", None),
        ("Moussa", None),
        ("^^", None),
        ("", None),
    ],
)
def test_a_name_means_the_account_or_the_full_name_in_any_order(
    world: World, boss: object, said: str, whom: str | None
) -> None:
    found = authors.match(world.goma, said)
    assert (found.username if found else None) == whom
    assert authors.match(world.elsewhere, said) is None, "people of another organisation are never meant"


def test_what_two_people_are_called_is_asked(world: World, boss: object) -> None:
    world.person("other", Role.TRAINEE, project=world.goma, first_name="Traore", last_name="Awa")
    assert operated(world, "one", "TRAORE^AWA").state == State.AWAITING_INFO
    assert AuthorName.objects.get().said == "TRAORE AWA"


def test_the_operator_in_the_file_is_the_author_where_the_folder_says_nothing_useful(
    world: World, boss: object
) -> None:
    assert operated(world, "one", "TRAORE^AWA").trainee == world.people["awa"]
    folder_wins = operated(world, "two", "TRAORE^AWA", said="amina")
    assert folder_wins.trainee == world.people["amina"]
    both = operated(world, "three", "TRAORE^AWA", said="EXPORT")
    assert both.trainee == world.people["awa"]
    asked = operated(world, "four", "DR X", said="EXPORT")
    assert asked.author_name is not None
    assert asked.author_name.said == "DR X", "a tag names a person, a folder may be anything"


def test_a_number_is_no_name(world: World, boss: object) -> None:
    for said in ("PAT-0012345", "20260301", "--", "12"):
        assert world.received(f"of {said}", trainee=said).author_name is None
    assert not AuthorName.objects.exists()


def test_who_it_is_counts_at_once_and_for_all_that_come(world: World, boss: object) -> None:
    """Released, held back, not read yet, and what comes later; not what somebody has begun to read."""
    waiting = operated(world, "waiting", "OP 7")
    unread = world.received("unread", trainee="op-7")
    assert (waiting.state, unread.trainee) == (State.AWAITING_INFO, None)
    name = authors.unresolved(boss).get()
    assert name.waiting == 2
    assert authors.likeliest(name)[0] is not None
    assert authors.resolve(name.pk, world.people["awa"], world.people["boss"], NOON) == 2
    for scan in (waiting, unread):
        scan.refresh_from_db()
        assert scan.trainee == world.people["awa"]
    assert waiting.state in (State.QUEUED, State.NOT_CHOSEN)
    later = operated(world, "later", "Op^7")
    assert later.trainee == world.people["awa"]
    assert not authors.unresolved(boss).exists()
    event = Event.objects.get(what="author_resolved")
    assert event.person == world.people["boss"]
    assert "OP" not in str(event.facts).upper().replace("PERSON", "")


def test_what_an_interruption_left_is_applied_in_the_next_cycle(world: World, boss: object) -> None:
    scans = [operated(world, name, "OP 7") for name in ("one", "two")]
    AuthorName.objects.update(person=world.people["awa"], resolved_by=world.people["boss"], resolved_at=NOON)
    assert authors.follow_up("bunia", NOON) == 0
    assert authors.follow_up("goma", NOON) == 2
    assert [whose(scan) for scan in scans] == [("awa", "awa")] * 2
    assert authors.follow_up("goma", NOON) == 0


def test_said_anew_and_taken_back(world: World, boss: object) -> None:
    scan, by_hand = operated(world, "one", "OP 7"), operated(world, "two", "OP 7")
    name = AuthorName.objects.get()
    person = world.people["boss"]
    authors.resolve(name.pk, world.people["awa"], person, NOON)
    Exam.objects.filter(clips=by_hand).update(trainee=world.people["amina"])
    Scan.objects.filter(pk=by_hand.pk).update(trainee=world.people["amina"])
    authors.resolve(name.pk, world.people["awa2"], person, NOON)
    assert whose(scan) == ("awa2", "awa2")
    assert whose(by_hand) == ("amina", "amina"), "what a person said of the exam itself stays"
    authors.forget(name.pk, person, NOON)
    assert whose(scan) == (None, None)
    assert Exam.objects.get(clips=scan).stage == Stage.AWAITING_INFO
    assert [one.said for one in authors.unresolved(person)] == ["OP 7"]
    authors.resolve(name.pk, None, person, NOON)
    assert not authors.unresolved(person).exists()
    assert operated(world, "three", "OP 7").trainee is None
    assert Event.objects.filter(what__in=("author_resolved", "author_forgotten")).count() == 4


def test_what_somebody_reads_stays_as_it_is(world: World, boss: object) -> None:
    scan = operated(world, "one", "OP 7")
    name = AuthorName.objects.get()
    authors.resolve(name.pk, world.people["awa"], world.people["boss"], NOON)
    reader = world.person("reader", Role.REVIEWER, project=world.goma)
    item = Exam.objects.get(clips=scan).items.first()
    assert item is not None, "who learns is always read"
    item.claimed_by, item.claimed_at = reader, NOON
    item.save()
    authors.resolve(name.pk, world.people["awa2"], world.people["boss"], NOON)
    assert whose(scan) == ("awa", "awa")


def test_only_a_trainee_of_the_project_can_be_meant(world: World, boss: object) -> None:
    operated(world, "one", "OP 7")
    with pytest.raises(ValueError, match="trainee"):
        authors.resolve(AuthorName.objects.get().pk, world.people["boss"], world.people["boss"], NOON)


def test_a_held_back_scan_has_its_author_too(world: World, boss: object) -> None:
    scan = world.received("held", trainee=None)
    intake.take("goma", 10, "t", NOON)
    who = replace(identity(), operator="TRAORE^AWA")
    assert intake.record_withheld(scan.digest, "t", Withheld("no_sector"), None, who, {}, NOON)
    scan.refresh_from_db()
    assert (scan.state, scan.trainee) == (State.WITHHELD, world.people["awa"])


def whose(scan: Scan) -> tuple[str | None, str | None]:
    scan.refresh_from_db()
    assert scan.exam is not None
    return tuple(one.username if one else None for one in (scan.trainee, scan.exam.trainee))
