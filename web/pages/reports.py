"""Which reports are there, what is written to their sections, and which files can be taken along?"""

from collections.abc import Mapping

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from storage.catalogue import reports as kept
from storage.catalogue.models import Event, Report, ReportComment
from storage.documents.files import LANGUAGES, TYPES, name_of
from storage.objects.chosen import object_store
from storage.settings import settings
from supervision.period import Period
from supervision.report.series import recent
from supervision.roles import Action
from web.permissions import person_of, requires

ON_A_PAGE = 40
NAMES = {"en": "English", "fr": "Français"}
WORDS = {
    "pdf": gettext_lazy("Pages to read and print"),
    "docx": gettext_lazy("Text to edit"),
    "pptx": gettext_lazy("Slides"),
    "xlsx": gettext_lazy("Workbook with every number"),
    "csv": gettext_lazy("Lines for programs"),
}


@requires(Action.SEE_REPORTS)
@require_safe
def reports(request: HttpRequest) -> HttpResponseBase:
    """List the reports that the person may see, the latest period first; offer to make one now."""
    person = person_of(request)
    today = timezone.now().date()
    found = kept.reports_for(person).select_related("made_by").order_by("-last", "first", "scope", "-made_at")
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    lines = [(one, kept.subject_of(one).period, name) for one, name in zip(page, kept.scope_names(page), strict=True)]
    periods = recent(today)
    offered = {"scopes": kept.scopes_for(person), "periods": periods, "usual": periods[1], "today": today}
    context = {"page": page, "lines": lines, **offered}
    return render(request, "reports.html", context)


@requires(Action.MAKE_REPORTS)
@require_POST
def make(request: HttpRequest) -> HttpResponseBase:
    """Count a period of a scope as it is known now, and keep it."""
    person = person_of(request)
    kind, _colon, code = request.POST.get("about", "").partition(":")
    scope = next((one for one in kept.scopes_for(person) if (one.kind, one.code) == (kind, code)), None)
    try:
        period = Period.named(request.POST.get("period", ""))
    except ValueError:
        raise Http404 from None
    now = timezone.now()
    if scope is None or period.first > now.date():
        raise Http404
    outside = request.POST.get("outside") == "1"
    report = kept.make(scope, period, outside=outside, store=object_store(), person=person, now=now)
    messages.success(request, _("The report is made. Its files are printed when they are taken."))
    return redirect("report", report.pk)


@requires(Action.SEE_REPORTS)
@require_safe
def report(request: HttpRequest, report_id: int) -> HttpResponseBase:
    """Show what a report is made of: its files, and its sections with what is written to them."""
    person = person_of(request)
    found = get_object_or_404(kept.reports_for(person).select_related("made_by"), pk=report_id)
    makes = kept.reports_for(person, Action.MAKE_REPORTS).filter(pk=found.pk).exists()
    document, lines = kept.document_of(found, object_store()), kept.lines_of(kept.subject_of(found))
    context = {
        "report": found,
        "document": document,
        "period": kept.subject_of(found).period,
        "makes": makes,
        "formats": WORDS.items(),
        "languages": NAMES.items(),
        "longest": kept.LONGEST_COMMENT,
        "sections": [(one, _said(lines.get(one.key, {}))) for one in document.sections],
    }
    return render(request, "report.html", context)


@requires(Action.MAKE_REPORTS)
@require_POST
def comment(request: HttpRequest, report_id: int, section: str) -> HttpResponseBase:
    """Write to a section, in one or both languages; it stands in every report about the same period."""
    person = person_of(request)
    found = get_object_or_404(kept.reports_for(person, Action.MAKE_REPORTS), pk=report_id)
    document = kept.document_of(found, object_store())
    if section not in {one.key for one in document.sections}:
        raise Http404
    said = {language: kept.plain(request.POST.get(language, "")) for language in LANGUAGES}
    if any(len(text) > kept.LONGEST_COMMENT for text in said.values()):
        messages.error(request, _("This comment is too long; nothing was changed."))
        return redirect("report", found.pk)
    for language, text in said.items():
        kept.write(found, section, text, language, person, timezone.now())
    messages.success(request, _("The comment is kept; it stands in the files from now on."))
    return redirect(f"{request.path.rsplit('/comment/', 1)[0]}/#{section}")


@requires(Action.SEE_REPORTS)
@require_safe
def report_file(request: HttpRequest, report_id: int, language: str, form: str) -> HttpResponseBase:
    """Give one file of a report with the comments of now; it is noted as an export."""
    person, store = person_of(request), object_store()
    found: Report = get_object_or_404(kept.reports_for(person), pk=report_id)
    if language not in LANGUAGES or form not in TYPES:
        raise Http404
    file = kept.printed(found, language, form, store=store, site=settings().base_url, now=timezone.now())
    with store.fetch(kept.AREA, file.digest) as path:
        response = HttpResponse(path.read_bytes(), content_type=TYPES[form])
    facts = {"report": found.digest, "language": language, "form": form}
    Event.objects.create(at=timezone.now(), what="report_taken", person=person, facts=facts)
    name = name_of(found.scope, found.period, language, form, outside=found.outside)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _said(lines: Mapping[str, ReportComment]) -> list[tuple[str, str, str]]:
    """Return the fields of a comment: code and name of the language, and what stands there."""
    return [(code, name, lines[code].text if code in lines else "") for code, name in NAMES.items()]
