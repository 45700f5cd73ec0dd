"""What does the catalogue say about a device: its probe, its use, its quality, and to whom?"""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.deidentify import Identity
from pipeline.probe_profile import ProbeProfile as Profile
from pipeline.quality import judge
from qa_rules import rules_in
from storage.catalogue import devices, intake, rekeying, tickets
from storage.catalogue.models import Assessment, Device, Finding, ProbeChange, ProbeProfile, Scan, Ticket
from supervision.adjusted import Scored, adjusted
from supervision.device_health import Recorded, health
from supervision.roles import Role
from tests.scored import findings_for
from tests.storage.conftest import NOON, World, identity, inspection, released
from tests.storage.probes import profiles, sound

DAY = timedelta(days=1)


@pytest.fixture
def device(world: World) -> Device:
    found = world.queued().device
    assert found is not None
    return found


def recorded(device: Device) -> list[Recorded]:
    rows = ProbeProfile.objects.filter(device=device).order_by("at", "pk")
    return [Recorded(str(device.pk), row.at, Profile(tuple(row.face), row.level, tuple(row.bands))) for row in rows]


@pytest.mark.parametrize("count", [0, 15, 30, 79, 100])
def test_health_is_that_of_all_clips_though_few_are_read(device: Device, count: int) -> None:
    profiles(device, [*sound(count // 2, seed=1), *sound(count - count // 2, seed=2, dip_at=0.6, level=40.0)])
    assert devices.health_of(device) == health(str(device.pk), recorded(device))


def test_a_probe_change_begins_anew(world: World, device: Device) -> None:
    biomed = world.person("ibrahim", Role.BIOMED)
    profiles(device, sound(60, seed=1), days=1)
    changed = NOON + 59.5 * DAY
    devices.log_change(device.pk, "replaced", changed, biomed, changed)
    profiles(device, sound(40, seed=2, dip_at=0.5), days=1)
    seen = devices.health_of(device)
    assert (seen.baseline_clips, seen.recent_clips, seen.elements) == (20, 20, ())
    assert seen == health(str(device.pk), recorded(device), [changed])
    ProbeChange.objects.all().delete()
    assert devices.health_of(device).elements


def test_a_release_keeps_the_profile_and_a_second_walk_replaces_it(world: World) -> None:
    shown = sound(2, seed=5)
    scan = world.received("a")
    for number, profile in enumerate(shown):
        Scan.objects.filter(pk=scan.pk).update(state="received", taken_until=None)
        token = f"token {number}"
        intake.take("goma", 1, token, NOON)
        assert intake.record_released(
            scan.digest, token, inspection(), identity(), (0.0,), released("a"), NOON, profile=profile
        )
        kept = ProbeProfile.objects.get()
        scan.refresh_from_db()
        assert (kept.scan, kept.device, kept.at, kept.simulated) == (scan, scan.device, scan.captured_at, False)
        assert (tuple(kept.face), kept.level, tuple(kept.bands)) == (profile.face, profile.level, profile.bands)
    Scan.objects.filter(pk=scan.pk).update(state="received", taken_until=None)
    intake.take("goma", 1, "third", NOON)
    intake.record_released(scan.digest, "third", inspection(), identity(), (0.0,), released("a"), NOON)
    assert not ProbeProfile.objects.exists(), "what was seen before was not of this picture"


def test_a_scan_that_names_no_device_has_no_profile(world: World) -> None:
    scan = world.received("a")
    intake.take("goma", 1, "one", NOON)
    (profile,) = sound(1, seed=1)
    intake.record_released(scan.digest, "one", inspection(), Identity(), (0.0,), released("a"), NOON, profile=profile)
    assert not ProbeProfile.objects.exists()


def test_what_is_known_of_a_probe_follows_its_new_pseudonym(world: World, device: Device) -> None:
    biomed = world.person("ibrahim", Role.BIOMED)
    profiles(device, sound(3, seed=1))
    devices.log_change(device.pk, "repaired", NOON, biomed, NOON)
    ticket = tickets.report(device.pk, "Scratch", biomed, NOON)
    newcomer = Device.objects.create(project=world.goma, pseudonym="SR-NEW", model="CX50")
    scan = Scan.objects.get(device=device)
    assert rekeying.record_rekeyed(scan, Identity(device="SR-NEW"), {}, NOON, key="k2")
    assert not Device.objects.filter(pk=device.pk).exists()
    assert ProbeProfile.objects.filter(device=newcomer).count() == 3
    assert ProbeChange.objects.get().device == Ticket.objects.get(pk=ticket.pk).device == newcomer


def test_use_is_counted_by_week_of_capture(world: World, device: Device) -> None:
    now = datetime(2026, 3, 12, 9, tzinfo=UTC)
    for days, count in ((0, 2), (7, 3), (400, 5)):
        for _ in range(count):
            scan = world.queued()
            Scan.objects.filter(pk=scan.pk).update(captured_at=now - days * DAY)
    Scan.objects.filter(pk=Scan.objects.order_by("pk")[:1]).update(captured_at=None, received_at=now - 7 * DAY)
    use = devices.weekly_use(device, now)
    assert len(use) == 26
    assert use[-2:] == [(date(2026, 3, 2), 4), (date(2026, 3, 9), 2)]
    assert sum(count for _, count in use) == 6


def test_faces_are_shown_by_month_against_the_baseline(device: Device) -> None:
    profiles(device, sound(60, seed=1), days=1)
    profiles(device, sound(60, seed=2, dip_at=0.4), days=1)
    now = NOON + 121 * DAY
    months = dict(devices.faces_over_time(device, now))
    assert list(months) == [date(2026, month, 1) for month in (3, 4, 5, 6)]
    place = round(0.4 * 128)
    for month, face in months.items():
        assert len(face) == 128
        value = face[place]
        assert value is not None
        assert (value < -3) == (month >= date(2026, 5, 1))
    assert devices.faces_over_time(device, NOON + 800 * DAY) == []


def test_devices_are_seen_by_role_and_place(world: World, device: Device) -> None:
    for role in (Role.BIOMED, Role.SUPERVISOR, Role.DATA_OFFICER, Role.AUDITOR, Role.PARTNER_OWNER, Role.FACILITATOR):
        person = world.person(role.value, role, project=world.goma)
        assert list(devices.devices_for(person)) == [device]
    for role in (Role.TRAINEE, Role.REVIEWER, Role.ADMINISTRATOR):
        assert not devices.devices_for(world.person(f"{role} 2", role, project=world.goma)).exists()
    assert not devices.devices_for(world.person("olga", Role.BIOMED, project=world.elsewhere)).exists()
    assert not devices.devices_for(world.person("left", Role.BIOMED, is_active=False)).exists()


def test_the_biomed_sees_no_scan(world: World) -> None:
    from storage.catalogue import scope
    from supervision.roles import Action

    world.queued()
    world.withheld()
    biomed = world.person("ibrahim", Role.BIOMED)
    seen = {action for action in Action if scope.may(biomed, action)}
    of_devices = {Action.SEE_DEVICES, Action.REPORT_DEVICES, Action.TEND_DEVICES, Action.SEE_CALIBRATION}
    assert seen == of_devices | {Action.SEE_REGISTERS, Action.MAKE_REQUESTS}


def of_device(world: World, device: Device, score: float, trainee: str, exam_type: str = "FAST") -> None:
    scan = world.queued(score=score, exam_type=exam_type)
    Scan.objects.filter(pk=scan.pk).update(device=device, trainee=world.people[trainee])


def test_quality_is_compared_within_the_model_and_adjusted_for_who_scans(world: World, device: Device) -> None:
    other = Device.objects.create(project=world.goma, pseudonym="SR-B", model=device.model)
    stranger = Device.objects.create(project=world.goma, pseudonym="SR-C", model="Other")
    world.person("joseph", Role.TRAINEE, project=world.goma)
    Scan.objects.all().delete()
    assert devices.quality_adjusted(device, NOON) is None
    for number in range(12):
        beginner = number < 10
        of_device(world, device, 40.0 if beginner else 80.0, "amina" if beginner else "joseph")
        of_device(world, other, 80.0 if beginner else 40.0, "joseph" if beginner else "amina")
        of_device(world, stranger, 99.0, "joseph")
    found = devices.quality_adjusted(device, NOON)
    assert found is not None
    assert (found.clips, found.other_clips) == (12, 12)
    assert found.device == pytest.approx(46.7, abs=0.5)
    assert found.others == pytest.approx(73.3, abs=0.5)
    assert found.difference == pytest.approx(0.0, abs=0.5), "the beginners explain it"
    assert devices.quality_adjusted(device, NOON + 200 * DAY) is None


def test_limits_that_follow_the_device_do_not_hide_what_is_wrong_with_it(world: World, device: Device) -> None:
    from storage.catalogue.calibrations import calibrate, reassess

    other = Device.objects.create(project=world.goma, pseudonym="SR-B", model=device.model)
    Scan.objects.all().delete()
    for _ in range(12):
        of_device(world, device, 100.0, "amina")
        of_device(world, other, 100.0, "amina")
    blurred = Finding.objects.filter(assessment__scan__device=device, rule="sharpness.blur")
    assert blurred.update(value=4.9) == 12
    assert calibrate(world.organisation, NOON) is not None
    reassess(world.organisation, NOON)
    shown = Assessment.objects.filter(scan__device=device, current=True).values_list("score", flat=True)
    found = devices.quality_adjusted(device, NOON)
    assert found is not None
    assert found.high < 0
    assert found.device < min(score for score in shown if score is not None)


scores = st.lists(st.floats(0, 100), min_size=10, max_size=20)


@given(scores, scores, st.floats(-40, 40))
@settings(max_examples=60)
def test_the_difference_is_what_the_device_adds(ours: list[float], theirs: list[float], more: float) -> None:
    def both(added: float) -> list[Scored]:
        told = [(score + added, n, True) for n, score in enumerate(ours)]
        told += [(score, n, False) for n, score in enumerate(theirs)]
        return [Scored(score, "FAST" if n % 2 else "CARD", f"p{n % 3}", mine) for score, n, mine in told]

    before, after = adjusted(both(0.0)), adjusted(both(more))
    assert before is not None
    assert after is not None
    assert after.difference == pytest.approx(before.difference + more, abs=0.02)
    assert before.low <= before.difference <= before.high


def test_it_is_not_told_where_nobody_used_both_or_too_few_clips_are_there() -> None:
    apart = [Scored(50.0 + n % 3, "FAST", "amina" if n < 12 else "joseph", n < 12) for n in range(24)]
    assert adjusted(apart) is None
    few = [Scored(50.0 + n % 3, "FAST", "amina", n < 9) for n in range(24)]
    assert adjusted(few) is None
    assert adjusted([Scored(50.0 + n % 3, "FAST", "amina", n < 10) for n in range(24)]) is not None


def test_the_findings_of_the_tests_make_the_score_that_is_asked_for() -> None:
    for score in (20.0, 30.0, 47.0, 62.0, 70.0, 99.0, 100.0):
        assert judge(findings_for(score), rules_in()).score == pytest.approx(score, abs=0.02)


def test_devices_with_a_pending_ticket_come_first(world: World, device: Device) -> None:
    biomed = world.person("ibrahim", Role.BIOMED)
    other = Device.objects.create(project=world.goma, pseudonym="SR-ZZZZ", model="Zonare")
    assert list(devices.devices_for(biomed)) == [device, other]
    ticket = tickets.report(other.pk, "the cable is cracked", biomed, NOON)
    assert list(devices.devices_for(biomed)) == [other, device]
    tickets.act(ticket.pk, "resolved", biomed, NOON)
    assert list(devices.devices_for(biomed)) == [device, other]
