"""While a project passes on, what does its hand-over leave to whom, and what cannot slip past a step?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.errors import Conflict, Misconfigured, Rejected, Unavailable
from supervision.certificate import Signed, verify
from supervision.handover import HandoverStage, Unmet
from supervision.readings import Reading
from supervision.roles import Action, Role
from tests.receipt import receipt
from tests.storage.conftest import NOON, World, digest_of

if TYPE_CHECKING:
    from storage.catalogue.models import Handover, Person

pytestmark = pytest.mark.django_db(transaction=True)


def passing(world: World, stage: str, *going: Person) -> Handover:
    from storage.catalogue.models import GoesAlong, Handover

    made = Handover.objects.create(
        project=world.goma, receiver="ministry", receiver_name="Ministry", stage=stage, began_at=NOON, stage_since=NOON
    )
    for person in going:
        GoesAlong.objects.create(handover=made, person=person)
    return made


def test_a_stage_that_is_not_known_leaves_nothing_to_anybody(world: World) -> None:
    from storage.catalogue import handovers, scope

    owner = world.person("owner", Role.PARTNER_OWNER)
    minister = world.person("minister", Role.PARTNER_OWNER)
    passing(world, "sideways", minister)
    for person in (owner, minister):
        left = {code for action in Action for code in scope.projects_for(person, action).values_list("code", flat=True)}
        assert left == {"bunia"}
    assert handovers.is_frozen("goma")


def test_nothing_is_registered_once_it_is_read_only(world: World) -> None:
    from storage.catalogue.models import Arrival, Scan

    passing(world, HandoverStage.READ_ONLY)
    with pytest.raises(Unavailable, match="handed_over"):
        world.received("late")
    assert not Scan.objects.exists()
    assert not Arrival.objects.exists()
    assert world.received("of the other project", project="bunia").project == world.bunia


def test_what_comes_while_a_step_is_signed_stops_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from storage.handover import steps

    owner = world.person("owner", Role.PARTNER_OWNER)
    made = passing(world, HandoverStage.SWITCHED)
    really = steps.sign

    def slowly(*said: object) -> Signed:
        world.received("meanwhile")
        return really(*said)

    monkeypatch.setattr(steps, "sign", slowly)
    with pytest.raises(steps.NotYet) as refused:
        steps.move(made, HandoverStage.READ_ONLY, owner, NOON)
    assert refused.value.unmet == (Unmet.UNDER_WAY,)
    made.refresh_from_db()
    assert made.stage == HandoverStage.SWITCHED


def test_whoever_the_other_side_has_is_nobody_who_could_read(world: World) -> None:
    from storage.catalogue.models import ReviewItem
    from storage.catalogue.readership import readers_besides

    ours, theirs, asking = (world.person(name, Role.REVIEWER) for name in ("ours", "theirs", "asking"))
    world.queued()
    first = ReviewItem.objects.select_related("exam__project", "exam__trainee").get(reading=Reading.FIRST)
    before = readers_besides(asking, [first], NOON)[first.pk]
    passing(world, HandoverStage.SHADOW, theirs, asking)
    assert readers_besides(asking, [first], NOON) == {first.pk: 1}
    assert readers_besides(theirs, [first], NOON) == {first.pk: 1}
    assert readers_besides(ours, [first], NOON) == {first.pk: 2}
    assert before > 1


def test_a_handover_is_begun_once_and_for_a_code_that_can_be_one(world: World) -> None:
    from storage.catalogue.models import Handover
    from storage.handover import steps

    owner = world.person("owner", Role.PARTNER_OWNER)
    with pytest.raises(Misconfigured, match="code_invalid"):
        steps.begin("goma", "Ministry of Health", "Ministry of Health", owner, NOON)
    steps.begin("goma", "ministry", "Ministry of Health", owner, NOON)
    with pytest.raises(Conflict, match="stale"):
        steps.begin("goma", "another", "Another", owner, NOON)
    assert [one.receiver for one in Handover.objects.all()] == ["ministry"]


def test_a_receipt_that_lacks_what_one_says_is_none_and_what_it_did_not_count_is_a_difference(world: World) -> None:
    from storage.catalogue.models import ProjectBundle
    from storage.handover import steps

    owner = world.person("owner", Role.PARTNER_OWNER)
    rows = {"tables": {"catalogue_scan": 1}, "objects": 1, "events": 1}
    bundle = ProjectBundle.objects.create(
        project=world.goma, digest=digest_of("bundle"), made_at=NOON, made_by=owner, counts=rows | {"missing": 0}
    )

    said = verify(receipt(bundle)).document["says"]
    lacking = [receipt(bundle, leaving_out=name) for name in said]
    nothing = [receipt(bundle, counts=counts) for counts in (3, None, {"tables": {}})]
    for none in (*lacking, *nothing, receipt(bundle, restored_at="yesterday")):
        with pytest.raises(Rejected, match="receipt_of_another"):
            steps.confirm("goma", none, owner, NOON)
    bundle.refresh_from_db()
    assert bundle.receipt is None
    left_out = steps.confirm("goma", receipt(bundle, counts=rows), owner, NOON).differences
    assert left_out == ["unmatched digests: None", "chain of events"]
    assert steps.confirm("goma", receipt(bundle), owner, NOON).differences == []
