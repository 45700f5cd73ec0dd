"""What became of my scans, and what should I change next?"""

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from storage.catalogue import feedback
from storage.catalogue.models import Person, Review, Scan
from storage.catalogue.quarantine import open_questions
from storage.catalogue.scope import scans_for
from supervision.roles import Action
from web.final_reading import FINAL_READING
from web.findings import judgement_of
from web.media import picture_of
from web.permissions import person_of, requires
from web.release_report import report_of

ON_A_PAGE = 25


@requires(Action.SEE_OWN_SCANS)
@require_safe
def my_scans(request: HttpRequest) -> HttpResponseBase:
    """List the person's own scans with their state and feedback: what is unread first, then the newest."""
    mine = scans_for(person_of(request), Action.SEE_OWN_SCANS)
    unread = _unread(person_of(request))
    fresh = Exists(unread.filter(pk=OuterRef("pk")))
    shown = mine.annotate(fresh=fresh).select_related("project").prefetch_related(FINAL_READING)
    questions = {one.scan_id: one for one in open_questions(person_of(request)).filter(scan__in=mine)}
    asked = Exists(open_questions(person_of(request)).filter(scan=OuterRef("pk")).order_by())
    shown = shown.annotate(asked=asked).order_by("-fresh", "-asked", "-received_at", "-pk")
    page = Paginator(shown, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(scan, questions.get(scan.pk)) for scan in page],
        "unread": unread.count(),
        "oldest_unread": unread.first(),
        "missing": scans_for(person_of(request), Action.COMPLETE_INFO).count(),
    }
    return render(request, "my_scans.html", context)


@requires(Action.SEE_OWN_SCANS)
@require_safe
def my_scan(request: HttpRequest, scan_id: int) -> HttpResponseBase:
    """Show one scan with its findings and the expert's feedback, and note that the feedback was seen."""
    person = person_of(request)
    scan = get_object_or_404(scans_for(person, Action.SEE_OWN_SCANS).select_related("project", "device"), pk=scan_id)
    reviews = list(Review.objects.filter(exam__clips=scan, final=True).select_related("reviewer", "feedback"))
    for review in reviews:
        if review.feedback.seen_at is None and request.method == "GET":
            feedback.see(review.feedback.pk, person, timezone.now())
    context = {
        "scan": scan,
        "reviews": reviews,
        "picture": picture_of(scan),
        "judgement": judgement_of(scan),
        "report": report_of(scan),
        "asked": open_questions(person).filter(scan=scan).first(),
        "back": "my-scans",
        "next_unread": _unread(person).first(),
    }
    return render(request, "scan.html", context)


def _unread(person: Person) -> QuerySet[Scan]:
    """Return the person's scans with feedback that they have not seen, oldest feedback first."""
    mine = scans_for(person, Action.SEE_OWN_SCANS)
    unseen = mine.filter(exam__reviews__feedback__isnull=False, exam__reviews__feedback__seen_at=None)
    return unseen.order_by("exam__reviews__feedback__released_at", "pk")
