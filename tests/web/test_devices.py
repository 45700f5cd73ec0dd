"""Does the page of a device say how its probe is, without a word about scans or patients to biomed?"""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from pipeline.finding import Finding, Verdict
from qa_rules import rules_in
from storage.catalogue import tickets
from storage.catalogue.models import Device, ProbeChange, Scan, Ticket
from supervision.tickets import What
from tests.web.aging_probes import device_of, record, with_ticket
from tests.web.test_browser import SIDEWAYS
from tests.web.world import inspection_of, numbered

BAD = ["", "x" * 501]


def measured(lost: float, level: float):
    """Return a still on which so much of the probe has no contact, at this mean grey level."""
    whole = inspection_of([numbered(3)], (0.0,))
    versions = {rule.name: rule.version for rule in rules_in()}
    values = {"contact.coupling": lost, "gain.over": level}
    findings = tuple(Finding(name, versions[name], Verdict.GOOD, value) for name, value in values.items())
    return replace(whole, findings=findings)


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


def test_the_list_says_in_numbers_how_each_device_is(world, signed_in) -> None:
    ticket = with_ticket(world)
    tickets.act(ticket.pk, What.OUT_OF_USE, world.people["biomed"], timezone.now() - timedelta(days=4))
    record(device_of(world.bunia, "SR-SOUND"), faulty=0, seed=2)
    record(device_of(world.bunia, "SR-YOUNG"), clips=6, faulty=0)
    rows = re.findall(r"<tr>.*?</tr>", signed_in("biomed").get("/devices/").content.decode(), re.DOTALL)[1:]
    by_name = {name: next(row for row in rows if name in row) for name in ("SR-PROBE", "SR-SOUND", "SR-YOUNG")}
    assert "dead at 6" in by_name["SR-PROBE"]
    assert "standard" not in by_name["SR-PROBE"]
    assert "<strong>1</strong>" in by_name["SR-PROBE"]
    assert "4 days" in by_name["SR-PROBE"]
    assert "no fault seen" in by_name["SR-SOUND"]
    assert "the last 20 clips against the first 60" in by_name["SR-SOUND"]
    assert "6 clips, 20 needed" in by_name["SR-YOUNG"]


def test_downtime_counts_within_the_last_90_days_only(world, signed_in) -> None:
    ticket, biomed, now = with_ticket(world), world.people["biomed"], timezone.now()
    tickets.act(ticket.pk, What.OUT_OF_USE, biomed, now - timedelta(days=100))
    tickets.act(ticket.pk, What.BACK_IN_USE, biomed, now - timedelta(days=80))
    assert "10 days" in signed_in("biomed").get("/devices/").content.decode()
    assert "20 days" in signed_in("biomed").get(f"/tickets/{ticket.pk}/").content.decode()


def test_the_page_draws_the_map_the_face_and_the_use_each_with_a_table(world, signed_in) -> None:
    ticket = with_ticket(world)
    scan = world.scan()
    Scan.objects.filter(pk=scan.pk).update(device=ticket.device)
    page = signed_in("biomed").get(f"/devices/{ticket.device_id}/").content.decode()
    figures = re.findall(r'<figure class="chart drawn">(.*?)</figure>\s*(.*?)</details>', page, re.DOTALL)
    assert len(figures) == 3
    for svg, beneath in figures:
        assert svg.startswith('<svg role="img" aria-label="')
        assert "<table" in beneath
        assert "xlink" not in svg
        assert "https:" not in svg
        assert len(svg.encode()) < 15_000
    assert "63–66" in figures[0][1].replace("62–66", "63–66").replace("63–65", "63–66")
    assert ">1 dead</text>" in figures[1][0]


def test_whoever_may_see_scans_is_led_to_them_and_biomed_is_not(world, signed_in) -> None:
    scan = world.scan()
    address = f"/devices/{scan.device_id}/"
    assert f"/scans/?device={scan.device_id}&amp;since=" in signed_in("supervisor").get(address).content.decode()
    assert "/scans/" not in signed_in("biomed").get(address).content.decode()


def test_biomed_works_here_and_meets_neither_scan_nor_patient(world, signed_in) -> None:
    scan = world.scan()
    ticket = with_ticket(world)
    biomed = signed_in("biomed")
    assert biomed.get("/", follow=True).request["PATH_INFO"] == "/devices/"
    pages = ["/devices/", f"/devices/{scan.device_id}/", f"/devices/{ticket.device_id}/", f"/tickets/{ticket.pk}/"]
    for address in [*pages, "/calibration/"]:
        answer = biomed.get(address)
        assert answer.status_code == 200, address
        page = answer.content.decode()
        for secret in (scan.digest[:10], "SR-P<", "Amina", "/scans/", "/objects/", "/review/", "<img", "<video"):
            assert secret not in page, (address, secret)
    for address in ("/scans/", f"/scans/{scan.pk}/", "/queue/", "/overview/", f"/held/{scan.pk}/", "/held-back/"):
        assert biomed.get(address).status_code == 403, address


def test_the_comparison_with_others_names_its_interval_or_says_what_is_missing(world, signed_in) -> None:
    first = world.scan()
    address = f"/devices/{first.device_id}/"
    assert "It takes ten scored clips" in text_of(signed_in("supervisor").get(address))
    other = device_of(world.goma, "SR-OTHER")
    for number in range(24):
        sound = number % 2 == 0
        scan = world.scan(
            trainee=("amina", "joel")[number % 3 == 0],
            pictures=[numbered(3)],
            times=(0.0,),
            inspection=measured(0.15 + number % 5 / 100 + (0.0 if sound else 0.1), 100.0 + number),
        )
        if sound:
            Scan.objects.filter(pk=scan.pk).update(device=other)
    said = text_of(signed_in("supervisor").get(address))
    found = re.search(
        r"(−[\d.]+) points 95% interval (−[\d.]+) to (−[\d.]+) · as measured (\d+) .*? others (\d+)", said
    )
    assert found, said
    middle, low, high, ours, others = (float(one.replace("−", "-")) for one in found.groups())
    assert low < middle < high < 0
    assert middle == pytest.approx(ours - others, abs=5)


def test_a_change_of_the_probe_is_noted_and_settles_what_was_found(world, signed_in) -> None:
    ticket = with_ticket(world)
    biomed, address = signed_in("biomed"), f"/devices/{ticket.device_id}/change/"
    today = timezone.now().date()
    for day in ("", "yesterday", str(today + timedelta(days=2))):
        assert biomed.post(address, {"kind": "replaced", "at": day}).status_code == 422
    assert biomed.post(address, {"kind": "painted", "at": str(today)}).status_code == 422
    assert not ProbeChange.objects.exists()
    done = biomed.post(address, {"kind": "replaced", "at": str(today)}, follow=True)
    assert "held against itself anew" in text_of(done)
    assert "probe replaced" in text_of(done)
    change = ProbeChange.objects.get()
    assert (change.at.date(), change.at.hour, change.logged_by) == (today, 0, world.people["biomed"])
    ticket.refresh_from_db()
    assert ticket.state == "resolved"
    assert "1 past ticket" in text_of(done)


@pytest.mark.parametrize("note", BAD)
def test_an_empty_or_endless_report_opens_nothing_and_keeps_what_was_written(world, signed_in, note: str) -> None:
    device = device_of(world.goma)
    answer = signed_in("facilitator").post(f"/devices/{device.pk}/report/", {"note": note})
    assert answer.status_code == 422
    assert "Nothing was reported" in answer.content.decode()
    assert not Ticket.objects.exists()


def test_a_facilitator_reports_and_does_not_tend(world, signed_in) -> None:
    device, facilitator = device_of(world.goma), signed_in("facilitator")
    page = facilitator.get(f"/devices/{device.pk}/").content.decode()
    assert f"/devices/{device.pk}/report/" in page
    assert "/change/" not in page
    done = facilitator.post(f"/devices/{device.pk}/report/", {"note": "The cable is torn."}, follow=True)
    assert "The cable is torn." in text_of(done)
    assert Ticket.objects.get().kind == "reported"
    supervisor = signed_in("supervisor").get(f"/devices/{device.pk}/").content.decode()
    assert "/report/" not in supervisor


def test_devices_of_others_do_not_exist(world, signed_in) -> None:
    here, there = with_ticket(world), with_ticket(world, world.elsewhere)
    owner = signed_in("foreign-owner")
    assert owner.get(f"/devices/{there.device_id}/").status_code == 200
    for address in (f"/devices/{here.device_id}/", f"/tickets/{here.pk}/"):
        assert owner.get(address).status_code == 404
    for address in ("change", "report"):
        assert owner.post(f"/devices/{here.device_id}/{address}/", {"note": "x"}).status_code == 404
    assert owner.post(f"/tickets/{here.pk}/act/", {"what": "resolved"}).status_code == 404
    assert Device.objects.count() == 2
    assert len(re.findall(r'<a href="/devices/\d+/"', owner.get("/devices/").content.decode())) == 1


def test_without_clips_the_page_says_what_it_waits_for(world, signed_in) -> None:
    device = device_of(world.goma)
    said = text_of(signed_in("biomed").get(f"/devices/{device.pk}/"))
    assert "Not enough clips yet" in said
    assert "No clip in the last half year" in said
    assert "0 clips, 20 needed" in said


def test_the_same_numbers_are_drawn_once(world, signed_in) -> None:
    from web.charts import drawing

    device = with_ticket(world).device
    biomed = signed_in("biomed")
    first = biomed.get(f"/devices/{device.pk}/").content
    before = drawing._svg.cache_info()
    assert biomed.get(f"/devices/{device.pk}/").content.count(b"<svg") == first.count(b"<svg")
    after = drawing._svg.cache_info()
    assert after.misses == before.misses
    assert after.hits > before.hits


@pytest.mark.chromium
def test_on_a_phone_in_french_nothing_scrolls_sideways_and_the_charts_fit(window, live_world, live_server) -> None:
    ticket = with_ticket(live_world)
    live_world.scan()
    live_world.people["biomed"].language = "fr"
    live_world.people["biomed"].save()
    page = window("biomed", "/devices/", width=360, height=740)
    for address in ("/devices/", f"/devices/{ticket.device_id}/", f"/tickets/{ticket.pk}/", "/calibration/"):
        page.goto(live_server.url + address)
        assert page.evaluate(SIDEWAYS) <= 0, address
        assert page.locator("html").get_attribute("lang") == "fr"
    page.goto(f"{live_server.url}/devices/{ticket.device_id}/")
    page.get_by_role("img", name="Carte des éléments").wait_for()
    for box in (one.bounding_box() for one in page.locator(".drawn svg").all()):
        assert 250 <= box["width"] <= 360


@pytest.mark.chromium
def test_in_the_dark_a_chart_takes_the_colours_of_the_page(window, live_world) -> None:
    ticket = with_ticket(live_world)
    colours = []
    for scheme in ("light", "dark"):
        page = window("biomed", f"/devices/{ticket.device_id}/", color_scheme=scheme)
        words = page.locator(".drawn text").first
        assert words.evaluate("one => getComputedStyle(one).fill") == page.locator(".small").first.evaluate(
            "one => getComputedStyle(one).color"
        )
        colours.append(words.evaluate("one => getComputedStyle(one).fill"))
    assert colours[0] != colours[1]
