"""How is one trainee doing: the course in each exam type, how sure we are of it, and what came in?"""

from dataclasses import dataclass

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from pipeline.text import Text
from storage.catalogue import competence, observing, plans
from storage.catalogue.figures import Slice
from storage.catalogue.models import Organisation, Person, Proposal
from storage.catalogue.scope import scans_for
from supervision.ladder import RUNG_WORDS, Rung
from supervision.roles import Action
from web.asked import Asked
from web.dashboards.progress import progress_of
from web.dashboards.seen import seen_in
from web.permissions import person_of, requires
from web.plans import shown
from web.reading_words import ENTRUSTMENTS

MOST_SHOWN = 10


@dataclass(frozen=True)
class Course:
    """An exam type of a trainee, and how far the next rung is where that has been worked out; is a plan open?"""

    code: str
    proposal: Proposal | None
    planned: bool

    @property
    def rung(self) -> Text | None:
        """Where they stand."""
        return RUNG_WORDS[Rung(self.proposal.rung)] if self.proposal else None

    @property
    def met(self) -> int:
        """How many requirements of the next step are met."""
        return self.proposal.asked - len(self.proposal.missing) if self.proposal else 0


@requires(Action.SEE_COMPETENCE)
@require_safe
def trainee(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """Show a trainee's curves in one exam type, and the figures of a period to whoever may see these."""
    viewer = person_of(request)
    found = get_object_or_404(competence.trainees_for(viewer), pk=person_id)
    organisation = competence.organisation_of(found, viewer, Action.SEE_COMPETENCE)
    if organisation is None:
        raise Http404
    courses = _courses(organisation, found)
    wanted = request.GET.get("exam_type", "")
    code = wanted if wanted in courses else next(iter(courses), "")
    standing = competence.standing(organisation, found, code) if code else None
    context: dict[str, object] = {
        "trainee": found,
        "own": viewer.pk == found.pk,
        "courses": list(courses.values()),
        "code": code,
        "progress": progress_of(standing, viewer) if standing else None,
        "now": timezone.now(),
    }
    if code:
        context |= _help(viewer, found, organisation, code)
    if scans_for(viewer, Action.SEE_FIGURES).filter(trainee=found).exists():
        seen = seen_in(request, Asked(Slice(trainee=found.pk)))
        context |= seen.context(request.GET)
    return render(request, "trainee.html", context)


def _courses(organisation: Organisation, trainee: Person) -> dict[str, Course]:
    """Return the exam types that somebody scanned, the one with the most exams that were read first."""
    known = {one.exam_type: one for one in Proposal.objects.filter(organisation=organisation, trainee=trainee)}
    codes = competence.types_scanned(organisation, trainee)
    ordered = sorted(codes, key=lambda code: -known[code].exams if code in known else 0)
    planned = set(plans.open_plans(organisation, trainee).values_list("exam_type", flat=True))
    return {code: Course(code, known.get(code), code in planned) for code in ordered}


def _help(viewer: Person, trainee: Person, organisation: Organisation, code: str) -> dict[str, object]:
    """Return what is done for somebody in an exam type: plans, and who stood beside them."""
    of_course = plans.plans_for(viewer).filter(organisation=organisation, trainee=trainee, exam_type=code)
    told = shown(of_course[:MOST_SHOWN], timezone.now().date())
    seen = observing.observations_for(viewer).filter(trainee=trainee, exam_type=code)
    other = viewer.pk != trainee.pk
    return {
        "plan": next((one for one in told if one.plan.closed_at is None), None),
        "past": [one for one in told if one.plan.closed_at is not None],
        "observations": [(one, ENTRUSTMENTS[one.entrustment]) for one in seen[:MOST_SHOWN]],
        "keeps": other and competence.organisation_of(trainee, viewer, Action.KEEP_PLANS) is not None,
        "observes": observing.people_for(viewer).filter(pk=trainee.pk).exists(),
        "viewer": viewer,
    }
