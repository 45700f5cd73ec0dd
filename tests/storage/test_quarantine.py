"""Does every act on a scan that was held back do what it says, under a name, and leave no picture behind?"""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser

from pipeline.errors import Conflict, Rejected, Withheld
from pipeline.kept import Kept, Witness
from storage.catalogue import intake, quarantine, scope
from storage.catalogue.evidence import remove_discarded
from storage.catalogue.layouts import guidance_for, retire
from storage.catalogue.models import (
    Decision,
    Discarded,
    Doubt,
    Event,
    Person,
    Question,
    Scan,
    SectorLayout,
    StoredObject,
)
from storage.objects import Area, ObjectStore
from storage.objects.chosen import object_store
from supervision.questions import QUESTIONS, REFUSALS
from supervision.roles import Action, Role
from supervision.states import State
from tests.storage.conftest import FAN, NOON, World, identity, inspection, released

OTHER_FAN = ((300.0, 60.0), (340.0, 60.0), (500.0, 390.0), (140.0, 390.0))


@pytest.fixture
def officer(world: World) -> Person:
    return world.person("officer", Role.DATA_OFFICER, project=world.goma)


def release(scan: Scan, kept: Kept | None = None) -> None:
    token = f"again {scan.pk}"
    assert scan.digest in intake.take(scan.project.code, 1000, token, NOON)
    objects = released(scan.digest)
    assert intake.record_released(
        scan.digest, token, inspection(), identity(), (0.0,), objects, NOON, kept=kept, report={"removed": {}}
    )
    scan.refresh_from_db()


def test_a_drawing_brings_the_scan_back_and_guides_it(world: World, officer: Person) -> None:
    scan = world.withheld()
    layout = quarantine.decide_sector(scan.pk, [FAN], officer, NOON)
    scan.refresh_from_db()
    assert scan.state == State.RECEIVED
    assert intake.waiting("goma", NOON) == 1
    told = guidance_for(scan)
    assert told.drawn == (FAN,)
    assert [(one.polygons, one.drawn, one.device, one.model) for one in told.layouts] == [
        ((FAN,), True, "SR-DEVICE1", "CX50")
    ]
    assert layout.from_scan == scan
    event = quarantine.history(scan).last()
    assert event is not None
    assert (event.what, event.person, event.facts) == ("sector_drawn", officer, {"layout": layout.pk, "outlines": 1})


def test_drawing_again_replaces_the_drawing_and_forgets_that_text_was_accepted(world: World, officer: Person) -> None:
    scan = world.withheld()
    quarantine.decide_sector(scan.pk, [FAN], officer, NOON)
    Decision.objects.filter(scan=scan).update(text_accepted=True)
    Scan.objects.filter(pk=scan.pk).update(state=State.WITHHELD, reason="text_inside")
    quarantine.decide_sector(scan.pk, [OTHER_FAN], officer, NOON)
    told = guidance_for(scan)
    assert (told.drawn, told.text_accepted) == ((OTHER_FAN,), False)
    assert [one.polygons for one in told.layouts] == [(OTHER_FAN,)]


@pytest.mark.parametrize(
    "polygons",
    [
        [],
        [FAN] * 9,
        [FAN[:2]],
        [[(0, 0), (10, 0), (10, 10)]],
        [[(0, 0), (700, 0), (300, 300)]],
        [[(0, 0), (float("nan"), 0), (300, 300)]],
        [[(0, 0), (400, 400), (400, 0), (0, 400)]],
        [[(0, 0), (True, 0), (300, 300)]],
        [[("0", "0"), ("300", "0"), ("300", "300")]],
    ],
)
def test_what_is_no_drawing_is_refused(
    world: World, officer: Person, polygons: list[list[tuple[float, float]]]
) -> None:
    scan = world.withheld()
    with pytest.raises(ValueError, match=r"outline|corner"):
        quarantine.decide_sector(scan.pk, polygons, officer, NOON)
    assert not SectorLayout.objects.exists()
    assert Scan.objects.get(pk=scan.pk).state == State.WITHHELD


@pytest.mark.parametrize("code", ["identifier_left", "cannot_clean"])
def test_a_drawing_settles_no_matter_of_the_header(world: World, officer: Person, code: str) -> None:
    scan = world.withheld(code=code)
    with pytest.raises(Conflict) as stale:
        quarantine.decide_sector(scan.pk, [FAN], officer, NOON)
    assert stale.value.code == "stale"


def test_only_writing_can_be_accepted(world: World, officer: Person) -> None:
    written, other = world.withheld(code="text_inside"), world.withheld()
    quarantine.accept_text(written.pk, officer, NOON)
    assert guidance_for(written).text_accepted
    assert not guidance_for(written).drawn
    with pytest.raises(Conflict):
        quarantine.accept_text(other.pk, officer, NOON)
    assert not guidance_for(other).text_accepted


def test_accepted_is_the_writing_in_the_area_that_was_looked_at(world: World, officer: Person) -> None:
    scan = world.withheld(code="text_inside", kept=Kept((OTHER_FAN,), (Witness.FITTED, Witness.MOVING)))
    quarantine.accept_text(scan.pk, officer, NOON)
    told = guidance_for(scan)
    assert (told.text_accepted, told.drawn) == (True, (OTHER_FAN,))
    assert told.layouts == ()


ACTS: dict[str, Callable[[int, Person], object]] = {
    "sector_drawn": lambda scan, person: quarantine.decide_sector(scan, [FAN], person, NOON),
    "text_accepted": lambda scan, person: quarantine.accept_text(scan, person, NOON),
    "refused": lambda scan, person: quarantine.refuse(scan, "names_patient", person, NOON),
    "asked": lambda scan, person: quarantine.ask_sender(scan, "how_made", person, NOON),
}


@pytest.mark.parametrize("what", sorted(ACTS))
def test_every_act_is_one_event_with_its_person_and_nobody_else_may(world: World, officer: Person, what: str) -> None:
    scan = world.withheld(code="text_inside")
    strangers = [
        world.person("auditor", Role.AUDITOR),
        world.person("facilitator", Role.FACILITATOR),
        world.person("supervisor", Role.SUPERVISOR),
        world.person("administrator", Role.ADMINISTRATOR),
        world.person("elsewhere", Role.DATA_OFFICER, Role.PARTNER_OWNER, project=world.bunia),
        world.people["amina"],
    ]
    before = Event.objects.count()
    for stranger in strangers:
        with pytest.raises(Scan.DoesNotExist):
            ACTS[what](scan.pk, stranger)
    assert Event.objects.count() == before
    ACTS[what](scan.pk, officer)
    assert Event.objects.count() == before + 1
    event = Event.objects.latest("pk")
    assert (event.what, event.scan, event.person, event.at) == (what, scan, officer, NOON)


@pytest.mark.parametrize("what", sorted(ACTS))
def test_no_act_on_a_scan_that_is_held_back_no_longer(world: World, officer: Person, what: str) -> None:
    scan = world.queued()
    with pytest.raises(Conflict) as stale:
        ACTS[what](scan.pk, officer)
    assert stale.value.code == "stale"
    assert Scan.objects.get(pk=scan.pk).state == State.QUEUED


def test_a_refusal_tells_the_sender_why_and_stays(world: World, officer: Person) -> None:
    scan = world.withheld()
    with pytest.raises(ValueError, match="REFUSALS"):
        quarantine.refuse(scan.pk, "because", officer, NOON)
    quarantine.refuse(scan.pk, "names_patient", officer, NOON)
    scan.refresh_from_db()
    assert (scan.state, scan.reason) == (State.REJECTED, "names_patient")
    assert intake.try_again("goma", NOON) == 0
    for code in REFUSALS:
        assert str(Rejected(code))


def test_question_and_answer_are_codes(world: World, officer: Person) -> None:
    scan = world.withheld()
    amina, helper = world.people["amina"], world.person("helper", Role.FACILITATOR, project=world.goma)
    bea = world.person("bea", Role.TRAINEE, project=world.goma)
    with pytest.raises(Scan.DoesNotExist):
        quarantine.answer(scan.pk, "patient", amina, NOON)
    quarantine.ask_sender(scan.pk, "which_device", officer, NOON)
    quarantine.ask_sender(scan.pk, "names_somebody", officer, NOON)
    assert [question.code for question in quarantine.open_questions(amina)] == ["names_somebody"]
    assert [question.code for question in quarantine.open_questions(helper)] == ["names_somebody"]
    assert not quarantine.open_questions(bea).exists()
    with pytest.raises(Scan.DoesNotExist):
        quarantine.answer(scan.pk, "nobody", bea, NOON)
    with pytest.raises(ValueError, match="answer_code"):
        quarantine.answer(scan.pk, "Mrs Mbeki, born 1951", amina, NOON)
    quarantine.answer(scan.pk, "nobody", amina, NOON)
    kept = Question.objects.get(scan=scan)
    assert (kept.answer, kept.answered_by, kept.answered_at) == ("nobody", amina, NOON)
    with pytest.raises(Scan.DoesNotExist):
        quarantine.answer(scan.pk, "patient", amina, NOON)
    assert scan.state == State.WITHHELD
    told = [(event.what, event.person, event.facts) for event in quarantine.history(scan)][-2:]
    assert told == [
        ("asked", officer, {"code": "names_somebody"}),
        ("answered", amina, {"code": "names_somebody", "answer": "nobody"}),
    ]


def test_every_question_and_answer_is_in_both_languages_and_fits_its_column() -> None:
    for code, question in QUESTIONS.items():
        assert len(code) <= 40
        assert question.text.en != question.text.fr
        assert len(question.answers) >= 2
        assert all(len(answer) <= 40 and text.en != text.fr for answer, text in question.answers.items())


def test_alike_is_the_same_screen(world: World, officer: Person) -> None:
    device = identity()
    model = type(device)(patient=None, device="SR-OTHER", device_model="CX50")
    stranger = type(device)(patient=None, device="SR-THIRD", device_model="EPIQ")
    nobody = type(device)()
    scan, same, of_model = world.withheld("1"), world.withheld("2"), world.withheld("3", identity=model)
    world.withheld("4", identity=stranger)
    world.withheld("5", code="identifier_left")
    world.withheld("6", project="bunia", trainee=None)
    unnamed, unnamed_too = world.withheld("7", identity=nobody), world.withheld("8", identity=nobody)
    small = world.withheld("9")
    Scan.objects.filter(pk=small.pk).update(rows=100)
    world.queued("10")
    assert list(quarantine.alike(scan)) == [same, of_model]
    assert list(quarantine.alike(unnamed)) == [unnamed_too]


def test_a_layout_releases_all_that_are_alike_and_nothing_else(world: World, officer: Person) -> None:
    scan, same, decided = world.withheld("1"), world.withheld("2"), world.withheld("3")
    far = world.withheld("4", project="bunia", trainee=None)
    layout = quarantine.decide_sector(scan.pk, [FAN], officer, NOON)
    quarantine.refuse(decided.pk, "names_patient", officer, NOON)
    wanted = [same.pk, decided.pk, far.pk, scan.pk, 10**6]
    outsider = world.person("outsider", Role.DATA_OFFICER, project=world.bunia)
    with pytest.raises(SectorLayout.DoesNotExist):
        quarantine.release_alike(layout.pk, wanted, outsider, NOON)
    assert quarantine.release_alike(layout.pk, wanted, officer, NOON) == [same.pk]
    assert guidance_for(same).drawn == (FAN,)
    assert Decision.objects.get(scan=same).layout == layout
    event = quarantine.history(same).last()
    assert event is not None
    assert (event.what, event.person, event.facts) == ("layout_taken", officer, {"layout": layout.pk})
    assert set(Scan.objects.filter(state=State.RECEIVED)) == {scan, same}


def test_a_retired_layout_guides_and_releases_nothing(world: World, officer: Person) -> None:
    scan, same = world.withheld("1"), world.withheld("2")
    layout = quarantine.decide_sector(scan.pk, [FAN], officer, NOON)
    with pytest.raises(SectorLayout.DoesNotExist):
        retire(layout.pk, world.people["rose"], NOON)
    retire(layout.pk, officer, NOON)
    assert guidance_for(same).layouts == ()
    with pytest.raises(SectorLayout.DoesNotExist):
        quarantine.release_alike(layout.pk, [same.pk], officer, NOON)
    assert Event.objects.filter(what="layout_retired", person=officer).count() == 1


def test_the_pictures_of_what_is_in_doubt_are_for_those_who_release(world: World, officer: Person) -> None:
    scan = world.withheld()
    world.withheld(project="bunia", trainee=None)
    assert {one.role for one in scope.evidence_for(officer)} == {"evidence", "envelope"}
    assert set(scope.evidence_for(officer).values_list("scan", flat=True)) == {scan.pk}
    reasons_only = [
        world.person("auditor", Role.AUDITOR, project=world.goma),
        world.person("helper", Role.FACILITATOR, project=world.goma),
    ]
    for person in reasons_only:
        assert list(scope.scans_for(person, Action.SEE_QUARANTINE)) == [scan]
    for person in (*reasons_only, world.people["amina"], world.people["rose"], AnonymousUser()):
        assert not scope.evidence_for(person).exists()
    quarantine.decide_sector(scan.pk, [FAN], officer, NOON)
    assert not scope.evidence_for(officer).exists()


def in_store(store: ObjectStore, tmp_path: Path, scan: Scan) -> list[str]:
    """Give the scan real pictures in the store instead of the made-up digests; return these."""
    found = []
    for role in ("evidence", "envelope"):
        path = tmp_path / f"{role} {scan.pk}"
        path.write_bytes(f"{role} of {scan.digest}".encode())
        placed = store.put(Area.WITHHELD, path)
        StoredObject.objects.filter(scan=scan, role=role).update(digest=placed.digest)
        found.append(placed.digest)
    return found


@pytest.mark.parametrize("ended", ["released", "refused", "rejected", "failed", "withheld again"])
def test_no_picture_outlives_the_doubt(world: World, officer: Person, tmp_path: Path, ended: str) -> None:
    store = object_store("relief")
    scan = world.withheld()
    pictures = in_store(store, tmp_path, scan)
    if ended == "refused":
        quarantine.refuse(scan.pk, "names_patient", officer, NOON)
    else:
        quarantine.decide_sector(scan.pk, [FAN], officer, NOON)
        assert all(store.size(Area.WITHHELD, digest) for digest in pictures)
        if ended == "released":
            release(scan, Kept((FAN,), (Witness.DRAWN,)))
        else:
            end_badly(scan, ended)
        assert remove_discarded(store) == 2
    assert all(store.size(Area.WITHHELD, digest) is None for digest in pictures)
    assert not Discarded.objects.exists()
    if ended != "withheld again":
        assert not StoredObject.objects.filter(area=Area.WITHHELD).exists()
        assert not Doubt.objects.exists()


def end_badly(scan: Scan, ended: str) -> None:
    for attempt in ("one", "two", "three"):
        assert scan.digest in intake.take("goma", 10, attempt, NOON)
        if ended == "rejected":
            assert intake.record_rejected(scan.digest, attempt, Rejected("damaged"), NOON)
            return
        if ended == "withheld again":
            error = Withheld("no_sector")
            assert intake.record_withheld(scan.digest, attempt, error, inspection(), identity(), {}, NOON)
            return
        assert intake.record_failed(scan.digest, attempt, "internal", NOON)


def test_a_picture_that_two_scans_share_goes_with_the_last(world: World, officer: Person, tmp_path: Path) -> None:
    store = object_store("relief")
    one, two = world.withheld("1"), world.withheld("2")
    digest, _ = in_store(store, tmp_path, one)
    StoredObject.objects.filter(scan=two, role="evidence").update(digest=digest)
    quarantine.refuse(one.pk, "names_patient", officer, NOON)
    assert store.size(Area.WITHHELD, digest)
    quarantine.refuse(two.pk, "names_patient", officer, NOON)
    assert store.size(Area.WITHHELD, digest) is None


def test_reports_of_earlier_releases_are_kept(world: World, officer: Person) -> None:
    scan = world.withheld()
    quarantine.decide_sector(scan.pk, [FAN], officer, NOON)
    release(scan, Kept((FAN,), (Witness.DRAWN,)))
    assert scan.kept == {"polygons": [[list(corner) for corner in FAN]], "witnesses": ["drawn"]}
    Scan.objects.filter(pk=scan.pk).update(state=State.RECEIVED)
    release(scan)
    assert [report.current for report in scan.release_reports.order_by("pk")] == [False, True]
