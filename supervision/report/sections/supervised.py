"""How much was read, how soon, by whom, and did the experts agree?"""

from datetime import timedelta

from pipeline.text import Text
from supervision.report.composing import FROM_MONTHS, Part
from supervision.report.document import Block, Cell, Kind, Number, Section, Table
from supervision.report.tabled import ALL, Audience, count, estimate, hours, share, text
from supervision.severity import Severity
from supervision.turnaround import Turnaround


def supervised(audience: Audience) -> Section:
    """Return what was read, the time to feedback by project, agreement, and within the organisation each reviewer."""
    blocks: list[Block] = [_numbers(audience), _turnaround(audience)]
    if not audience.outside and audience.figures.detailed.supervised.readers:
        blocks.append(_readers(audience))
    return Section("supervision", Text("Supervision", "Supervision"), tuple(blocks))


def _numbers(audience: Audience) -> Block:
    found, now, before = audience.figures.detailed.supervised, audience.figures.activity.whole, audience.figures.before
    return audience.numbers(
        "supervision_figures",
        Text("Reading and feedback", "Relecture et retours"),
        [
            Number(
                Text("Exams read", "Examens relus"),
                share(now.read_share, audience.link("rated")),
                share(before.read_share),
            ),
            Number(
                Text("First answer in time", "Première réponse dans le délai"),
                share(now.in_time_share, audience.link("in_time")),
                share(before.in_time_share),
            ),
            Number(
                Text("Feedback opened", "Retours ouverts"),
                share(now.seen_share, audience.link("seen")),
                share(before.seen_share),
            ),
            Number(Text("Read by two experts", "Relus par deux experts"), share(found.twice)),
            Number(Text("Two ratings within one point", "Deux notes à un point près"), share(found.within_one)),
            Number(Text("Decided by an arbiter", "Tranchés par un arbitre"), share(found.arbitrated)),
            Number(Text("Appealed by the trainee", "Contestés par l'opérateur"), share(found.appealed)),
        ],
    )


def _turnaround(audience: Audience) -> Table:
    figures = audience.figures
    found = figures.detailed.supervised

    def row(label: Text, one: Turnaround) -> tuple[Cell, ...]:
        return (
            text(label),
            count(one.total),
            count(one.answered),
            hours(one.median, one.total),
            hours(one.p90, one.total),
            estimate(one.within),
        )

    rows = [row(figures.projects.get(code, Text(code, code)), one) for code, one in found.by_project.items()]
    return audience.table(
        "turnaround",
        Text("Time to feedback", "Délai jusqu'au retour"),
        {
            "project": Text("Project", "Projet"),
            "asked": Text("Readings asked for", "Relectures demandées"),
            "answered": Text("With feedback", "Avec retour"),
            "median": Text("Half after", "La moitié en"),
            "p90": Text("Nine of ten after", "Neuf sur dix en"),
            "within": Text("Within the clock", "Dans le délai"),
        },
        rows,
        row(ALL, found.turnaround),
        note=Text(
            "Kaplan-Meier: what still waits counts with the time that it has waited, so that a queue that stands still"
            " does not look fast.",
            "Kaplan-Meier\u00a0: ce qui attend encore compte avec le temps déjà attendu, pour qu'une file bloquée ne"
            " paraisse pas rapide.",
        ),
    )


def _severity(one: Severity | None) -> Cell:
    if one is None:
        return Cell(None, Kind.NUMBER, of=0, decimals=2)
    return Cell(one.value, Kind.NUMBER, of=one.shared, low=one.low, high=one.high, decimals=2)


def _readers(audience: Audience) -> Table:
    rows = [
        (
            text(one.name),
            count(one.readings),
            hours(None if one.seconds is None else timedelta(seconds=one.seconds * one.readings), one.readings),
            Cell(None if one.seconds is None else one.seconds / 60, Kind.NUMBER, of=one.readings),
            _severity(one.severity),
        )
        for one in audience.figures.detailed.supervised.readers
    ]
    return audience.table(
        "reviewers",
        Text("Reviewers", "Relecteurs"),
        {
            "reviewer": Text("Reviewer", "Relecteur"),
            "readings": Text("Readings", "Relectures"),
            "time": Text("Time spent", "Temps passé"),
            "minutes": Text("Minutes each, median", "Minutes chacune, médiane"),
            "severity": Text("Severity, points", "Sévérité, points"),
        },
        rows,
        note=Text(
            "Severity: below 0 for who rates more strictly than the mean of all who share exams, over so many shared"
            " exams of the year before the end of the period. It calibrates; it ranks nobody. Time spent: the median"
            " times the readings.",
            "Sévérité\u00a0: négative pour qui note plus bas que la moyenne de ceux qui partagent des examens, sur"
            " autant d'examens communs de l'année qui précède la fin de la période. Elle calibre, elle ne classe pas."
            " Temps passé\u00a0: médiane fois relectures.",
        ),
    )


PART = Part(80, FROM_MONTHS, supervised)
