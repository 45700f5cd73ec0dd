"""Does the page of the calibration say what is usual where, which limits follow, and what the last version changed?"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from qa_rules import rules_in
from storage.catalogue.models import Assessment, Calibration, UsualValue
from supervision.roles import Role
from tests.web.aging_probes import device_of
from tests.web.test_browser import SIDEWAYS
from tests.web.test_devices import text_of

RULE = next(rule for rule in rules_in() if rule.usual is not None and rule.unit.startswith("share of "))
MADE = datetime(2026, 3, 1, 2, 30, tzinfo=UTC)


def version(world, number: int, *, organisation=None, current: bool = True, cut_offs=None, reviews: int = 12):
    here = organisation or world.relief
    Calibration.objects.filter(organisation=here).update(current=False)
    return Calibration.objects.create(
        organisation=here,
        version=number,
        made_at=MADE + timedelta(days=number),
        current=current,
        clips=120 + number,
        devices=4,
        cut_offs=cut_offs,
        reviews=reviews,
    )


def usual(calibration, level: str, middle: float, *, device=None, model: str = "", clips: int = 30, rule=RULE, **more):
    values = {"rule_version": rule.version, "spread": rule.usual.spread, **more}
    return UsualValue.objects.create(
        calibration=calibration, level=level, device=device, model=model, rule=rule.name, middle=middle, clips=clips,
        **values,
    )  # fmt: skip


def cells(page: str, name: str) -> list[str]:
    row = next(row for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if name in row)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]


def test_without_a_calibration_the_page_says_what_is_used_and_when_one_comes(world, signed_in) -> None:
    said = text_of(signed_in("supervisor").get("/calibration/"))
    assert "No calibration yet" in said
    assert "held against the rules as they were made" in said


def test_the_version_says_when_and_from_how_much_it_was_made(world, signed_in) -> None:
    version(world, 1, current=False)
    version(world, 2)
    said = text_of(signed_in("supervisor").get("/calibration/"))
    assert "Version 2 3 March 2026 02:30 UTC" in said
    assert "Clips 122 Devices 4 Reviews 12" in said
    assert "Fixed by the software until there are 50 reviews; now there are 12." in said
    assert "Earlier versions" in said
    assert "1 2 March 2026 121 4 12" in said


def test_a_rule_is_shown_at_every_level_with_the_limits_that_follow(world, signed_in) -> None:
    made = version(world, 3)
    device = device_of(world.goma, "SR-PROBE-1")
    shift = RULE.usual.spread / 2
    usual(made, "programme", RULE.usual.middle, clips=123)
    usual(made, "model", RULE.usual.middle + shift / 2, model="CX50")
    usual(made, "device", RULE.usual.middle + shift, device=device, clips=17)
    client = signed_in("supervisor")
    whole = client.get("/calibration/").content.decode()
    assert f"&amp;rule={RULE.name}" in whole
    page = client.get(f"/calibration/?rule={RULE.name}").content.decode()
    as_made, programme, own = (cells(page, name) for name in ("As the rule was made", "All devices", "SR-PROBE"))
    assert as_made[3:] == programme[3:] == cells(whole, RULE.name)[3:]
    assert (programme[2], own[2]) == ("123", "17")
    assert float(own[3].rstrip("%")) == pytest.approx(100 * (RULE.limits.good + shift), abs=0.11)
    assert float(own[4].rstrip("%")) == pytest.approx(100 * (RULE.limits.poor + shift), abs=0.11)
    assert f'href="/devices/{device.pk}/"' in page


def test_a_value_of_an_earlier_version_of_a_rule_is_not_shown_since_nothing_is_held_against_it(
    world, signed_in
) -> None:
    made = version(world, 3)
    usual(made, "programme", 0.777, rule_version=RULE.version + 1)
    assert "77.7%" not in signed_in("supervisor").get(f"/calibration/?rule={RULE.name}").content.decode()


def test_devices_of_projects_that_the_reader_does_not_see_are_not_named(world, signed_in) -> None:
    made = version(world, 3)
    for project, name in ((world.goma, "SR-HERE"), (world.bunia, "SR-THERE")):
        usual(made, "device", 0.1, device=device_of(project, name))
    world.person("local", Role.SUPERVISOR, world.goma)
    page = signed_in("local").get(f"/calibration/?rule={RULE.name}").content.decode()
    assert "SR-HERE" in page
    assert "SR-THERE" not in page
    foreign = signed_in("foreign-owner").get("/calibration/?organisation=relief")
    assert "No calibration yet" in foreign.content.decode()


def test_learnt_cut_offs_say_since_which_version_they_hold(world, signed_in) -> None:
    version(world, 1, cut_offs=None)
    version(world, 2, cut_offs=[[90.0, 4], [70.0, 3], [40.0, 2]], reviews=55)
    version(world, 3, cut_offs=[[90.0, 4], [70.0, 3], [40.0, 2]], reviews=60)
    said = text_of(signed_in("biomed").get("/calibration/"))
    assert "4 from 90 points, 3 from 70 points, 2 from 40 points, below that 1" in said
    assert "Learnt from 60 reviews; so since version 2 of 3 March 2026." in said


def test_what_changed_counts_scores_that_went_up_down_and_stayed(world, signed_in) -> None:
    old, new = version(world, 1, current=False), version(world, 2)
    now = timezone.now()
    for before, after in ((60.0, 66.0), (60.0, 70.0), (60.0, 50.0), (60.0, 60.0)):
        scan = world.scan()
        scan.assessments.update(current=False, calibration=old, score=before)
        Assessment.objects.create(scan=scan, made_at=now, score=after, calibration=new)
    world.scan().assessments.update(calibration=old, confirmed=new)
    world.scan().assessments.update(calibration=new)  # new itself: nothing to compare with
    said = text_of(signed_in("supervisor").get("/calibration/"))
    assert "Scores given anew: 2 up, 1 down, 2 the same." in said
    assert "+1.5 points" in said


def test_simulated_scans_in_it_are_said(world, signed_in) -> None:
    made = version(world, 1)
    assert "with simulated scans" not in signed_in("supervisor").get("/calibration/").content.decode()
    Calibration.objects.filter(pk=made.pk).update(simulated=True)
    assert "with simulated scans" in signed_in("supervisor").get("/calibration/").content.decode()


@pytest.mark.chromium
def test_on_a_phone_in_french_each_value_has_its_name_beside_it(window, live_world, live_server) -> None:
    made = version(live_world, 3)
    usual(made, "programme", RULE.usual.middle)
    usual(made, "device", RULE.usual.middle, device=device_of(live_world.goma))
    live_world.people["supervisor"].language = "fr"
    live_world.people["supervisor"].save()
    page = window("supervisor", "/calibration/", width=360, height=740)
    for address in ("/calibration/", f"/calibration/?rule={RULE.name}"):
        page.goto(live_server.url + address)
        assert page.evaluate(SIDEWAYS) <= 0
    label = page.locator("td[data-label='Bon jusqu\\'à']").first
    assert "Bon jusqu'à" in label.evaluate("one => getComputedStyle(one, '::before').content")
