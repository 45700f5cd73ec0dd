"""Is what is usual learnt from the right clips, kept in versions, and do scores follow it without losing what was?"""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Count

from pipeline.finding import Finding as Measured
from pipeline.finding import Verdict
from pipeline.quality import CUT_OFFS
from pipeline.rule import Rule
from qa_rules import rules_in
from storage.catalogue import calibrations, queue, readings, worksheets
from storage.catalogue.calibrations import calibrate, current_calibration, reassess, yardstick_of
from storage.catalogue.judging import as_measured, cut_offs_of
from storage.catalogue.models import (
    Assessment,
    Calibration,
    Event,
    Finding,
    Review,
    Scan,
    UsualValue,
)
from supervision.exam_types import exam_types
from supervision.priority import Clock, reasons, standing
from supervision.roles import Role
from supervision.states import State
from supervision.worksheet import Worksheet
from tests.forms import rated
from tests.storage.conftest import NOON, World, item_of

DAY = timedelta(days=1)
NIGHT = NOON + DAY
BLUR = "sharpness.blur"


def rule_named(name: str) -> Rule:
    return next(rule for rule in rules_in() if rule.name == name)


def shown(world: World, value: float, *, rule: str = BLUR, score: float = 100.0, **known: Any) -> Scan:
    """Return a queued scan in which `rule` measured `value`."""
    scan = world.queued(score=score, **known)
    finding = Finding.objects.get(assessment__scan=scan, rule=rule)
    judged = rule_named(rule).judged(Measured(rule, finding.rule_version, Verdict.GOOD, value))
    Finding.objects.filter(pk=finding.pk).update(value=value, verdict=judged.verdict, severity=judged.severity)
    return scan


def usual(calibration: Calibration, level: str = "device", rule: str = BLUR) -> UsualValue:
    return UsualValue.objects.get(calibration=calibration, level=level, rule=rule)


def made(world: World, **more: Any) -> Calibration:
    calibration = calibrate(world.organisation, more.pop("now", NIGHT))
    assert calibration is not None
    return calibration


def test_what_is_usual_is_kept_per_device_model_and_programme(world: World) -> None:
    values = [1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.2, 2.4, 2.6, 2.8]
    scans = [shown(world, value) for value in values]
    calibration = made(world)
    assert (calibration.version, calibration.current, calibration.clips, calibration.devices) == (1, True, 10, 1)
    assert (calibration.cut_offs, calibration.reviews, calibration.simulated) == (None, 0, False)
    of_device = usual(calibration)
    assert of_device.device == scans[0].device
    assert 1.5 < of_device.middle < 1.9
    assert of_device.clips == 10
    assert usual(calibration, "model").model == "CX50"
    assert usual(calibration, "programme").model == ""
    assert of_device.rule_version == rule_named(BLUR).version
    moving = {rule.name for rule in rules_in() if rule.usual is not None}
    assert set(UsualValue.objects.values_list("rule", flat=True)) <= moving
    assert Event.objects.get(what="calibrated").facts["version"] == 1


def test_a_new_version_is_made_only_when_something_changed(world: World) -> None:
    for _ in range(10):
        shown(world, 1.5)
    first = made(world)
    assert calibrate(world.organisation, NIGHT + DAY) is None
    shown(world, 1.5)
    assert calibrate(world.organisation, NIGHT + 2 * DAY) is None, "one clip like all others"
    for _ in range(30):
        shown(world, 2.6)
    second = made(world, now=NIGHT + 3 * DAY)
    first.refresh_from_db()
    assert (first.current, second.version, second.current) == (False, 2, True)
    assert first.values.exists()
    assert usual(second).middle > usual(first).middle + 0.5
    assert current_calibration(world.organisation) == second
    assert current_calibration(world.elsewhere.organisation) is None


def test_clips_of_no_device_count_for_the_programme_alone(world: World) -> None:
    for scan in [shown(world, 1.5) for _ in range(10)]:
        Scan.objects.filter(pk=scan.pk).update(device=None)
    calibration = made(world)
    assert (calibration.clips, calibration.devices) == (10, 0)
    assert set(calibration.values.values_list("level", flat=True)) == {"programme"}
    assert calibrate(world.organisation, NIGHT + DAY) is None


def test_nothing_measured_is_no_calibration(world: World) -> None:
    assert calibrate(world.organisation, NIGHT) is None
    assert not Calibration.objects.exists()


@pytest.mark.parametrize("why", ["damaged", "in air", "phantom", "withheld", "old rule", "other organisation"])
def test_what_says_nothing_about_good_clips_does_not_count(world: World, why: str) -> None:
    for _ in range(12):
        shown(world, 1.5)
    known = {"phantom": {"exam_type": "PHANTOM"}, "other organisation": {"project": "elsewhere", "trainee": None}}
    for _ in range(24):
        scan = shown(world, 9.0, **known.get(why, {}))
        findings = Finding.objects.filter(assessment__scan=scan)
        if why == "damaged":
            assert findings.filter(rule="file.integrity").update(verdict=Verdict.POOR, severity=1)
        elif why == "in air":
            assert findings.filter(rule="device.air_reverberation").update(verdict=Verdict.GOOD, value=0.9)
        elif why == "withheld":
            Scan.objects.filter(pk=scan.pk).update(state=State.WITHHELD)
        elif why == "old rule":
            findings.filter(rule=BLUR).update(rule_version=rule_named(BLUR).version + 1)
    found = usual(made(world))
    assert found.clips == 12
    assert found.middle == pytest.approx(1.5, abs=0.1)


def test_earlier_assessments_do_not_count(world: World) -> None:
    scans = [shown(world, 1.5) for _ in range(12)]
    for scan in scans:
        old = Assessment.objects.create(scan=scan, made_at=NOON, current=False, score=1)
        Finding.objects.create(
            assessment=old, rule=BLUR, rule_version=rule_named(BLUR).version, verdict="poor", value=9.0
        )
    assert usual(made(world)).clips == 12


def reviewed(world: World, scan: Scan, overall: int, *, simulated: bool = False) -> Review:
    """Let a reviewer rate the scan; it must be in the queue."""
    item = queue.claim(item_of(scan).pk, world.people["rose"], NOON)
    form = rated(overall, adequate=overall >= 3)
    review = readings.submit(item.pk, world.people["rose"], uuid.uuid4(), form, NOON, seen=form.views)
    Review.objects.filter(pk=review.pk).update(simulated=simulated)
    return review


def many_reviews(world: World, count: int, *, simulated: bool, good_from: float) -> None:
    trainees = [f"learner {number}" for number in range(4)]
    for name in trainees:
        if name not in world.people:
            world.person(name, Role.TRAINEE, project=world.goma)
    for number in range(count):
        score = 30.0 + 70.0 * number / count
        # from the 46th exam of a trainee on, each would be read twice
        reviewed(
            world,
            world.queued(score=score, trainee=trainees[number % len(trainees)]),
            5 if score >= good_from else 1,
            simulated=simulated,
        )


def test_ratings_are_learnt_from_fifty_reviews_and_never_reach_5(world: World) -> None:
    many_reviews(world, 49, simulated=False, good_from=70.0)
    assert made(world).cut_offs is None
    reviewed(world, world.queued(score=95.0, trainee="learner 0"), 5)
    calibration = made(world, now=NIGHT + DAY)
    assert calibration.reviews == 50
    assert {rating for _, rating in calibration.cut_offs} <= {2, 3, 4}
    assert all(60 < score < 80 for score, _ in calibration.cut_offs)
    assert cut_offs_of(calibration) != CUT_OFFS
    scan = world.queued(score=90.0)
    assert yardstick_of(scan).cut_offs == cut_offs_of(calibration)
    assert scan.suggested_rating == 4
    assert world.queued(score=55.0).suggested_rating == 1


def test_simulated_reviews_count_only_without_enough_of_people(world: World) -> None:
    many_reviews(world, 60, simulated=True, good_from=50.0)
    calibration = made(world)
    assert calibration.simulated
    assert all(score < 60 for score, _ in calibration.cut_offs)
    many_reviews(world, 60, simulated=False, good_from=85.0)
    calibration = made(world, now=NIGHT + DAY)
    assert calibration.reviews == 60
    assert not calibration.simulated
    assert all(score > 75 for score, _ in calibration.cut_offs)


def test_scores_follow_and_what_was_is_kept(world: World) -> None:
    poor = rule_named(BLUR).limits.poor
    scans = [shown(world, poor - 0.1) for _ in range(20)]
    assert reassess(world.organisation, NIGHT) == 0, "no calibration, nothing to do"
    blurred = shown(world, poor + 3)
    done = scans[0]
    review = reviewed(world, done, 4)
    calibration = made(world)
    assert reassess(world.organisation, NIGHT) == 21
    for scan in scans:
        scan.refresh_from_db()
        old, new = scan.assessments.order_by("pk")
        assert (old.current, old.calibration, new.current, new.calibration) == (False, None, True, calibration)
        assert new.made_at == NIGHT
        assert scan.score == new.score
        finding = new.findings.get(rule=BLUR)
        assert finding.value == poor - 0.1
        assert finding.severity < 0.9, "what all clips of the device show is less of a fault"
    assert done.state == State.FINAL
    assert Review.objects.get() == review
    blurred.refresh_from_db()
    waiting = item_of(blurred)
    assert blurred.score is not None
    assert blurred.score < 100
    assert waiting.priority == standing(reasons(Clock(waiting.clock), blurred.score), waiting.queued_at)
    event = Event.objects.get(what="reassessed", scan=blurred)
    assert event.facts == {"calibration": 1, "was": 100.0, "is": blurred.score}
    rows = Assessment.objects.count()
    assert reassess(world.organisation, NIGHT + DAY) == 0
    assert reassess(world.goma, NIGHT + DAY, everything=True) == 0
    assert Assessment.objects.count() == rows


def test_where_it_comes_to_the_same_no_row_is_made(world: World) -> None:
    scans = [shown(world, rule_named(BLUR).limits.good / 2) for _ in range(12)]
    for finding in Finding.objects.filter(verdict__in=["weak", "poor"]):
        finding.delete()
    made(world)
    assert reassess(world.organisation, NIGHT) == 0
    assert Assessment.objects.count() == len(scans)
    confirmed = Assessment.objects.values("calibration", "confirmed").annotate(number=Count("pk"))
    calibration = current_calibration(world.organisation)
    assert calibration is not None
    assert list(confirmed) == [{"calibration": None, "confirmed": calibration.pk, "number": len(scans)}]


def test_a_run_that_was_killed_is_finished_by_the_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from storage.catalogue import reassessment

    for _ in range(10):
        shown(world, rule_named(BLUR).limits.poor)
    made(world)
    monkeypatch.setattr(reassessment, "AT_ONCE", 4)
    judged = []
    judge = reassessment.assess_again

    def killed(scan: Scan, *rest: Any) -> Assessment | None:
        if len(judged) == 6:
            raise KeyboardInterrupt
        judged.append(scan.pk)
        return judge(scan, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(reassessment, "assess_again", killed)
        with pytest.raises(KeyboardInterrupt):
            reassess(world.organisation, NIGHT)
    assert Assessment.objects.filter(current=True, calibration__isnull=False).count() == 4, "whole batches only"
    assert reassess(world.organisation, NIGHT) == 6
    assert Assessment.objects.filter(current=True).count() == 10
    assert Assessment.objects.count() == 20


def test_a_new_scan_is_held_against_the_calibration_in_use(world: World) -> None:
    for _ in range(20):
        shown(world, 2.6)
    calibration = made(world)
    scan = world.queued(score=100.0)
    assert scan.assessments.get().calibration == calibration
    assert yardstick_of(scan).version == 1
    assert yardstick_of(scan).usual[BLUR].middle == pytest.approx(usual(calibration).middle)
    stranger = world.queued(score=100.0, project="elsewhere", trainee=None)
    assert yardstick_of(stranger).version is None
    assert not yardstick_of(stranger).usual


def test_what_another_version_of_a_rule_said_is_not_judged_by_this_one(world: World) -> None:
    for _ in range(12):
        shown(world, 2.6)
    made(world)
    scan = shown(world, 4.0)
    old = Finding.objects.get(assessment__scan=scan, rule=BLUR)
    Finding.objects.filter(pk=old.pk).update(rule_version=old.rule_version + 1, severity=0.7, verdict="weak")
    reassess(world.organisation, NIGHT, everything=True)
    now = Finding.objects.get(assessment__scan=scan, assessment__current=True, rule=BLUR)
    assert (now.severity, now.verdict, now.rule_version) == (0.7, "weak", old.rule_version + 1)
    UsualValue.objects.filter(rule=BLUR).update(rule_version=old.rule_version + 1)
    assert BLUR not in yardstick_of(scan).usual


def test_the_exam_type_that_is_told_later_judges_anew(world: World) -> None:
    """A rule that weighs nothing but in some exams: the shadow."""
    code, rule = next(
        (code, name) for code, known in exam_types().items() for name in known.weights if known.weights[name] > 0
    )
    scan = world.queued(exam_type=None)
    assert scan.state == State.AWAITING_INFO
    value = exam_types()[code].limits.get(rule, rule_named(rule).limits).poor
    finding = Finding.objects.get(assessment__scan=scan, rule=rule)
    Finding.objects.filter(pk=finding.pk).update(value=value, verdict="good", severity=0)
    before = scan.score
    assert scan.exam is not None
    worksheets.complete(scan.exam.pk, Worksheet(exam_types()[code]), None, None, NIGHT)
    scan.refresh_from_db()
    assert scan.state == State.QUEUED
    assert before is not None
    assert scan.score is not None
    assert scan.score < before
    assert [one.score for one in scan.assessments.order_by("pk")] == [before, scan.score]
    item = item_of(scan)
    assert item.priority == standing(reasons(Clock(item.clock), scan.score), NIGHT)


def test_a_stored_finding_comes_back_as_the_rule_gave_it(world: World) -> None:
    row = Finding.objects.filter(assessment__scan=world.queued(score=40.0), severity__gt=0).first()
    assert row is not None
    again = as_measured(row)
    assert rule_named(row.rule).judged(again).severity == pytest.approx(row.severity)
    assert calibrations.yardstick_of(row.assessment.scan).cut_offs == CUT_OFFS
