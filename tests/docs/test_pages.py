"""Do the links lead somewhere, do English and French say the same, and does no page give away a machine?"""

import re
from html import unescape
from pathlib import Path

import pytest
from pydantic import BaseModel

from supervision.export.dhis2 import Dhis2
from supervision.programme import (
    Blinding,
    ClockHours,
    OrganisationEntry,
    Programme,
    ProjectEntry,
    Retention,
    ReviewRules,
    Sampling,
    read_programme,
)
from supervision.sources import Way
from tests.docs.pages import (
    DOCS,
    PAGES,
    ROOT,
    TOP,
    anchors,
    blocks,
    headings,
    in_french,
    links,
    name_of,
    text_of,
    users_pages,
)

ELSEWHERE = ("http://", "https://", "mailto:")
MACHINE_PATH = re.compile(r"(?<![\w./<-])/(?:work|tmp|root|home|Users)\b")
HOST = re.compile(r"https?://([\w.-]+\w)")
OUR_HOSTS = {"127.0.0.1", "localhost", "sono.example.org", "doi.org"}


@pytest.mark.parametrize("page", [*TOP, *PAGES], ids=name_of)
def test_every_link_and_picture_leads_somewhere(page: Path) -> None:
    broken = []
    for link in links(page):
        if link.startswith(ELSEWHERE):
            continue
        place, _, anchor = link.partition("#")
        target = page.parent / place if place else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            broken.append(link)
    assert not broken


@pytest.mark.parametrize("page", [*TOP, *PAGES], ids=name_of)
def test_every_benchmark_that_is_named_can_be_run(page: Path) -> None:
    named = set(re.findall(r"python -m benchmarks[. ]([a-z]\w*)", text_of(page)))
    assert not [one for one in named if not (ROOT / "benchmarks" / f"{one}.py").exists()]
    assert all("\ndef main(" in (ROOT / "benchmarks" / f"{one}.py").read_text(encoding="utf-8") for one in named)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_page_is_reached_from_the_index(page: Path) -> None:
    index = DOCS / "README.md"
    reached, waiting = set(), [index]
    while waiting:
        here = waiting.pop().resolve()
        if here in reached or not here.is_file():
            continue
        reached.add(here)
        if here.suffix == ".md":
            waiting += [here.parent / link.partition("#")[0] for link in links(here) if not link.startswith(ELSEWHERE)]
    assert page.resolve() in reached or page.parent.name == "decisions"


@pytest.mark.parametrize("page", [*TOP, *PAGES, *sorted((ROOT / "notebooks").glob("*.ipynb"))], ids=name_of)
def test_no_page_names_a_machine_or_a_strange_host(page: Path) -> None:
    assert not MACHINE_PATH.findall(text_of(page))
    assert set(HOST.findall(text_of(page))) <= OUR_HOSTS


@pytest.mark.parametrize("page", users_pages(), ids=name_of)
def test_english_and_french_have_the_same_frame(page: Path) -> None:
    french = in_french(page)
    assert french.is_file()
    assert [level for level, _ in headings(page)] == [level for level, _ in headings(french)]
    assert text_of(page).count("\n|") == text_of(french).count("\n|")  # the same rows in the same tables
    assert [block.language for block in blocks(page)] == [block.language for block in blocks(french)]
    same = ("sh", "json", "toml")
    for mine, other in zip(blocks(page), blocks(french), strict=True):
        assert mine.language not in same or mine.text == other.text
    assert french.name in text_of(page)
    assert page.name in text_of(french)


def test_no_french_page_is_without_its_english_one() -> None:
    assert {page for page in PAGES if page.name.endswith(".fr.md")} == {in_french(page) for page in users_pages()}


@pytest.mark.parametrize("page", [DOCS / "how-to/programme.md", DOCS / "how-to/programme.fr.md"], ids=name_of)
def test_every_key_of_the_programme_is_told(page: Path) -> None:
    tables: dict[str, type[BaseModel]] = {
        "[[organisations]]": OrganisationEntry,
        "[[projects]]": ProjectEntry,
        "[clocks]": ClockHours,
        "[review]": ReviewRules,
        "[sampling]": Sampling,
        "[blinding]": Blinding,
        "[retention]": Retention,
        "[dhis2]": Dhis2,
    }
    assert [name.strip("[]") for name in tables] == list(Programme.model_fields)
    told = set(re.findall(r"^\| `(\[+\w+\]+)` `(\w+)`", text_of(page), re.MULTILINE))
    kept = {(table, key) for table, model in tables.items() for key in model.model_fields}
    assert told == kept - {("[[projects]]", "sources")}  # tables of their own
    ways = re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", text_of(page), re.MULTILINE)))
    assert sorted(ways) == sorted(Way)


def test_the_example_of_a_programme_is_accepted() -> None:
    whole, *more = (block.text for block in blocks(DOCS / "how-to/programme.md") if block.language == "toml")
    assert len(read_programme(whole).projects) == 2
    organisation = '[[organisations]]\ncode = "north"\nname = "North"\n'
    project = organisation + '[[projects]]\ncode = "goma"\norganisation = "north"\nname = "Goma"\n'
    for part in more:  # of a project that stands above it
        assert read_programme(project + part).projects[0].sources


def test_every_key_of_the_review_page_is_told() -> None:
    sheet = "".join(text_of(ROOT / "web/templates/parts" / name) for name in ("keys.html", "form_keys.html"))
    terms = re.findall(r"<dt>(.*?)</dt>", sheet)
    keys = {
        re.sub(r"{% translate \"(.*?)\" %}", r"\1", key)
        for dt in terms
        for key in re.findall(r"<kbd>(.*?)</kbd>", unescape(dt))
    }
    told = set(re.findall(r"`([^`]+)`", text_of(DOCS / "how-to/review.md")))
    assert len(keys) > 40
    assert keys <= told
