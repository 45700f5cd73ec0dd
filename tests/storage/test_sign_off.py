"""The software proposes with every piece of evidence; a person signs under guards, refuses, takes back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.errors import Conflict
from storage.catalogue import audit, competence, observing, phases, plans, queueing, sign_off
from storage.catalogue.models import Event, Exam, Person, Plan, Proposal, SignOff
from storage.catalogue.plans import Looked
from supervision.certificate import verify
from supervision.certificates import told
from supervision.ladder import Rung
from supervision.roles import Role
from supervision.sampling import Phase
from supervision.sign_off import Decision, PlanCause, PlanStep
from supervision.states import Stage
from tests.courses import learned
from tests.storage.conftest import NOON

if TYPE_CHECKING:
    from tests.storage.conftest import World

CODE = "BLADDER"
pytestmark = pytest.mark.django_db(transaction=True)
GOOD = [True] * 28
HOUR = timedelta(hours=1)


@pytest.fixture
def amina(world: World) -> Person:
    world.person("chief", Role.SUPERVISOR)
    return world.people["amina"]


def course(world: World, *outcomes: bool, readers: tuple[str, ...] = ("rose", "luc"), **more: Any) -> list[Exam]:
    people = [world.people[name] for name in readers]
    return learned(world.goma, world.people["amina"], people, outcomes or GOOD, until=NOON, code=CODE, **more)


def step(world: World, person: str = "chief") -> sign_off.Proposed:
    found = sign_off.proposed(world.organisation, world.people["amina"], CODE, world.people[person], NOON)
    assert found is not None
    return found


def sign(world: World, person: str = "chief") -> SignOff:
    found = step(world, person)
    return sign_off.sign(world.people["amina"].pk, CODE, found.evidence.to, world.people[person], found.digest, NOON)


def missing(found: sign_off.Proposed) -> set[str]:
    return {piece.kind for piece in found.evidence.pieces if not piece.met}


def test_all_is_there_and_a_person_signs(world: World, amina: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    exams = course(world)
    found = step(world)
    assert (missing(found), found.obstacle, found.evidence.to) == (set(), "", Rung.AUDITED)
    assert found.evidence.pieces[0].value == len(exams)
    row = sign(world)
    assert (row.decision, row.rung, row.decided_by) == (Decision.SIGNED, Rung.AUDITED, world.people["chief"])
    assert phases.phase_of(amina.pk, CODE) is Phase.SIGNED_OFF
    event = Event.objects.get(what="sign_off_signed")
    assert event.facts["seen"] == found.digest
    monkeypatch.setattr(queueing, "_random", type("Fixed", (), {"random": staticmethod(lambda: 0.51)}))
    exam = Exam.objects.get(clips=world.queued(exam_type=CODE, score=90.0))
    assert (exam.stage, exam.inclusion) == (Stage.NOT_CHOSEN, 0.5)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"twice": 0}, "read_twice"),
        ({"entrustment": 3}, "trusted"),
        ({"outcomes": GOOD[:20]}, "learned"),
        ({"outcomes": [*GOOD, False, False, False]}, "certain"),
        ({"until": NOON - timedelta(days=200)}, "recent"),
    ],
)
def test_what_is_missing_is_named_and_stops_the_signature(
    world: World, amina: Person, change: dict[str, Any], kind: str
) -> None:
    people = [world.people["rose"], world.people["luc"]]
    learned(world.goma, amina, people, **({"outcomes": GOOD, "until": NOON, "code": CODE} | change))
    found = step(world)
    assert kind in missing(found)
    with pytest.raises(Conflict, match="evidence_missing"):
        sign(world)
    assert not SignOff.objects.exists()
    assert phases.rung_of(amina.pk, CODE) is Rung.REMOTE_REVIEWED


def test_who_alone_has_read_does_not_sign(world: World, amina: Person) -> None:
    world.person("both", Role.SUPERVISOR, Role.REVIEWER)
    course(world, readers=("both",))
    with pytest.raises(Conflict, match="only_reviewer"):
        sign(world, "both")
    with pytest.raises(Conflict, match="evidence_missing"):
        sign(world, "chief")  # another person may, once the last ones were read twice


def test_nobody_signs_for_themselves_nor_elsewhere_nor_unseen(world: World, amina: Person) -> None:
    course(world)
    world.person("stranger", Role.SUPERVISOR, project=world.elsewhere)
    found = step(world)
    for name in ("stranger", "rose"):
        with pytest.raises(Person.DoesNotExist):
            sign_off.sign(amina.pk, CODE, Rung.AUDITED, world.people[name], found.digest, NOON)
    with pytest.raises(Conflict, match="stale"):
        sign_off.sign(amina.pk, CODE, Rung.AUDITED, world.people["chief"], "another", NOON)
    with pytest.raises(Conflict, match="not_next_rung"):
        sign_off.sign(amina.pk, CODE, Rung.AUTONOMOUS, world.people["chief"], found.digest, NOON)
    learned(world.goma, world.people["chief"], [world.people["rose"], amina], GOOD, until=NOON, code=CODE)
    own = sign_off.proposed(world.organisation, world.people["chief"], CODE, world.people["chief"], NOON)
    assert own is not None
    for decide in (sign_off.sign, sign_off.refuse):
        with pytest.raises(Conflict, match="own_sign_off"):
            decide(world.people["chief"].pk, CODE, Rung.AUDITED, world.people["chief"], own.digest, NOON, reason="x")
    assert set(competence.trainees_for(amina)) == {amina}
    assert not competence.trainees_for(world.people["rose"]).exists()
    assert amina not in competence.trainees_for(world.people["stranger"])


def test_a_refusal_says_why_and_changes_nothing(world: World, amina: Person) -> None:
    course(world)
    found, chief = step(world), world.people["chief"]
    with pytest.raises(ValueError, match="reason"):
        sign_off.refuse(amina.pk, CODE, Rung.AUDITED, chief, found.digest, NOON, reason="  ")
    row = sign_off.refuse(amina.pk, CODE, Rung.AUDITED, chief, found.digest, NOON, reason="Scan with me once more.")
    assert phases.rung_of(amina.pk, CODE) is Rung.REMOTE_REVIEWED
    assert list(sign_off.sign_offs_for(amina)) == [row]
    with pytest.raises(ValueError, match="certificate"):
        sign_off.certificate_of(row, NOON)


def test_the_certificate_holds_offline_and_names_a_head_that_is_in_the_chain(world: World, amina: Person) -> None:
    course(world)
    row = sign(world)
    made = sign_off.certificate_of(row, NOON)
    assert sign_off.certificate_of(SignOff.objects.get(pk=row.pk), NOON + timedelta(days=1)) == made
    found = verify(made.as_json())
    says = found.document["says"]
    assert (says["number"], says["trainee"], says["rung"]["code"]) == (str(row.number), amina.display_name, "audited")
    assert len(says["evidence"]) == 7
    assert all(piece["met"] and "exams" not in piece for piece in says["evidence"])
    assert str(says["exams"]["exams"]) in told(found)[3].fr
    head = audit.Head(**found.document["chain"])
    assert audit.verify(NOON, head).sound
    signed = Event.objects.get(what="sign_off_signed")
    assert signed.number is not None
    assert signed.number <= head.number


def test_a_step_down_takes_back_what_was_signed(world: World, amina: Person) -> None:
    course(world)
    row = sign(world)
    with pytest.raises(Conflict, match="not_lower"):
        sign_off.lower(amina.pk, CODE, Rung.AUDITED, world.people["chief"], "why", NOON)
    assert sign_off.lower(amina.pk, CODE, Rung.SUPERVISED, world.people["chief"], "No exam for a year.", NOON) == 1
    row.refresh_from_db()
    assert (row.withdrawn_by, row.withdrawn_why) == (world.people["chief"], "No exam for a year.")
    assert phases.rung_of(amina.pk, CODE) is Rung.SUPERVISED
    assert sign_off.holding(world.organisation, amina, CODE) is None
    assert missing(step(world)) == {"trusted"}, "who scans with a supervisor at hand needs to be watched again"
    for day in range(5):
        observing.observe(amina.pk, CODE, 4, NOON - timedelta(days=day), world.people["chief"], NOON)
    assert missing(step(world)) == set()


def test_an_observation_counts_until_it_is_taken_back(world: World, amina: Person) -> None:
    course(world, entrustment=None)
    assert missing(step(world)) == {"trusted"}
    chief = world.people["chief"]
    seen = observing.observe(amina.pk, CODE, 4, NOON - timedelta(hours=1), chief, NOON, text="At the bedside.")
    assert missing(step(world)) == set()
    assert Proposal.objects.get(trainee=amina, exam_type=CODE).met
    assert competence.waiting_for(chief).count() == 1
    observing.withdraw(seen.pk, chief, NOON)
    assert missing(step(world)) == {"trusted"}
    with pytest.raises(ValueError, match="past"):
        observing.observe(amina.pk, CODE, 4, NOON + timedelta(hours=1), chief, NOON)
    with pytest.raises(Person.DoesNotExist):
        observing.observe(amina.pk, CODE, 4, NOON, world.people["rose"], NOON)


def test_an_alarm_opens_a_plan_that_only_evidence_closes(world: World, amina: Person) -> None:
    course(world)
    sign(world)
    later = NOON + timedelta(days=30)
    poor = learned(world.goma, amina, [world.people["rose"]], [False] * 4, until=later - HOUR, code=CODE, twice=0)
    review = poor[-1].reviews.get(final=True)
    assert phases.after_final(review, later)
    plans.after_final(review, later, alarm=True)
    plan = Plan.objects.get(trainee=amina)
    assert (plan.cause, [one["target"] for one in plan.components]) == (PlanCause.ALARM, ["axis"])
    assert phases.read_in_full(phases.standing_of(amina.pk, CODE))
    assert step(world).obstacle == "plan_open"
    chief = world.people["chief"]
    plans.agree(
        plan.pk, "Ten axes with rose.", world.people["rose"].pk, (later + timedelta(days=30)).date(), chief, later
    )
    with pytest.raises(Conflict, match="plan_not_met"):
        plans.close(plan.pk, chief, later)
    after = later + timedelta(days=40)
    learned(world.goma, amina, [world.people["rose"]], [True] * 15, until=after, code=CODE, twice=0)
    with pytest.raises(Conflict, match="own_sign_off"):
        plans.close(plan.pk, amina, after)
    assert phases.read_in_full(phases.standing_of(amina.pk, CODE)), "15 were read, and the plan is open"
    plan = plans.close(plan.pk, chief, after)
    assert not phases.read_in_full(phases.standing_of(amina.pk, CODE))
    assert (plan.finding["verdict"], len(plan.finding["exams"])) == ("fulfilled", 15)
    assert list(plan.entries.values_list("step", flat=True)) == [PlanStep.OPENED, PlanStep.AGREED, PlanStep.MET]


def test_who_has_not_scanned_for_long_is_found_once(
    world: World, amina: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    course(world)
    sign(world)
    later = NOON + timedelta(days=190)
    assert plans.look(world.goma, NOON + timedelta(days=170)).opened == 0
    assert [plans.look(world.goma, later), plans.look(world.goma, later)] == [Looked(1, 1), Looked(1, 0)]
    assert Plan.objects.get().cause == PlanCause.IDLE
    monkeypatch.setattr(queueing, "_random", type("Fixed", (), {"random": staticmethod(lambda: 0.99)}))
    exam = Exam.objects.get(clips=world.queued(exam_type=CODE, now=later))
    assert (exam.stage, exam.inclusion) == (Stage.QUEUED, 1.0)


def test_an_alarm_while_a_plan_is_open_is_a_line_in_it_and_an_alarm(world: World, amina: Person) -> None:
    course(world)
    sign(world)
    later = NOON + timedelta(days=190)
    assert plans.look(world.goma, later).opened == 1
    after = later + timedelta(days=10)
    poor = learned(world.goma, amina, [world.people["rose"]], [False] * 4, until=after - HOUR, code=CODE, twice=0)
    review = poor[-1].reviews.get(final=True)
    assert phases.after_final(review, after)
    plans.after_final(review, after, alarm=True)
    plan = Plan.objects.get(trainee=amina)
    assert plan.cause == PlanCause.IDLE
    assert list(plan.entries.values_list("step", flat=True)) == [PlanStep.OPENED, PlanStep.ALARM]
    found = competence.standing(world.organisation, amina, CODE)
    assert found is not None
    assert found.course.last_alarm_at == after
