"""Is a programme.toml that is wrong refused with the key that is wrong?"""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import Misconfigured
from supervision.blinding import EVERYTHING, Hidden
from supervision.priority import Clock
from supervision.programme import Programme, read_programme
from supervision.sampling import Shares
from supervision.sources import Way

GOOD = """
[[organisations]]
code = "relief"
name = "Relief"

[[projects]]
code = "goma"
organisation = "relief"
name = "Hôpital de Goma"
country = "RDC"
schedule = "*/10 6-20 * * 1-5"

[clocks]
P2 = 48

[review]
lease_minutes = 20
prefill = false
second_read_share = 0.2

[sampling]
signed_off = 0.6
uniform = 0.1

[blinding]
site = false
"""


def test_a_programme_is_read_whole() -> None:
    programme = read_programme(GOOD)
    (project,) = programme.projects
    assert (project.code, project.name, project.country) == ("goma", "Hôpital de Goma", "RDC")
    assert project.schedule == "*/10 6-20 * * 1-5"
    assert (programme.clocks.hours(Clock.P2), programme.clocks.hours(Clock.P0)) == (48, 5)
    assert (programme.review.lease_minutes, programme.review.prefill) == (20, False)
    assert programme.review.second_read_share == 0.2
    assert programme.sampling.shares() == Shares(0.6, 0.2, 0.1)
    assert programme.blinding.hidden() == EVERYTHING - {Hidden.SITE}


def test_an_empty_programme_has_the_defaults() -> None:
    assert read_programme("") == Programme()
    assert (Programme().review.lease_minutes, Programme().review.prefill) == (30, True)
    assert Programme().sampling.shares() == Shares()
    assert Programme().blinding.hidden() == EVERYTHING


@pytest.mark.parametrize(
    ("before", "after", "key", "nearest"),
    [
        ("[review]", "[reviews]", "reviews", "review"),
        ("lease_minutes", "lease_minute", "review.lease_minute", "lease_minutes"),
        ("schedule", "shedule", "projects.0.shedule", "schedule"),
        ("organisation = ", "organization = ", "projects.0.organization", "organisation"),
        ("[[organisations]]", "[[organizations]]", "organizations", "organisations"),
        ("P2 =", "P4 =", "clocks.P4", "P0"),
        ("second_read_share", "second_share", "review.second_share", "second_read_share"),
        ("uniform", "uniforme", "sampling.uniforme", "uniform"),
        ("site =", "sites =", "blinding.sites", "site"),
        ("[sampling]", "[samples]", "samples", "sampling"),
    ],
)
def test_an_unknown_key_names_the_nearest(before: str, after: str, key: str, nearest: str) -> None:
    with pytest.raises(Misconfigured, match="unknown_key") as refused:
        read_programme(GOOD.replace(before, after))
    assert refused.value.facts["key"] == key
    assert str(refused.value.facts["nearest"])[0] == nearest[0]
    if key != "clocks.P4":
        assert refused.value.facts["nearest"] == nearest


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ('code = "goma"', 'code = "Goma Nord"', "projects.0.code"),
        ('code = "goma"', 'code = "../goma"', "projects.0.code"),
        ('country = "RDC"', "country = 7", "projects.0.country"),
        ('country = "RDC"', "latitude = -91\nlongitude = 29", "projects.0.latitude"),
        ('country = "RDC"', "latitude = -1.7", "projects.0"),
        ('country = "RDC"', 'standard = "acpe"', "projects.0.standard"),
        ("P2 = 48", "P2 = 0", "clocks.P2"),
        ("lease_minutes = 20", "lease_minutes = 1", "review.lease_minutes"),
        ("uniform = 0.1", "uniform = 0.01", "sampling.uniform"),
        ("signed_off = 0.6", "signed_off = 0.05", "sampling"),
        ("site = false", "site = 7", "blinding.site"),
        ("second_read_share = 0.2", "second_read_share = 2", "review.second_read_share"),
        ('organisation = "relief"', 'organisation = "nobody"', "-"),
        ('name = "Relief"', "", "organisations.0.name"),
        ("[review]", "[review", "-"),
    ],
)
def test_a_wrong_value_names_its_key(before: str, after: str, key: str) -> None:
    with pytest.raises(Misconfigured, match="programme_invalid") as refused:
        read_programme(GOOD.replace(before, after, 1))
    assert refused.value.facts["key"] == key
    assert refused.value.text.fr


def test_codes_are_unique() -> None:
    block = GOOD[GOOD.index("[[projects]]") : GOOD.index("[clocks]")]
    with pytest.raises(Misconfigured, match="twice"):
        read_programme(GOOD + block)


@pytest.mark.parametrize(
    "schedule",
    ["* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "*/0 * * * *",
     "5-1 * * * *", "a * * * *", "", "1,,2 * * * *", "@hourly"],
)  # fmt: skip
def test_a_schedule_that_never_runs_is_refused(schedule: str) -> None:
    with pytest.raises(Misconfigured, match="programme_invalid") as refused:
        read_programme(GOOD.replace("*/10 6-20 * * 1-5", schedule))
    assert refused.value.facts["key"] == "projects.0.schedule"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["*", "*/5", "7", "1-4", "0-5/2"]), min_size=5, max_size=5).filter(
        lambda fields: fields[2] not in ("0-5/2",) and fields[3] not in ("0-5/2",)
    )
)
def test_every_schedule_that_is_made_of_right_fields_is_read(fields: list[str]) -> None:
    assert read_programme(GOOD.replace("*/10 6-20 * * 1-5", " ".join(fields))).projects[0].schedule == " ".join(fields)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        tomllib.loads(text)
        known = not tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        known = False
    if known:
        assert read_programme(text) == Programme()
    else:
        with pytest.raises(Misconfigured):
            read_programme(text)


def test_sources_are_checked_where_they_are_written() -> None:
    project = '[[organisations]]\ncode = "relief"\nname = "R"\n\n[[projects]]\ncode = "goma"\norganisation = "relief"\n'
    project += 'name = "G"\nlanguage = "fr"\n\n[[projects.sources]]\n'
    read = read_programme(project + 'kind = "watched_folder"\nfolder = "/media/stick"\nkeep = true\n')
    assert read.projects[0].language == "fr"
    assert not read.projects[0].takes(Way.BROWSER), "a project that names its ways in has no others"
    for wrong in ('kind = "watched_folder"\nkeep = true', 'kind = "s3_inbox"\nbucket = "No"', 'kind = "ftp"'):
        with pytest.raises(Misconfigured):
            read_programme(project + wrong)
