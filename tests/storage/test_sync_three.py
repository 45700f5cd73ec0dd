"""Two laptops and one server, over links that break: do all three come to know the same, and is nobody's word lost?"""

import contextlib
import tempfile
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from pipeline.errors import Conflict
from storage.catalogue import devices, observing, phases, plans, queue, readings, telemedicine, tickets
from storage.catalogue.models import (
    Device,
    Escalation,
    Exam,
    Plan,
    Review,
    ReviewItem,
    SignOff,
    SupportRequest,
    Ticket,
    TrainingSession,
)
from storage.catalogue.registers import requests, service, training
from storage.catalogue.registers.training import SessionHeld
from storage.sync import journal
from storage.sync.beside import kinds
from storage.sync.names import Names
from supervision import escalation
from supervision.ladder import Rung
from supervision.registers import Act, Attended, ServiceEnd, SessionKind
from supervision.roles import Role
from supervision.sign_off import Decision
from supervision.tickets import Change, What
from tests.storage.acts_on_two_sides import BLADDER, Pair, form, scan_in, told
from tests.storage.two_sides import Installation, exchange, exchanged_until_nothing_is_new, installed, removed

SIDES = st.sampled_from(["one", "other", "there"])
Refused = (
    Conflict,
    ValueError,
    Exam.DoesNotExist,
    Plan.DoesNotExist,
    Escalation.DoesNotExist,
    ReviewItem.DoesNotExist,
    SupportRequest.DoesNotExist,
    TrainingSession.DoesNotExist,
)


class ThreeSides(RuleBasedStateMachine):
    """People observe, sign, plan, repair, ask and train on three sides, of which two never meet each other."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="three-sides-")
        here = Path(self.folder.name)
        self.one, self.other, self.there = (installed(here, name) for name in ("one", "other", "there"))
        self.pairs = (Pair(self.one, self.there), Pair(self.other, self.there))
        self.clock = self.pairs[0]
        self.pairs[1].wire.now = self.clock.later
        for side in self.sides:
            with side.here() as world:
                world.person("olu", Role.PARTNER_OWNER)
                Device.objects.create(project=world.goma, pseudonym="SR-probe", model="CX50")
        self.words: set[str] = set()

    @property
    def sides(self) -> tuple[Installation, ...]:
        return self.one, self.other, self.there

    def teardown(self) -> None:
        if not hasattr(self, "pairs"):
            return
        try:
            for _ in range(2):  # what one laptop said goes through the server to the other
                for pair in self.pairs:
                    pair.wire.cut_after = None
                    exchanged_until_nothing_is_new(pair.wire)
            ours, *others = (known(side) for side in self.sides)
            for theirs in others:
                assert theirs == ours
            everything = str(ours)
            assert all(word in everything for word in self.words), "somebody's word is lost"
        finally:
            removed(*self.sides)
            self.folder.cleanup()

    def say(self, act: Callable[[str], Any]) -> Any:
        """Let somebody say words that are said once, and must be there in the end if they could be said."""
        words = f"word-{uuid.uuid4().hex[:12]}"
        with contextlib.suppress(*Refused):
            done = act(words)
            self.words.add(words)
            return done

    def act(self, side: str, person: str, what: Any) -> None:
        """Let somebody do something there, if they may."""
        with getattr(self, side).here() as world, contextlib.suppress(*Refused):
            what(world, world.people[person], self.clock.later())

    @rule(side=SIDES, entrustment=st.integers(1, 5), withdrawn=st.booleans())
    def observe(self, side: str, entrustment: int, withdrawn: bool) -> None:  # noqa: FBT001
        def does(world: Any, person: Any, now: Any) -> None:
            trainee = world.people["amina"].pk
            one = self.say(lambda x: observing.observe(trainee, "BLADDER", entrustment, now, person, now, text=x))
            if withdrawn:
                observing.withdraw(one.pk, person, now)

        self.act(side, "sam", does)

    @rule(side=SIDES, rung=st.sampled_from([Rung.REMOTE_REVIEWED, Rung.AUDITED]))
    def sign(self, side: str, rung: Rung) -> None:
        def does(world: Any, person: Any, now: Any) -> None:
            trainee = world.people["amina"]
            exams = list(Exam.objects.values_list("pk", flat=True))
            self.say(
                lambda x: SignOff.objects.create(
                    organisation=world.goma.organisation,
                    trainee=trainee,
                    exam_type="BLADDER",
                    rung=rung,
                    decision=Decision.SIGNED,
                    decided_by=person,
                    decided_at=now,
                    reason=x,
                    evidence={"exams": len(exams), "pieces": [{"exams": exams}]},
                )
            )
            phases.set_rung(trainee, "BLADDER", rung, person, now, "signed")

        self.act(side, "sam", does)

    @rule(side=SIDES, close=st.booleans())
    def plan(self, side: str, close: bool) -> None:  # noqa: FBT001
        def does(world: Any, person: Any, now: Any) -> None:
            trainee = world.people["amina"]
            plan = plans.begin(trainee.pk, "BLADDER", person, "seen", now)
            self.say(lambda x: plans.agree(plan.pk, x, None, None, person, self.clock.later()))
            if close:
                plans.end_with_step_down(world.goma.organisation, trainee, "BLADDER", person, self.clock.later())

        self.act(side, "olu", does)

    @rule(side=SIDES, what=st.sampled_from(list(What)), new=st.booleans())
    def mend(self, side: str, what: What, new: bool) -> None:  # noqa: FBT001
        def does(_world: Any, person: Any, now: Any) -> None:
            if new:
                device = Device.objects.get(pseudonym="SR-probe").pk
                self.say(lambda x: tickets.report(device, x, person, now))
            for ticket in Ticket.objects.order_by("opened_at")[:2]:
                self.say(lambda x, one=ticket: tickets.act(one.pk, what, person, self.clock.later(), x))

        self.act(side, "olu", does)

    @rule(side=SIDES, kind=st.sampled_from(list(Change)), serves=st.booleans())
    def change_probe(self, side: str, kind: Change, serves: bool) -> None:  # noqa: FBT001
        def does(_world: Any, person: Any, now: Any) -> None:
            device = Device.objects.get(pseudonym="SR-probe").pk
            devices.log_change(device, kind, now, person, now)
            if serves:
                service.begin(device, now.date(), "", person, now)
            else:
                service.end(device, now.date(), ServiceEnd.MOVED, person, now)

        self.act(side, "olu", does)

    @rule(side=SIDES, acts=st.lists(st.sampled_from(list(Act)), max_size=2), new=st.booleans())
    def request(self, side: str, acts: list[Act], new: bool) -> None:  # noqa: FBT001
        def does(world: Any, person: Any, now: Any) -> None:
            if new:
                self.say(lambda x: requests.ask(world.goma.pk, "training", x, person, now))
            for one in SupportRequest.objects.order_by("made_at"):
                for act in acts:
                    self.say(lambda x, pk=one.pk, act=act: requests.act(pk, act, person, self.clock.later(), x))

        self.act(side, "olu", does)

    @rule(side=SIDES, minutes=st.integers(10, 300), how=st.sampled_from(["log", "change", "cancel"]))
    def train(self, side: str, minutes: int, how: str) -> None:
        def does(world: Any, person: Any, now: Any) -> None:
            there = {world.people["amina"].pk: Attended.PRESENT}
            held = SessionHeld(now.date(), minutes, SessionKind.BEDSIDE, attendance=there)
            if how == "log":
                training.log(world.goma.pk, held, person, now)
                return
            one = TrainingSession.objects.earliest("logged_at")
            training.change(one.pk, held, person, now) if how == "change" else training.cancel(one.pk, person, now)

        self.act(side, "olu", does)

    @precondition(lambda self: not self.scanned)
    @rule(side=st.sampled_from(["one", "other"]))
    def send(self, side: str) -> None:
        self.scanned = True
        scan_in(getattr(self, side), self.clock)

    scanned = False

    @rule(side=SIDES, overall=st.sampled_from([2, 4]))
    def read(self, side: str, overall: int) -> None:
        def does(_world: Any, person: Any, now: Any) -> None:
            item = queue.next_item(person, now)
            if item is not None:
                seen = [view.code for view in BLADDER.views]
                readings.submit(item.pk, person, uuid.uuid4(), form(overall), now, seen=seen)

        self.act(side, "rose", does)

    @rule(side=SIDES, person=st.sampled_from(["olu", "sam"]))
    def ask(self, side: str, person: str) -> None:
        def does(_world: Any, person: Any, now: Any) -> None:
            exam = Exam.objects.get().pk
            asked = {"question": "refer", "specialty": "surgery", "consent": True}
            self.say(lambda x: telemedicine.escalate(exam, person, now=now, note=x, **asked))
            for one in Escalation.objects.all():
                telemedicine.act(one.pk, escalation.What.TAKEN, person, self.clock.later())

        self.act(side, person, does)

    @rule(box=st.sampled_from([0, 1]), cut_after=st.one_of(st.none(), st.integers(1, 20)))
    def meet(self, box: int, cut_after: int | None) -> None:
        self.pairs[box].wire.cut_after = cut_after
        exchange(self.pairs[box].wire)

    @rule(hours=st.sampled_from([1, 30]))
    def wait(self, hours: int) -> None:
        self.clock.now += timedelta(hours=hours)


def known(side: Installation) -> dict[str, Any]:
    """Return all that must be the same on all sides once nothing is new."""
    with side.here() as world:
        names = Names(world.goma.organisation)
        beside = {
            journal.key_of(one): one.model_dump(mode="json", exclude={"people"})
            for kind in kinds().values()
            for one in kind.tell(world.goma, names, None)
        }
        standing = {
            "tickets": list(Ticket.objects.order_by("opened_at", "kind").values_list("state", "closed_at")),
            "requests": list(SupportRequest.objects.order_by("made_at").values_list("state", "closed_at")),
            "plans": list(Plan.objects.order_by("opened_at").values_list("closed_at", "exercise")),
            "readings": sorted(str(one) for one in Review.objects.values_list("submission", flat=True)),
        }
    return {"exams": told(side), "beside": beside, "standing": standing}


@pytest.mark.usefixtures("db")
def test_three_sides_come_to_know_the_same() -> None:
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        ThreeSides,
        settings=settings(
            max_examples=4,
            stateful_step_count=18,
            deadline=None,
            suppress_health_check=checks,
            derandomize=True,
            phases=[Phase.generate],  # a run is too slow to be shrunk
        ),
    )
