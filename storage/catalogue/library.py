"""Which clips are in the teaching library of an organisation, who let them in, and who recognised what they show?

Only what is released is ever shown, and nothing of who scanned or was scanned. A clip whose consent is withdrawn is
gone from every page at once; the answers that were given about it stay.
"""

from collections.abc import Mapping
from datetime import datetime
from random import Random

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from pipeline.errors import Conflict
from storage.catalogue import scope
from storage.catalogue.exam_catalogue import types_of
from storage.catalogue.models import Event, Organisation, Person, Review, Scan, TeachingClip, TestAnswer
from storage.catalogue.transaction import one_transaction
from supervision.rating import Answer, Cause
from supervision.review_form import form_of
from supervision.roles import Action
from supervision.states import State
from supervision.teaching import CERTAIN, MOVES, Nomination, SelfTest, self_test

Told = Mapping[str, tuple[Answer, Answer]]
"""(said, truth) by question."""


def nominate(
    scan_id: int,
    person: Person,
    defect: Cause,
    answers: Mapping[str, Answer],
    now: datetime,
    *,
    review: Review | None = None,
) -> TeachingClip:
    """Propose a clip for the library; what was proposed before is returned as it is.

    answers: what it shows for certain. ValueError for a question that its exam type does not ask, or an answer that is
    not certain. Scan.DoesNotExist unless the exam is final and among those the person may read.
    """
    with one_transaction():
        readable = Scan.objects.filter(exam__in=scope.exams_for(person, Action.REVIEW), state=State.FINAL)
        scan = readable.select_related("project").get(pk=scan_id)
        asked = {question.code for question in types_of(scan.project.organisation_id)[scan.exam_type].questions}
        if not asked.issuperset(answers):
            raise ValueError("answers must be to questions of the exam type")
        if not set(answers.values()) <= set(CERTAIN):
            raise ValueError("answers must be certain to be the truth of a test")
        clip, new = TeachingClip.objects.get_or_create(
            scan=scan,
            defaults={
                "organisation_id": scan.project.organisation_id,
                "review": review,
                "exam_type": scan.exam_type,
                "defect": defect,
                "answers": dict(answers),
                "nominated_by": person,
                "nominated_at": now,
            },
        )
        if new:
            Event.objects.create(at=now, what="teaching_nominated", scan=scan, person=person)
        return clip


def nominate_exemplar(review: Review, now: datetime) -> TeachingClip | None:
    """Propose the clip that a final reading calls an example: one that was drawn on, else the one of best quality."""
    form = form_of(review.form)
    if not form.exemplar:
        return None
    drawn = {mark.clip for mark in form.marks}
    clips = sorted(review.exam.clips.all(), key=lambda clip: (clip.pk not in drawn, -(clip.score or 0), clip.pk))
    certain = {code: said for code, said in form.answers.items() if said in CERTAIN}
    return nominate(clips[0].pk, review.reviewer, form.cause or Cause.NO_DEFECT, certain, now, review=review)


def decide(clip_id: int, state: Nomination, person: Person, now: datetime, *, consent: bool = False) -> TeachingClip:
    """Let a clip in, decline it, or take it out; letting in needs that the patient's consent is on paper.

    ValueError without consent; Conflict stale where it cannot be decided so now. TeachingClip.DoesNotExist outside the
    organisations whose library the person decides on.
    """
    with one_transaction():
        clip = _of(person, Action.DECIDE_TEACHING).select_for_update(of=("self",)).get(pk=clip_id)
        if state not in MOVES[Nomination(clip.state)]:
            raise Conflict("stale")
        if state is Nomination.APPROVED and not consent:
            raise ValueError("consent of the patient is needed")
        clip.state, clip.decided_by, clip.decided_at = state, person, now
        clip.consent = state is Nomination.APPROVED
        clip.save(update_fields=["state", "decided_by", "decided_at", "consent"])
        Event.objects.create(at=now, what=f"teaching_{state.value}", scan=clip.scan, person=person)
        return clip


def nominated(person: Person) -> QuerySet[TeachingClip]:
    """Return what waits for a decision of this person, oldest first."""
    return _of(person, Action.DECIDE_TEACHING).filter(state=Nomination.NOMINATED).order_by("nominated_at", "pk")


IN_THE_LIBRARY = Q(state=Nomination.APPROVED, consent=True, scan__state=State.FINAL)
"""What may be shown to those who learn."""


def library(person: Person, *, exam_type: str = "", defect: str = "", finding: str = "") -> QuerySet[TeachingClip]:
    """Return the clips that the person may learn from; `finding` is a question whose answer is positive."""
    clips = _of(person, Action.SEE_LIBRARY).filter(IN_THE_LIBRARY)
    wanted = {"exam_type": exam_type, "defect": defect}
    clips = clips.filter(**{name: value for name, value in wanted.items() if value})
    if finding:
        clips = clips.filter(**{f"answers__{finding}": Answer.POSITIVE.value})
    return clips.select_related("scan").order_by("exam_type", "defect", "pk")


def decidable(person: Person) -> QuerySet[TeachingClip]:
    """Return every clip of the libraries that this person decides on, whatever its state."""
    return _of(person, Action.DECIDE_TEACHING)


def testable(person: Person) -> QuerySet[TeachingClip]:
    """Return the clips on which the person can be tested: with a certain answer, and not their own."""
    return library(person).exclude(scan__trainee=person).exclude(answers={})


def types_to_test(person: Person) -> list[tuple[str, int, int]]:
    """Return exam type, number of clips one can be tested on, and how many of them are new, by exam type."""
    done = TestAnswer.objects.filter(person=person, clip=OuterRef("pk"))
    rows = testable(person).annotate(seen=Exists(done)).order_by().values_list("exam_type", "seen")
    counted = rows.annotate(clips=Count("pk"))
    found: dict[str, list[int]] = {}
    for code, seen, clips in counted:
        total = found.setdefault(code, [0, 0])
        total[0] += clips
        total[1] += 0 if seen else clips
    return [(code, clips, new) for code, (clips, new) in sorted(found.items())]


def next_to_test(person: Person, exam_type: str, random: Random) -> TeachingClip | None:
    """Return a clip of this type that the person has not been asked about, by chance; else the one longest ago."""
    clips = testable(person).filter(exam_type=exam_type)
    done = TestAnswer.objects.filter(person=person)
    new = list(clips.exclude(pk__in=done.values("clip")).values_list("pk", flat=True))
    if new:
        return clips.get(pk=random.choice(new))  # which clip is asked is no secret  # nosec B311
    latest = done.filter(clip__in=clips).order_by("-at").values_list("clip", flat=True)
    last_asked = list(dict.fromkeys(latest))
    return clips.get(pk=last_asked[-1]) if last_asked else None


def answer(clip_id: int, person: Person, said: Mapping[str, Answer], now: datetime) -> Told:
    """Keep what the person says about a clip, and return it beside the truth.

    ValueError unless every question of the test is answered. TeachingClip.DoesNotExist for one that is not testable.
    """
    with one_transaction():
        clip = testable(person).get(pk=clip_id)
        truth = {code: Answer(value) for code, value in clip.answers.items()}
        if set(said) != set(truth):
            raise ValueError("said must answer every question of the clip")
        TestAnswer.objects.bulk_create(
            TestAnswer(clip=clip, person=person, question=code, said=said[code], truth=true, at=now)
            for code, true in truth.items()
        )
        return {code: (said[code], true) for code, true in truth.items()}


def results(person: Person) -> Mapping[str, SelfTest]:
    """Return how well the person recognised what clips show, by exam type; "" is all together.

    Only what was said the first time counts: after that the truth was known.
    """
    pairs: dict[str, list[tuple[Answer, Answer]]] = {"": []}
    told: set[tuple[int, str]] = set()
    answers = TestAnswer.objects.filter(person=person).order_by("at", "pk")
    for clip, code, question, said, truth in answers.values_list(
        "clip", "clip__exam_type", "question", "said", "truth"
    ):
        if (clip, question) in told:
            continue
        told.add((clip, question))
        for key in ("", code):
            pairs.setdefault(key, []).append((Answer(said), Answer(truth)))
    return {key: self_test(found) for key, found in pairs.items()}


def _of(person: Person, action: Action) -> QuerySet[TeachingClip]:
    """A library belongs to an organisation: a role in one of its projects opens it, deciding takes a wide one."""
    projects = scope.projects_for(person, action)
    if action is not Action.DECIDE_TEACHING:
        return TeachingClip.objects.filter(organisation__in=Organisation.objects.filter(projects__in=projects))
    return TeachingClip.objects.filter(scan__project__in=projects)
