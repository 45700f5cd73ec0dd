"""What was done, week by week, in which project and in which type of exam?"""

from collections.abc import Iterable, Iterator, Mapping

from pipeline.text import Text
from supervision.period import MONTHS, Days, PeriodKind
from supervision.report.composing import EVERY, Part
from supervision.report.document import Block, Cell, Form, Row, Section, Table
from supervision.report.figures import Activity, Counted, Stretch, together
from supervision.report.tabled import ALL, Audience, Drawn, chart_of, count, day, share, text

COLUMNS: Mapping[str, Text] = {
    "scans": Text("Scans", "Enregistrements"),
    "refused": Text("Not usable", "Inutilisables"),
    "exams": Text("Exams", "Examens"),
    "read": Text("Read", "Relus"),
    "waiting": Text("Waiting", "En attente"),
    "left_out": Text("Not drawn", "Non tirés"),
    "adequate": Text("Adequate", "Adéquats"),
}
MOST_COLUMNS = 9
NOTE = Text(
    "An exam is counted on the day that its first scan came in, and what became of it on the same day. Not drawn: left"
    " out where only a share is read. Exams that are neither read, waiting nor left out lack details.",
    "Un examen est compté au jour d'arrivée de son premier enregistrement, ce qu'il en est advenu aussi. Non"
    " tirés\u00a0: laissés de côté là où une part seulement est relue. Les examens ni relus, ni en attente, ni laissés"
    " de côté manquent de précisions.",
)


DRAWN = ("exams", "read")
BY_WEEK = Drawn(
    Form.BARS,
    DRAWN,
    Text("Exams received and read, by week", "Examens reçus et examens relus, par semaine"),
    Text("Exams received and exams read, week by week.", "Examens reçus et examens relus, semaine par semaine."),
)
BY_MONTH = Drawn(
    Form.BARS,
    DRAWN,
    Text("Exams received and read, by month", "Examens reçus et examens relus, par mois"),
    Text("Exams received and exams read, month by month.", "Examens reçus et examens relus, mois par mois."),
)


def activity(audience: Audience) -> Section:
    """Return what came in by its stretches of time, project and exam type; from quarters on by both together.

    A month tells its weeks, a quarter its weeks and months, a year its months and quarters. What leaves tells the
    smaller of the two alone: a small number that is hidden in one could be told from the other.
    """
    figures = audience.figures
    known = figures.activity
    blocks: list[Block] = []
    if figures.period.kind is PeriodKind.YEAR:
        months = _months(audience)
        blocks += [chart_of(months, BY_MONTH), months]
        blocks += [] if audience.outside else [_quarters(audience)]
    elif figures.period.kind is not PeriodKind.WEEK:
        weeks = _weeks(audience)
        blocks += [chart_of(weeks, BY_WEEK), weeks]
        blocks += [_months(audience)] if figures.months and not audience.outside else []
    if len(known.projects) > 1:
        blocks.append(_parts(audience, "project"))
    blocks.append(_parts(audience, "exam_type"))
    if figures.period.kind in (PeriodKind.QUARTER, PeriodKind.YEAR) and len(known.projects) > 1:
        blocks.append(_crossed(audience))
    return Section("activity", Text("Activity", "Activité"), tuple(blocks))


def _weeks(audience: Audience) -> Table:
    known = audience.figures.activity
    rows = [(day(week.days.first), *_cells(audience, week.counted, days=week.days)) for week in known.weeks]
    return audience.table(
        "activity_by_week",
        Text("By week", "Par semaine"),
        {"week": Text("Week from", "Semaine du"), **COLUMNS},
        rows,
        _total(audience, known),
        note=Text(
            "Weeks begin on Monday and are cut at the ends of the period, so that they add up to it.",
            "Les semaines commencent le lundi et sont coupées aux bornes de la période, dont elles font le total.",
        ),
    )


def _months(audience: Audience) -> Table:
    rows = [(MONTHS[one.days.first.month - 1], one) for one in audience.figures.months]
    return _stretches(audience, "month", Text("By month", "Par mois"), Text("Month", "Mois"), rows)


def _quarters(audience: Audience) -> Table:
    figures = audience.figures
    rows = [
        (quarter.label, Stretch(quarter, together(one.counted for one in figures.months if one.days.begins in quarter)))
        for quarter in figures.period.parts(PeriodKind.QUARTER)
    ]
    return _stretches(audience, "quarter", Text("By quarter", "Par trimestre"), Text("Quarter", "Trimestre"), rows)


def _stretches(audience: Audience, key: str, title: Text, head: Text, parts: Iterable[tuple[Text, Stretch]]) -> Table:
    rows = [(text(label), *_cells(audience, one.counted, one.days)) for label, one in parts]
    total = _total(audience, audience.figures.activity)
    return audience.table(f"activity_by_{key}", title, {key: head, **COLUMNS}, rows, total)


def _parts(audience: Audience, by: str) -> Table:
    known = audience.figures.activity
    project = by == "project"
    parts = known.projects if project else known.exam_types
    rows = [
        (text(part.label), *_cells(audience, part.counted, None, **{by: "none" if part.key is None else part.key}))
        for part in parts
    ]
    return audience.table(
        f"activity_by_{by}",
        Text("By project", "Par projet") if project else Text("By exam type", "Par type d'examen"),
        {by: Text("Project", "Projet") if project else Text("Exam type", "Type d'examen"), **COLUMNS},
        rows,
        _total(audience, known),
        note=NOTE,
    )


def _total(audience: Audience, known: Activity) -> Row:
    return (text(ALL), *_cells(audience, known.whole))


def _cells(audience: Audience, counted: Counted, days: Days | None = None, **part: object) -> Iterator[Cell]:
    def link(figure: str) -> str:
        return audience.link(figure, days, **part)

    yield count(counted.scans_in, link("scans_in"))
    yield count(counted.rejected + counted.withheld + counted.failed)
    yield count(counted.exams, link("exams"))
    yield count(counted.rated, link("rated"))
    yield count(counted.exams_open)
    yield count(counted.exams_left_out)
    yield share(counted.adequate_share, link("adequate"))


def _crossed(audience: Audience) -> Table:
    """Return how many exams of each type each project made; the smaller side across, at most nine columns of it."""
    figures = audience.figures
    number = {(one.exam_type, one.project): one.counted.exams for one in figures.activity.crossed}
    across = sorted(figures.projects, key=lambda code: -sum(n for (_, project), n in number.items() if project == code))
    shown, rest = across[:MOST_COLUMNS], across[MOST_COLUMNS:]
    columns = {"exam_type": Text("Exam type", "Type d'examen")}
    columns |= {f"project_{code}": figures.projects[code] for code in shown}
    columns |= {"others": Text("Others", "Autres")} if rest else {}
    columns["all"] = ALL
    groups = [[code] for code in shown] + ([rest] if rest else [])
    kinds = [code for code in figures.exam_types if any(number.get((code, project)) for project in across)]
    table = [[sum(number.get((code, project), 0) for project in group) for group in groups] for code in kinds]
    rows = [
        (text(figures.exam_types[code]), *map(count, cells), count(sum(cells)))
        for code, cells in zip(kinds, table, strict=True)
    ]
    sums = [sum(cells) for cells in zip(*table, strict=True)] or [0] * len(groups)
    return audience.table(
        "exams_by_project_and_type",
        Text("Exams by project and type", "Examens par projet et par type"),
        columns,
        rows,
        (text(ALL), *map(count, sums), count(sum(sums))),
        sums={"all": [name for name in columns if name not in ("exam_type", "all")]},
    )


PART = Part(30, EVERY, activity)
