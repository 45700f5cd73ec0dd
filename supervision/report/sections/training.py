"""Who learns, how far are they, and what was done to help them?"""

from datetime import timedelta

from pipeline.text import Text
from supervision.ladder import RUNG_WORDS, Rung
from supervision.period import PeriodKind
from supervision.registers import Training
from supervision.report.composing import FROM_MONTHS, Part
from supervision.report.document import Block, Number, Row, Section, Table
from supervision.report.series import ScopeKind
from supervision.report.tabled import ALL, Audience, count, hours, share, text
from supervision.report.words import REQUESTS, RUNGS, SESSIONS

_LADDER = Text(*(" · ".join(RUNG_WORDS[rung].say(language) for rung in Rung) for language in ("en", "fr")))


def training(audience: Audience) -> Section:
    """Return decisions, levels by exam type, sessions and requests; in a monthly report within, trainees too.

    A project's report tells of each of them, one of several projects of those with whom there is something to do.
    """
    figures = audience.figures
    blocks: list[Block] = [_decisions(audience)]
    if figures.detailed.pipeline.rungs:
        blocks.append(_rungs(audience))
    if figures.period.kind is PeriodKind.MONTH and not audience.outside and figures.detailed.pipeline.progress:
        trainees = _trainees(audience)
        blocks += [trainees] if trainees.rows else []
    if figures.registers.training.sessions:
        blocks.append(_sessions(audience))
    if any(one.made or one.pending for one in figures.registers.requests.values()):
        blocks.append(_requests(audience))
    return Section("training", Text("Training pipeline", "Parcours de formation"), tuple(blocks))


def _decisions(audience: Audience) -> Block:
    found = audience.figures.detailed.pipeline
    return audience.numbers(
        "sign_off",
        Text("Sign-off", "Validation"),
        [
            Number(Text("People who learn", "Personnes en formation"), count(found.learners)),
            Number(Text("of these scanned", "dont actives"), count(found.active)),
            Number(Text("Steps signed", "Étapes validées"), count(found.signed)),
            Number(
                Text("Steps refused or withdrawn", "Étapes refusées ou retirées"),
                count(found.refused + found.withdrawn),
            ),
            Number(Text("Proposed, wait for a signature", "Proposées, en attente de signature"), count(found.proposed)),
            Number(Text("Alarms after sign-off", "Alarmes après validation"), count(found.alarms)),
            Number(Text("Plans begun", "Plans commencés"), count(found.plans_opened)),
            Number(Text("Plans open", "Plans ouverts"), count(found.plans_open)),
        ],
    )


def _rungs(audience: Audience) -> Table:
    figures = audience.figures
    held = figures.detailed.pipeline.rungs
    rows = [
        (text(figures.exam_types.get(code, code)), *(count(rungs.get(rung, 0)) for rung in Rung))
        for code, rungs in held.items()
    ]
    return audience.table(
        "ladder",
        Text("People on each level of autonomy", "Personnes à chaque niveau d'autonomie"),
        {"exam_type": Text("Exam type", "Type d'examen"), **{rung.value: RUNGS[rung] for rung in Rung}},
        rows,
        patients=(),
        note=Text(
            f"Everybody who has ever scanned this type here, at the end of the period. {_LADDER.en}",
            f"Toutes les personnes ayant déjà réalisé ce type d'examen ici, à la fin de la période. {_LADDER.fr}",
        ),
    )


def _trainees(audience: Audience) -> Table:
    figures = audience.figures
    every = figures.scope.kind is ScopeKind.PROJECT
    told = [one for one in figures.detailed.pipeline.progress if every or one.proposed or one.alarm]
    rows = [
        (
            text(one.name, f"/overview/trainees/{one.trainee}/"),
            text(figures.exam_types.get(one.exam_type, one.exam_type)),
            text(RUNGS[one.rung]),
            count(one.exams, audience.link("exams", trainee=one.trainee, exam_type=one.exam_type)),
            share(one.adequate, audience.link("adequate", trainee=one.trainee, exam_type=one.exam_type)),
            share(one.succeeded, audience.link("succeeded", trainee=one.trainee, exam_type=one.exam_type)),
            text(_state(proposed=one.proposed, alarm=one.alarm)),
        )
        for one in told
    ]
    return audience.table(
        "trainees",
        Text("Trainees", "Personnes en formation"),
        {
            "trainee": Text("Trainee", "Personne"),
            "exam_type": Text("Exam type", "Type d'examen"),
            "rung": Text("Level", "Niveau"),
            "exams": Text("Exams", "Examens"),
            "adequate": Text("Adequate", "Adéquats"),
            "succeeded": Text("Adequate and correct", "Adéquats et corrects"),
            "state": Text("To do", "À faire"),
        },
        rows,
    )


def _state(*, proposed: bool, alarm: bool) -> Text:
    if alarm:
        return Text("plan open", "plan en cours")
    return Text("sign-off proposed", "validation proposée") if proposed else Text("", "")


def _sessions(audience: Audience) -> Table:
    registers = audience.figures.registers
    rows = [(text(SESSIONS[kind]), *_held(one)) for kind, one in registers.training_by_kind.items()]
    return audience.table(
        "sessions",
        Text("Training sessions", "Séances de formation"),
        {
            "kind": Text("Kind", "Forme"),
            "sessions": Text("Sessions", "Séances"),
            "time": Text("Time", "Durée"),
            "attended": Text("Attendances", "Présences"),
            "guests": Text("Guests", "Invités"),
            "facilitators": Text("Facilitators", "Formateurs"),
        },
        rows,
        (text(ALL), *_held(registers.training)),
        patients=(),
    )


def _held(one: Training) -> Row:
    return (
        count(one.sessions),
        hours(timedelta(minutes=one.minutes)),
        count(one.attended),
        count(one.guests),
        count(one.facilitators),
    )


def _requests(audience: Audience) -> Table:
    made = audience.figures.registers.requests
    rows = [
        (text(REQUESTS[kind]), count(one.made), count(one.met), count(one.declined), count(one.pending))
        for kind, one in made.items()
    ]
    return audience.table(
        "requests",
        Text("Requests of the projects", "Demandes des projets"),
        {
            "kind": Text("For", "Pour"),
            "made": Text("Made", "Faites"),
            "met": Text("Met", "Satisfaites"),
            "declined": Text("Declined", "Refusées"),
            "pending": Text("Pending", "En cours"),
        },
        rows,
        patients=(),
    )


PART = Part(50, FROM_MONTHS, training)
