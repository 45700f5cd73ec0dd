"""Which reports are kept, who may see them, and what stands in their files now?

A report is kept as its document, under the digest of what was counted. Files are printed from it: whoever writes a
comment gets new files of the same figures.
"""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.db.models import Max, QuerySet

from pipeline.text import Text
from storage.catalogue import scope as reach
from storage.catalogue.handovers import still_with_us, with_us
from storage.catalogue.models import Event, Organisation, Person, Project, Report, ReportComment, ReportFile
from storage.catalogue.programme import current
from storage.catalogue.reporting.document import counted
from storage.catalogue.reporting.reach import PROGRAMME, organisation_scope, programme_scope, project_scope
from storage.catalogue.transaction import one_transaction
from storage.documents.files import LANGUAGES, Press
from storage.objects import Area, ObjectStore
from supervision.period import Period
from supervision.report import canonical
from supervision.report.document import Comment, Document
from supervision.report.figures import Scope
from supervision.report.printed import NOT_PRINTED
from supervision.report.series import ScopeKind, Subject, over
from supervision.roles import Action

AREA = Area.RELEASED
"""Reports name no patient; whom they name works here."""
LONGEST_COMMENT = 4000


def subject_of(report: Report) -> Subject:
    """Return what a kept report is about."""
    return Subject(ScopeKind(report.scope_kind), report.scope, Period.named(report.period))


def scopes() -> list[Scope]:
    """Return whom there are reports about: each project at work, each organisation beside others, and all together."""
    projects = list(Project.objects.filter(with_us(), active=True).order_by("code"))
    owners = list(Organisation.objects.filter(projects__in=projects).distinct().order_by("code"))
    found = [project_scope(one) for one in projects]
    if len(owners) > 1:
        found += [organisation_scope(one) for one in owners]
    return [*found, programme_scope()] if len(projects) > 1 else found


def scope_of(*, project: str | None = None, organisation: str | None = None) -> Scope:
    """Return the scope of a project or an organisation by its code, else of the programme.

    Misconfigured (`given_away`) for a project of which our access was revoked.
    """
    if project is not None:
        return project_scope(still_with_us(project))
    if organisation is not None:
        return organisation_scope(Organisation.objects.get(code=organisation))
    return programme_scope()


def scopes_for(person: Person, action: Action = Action.MAKE_REPORTS) -> list[Scope]:
    """Return whom this person may do `action` about: only where that holds for all of the projects."""
    granted = set(reach.projects_for(person, action).values_list("code", flat=True))
    return [one for one in scopes() if granted.issuperset(one.projects)]


def reports_for(person: Person, action: Action = Action.SEE_REPORTS) -> QuerySet[Report]:
    """Return the reports of which the person may do `action` in every project that was counted."""
    hidden = Project.objects.exclude(pk__in=reach.projects_for(person, action))
    counted = Report.projects.through.objects
    return Report.objects.filter(pk__in=counted.values("report")).exclude(
        pk__in=counted.filter(project__in=hidden).values("report")
    )


def make(
    scope: Scope, period: Period, *, outside: bool, store: ObjectStore, person: Person | None, now: datetime
) -> Report:
    """Count a period as it is known now, and keep it."""
    return keep(counted(scope, period, now, outside=outside), scope, store, person, now)


def keep(document: Document, scope: Scope, store: ObjectStore, person: Person | None, now: datetime) -> Report:
    """Keep a report as it was counted; the same document is kept once."""
    content = canonical.written(document.without_comments())
    stored = _put(store, content)
    known = Report.objects.filter(digest=stored).first()
    if known is not None:
        return known
    with one_transaction():
        report = Report.objects.create(
            kind=document.kind,
            scope_kind=scope.kind,
            scope=document.scope,
            period=document.period,
            first=document.first,
            last=document.last,
            outside=document.outside,
            cut_off=document.cut_off,
            versions=dict(document.versions),
            digest=stored,
            size=len(content),
            made_at=now,
            made_by=person,
        )
        report.projects.set(Project.objects.filter(code__in=scope.projects))
        facts = {"period": document.period, "scope": document.scope, "digest": stored}
        Event.objects.create(at=now, what="report_made", person=person, facts=facts)
    return report


def scope_names(reports: Iterable[Report]) -> list[Text]:
    """Return how what each report is about is called now; its code where it is not there any more."""
    projects, organisations = (
        Project.objects.values_list("code", "name"),
        Organisation.objects.values_list("code", "name"),
    )
    names = {ScopeKind.PROJECT.value: dict(projects), ScopeKind.ORGANISATION.value: dict(organisations)}
    found = []
    for report in reports:
        name = names.get(report.scope_kind, {}).get(report.scope, report.scope)
        found.append(PROGRAMME if report.scope_kind == ScopeKind.PROGRAMME else Text(name, name))
    return found


def languages_of(scope: Scope) -> tuple[str, ...]:
    """Return the languages in which reports are printed before anybody asks: a project's own, else both."""
    spoken = {one.code: (one.language,) for one in current().projects}
    return spoken.get(scope.code, LANGUAGES) if scope.kind is ScopeKind.PROJECT else LANGUAGES


def document_of(report: Report, store: ObjectStore) -> Document:
    """Return a kept report with what stands written to its sections now; Unavailable as the store says."""
    with store.fetch(AREA, report.digest) as path:
        document = canonical.read(path.read_bytes(), Document)
    subject = subject_of(report)
    return document.with_comments(comments_of(subject), comments_of(subject.before()))


def comments_of(subject: Subject) -> dict[str, Comment]:
    """Return what stands written to each section; what was taken back does not stand."""
    return {section: _comment(lines) for section, lines in lines_of(subject).items()}


def lines_of(subject: Subject) -> dict[str, dict[str, ReportComment]]:
    """Return the newest line of each section in each language."""
    lines = ReportComment.objects.filter(scope_kind=subject.scope_kind, scope=subject.scope, period=subject.period.code)
    newest = lines.order_by().values("section", "language").annotate(newest=Max("pk")).values("newest")
    said: dict[str, dict[str, ReportComment]] = {}
    for line in lines.filter(pk__in=newest).exclude(text="").select_related("author").order_by("at"):
        said.setdefault(line.section, {})[line.language] = line
    return said


def plain(text: str) -> str:
    """Return a comment as it is kept: without what no file may hold."""
    return text.replace("\r\n", "\n").translate(NOT_PRINTED).strip()


def write(report: Report, section: str, text: str, language: str, person: Person, now: datetime) -> None:
    """Write a comment to a section in one language, in place of what stood there; the old one is kept.

    ValueError for a language that reports are not in, and for more letters than a comment may have.
    """
    text = plain(text)
    if language not in LANGUAGES or len(text) > LONGEST_COMMENT or not section:
        raise ValueError(f"a comment is at most {LONGEST_COMMENT} letters in English or French")
    place = {"scope_kind": report.scope_kind, "scope": report.scope, "period": report.period}
    with one_transaction():
        lines = ReportComment.objects.filter(**place, section=section, language=language)
        last = lines.order_by("-pk").first()
        if (last.text if last else "") == text:
            return
        ReportComment.objects.create(**place, section=section, language=language, text=text, author=person, at=now)
        facts = {"period": report.period, "scope": report.scope, "section": section}
        Event.objects.create(at=now, what="report_commented", person=person, facts=facts)


def printed(report: Report, language: str, form: str, *, store: ObjectStore, site: str, now: datetime) -> ReportFile:
    """Return the file of a report with the comments of now: the one that is kept, else one printed now and kept."""
    return next(iter(printed_as(report, language, (form,), store=store, site=site, now=now)))


def printed_as(
    report: Report, language: str, forms: Iterable[str], *, store: ObjectStore, site: str, now: datetime
) -> list[ReportFile]:
    """Return files of a report in one language; the charts of those that must be printed are drawn once."""
    document = document_of(report, store)
    press, said = Press(document, language, site), _said(document)
    files = []
    for form in forms:
        kept = ReportFile.objects.filter(report=report, language=language, form=form, said=said).first()
        if kept is None or store.size(AREA, kept.digest) is None:
            content = press.printed(form)
            known = {"digest": _put(store, content), "size": len(content), "made_at": now}
            kept, _ = ReportFile.objects.update_or_create(
                report=report, language=language, form=form, said=said, defaults=known
            )
        files.append(kept)
    return files


def due(today: date, scope: Scope) -> list[Period]:
    """Return the periods that are over and of which no report for within was made since."""
    made = Report.objects.filter(scope_kind=scope.kind, scope=scope.code, outside=False)
    return [one for one in over(today) if not made.filter(period=one.code, made_at__gte=one.ends).exists()]


def objects_of_reports() -> set[tuple[str, str]]:
    """Return area and digest of all that is kept of reports."""
    documents = Report.objects.values_list("digest", flat=True)
    files = ReportFile.objects.values_list("digest", flat=True)
    return {(AREA.value, digest) for digest in (*documents, *files)}


def _comment(lines: dict[str, ReportComment]) -> Comment:
    newest = max(lines.values(), key=lambda line: line.at)
    english, french = (lines.get(language, newest) for language in LANGUAGES)
    return Comment(Text(english.text, french.text), newest.author.display_name, newest.at)


def _said(document: Document) -> str:
    return canonical.digest(tuple((one.key, one.comment, one.before) for one in document.sections))


def _put(store: ObjectStore, content: bytes) -> str:
    with NamedTemporaryFile(prefix="report-") as file:
        file.write(content)
        file.flush()
        return store.put(AREA, Path(file.name)).digest
