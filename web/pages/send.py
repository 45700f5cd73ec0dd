"""How does a person send scans from a phone or a computer: what was examined, what was seen, which files?"""

from collections.abc import Iterable
from pathlib import Path
from shutil import rmtree
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from storage import uploads
from storage.catalogue import senders
from storage.catalogue.models import Arrival, Person, Project
from storage.catalogue.programme import current
from storage.catalogue.trainees import trainees_of
from storage.keys import organisation_key
from storage.objects.chosen import object_store
from storage.reception import Incoming, receive
from storage.room import full_disk_is_said
from supervision.priority import Clock
from supervision.roles import Action
from supervision.sources import Way
from supervision.worksheet import AgeBand, Sex
from web.answers import told_of
from web.failures import not_found
from web.permissions import person_of, requires, wants_json
from web.reading_words import AGES, SEXES
from web.send import LATER, ToSend, chosen, filled_in, open_projects, type_in
from web.worksheet import CAN_BE_SAID, Filled, types_lately

WORDS = {
    "waiting": gettext_lazy("waits"),
    "goes_on": gettext_lazy("goes on where it stopped"),
    "sent_of": gettext_lazy("{sent} of {all} MB sent"),
    "again": gettext_lazy("The link broke; it goes on by itself."),
    "offline": gettext_lazy("No link at the moment; it goes on by itself when there is one."),
    "paused": gettext_lazy("paused"),
    "pause": gettext_lazy("Pause"),
    "go_on": gettext_lazy("Go on"),
    "received": gettext_lazy("received"),
    "refused": gettext_lazy("This file was not taken."),
    "signed_out": gettext_lazy(
        "You are signed out. Sign in and choose the same files again: they go on where they stopped."
    ),
    "say_first": gettext_lazy("It is not kept any more: fill in the form and send it again."),
    "summary": gettext_lazy("{done} of {all} files sent"),
    "no_files": gettext_lazy("Choose at least one file."),
}
MOST_WITHOUT_SCRIPTS = 64 * 1024 * 1024
"""Of a form that is sent at once and cannot be gone on with."""


@csrf_exempt  # only until it is known that the body is small; then it is checked like every other form
@requires(Action.SEND_SCANS)
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest) -> HttpResponseBase:
    """Show the form; keep what it says, and the files that come with it where there are no scripts."""
    person = person_of(request)
    projects = open_projects(person)
    if request.method == "POST" and int(request.META.get("CONTENT_LENGTH") or 0) > MOST_WITHOUT_SCRIPTS:
        return render(request, "send.html", {**_first(person, projects, None), "too_large": True}, status=413)
    return _checked(request, person, projects)


@csrf_protect
def _checked(request: HttpRequest, person: Person, projects: list[Project]) -> HttpResponseBase:
    asked = request.POST if request.method == "POST" else request.GET
    project = chosen(projects, asked.get("project", ""))
    if request.method == "POST":
        return not_found(request) if project is None else _kept(request, person, projects, project)
    context = _first(person, projects, project)
    if project is not None and (code := request.GET.get("type")):
        exam_type = type_in(project, code)
        if exam_type is not None or code == LATER:
            context |= _form(person, ToSend(project, exam_type))
    if project is not None and "sent" in request.GET:
        context["told"] = told_of(project.code, _own(person, project, request.GET["sent"]))
    return render(request, "send.html", context)


def _kept(request: HttpRequest, person: Person, projects: list[Project], project: Project) -> HttpResponseBase:
    filled = filled_in(request.POST, project, person)
    wrong = bool(filled.errors) or filled.unsure
    if wants_json(request):
        said = {"errors": list(filled.errors.values()), "unsure": filled.unsure, "metadata": filled.metadata}
        return JsonResponse(said, status=422 if wrong else 200)
    files = request.FILES.getlist("files")
    if not wrong and files:
        arrivals = _received(files, filled, person)
        query = {"project": project.code, "sent": ",".join(map(str, arrivals))}
        return redirect(f"{reverse('send')}?{urlencode(query)}")
    errors = dict(filled.errors) if files else {**filled.errors, "files": _("Choose at least one file.")}
    context = {**_first(person, projects, project), **_form(person, filled), "errors": errors.values()}
    return render(request, "send.html", context, status=422)


def _received(files: "Iterable[UploadedFile[bytes]]", filled: ToSend, person: Person) -> list[int]:
    """Keep what came with the form; the names of the files stay behind."""
    organisation = filled.project.organisation.code
    store, key = object_store(organisation), organisation_key(organisation)
    folder = uploads.new_folder()
    arrivals: list[int] = []
    try:
        for file in files:
            incoming = _incoming(_written(file, folder / "part"), filled, person)
            arrivals += [one.arrival for one in receive(incoming, store, key, timezone.now(), work=folder)]
    finally:
        rmtree(folder, ignore_errors=True)
    return arrivals


def _written(file: "UploadedFile[bytes]", part: Path) -> Path:
    with full_disk_is_said(), part.open("wb") as kept:
        for chunk in file.chunks():
            kept.write(chunk)
    return part


def _incoming(part: Path, filled: ToSend, person: Person) -> Incoming:
    named = filled.trainee.username if filled.trainee else None
    return Incoming(
        path=part,
        project=filled.project.code,
        way=Way.BROWSER,
        author=senders.author_of(person, filled.project, named),
        exam_type=filled.exam_type.code if filled.exam_type else None,
        said=filled.said,
        sent_by=person.pk,
    )


def _own(person: Person, project: Project, listed: str) -> list[int]:
    """Return those of the listed arrivals that this person sent."""
    numbers = [int(one) for one in listed.split(",") if one.isdecimal() and len(one) < 18]
    sent = Arrival.objects.filter(pk__in=numbers, sent_by=person, project=project)
    return list(sent.values_list("pk", flat=True))


def _first(person: Person, projects: list[Project], project: Project | None) -> dict[str, Any]:
    """Return what stands on the page before anything is chosen."""
    lately, others = types_lately(project, person.pk) if project else ([], [])
    return {
        "projects": projects,
        "project": project,
        "lately": lately,
        "others": others,
        "later": LATER,
        "unfinished": len(uploads.unfinished_of(person.pk, timezone.now())),
        "largest_mb": MOST_WITHOUT_SCRIPTS // 1024 // 1024,
    }


def _form(person: Person, filled: ToSend) -> dict[str, Any]:
    """Return what the form shows."""
    exam_type, project = filled.exam_type, filled.project
    said = dict(filled.sheet.answers) if filled.sheet else {}
    others = senders.sends_for_others(person, project)
    return {
        "form": True,
        "exam_type": exam_type,
        "filled": Filled(filled.sheet, filled.trainee, filled.nothing) if filled.sheet else None,
        "questions": [(one, said.get(one.code)) for one in exam_type.questions] if exam_type else [],
        "answers": CAN_BE_SAID.items(),
        "ages": [(code, word) for code, word in AGES.items() if code is not AgeBand.UNKNOWN],
        "sexes": [(code, word) for code, word in SEXES.items() if code is not Sex.UNKNOWN],
        "trainees": list(trainees_of(project).order_by("last_name", "username")) if others else [],
        "trainee": filled.trainee,
        "confirm": filled.unsure,
        "critical_hours": current().clocks.hours(Clock.P0),
        "person": person,
        "words": {code: str(word) for code, word in WORDS.items()},
    }
