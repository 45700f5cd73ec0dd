"""Does an organisation's own exam type hold where and when it should, and does every version stay what it was?"""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.errors import Conflict
from pipeline.finding import Finding as Measured
from pipeline.finding import Verdict
from storage.catalogue import exam_catalogue
from storage.catalogue.exam_catalogue import save, type_at, type_named, types_of
from storage.catalogue.judging import yardsticks_for
from supervision.exam_types import MOST_SHIPPED, exam_types
from supervision.exam_types.problems import Invalid
from supervision.exam_types.table import table_of
from supervision.roles import Role
from tests.storage.conftest import NOON, World

if TYPE_CHECKING:
    from storage.catalogue.models import ExamTypeVersion

LATER = NOON + timedelta(days=1)
FIRST = MOST_SHIPPED + 1


def card(**changed: Any) -> dict[str, Any]:
    return copy.deepcopy(table_of(exam_types()["CARD"])) | changed


@pytest.fixture
def supervised(world: World) -> World:
    world.person("sofia", Role.SUPERVISOR)
    return world


def saved(world: World, table: dict[str, Any], code: str = "CARD", **more: Any) -> ExamTypeVersion:
    return save(world.organisation, code, table, world.people["sofia"], "", more.pop("now", NOON), **more)


def test_versions_are_kept_and_the_newest_that_is_valid_holds(supervised: World) -> None:
    here = supervised.organisation.pk
    elsewhere = supervised.elsewhere.organisation_id
    saved(supervised, card(supervised_scans=30))
    saved(supervised, card(supervised_scans=40), valid_from=LATER)
    scans = [exam_catalogue.type_named(here, "CARD", at) for at in (NOON - timedelta(1), NOON, LATER)]
    assert [one and (one.version, one.supervised_scans) for one in scans] == [(1, 50), (FIRST, 30), (FIRST + 1, 40)]
    assert list(types_of(here, NOON)) == list(exam_types())
    assert types_of(here, NOON)["CARD"].supervised_scans == 30
    assert types_of(elsewhere, LATER) == exam_types()
    assert [type_at(here, "CARD", n).supervised_scans for n in (1, FIRST, FIRST + 1)] == [50, 30, 40]
    for organisation, version in ((elsewhere, FIRST), (here, FIRST + 2), (here, 2)):
        with pytest.raises(LookupError):
            type_at(organisation, "CARD", version)
    # what is said last replaces what was planned
    saved(supervised, card(supervised_scans=35), now=NOON + timedelta(hours=1))
    assert types_of(here, LATER)["CARD"].supervised_scans == 35
    assert [row.version for row in exam_catalogue.history(supervised.organisation, "CARD")] == [
        FIRST + 2,
        FIRST + 1,
        FIRST,
    ]


def test_nothing_holds_before_it_was_saved(supervised: World) -> None:
    row = saved(supervised, card(supervised_scans=30), valid_from=NOON - timedelta(days=30))
    assert row.valid_from == NOON
    assert type_named(supervised.organisation.pk, "CARD", NOON - timedelta(seconds=1)) == exam_types()["CARD"]


@pytest.mark.django_db
def test_the_whole_catalogue_takes_one_query(supervised: World, django_assert_num_queries: Any) -> None:
    for code in ("CARD", "FAST", "DVT"):
        saved(supervised, copy.deepcopy(table_of(exam_types()[code])), code)
        saved(supervised, copy.deepcopy(table_of(exam_types()[code])), code, now=LATER)
    with django_assert_num_queries(1):
        assert len(types_of(supervised.organisation.pk, LATER)) == len(exam_types())


def test_what_no_table_shows_by_itself_is_refused_with_its_place(supervised: World) -> None:
    limits = card()["limits"] | {
        "gain.unheard_of": {"good": 1.0, "poor": 2.0},
        "file.duration": {"good": 1.0, "poor": 3.0},
    }
    sources = card()["sources"] | {"limits.gain.unheard_of": "ESTIMATE"}
    table = card(limits=limits, sources=sources, clinical=False, code="RHD")
    with pytest.raises(Invalid) as error:
        saved(supervised, table)
    assert {one.path for one in error.value.problems} == {
        *("clinical", "code", "limits.gain.unheard_of.rule", "limits.file.duration.poor"),
    }
    with pytest.raises(ValueError, match=r"^views\.PLAX\.seconds: must be a number from 0 to 60$"):
        saved(supervised, card(views=[card()["views"][0] | {"seconds": 99}]))
    with pytest.raises(ValueError, match="version: is not known"):
        saved(supervised, card(version=7))
    assert not exam_catalogue.history(supervised.organisation, "CARD").exists()


def test_who_did_not_see_the_newest_version_overwrites_nothing(supervised: World) -> None:
    saved(supervised, card(supervised_scans=30), based_on=1)
    with pytest.raises(Conflict):
        saved(supervised, card(supervised_scans=60), based_on=1)
    saved(supervised, card(supervised_scans=60), based_on=FIRST)
    assert types_of(supervised.organisation.pk, NOON)["CARD"].supervised_scans == 60


def test_a_supervisor_of_one_project_or_elsewhere_may_not(supervised: World) -> None:
    supervised.person("local", Role.SUPERVISOR, project=supervised.goma)
    supervised.person("stranger", Role.PARTNER_OWNER, project=supervised.elsewhere)
    for name in ("local", "stranger", "rose"):
        with pytest.raises(PermissionError):
            save(supervised.organisation, "CARD", card(), supervised.people[name], "", NOON)


def test_a_scan_is_held_against_what_its_own_organisation_asks_for(supervised: World) -> None:
    ours, theirs = supervised.goma.pk, supervised.elsewhere.pk
    scan = supervised.queued(exam_type="CARD")
    three = [Measured("file.duration", 1, Verdict.GOOD, 3.0)]
    assert yardsticks_for(ours).judged(scan, three)[0][0].verdict is Verdict.GOOD
    saved(supervised, card(limits=card()["limits"] | {"file.duration": {"good": 8.0, "poor": 4.0}}))
    assert yardsticks_for(ours).judged(scan, three)[0][0].verdict is Verdict.POOR
    assert yardsticks_for(theirs).judged(scan, three)[0][0].verdict is Verdict.GOOD


def test_codes_that_were_read_with_keep_their_meaning_in_every_later_version(supervised: World) -> None:
    scan = supervised.queued(exam_type="CARD")
    renamed = card(views=[card()["views"][0] | {"fr": "Autre coupe"}, *card()["views"][1:]])
    with pytest.raises(ValueError, match=r"views\.PLAX\.fr: was “Parasternale grand axe”"):
        saved(supervised, renamed)
    without = card(views=card()["views"][1:])
    saved(supervised, without)
    with pytest.raises(ValueError, match=r"views\.PLAX\.fr"):
        saved(supervised, renamed)
    fresh = without | {"views": [*without["views"], {"code": "NOTCH", "en": "Notch", "fr": "Creux", "seconds": 2.0}]}
    saved(supervised, fresh)
    fresh["views"][-1] = fresh["views"][-1] | {"en": "Suprasternal notch"}
    saved(supervised, fresh)  # nothing was read with the first words
    row = saved(supervised, renamed, wording_only=True)
    assert exam_catalogue.read(row).views[0].label.fr == "Autre coupe"
    assert scan.exam is not None
    assert scan.exam.exam_type_version == 1
    assert type_at(supervised.organisation.pk, "CARD", 1).views[0].label.fr == "Parasternale grand axe"


def test_back_to_the_shipped_one_is_a_new_version(supervised: World) -> None:
    saved(supervised, card(supervised_scans=30, views=card()["views"][1:]))
    row = exam_catalogue.back_to_shipped(supervised.organisation, "CARD", supervised.people["sofia"], "", LATER)
    assert row.version == FIRST + 1
    assert table_of(types_of(supervised.organisation.pk, LATER)["CARD"]) == table_of(exam_types()["CARD"])
    with pytest.raises(LookupError):
        exam_catalogue.back_to_shipped(supervised.organisation, "OWN", supervised.people["sofia"], "", LATER)


def test_an_organisations_own_exam_type_comes_in_like_any_other(supervised: World) -> None:
    table = card(code="TEE", en="Transoesophageal", fr="Transœsophagienne")
    saved(supervised, table, "TEE")
    assert supervised.queued(exam_type="tee").exam_type == "TEE"
    assert list(types_of(supervised.organisation.pk))[-1] == "TEE"
    types = exam_catalogue.types_of_all([supervised.elsewhere.organisation_id, supervised.organisation.pk])
    assert types["TEE"].label.fr == "Transœsophagienne"
