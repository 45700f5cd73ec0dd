"""How are the devices: their probes over time, their use, their tickets, what was done to them?"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from storage.catalogue import tickets
from storage.catalogue.devices import devices_for, faces_over_time, health_of, log_change, quality_adjusted, weekly_use
from storage.catalogue.models import Device, Person
from storage.catalogue.registers import service as service_register
from storage.catalogue.scope import projects_for
from supervision.registers import LONGEST_PLACE
from supervision.roles import Action
from supervision.tickets import LONGEST_NOTE
from web import devices as words
from web.charts.elements_over_time import elements_over_time, stretches
from web.charts.face_now import face_now
from web.charts.weekly_use import weekly_use as weekly_chart
from web.permissions import person_of, requires
from web.registers import SERVICE_ENDS

ON_A_PAGE = 25


class ChangeForm(forms.Form):
    """What was done to a probe, and on which day."""

    kind = forms.ChoiceField(label=gettext_lazy("What was done"), choices=list(words.CHANGES.items()))
    at = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))

    def moment(self, now: datetime) -> datetime:
        """Return the beginning of the day (UTC): its clips are of the new probe; now, if that is still to come."""
        return min(datetime.combine(self.cleaned_data["at"], time(), UTC), now)


class BeginForm(forms.Form):
    """From which day on a device is in service, and where."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    place = forms.CharField(label=gettext_lazy("Where"), required=False, max_length=LONGEST_PLACE)


class EndForm(forms.Form):
    """The last day of a device in service, and why it is the last."""

    day = forms.DateField(label=gettext_lazy("Last day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    why = forms.ChoiceField(label=gettext_lazy("Why"), choices=list(SERVICE_ENDS.items()))


@requires(Action.SEE_DEVICES)
@require_safe
def devices(request: HttpRequest) -> HttpResponseBase:
    """List the devices of the person's projects; narrowed by project."""
    person, now = person_of(request), timezone.now()
    project = request.GET.get("project", "")
    seen = devices_for(person)
    shown = seen.filter(project__code=project) if project else seen
    page = Paginator(shown, ON_A_PAGE).get_page(request.GET.get("page"))
    here = shown.filter(pk__in=[device.pk for device in page])
    context = {
        "rows": words.listed(here, now),
        "page": page,
        "query": urlencode({"project": project}) + "&" if project else "",
        "projects": projects_for(person, Action.SEE_DEVICES).order_by("name"),
        "project": project,
    }
    return render(request, "devices.html", context)


@requires(Action.SEE_DEVICES)
@require_safe
def device(request: HttpRequest, device_id: int) -> HttpResponseBase:
    """Show one device; nothing on the page tells of a scan or a patient."""
    person = person_of(request)
    return _show(request, person, get_object_or_404(devices_for(person), pk=device_id), ChangeForm())


@requires(Action.TEND_DEVICES)
@require_POST
def change(request: HttpRequest, device_id: int) -> HttpResponseBase:
    """Note that the probe was replaced or repaired."""
    person, now = person_of(request), timezone.now()
    found = _device(person, Action.TEND_DEVICES, device_id)
    form = ChangeForm(request.POST)
    if form.is_valid() and form.cleaned_data["at"] > now.date():
        form.add_error("at", _("This day is still to come."))
    if not form.is_valid():
        return _show(request, person, found, form, status=422)
    log_change(found.pk, form.cleaned_data["kind"], form.moment(now), person, now)
    messages.success(
        request,
        _("Noted. From that day on the probe is held against itself anew; what was found before is settled."),
    )
    return redirect("device", found.pk)


@requires(Action.TEND_DEVICES)
@require_POST
def service(request: HttpRequest, device_id: int) -> HttpResponseBase:
    """Note that the device went into service, or out of it."""
    person, now = person_of(request), timezone.now()
    found = _device(person, Action.TEND_DEVICES, device_id)
    form = _service_form(found, request)
    if form.is_valid():
        clean = form.cleaned_data
        try:
            if isinstance(form, EndForm):
                service_register.end(found.pk, clean["day"], clean["why"], person, now)
            else:
                service_register.begin(found.pk, clean["day"], clean["place"], person, now)
        except ValueError:
            form.add_error("day", _("Choose a day until today, after what stands here before it."))
    if not form.is_valid():
        return _show(request, person, found, ChangeForm(), service_form=form, status=422)
    messages.success(request, _("Noted with your name."))
    return redirect("device", found.pk)


@requires(Action.REPORT_DEVICES)
@require_POST
def report(request: HttpRequest, device_id: int) -> HttpResponseBase:
    """Open a ticket for a fault that a person noticed."""
    person = person_of(request)
    found = _device(person, Action.REPORT_DEVICES, device_id)
    try:
        ticket = tickets.report(found.pk, request.POST.get("note", ""), person, timezone.now())
    except ValueError:
        messages.error(request, _("Nothing was reported: say in a few words what is wrong, without naming a patient."))
        return _show(request, person, found, ChangeForm(), status=422)
    messages.success(request, _("Reported. The biomedical engineer sees it at once."))
    return redirect("ticket", ticket.pk)


def _device(person: Person, action: Action, device_id: int) -> Device:
    return get_object_or_404(devices_for(person).filter(project__in=projects_for(person, action)), pk=device_id)


def _service_form(found: Device, request: HttpRequest | None = None) -> BeginForm | EndForm:
    """Return the form that fits: a device in service goes out of it, any other into it."""
    inside = any(one.until is None for one in service_register.service_of(found))
    data = request.POST if request is not None else None
    return (EndForm if inside else BeginForm)(data, auto_id="service-%s")


def _show(
    request: HttpRequest,
    person: Person,
    found: Device,
    form: ChangeForm,
    *,
    service_form: BeginForm | EndForm | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    health, months, weeks = health_of(found), faces_over_time(found, now), weekly_use(found, now)
    marks = words.marks_of((one.place, one.width, one.hearing.value) for one in health.elements)
    scans = _scans_address(person, found)
    known = list(tickets.tickets_for(person).filter(device=found))
    context = {
        "device": found,
        "health": health,
        "words": words.health_in_words(health),
        "downtime": words.downtimes([found], now)[found.pk],
        "clips": found.scans.filter(received_at__gte=now - words.LATELY).count(),
        "scans": scans(now.date() - words.LATELY, now.date()) if scans else "",
        "simulated": found.profiles.filter(simulated=True).exists(),
        "over_time": elements_over_time(months) if months else "",
        "months": [(month, [one for one in stretches(face) if one[2] != "seen"]) for month, face in months],
        "face_now": face_now(health.face, marks) if health.face else "",
        "use": weekly_chart(weeks, (lambda week: scans(week, week + timedelta(days=6))) if scans else None),
        "weeks": [(week, number, scans(week, week + timedelta(days=6)) if scans else "") for week, number in weeks],
        "used": any(number for _week, number in weeks),
        "compared": quality_adjusted(found, now),
        "pending": [one for one in known if words.is_pending(one)],
        "settled": [one for one in known if not words.is_pending(one)],
        "changes": found.changes.select_related("logged_by").order_by("-at"),
        "tends": projects_for(person, Action.TEND_DEVICES).filter(pk=found.project_id).exists(),
        "reports": projects_for(person, Action.REPORT_DEVICES).filter(pk=found.project_id).exists(),
        "form": form,
        "service": service_register.service_of(found),
        "service_form": service_form or _service_form(found),
        "note": request.POST.get("note", "")[:LONGEST_NOTE],
        "longest": LONGEST_NOTE,
    }
    return render(request, "device.html", context, status=status)


def _scans_address(person: Person, found: Device) -> Callable[[date, date], str] | None:
    """Return how the scans of some days are found, for those who may see them; None for biomed."""
    if not projects_for(person, Action.SEE_SCANS).filter(pk=found.project_id).exists():
        return None
    return lambda since, until: f"{reverse('scans')}?{urlencode({'device': found.pk, 'since': since, 'until': until})}"
