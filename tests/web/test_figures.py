"""Does every number lead to exactly the scans that it counts?"""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

from django.utils import timezone

from storage.catalogue.models import Membership, Review
from supervision.intervals import wilson
from supervision.roles import Role
from tests.web.test_devices import text_of

YEAR = timezone.now().year
LINK = re.compile(r'<a href="(/scans/\?[^"]+)"[^>]*>(\d+)</a>')
COUNT = re.compile(r'<p class="lead">(\d+) scans?')


def furnish(world) -> None:
    """Bring scans into every state, with and without trainee, exam type and device."""
    now = timezone.now()
    for number, overall in enumerate((2, 3, 4, 5)):
        at = now - timedelta(seconds=number)
        world.review(world.scan(at=at, trainee=("amina", "joel")[number % 2]), overall=overall)
    world.review(world.scan(exam_type="PHANTOM"), overall=1)
    world.scan()
    world.scan(world.bunia, trainee=None)
    world.scan(exam_type=None)
    world.scan(score=None)
    world.withheld()
    world.refused()


def links_on(client, address: str) -> set[tuple[str, int]]:
    return {(unescape(to), int(number)) for to, number in LINK.findall(client.get(address).content.decode())}


def one_of_each_kind(links: set[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return one link of each figure and each way to narrow it; where two are alike, the one that counts more."""
    kinds = {}
    for address, number in sorted(links, key=lambda link: link[1]):
        asked = parse_qs(urlsplit(address).query)
        narrowed = {name: value == ["none"] for name, value in asked.items() if name != "figure"}
        kinds[str(asked.get("figure")), tuple(sorted(narrowed.items()))] = (address, number)
    return list(kinds.values())


def test_each_number_is_the_length_of_the_list_behind_it(world, signed_in) -> None:
    furnish(world)
    client = signed_in("supervisor")
    addresses = ["/overview/", "/overview/projects/goma/", "/overview/exam-types/FAST/"]
    addresses.append(f"/overview/trainees/{world.people['amina'].pk}/")
    links = {link for address in addresses for link in links_on(client, f"{address}?period={YEAR}")}
    assert len(links) > 100
    for address, number in one_of_each_kind(links):
        found = COUNT.search(client.get(address).content.decode())
        assert found, address
        assert int(found.group(1)) == number, address


def test_a_period_counts_its_days_and_leads_to_those_before_but_not_to_the_future(world, signed_in) -> None:
    now = timezone.now()
    world.scan(at=now)
    world.scan(at=now - timedelta(days=800))
    client = signed_in("supervisor")
    page = client.get(f"/overview/?period={now:%Y}").content.decode()
    assert 'rel="prev"' in page
    assert 'rel="next"' not in page
    assert re.search(r"<dt>Scans in</dt><dd><a [^>]+>1</a>", page)
    before = (now - timedelta(days=800)).year
    assert f"?period={before + 1}" in client.get(f"/overview/?period={before}").content.decode()
    for odd in ("9999", "0001", "2026-W99", "nothing"):
        assert client.get(f"/overview/?period={odd}").status_code == 200


def test_a_share_stands_with_its_denominator_and_interval(world, signed_in) -> None:
    furnish(world)
    page = signed_in("supervisor").get(f"/overview/?period={YEAR}").content.decode()
    low, high = wilson(3, 4)
    assert "75%" in page
    assert f"95% interval {round(100 * low)}% to {round(100 * high)}%" in page
    assert re.search(r">3</a> of <a[^>]*>4</a>", page)


def test_simulated_scans_are_marked(world, signed_in) -> None:
    from storage.catalogue.models import Scan

    furnish(world)
    client = signed_in("supervisor")
    assert "simulated" not in client.get(f"/overview/?period={YEAR}").content.decode()
    Scan.objects.filter(pk__in=list(Scan.objects.values_list("pk", flat=True)[:3])).update(simulated=True)
    assert "3 of 11 scans are simulated" in client.get(f"/overview/?period={YEAR}").content.decode()
    assert client.get("/scans/").content.decode().count('class="mark"') == 3


def test_scans_of_others_are_not_counted(world, signed_in) -> None:
    from supervision.roles import Role

    furnish(world)
    world.person("lead", Role.SUPERVISOR, world.bunia)
    page = signed_in("lead").get(f"/overview/?period={YEAR}").content.decode()
    numbers = dict(re.findall(r"<dt>([^<]+)</dt>\s*<dd[^>]*>(?:<a[^>]*>)?(\d+)", page))
    assert numbers["Scans in"] == "1"
    assert "Goma" not in page


def test_what_is_not_understood_in_an_address_does_no_harm(world, signed_in) -> None:
    furnish(world)
    client = signed_in("supervisor")
    odd = (
        "project=nowhere&trainee=x&device=99999999999999999999&state=no&since=2026-13-99&until=&figure=nothing&page=-3"
    )
    assert client.get(f"/scans/?{odd}").status_code == 200
    assert client.get(f"/overview/?{odd}").status_code == 200


def test_without_scans_the_page_says_what_to_do(world, signed_in) -> None:
    assert "No scan arrived in this period" in signed_in("supervisor").get("/overview/").content.decode()


def test_filters_and_pages_of_the_list(world, signed_in, monkeypatch) -> None:
    furnish(world)
    client = signed_in("supervisor")
    assert COUNT.search(client.get("/scans/?exam_type=PHANTOM&state=final").content.decode()).group(1) == "1"
    assert COUNT.search(client.get("/scans/?exam_type=PHANTOM&state=queued").content.decode()).group(1) == "0"
    monkeypatch.setattr("web.pages.scans.ON_A_PAGE", 4)
    third = client.get("/scans/?project=goma&page=3").content.decode()
    assert "page 3 of 3" in third
    assert 'href="?project=goma&amp;page=2"' in third


def test_the_overview_tells_the_median_time_per_reading(world, signed_in) -> None:
    for seconds in (30.0, 48.0, 300.0):
        review = world.review(world.scan())
        Review.objects.filter(pk=review.pk).update(seconds=seconds)
    page = text_of(signed_in("supervisor").get("/overview/"))
    assert "48 s median of 3 readings" in page


def test_programs_are_told_the_same_figures_as_people(world, signed_in) -> None:
    furnish(world)
    client = signed_in("supervisor")
    found = client.get(f"/api/v1/overview?period={YEAR}&by=trainee").json()
    page = client.get(f"/overview/?period={YEAR}").content.decode()
    numbers = dict(re.findall(r"<dt>([^<]+)</dt><dd><a [^>]+>(\d+)</a>", page))
    assert int(numbers["Scans in"]) == found["whole"]["scans_in"] == sum(one["scans_in"] for one in found["parts"])
    assert (found["whole"]["reviewed"], found["whole"]["adequate"]["total"], found["hidden"]) == (5, 4, 0)
    assert {one["key"]: one["scans_in"] for one in found["parts"] if one["key"] is None} == {None: 1}
    weeks = client.get(f"/api/v1/overview?period={YEAR}&by=week").json()["parts"]
    assert sum(one["scans_in"] for one in weeks) == found["whole"]["scans_in"]
    assert found["time_to_feedback"]["asked"] == found["time_to_feedback"]["answered"] + found["whole"]["backlog"]


def test_programs_of_whoever_also_reads_are_not_told_apart_what_may_still_be_read(world, signed_in) -> None:
    furnish(world)
    everything = signed_in("supervisor").get(f"/api/v1/overview?period={YEAR}&by=trainee").json()
    Membership.objects.create(person=world.people["supervisor"], role=Role.REVIEWER, organisation=world.relief)
    client = signed_in("supervisor")
    found = client.get(f"/api/v1/overview?period={YEAR}&by=trainee").json()
    assert found["hidden"] > 0
    assert found["whole"]["scans_in"] == everything["whole"]["scans_in"]
    assert found["whole"]["mean_score"]["total"] < everything["whole"]["mean_score"]["total"]
    assert sum(one["scans_in"] for one in found["parts"]) + found["hidden"] == found["whole"]["scans_in"]
    amina = world.people["amina"].pk
    own = client.get(f"/api/v1/overview?period={YEAR}&trainee={amina}").json()["whole"]
    assert own == {**next(one for one in found["parts"] if one["key"] == amina), "key": None, "label": ""}


def test_a_period_that_is_none_or_lies_ahead_is_refused(world, signed_in) -> None:
    client = signed_in("supervisor")
    for period in ("yesterday", "1999", "9999", "0000", f"{YEAR + 1}"):
        assert client.get(f"/api/v1/overview?period={period}").status_code == 422, period
