"""Who is being helped and how far are they; what is agreed on, and when is it enough?"""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from storage.catalogue import competence, plans
from storage.catalogue.models import Person, Plan
from storage.catalogue.scope import may
from supervision.roles import Action
from supervision.sign_off import LONGEST_REASON
from web.dashboards.progress import exam_address
from web.exam_type_choice import ExamTypeField
from web.permissions import person_of, requires
from web.plans import STEPS, PlanShown, shown

ON_A_PAGE = 20


class Opening(forms.Form):
    """Why somebody needs help, in which exam type."""

    exam_type = ExamTypeField()
    why = forms.CharField(
        label=gettext_lazy("Why help is needed (the trainee reads it; name no patient)"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, organisation_id: int, *args: object, **kwargs: object) -> None:
        """Offer the exam types of the organisation."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["exam_type"].of(organisation_id)  # type: ignore[attr-defined]


class Agreeing(forms.Form):
    """What is practised, with whose help, until when."""

    exercise = forms.CharField(
        label=gettext_lazy("What is practised (the trainee reads it; name no patient)"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 3}),
    )
    responsible = forms.ChoiceField(label=gettext_lazy("Who helps"), required=False)
    due_on = forms.DateField(
        label=gettext_lazy("Next look"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, plan: Plan, *args: object, **kwargs: object) -> None:
        """Offer who holds a role where the trainee learns."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        people = [(str(one.pk), one.display_name) for one in plans.helpers_for(plan)]
        self.fields["responsible"].choices = [("", "–"), *people]  # type: ignore[attr-defined]

    def clean_due_on(self) -> object:
        """Refuse a day that is over."""
        day = self.cleaned_data["due_on"]
        if day is not None and day < timezone.now().date():
            raise forms.ValidationError(_("This day is over."))
        return day


@requires(Action.SEE_COMPETENCE)
@require_safe
def listed(request: HttpRequest) -> HttpResponseBase:
    """List the plans of the people whose competence the person may see: open ones first."""
    found = plans.plans_for(person_of(request))
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    rows = shown(page.object_list, timezone.now().date())
    context = {
        "page": page,
        "open": [one for one in rows if one.plan.closed_at is None],
        "closed": [one for one in rows if one.plan.closed_at is not None],
    }
    return render(request, "plans.html", context)


@requires(Action.SEE_COMPETENCE)
@require_safe
def one(request: HttpRequest, plan_id: int) -> HttpResponseBase:
    """Show a plan: why, what is practised, how far the exams since are, and its history."""
    person = person_of(request)
    found = get_object_or_404(plans.plans_for(person), pk=plan_id)
    return _show(request, person, found)


@requires(Action.KEEP_PLANS)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """Open a plan for a trainee; the one that is open already where there is one."""
    person = person_of(request)
    trainee = get_object_or_404(competence.trainees_for(person).exclude(pk=person.pk), pk=person_id)
    organisation = competence.organisation_of(trainee, person, Action.KEEP_PLANS)
    if organisation is None:
        return redirect("overview-trainee", trainee.pk)
    form = Opening(organisation.pk, request.POST or None, initial={"exam_type": request.GET.get("exam_type", "")})
    if request.method == "POST" and form.is_valid():
        made = plans.begin(trainee.pk, form.cleaned_data["exam_type"], person, form.cleaned_data["why"], timezone.now())
        messages.success(request, _("The plan is open: from now on every exam of this type is read."))
        return redirect("plan", made.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "plan_new.html", {"trainee": trainee, "form": form}, status=status)


@requires(Action.KEEP_PLANS)
@require_POST
def agree(request: HttpRequest, plan_id: int) -> HttpResponseBase:
    """Write down what was agreed."""
    person = person_of(request)
    found = _kept(person, plan_id)
    form = Agreeing(found, request.POST)
    if not form.is_valid():
        return _show(request, person, found, form=form, status=422)
    said = form.cleaned_data
    helper = int(said["responsible"]) if said["responsible"] else None
    plans.agree(found.pk, said["exercise"], helper, said["due_on"], person, timezone.now())
    messages.success(request, _("Agreed, and noted with your name."))
    return redirect("plan", found.pk)


@requires(Action.SEE_COMPETENCE)
@require_POST
def note(request: HttpRequest, plan_id: int) -> HttpResponseBase:
    """Add a line to a plan; also the trainee may."""
    person = person_of(request)
    found = get_object_or_404(plans.plans_for(person), pk=plan_id)
    if found.trainee_id != person.pk and not plans.keeps(found, person):
        raise Http404
    try:
        plans.note(found.pk, request.POST.get("note", ""), person, timezone.now())
    except ValueError:
        messages.error(request, _("Nothing was changed: write a note of at most 500 characters."))
    else:
        messages.success(request, _("Noted with your name."))
    return redirect("plan", found.pk)


@requires(Action.KEEP_PLANS)
@require_POST
def close(request: HttpRequest, plan_id: int) -> HttpResponseBase:
    """Close a plan by its evidence."""
    person = person_of(request)
    found = _kept(person, plan_id)
    plans.close(found.pk, person, timezone.now())
    messages.success(request, _("The plan is closed by its evidence."))
    return redirect("plan", found.pk)


def _kept(person: Person, plan_id: int) -> Plan:
    """Return a plan that `person` keeps; Http404 for any other, their own included."""
    found: Plan = get_object_or_404(plans.plans_for(person), pk=plan_id)
    if not plans.keeps(found, person):
        raise Http404
    return found


def _show(
    request: HttpRequest, person: Person, found: Plan, *, form: Agreeing | None = None, status: int = 200
) -> HttpResponse:
    told = shown([found], timezone.now().date())[0]
    keeps = plans.keeps(found, person)
    is_open, address = found.closed_at is None, exam_address(found.trainee, person)
    context = {
        "one": told,
        "plan": found,
        "exams": [] if told.progress is None else [(exam, address(exam)) for exam in told.progress.exams],
        "signs": keeps and may(person, Action.SIGN_OFF),
        "form": (form or Agreeing(found, initial=_agreed(told))) if keeps and is_open else None,
        "notes": is_open and (keeps or person.pk == found.trainee_id),
        "closes": keeps and is_open and told.fulfilled,
        "back": reverse("overview-trainee", args=[found.trainee_id]) + f"?exam_type={found.exam_type}",
        "lines": [(line, STEPS[line.step]) for line in found.entries.all()],
        "longest": LONGEST_REASON,
    }
    return render(request, "plan.html", context, status=status)


def _agreed(told: PlanShown) -> dict[str, object]:
    """Return what stands in the form at first: what was agreed, or what helps most against what fails."""
    plan = told.plan
    proposed = next((words for one in told.practice for words in one.helps), "")
    return {
        "exercise": plan.exercise or proposed,
        "responsible": plan.responsible_id or "",
        "due_on": plan.due_on,
    }
