"""Does a kept report stay what it was, while people write to it and only those see it who may?"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries

from storage.accounts import accounts
from storage.catalogue import reports
from storage.catalogue.models import Event, Person, Project, Report, ReportComment, ReportFile
from storage.catalogue.reporting.reach import organisation_scope, programme_scope, project_scope
from storage.objects import ObjectStore
from storage.objects.folder import FolderShelf
from supervision.period import Period
from supervision.report.document import Document
from supervision.report.figures import Scope
from supervision.roles import Action, Role
from tests.quarterlies import quarterly
from tests.storage.conftest import World
from tests.storage.stores import store_on

OCTOBER = datetime(2026, 10, 3, 5, tzinfo=UTC)
SITE = "https://sonorelay.example"


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return store_on(FolderShelf(tmp_path / "objects", "http://127.0.0.1:8080", "k" * 40), tmp_path)


def counted(scope: Scope) -> Document:
    """Return a report of this scope without people's words."""
    return replace(quarterly(5), scope=scope.code, scope_name=scope.name, outside=False).without_comments()


def kept(scope: Scope, store: ObjectStore, now: datetime = OCTOBER) -> Report:
    return reports.keep(counted(scope), scope, store, None, now)


def csv_of(report: Report, store: ObjectStore, language: str = "fr") -> ReportFile:
    return reports.printed(report, language, "csv", store=store, site=SITE, now=OCTOBER)


def test_what_was_counted_comes_back_and_is_kept_once(world: World, store: ObjectStore) -> None:
    scope = project_scope(world.goma)
    report = kept(scope, store)
    assert reports.document_of(report, store) == counted(scope)
    assert reports.document_of(report, store).digest() == report.digest
    assert report.digest == counted(scope).digest()
    assert kept(scope, store, OCTOBER + timedelta(days=1)) == report
    assert [event.facts["digest"] for event in Event.objects.filter(what="report_made")] == [report.digest]
    assert not accounts(store).faults


def test_a_comment_outlives_every_new_making_and_every_correction(world: World, store: ObjectStore) -> None:
    scope = project_scope(world.goma)
    sara = world.person("sara", Role.SUPERVISOR, first_name="Sara", last_name="Ilunga")
    first = kept(scope, store)
    reports.write(first, "quality", "One probe was away.\r\nIt is back.", "en", sara, OCTOBER)
    reports.write(first, "quality", " One probe was away\x00 in August.\x0b", "en", sara, OCTOBER)
    reports.write(first, "quality", "Une sonde manquait en août.", "fr", sara, OCTOBER + timedelta(hours=1))
    reports.write(first, "equipment", "Only in English.", "en", sara, OCTOBER)
    reports.write(first, "training", "Taken back.", "en", sara, OCTOBER)
    reports.write(first, "training", "", "en", sara, OCTOBER)

    later = replace(counted(scope), cut_off=OCTOBER + timedelta(days=9))
    again = reports.keep(later, scope, store, sara, OCTOBER + timedelta(days=9))
    sections = {one.key: one.comment for one in reports.document_of(again, store).sections}
    assert {key for key, comment in sections.items() if comment} == {"quality", "equipment"}
    quality, equipment = sections["quality"], sections["equipment"]
    assert quality is not None
    assert equipment is not None
    assert (quality.text.en, quality.text.fr) == ("One probe was away in August.", "Une sonde manquait en août.")
    assert quality.author == "Sara Ilunga"
    assert equipment.text.fr == "Only in English."
    assert again != first
    assert reports.document_of(again, store).digest() == again.digest
    assert ReportComment.objects.count() == 6  # what was written before is kept too
    with pytest.raises(ValueError, match="4000"):
        reports.write(first, "quality", "x" * 4001, "en", sara, OCTOBER)


def test_only_sections_that_follow_show_what_was_written_before(world: World, store: ObjectStore) -> None:
    scope = project_scope(world.goma)
    sara = world.person("sara", Role.SUPERVISOR)
    second = Period.named("2026-Q2")
    earlier = replace(counted(scope), period=second.code, first=second.first, last=second.last)
    before = reports.keep(earlier, scope, store, None, OCTOBER)
    for section in ("training", "quality"):
        reports.write(before, section, "Train two reviewers.", "en", sara, OCTOBER)
    here = {one.key: one.before for one in reports.document_of(kept(scope, store), store).sections}
    assert [key for key, comment in here.items() if comment] == ["training"]


def test_a_file_is_printed_once_and_anew_when_somebody_wrote(world: World, store: ObjectStore) -> None:
    scope = project_scope(world.goma)
    sara = world.person("sara", Role.SUPERVISOR)
    report = kept(scope, store)
    plain = csv_of(report, store)
    assert csv_of(report, store) == plain
    reports.write(report, "quality", "Now better.", "en", sara, OCTOBER)
    assert csv_of(report, store) != plain
    reports.write(report, "quality", "", "en", sara, OCTOBER)
    assert csv_of(report, store) == plain
    store.delete(reports.AREA, plain.digest)  # and what was lost is printed again, to the same bytes
    assert csv_of(report, store).digest == plain.digest
    assert store.size(reports.AREA, plain.digest) == plain.size
    assert not accounts(store).faults


def test_a_report_is_seen_by_whoever_may_see_all_that_it_counts(world: World, store: ObjectStore) -> None:
    goma, bunia, far = (kept(project_scope(one), store) for one in (world.goma, world.bunia, world.elsewhere))
    relief = kept(organisation_scope(world.organisation), store)
    everything = kept(programme_scope(), store)
    sees = {
        world.person("here", Role.FACILITATOR, project=world.goma): {goma},
        world.person("all", Role.SUPERVISOR): {goma, bunia, relief},
        world.person("both", Role.AUDITOR): {goma, bunia, relief},
        world.person("biomed", Role.BIOMED): set(),
        world.person("reader", Role.REVIEWER): set(),
        world.person("away", Role.DATA_OFFICER, project=world.elsewhere): {far},
    }
    for person, expected in sees.items():
        assert set(reports.reports_for(person)) == expected, person
    both = Person.objects.get(username="both")
    both.memberships.create(role=Role.AUDITOR, organisation=world.elsewhere.organisation)
    assert everything in reports.reports_for(both)
    assert set(reports.reports_for(both, Action.MAKE_REPORTS)) == set()
    assert {one.code for one in reports.scopes_for(Person.objects.get(username="all"))} == {"goma", "bunia", "relief"}
    assert reports.scopes_for(Person.objects.get(username="here")) == []


def test_each_period_that_is_over_is_due_once(world: World, store: ObjectStore) -> None:
    scope, monday = project_scope(world.goma), date(2026, 10, 5)
    assert [one.code for one in reports.due(monday, scope)] == ["2026-W40", "2026-09", "2026-Q3", "2025"]
    early = kept(scope, store, datetime(2026, 9, 29, tzinfo=UTC))  # made while the quarter was still running
    assert "2026-Q3" in {one.code for one in reports.due(monday, scope)}
    Report.objects.filter(pk=early.pk).update(made_at=OCTOBER)
    assert "2026-Q3" not in {one.code for one in reports.due(monday, scope)}
    assert "2026-Q3" in {one.code for one in reports.due(monday, project_scope(world.bunia))}


def test_a_project_that_is_alone_has_no_report_of_all(world: World) -> None:
    assert [one.code for one in reports.scopes()] == ["bunia", "elsewhere", "goma", "other", "relief", ""]
    Project.objects.exclude(code="goma").update(active=False)
    assert [one.code for one in reports.scopes()] == ["goma"]


def test_a_report_is_called_as_what_it_is_about_is_called_now(
    world: World, store: ObjectStore, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    about = (project_scope(world.goma), organisation_scope(world.organisation), programme_scope())
    made = [kept(scope, store) for scope in about]
    Project.objects.filter(code="goma").update(name="Goma, new hospital")
    gone = Report(scope_kind="project", scope="closed")
    with django_assert_num_queries(2):
        names = [name.fr for name in reports.scope_names([*made, gone])]
    assert names == ["Goma, new hospital", world.organisation.name, "Ensemble du programme", "closed"]
