"""What is known of one exam: its clips, its worksheet, who read it, what they said, and what happened to it?"""

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pipeline.errors import Conflict
from storage.catalogue import exams, finals, grouping, queueing, worksheets
from storage.catalogue.blinding import hidden_from, unblinded
from storage.catalogue.models import Arbitration, Event, Exam, Person, Scan
from storage.catalogue.scope import exams_for
from storage.export import readings as outside
from supervision.blinding import Hidden
from supervision.readings import Difference, Reading
from supervision.roles import Action
from supervision.states import Stage
from web.history import told
from web.media import picture_of
from web.permissions import person_of, requires
from web.reading_words import DIFFERENCES, READINGS
from web.sampling_words import drawn
from web.two_worksheets import open_pairs
from web.worksheet import rows_of

OFFERED = 10


@requires(Action.SEE_SCANS)
@require_safe
def exam(request: HttpRequest, exam_id: int) -> HttpResponseBase:
    """Show all that is known of an exam, without what somebody who may still read it must not know."""
    person = person_of(request)
    visible = exams_for(person, Action.SEE_SCANS).select_related("project", "trainee", "worksheet_by")
    found = get_object_or_404(visible, pk=exam_id)
    hidden = hidden_from(person, found)
    clips = list(found.clips.order_by("captured_at", "pk").prefetch_related("objects_stored"))
    pairs = [(clip, picture_of(clip)) for clip in clips]
    context = {
        "exam": found,
        "clips": pairs,
        "pictures": [picture for _clip, picture in pairs if picture is not None],
        "site": None if Hidden.SITE in hidden else found.project.name,
        "trainee": None if Hidden.TRAINEE in hidden else found.trainee,
        "score": None if Hidden.SCORE in hidden else found.score,
        "hidden": bool(hidden),
        "rows": rows_of(worksheets.sheet_of(found)),
        "conflicts": [] if hidden else list(open_pairs(found)),
        "may_choose": exams_for(person, Action.COMPLETE_INFO).filter(pk=found.pk).exists(),
        "readings": [(one, READINGS[Reading(one.reading)]) for one in finals.readings_of(found, person)],
        "decided": [] if hidden else _decided(found),
        "drawn": drawn(found),
        "history": [] if hidden else told(Event.objects.filter(scan__in=clips).select_related("person").order_by("at")),
        "outside": outside.readings_for(person).filter(exam=found).first(),
        **_acts(found, person, hidden=bool(hidden)),
    }
    return render(request, "exam.html", context)


@requires(Action.READ_ANYWAY)
@require_POST
def read_anyway(request: HttpRequest, exam_id: int) -> HttpResponseBase:
    """Have an exam read that was not chosen."""
    person = person_of(request)
    found = get_object_or_404(exams_for(person, Action.READ_ANYWAY), pk=exam_id)
    queueing.read_anyway(found.pk, person, timezone.now())
    messages.success(request, _("The exam now waits for an expert."))
    return _back(found, person)


@requires(Action.GROUP_CLIPS)
@require_POST
def join(request: HttpRequest, exam_id: int) -> HttpResponseBase:
    """Let the clips of another exam be of this one."""
    person = person_of(request)
    mine = unblinded(person, exams_for(person, Action.GROUP_CLIPS))
    found = get_object_or_404(mine, pk=exam_id)
    chosen = request.POST.get("other", "")
    other = mine.filter(pk=int(chosen)).first() if chosen.isdecimal() else None
    if other is None:
        messages.error(request, _("Choose another exam; nothing was changed."))
    else:
        try:
            grouping.join(found.pk, other.pk, person, timezone.now())
        except (Conflict, ValueError):
            messages.error(request, _("These exams cannot be joined; nothing was changed."))
        else:
            messages.success(request, _("The clips are one exam now."))
    return _back(found, person)


@requires(Action.GROUP_CLIPS)
@require_POST
def split(request: HttpRequest, exam_id: int) -> HttpResponseBase:
    """Let some of the clips be an exam of their own."""
    person = person_of(request)
    found = get_object_or_404(unblinded(person, exams_for(person, Action.GROUP_CLIPS)), pk=exam_id)
    chosen = [int(one) for one in request.POST.getlist("clip") if one.isdecimal()]
    try:
        grouping.split(found.pk, chosen, person, timezone.now())
    except (Conflict, ValueError):
        messages.error(request, _("Some of the clips, not all, become another exam; nothing was changed."))
    else:
        messages.success(request, _("The clips are an exam of their own now; its details are missing."))
    return _back(found, person)


def _acts(found: Exam, person: Person, *, hidden: bool) -> dict[str, object]:
    """Return what the person may do with the exam."""
    mine = exams_for(person, Action.GROUP_CLIPS)
    groups = not hidden and mine.filter(pk=found.pk).exists() and not exams.begun(found)
    anyway = found.stage == Stage.NOT_CHOSEN and exams_for(person, Action.READ_ANYWAY).filter(pk=found.pk).exists()
    return {
        "may_read_anyway": anyway,
        "may_group": groups,
        "near": grouping.could_belong(found).filter(pk__in=mine.values("pk"))[:OFFERED] if groups else [],
    }


def _decided(found: Exam) -> list[tuple[Arbitration, list[object]]]:
    """Return what an arbiter decided, with the differences that called for it in words."""
    rows = Arbitration.objects.filter(item__exam=found).select_related("blind__reviewer").order_by("item__queued_at")
    known = set(Difference)
    return [(row, [DIFFERENCES[Difference(one)] for one in row.differences if one in known]) for row in rows]


def _back(found: Exam, person: Person) -> HttpResponseBase:
    if exams_for(person, Action.SEE_SCANS).filter(pk=found.pk).exists():
        return redirect("exam", found.pk)
    return redirect("scans" if Scan.objects.filter(exam=found).exists() else "home")
