"""How good were the exams, in which component do they fail, and what do scanners see?"""

from dataclasses import replace

from pipeline.text import Text
from supervision.figures import NO_ESTIMATE
from supervision.rating import Cause, Component
from supervision.report.composing import FROM_MONTHS, Part
from supervision.report.document import Block, Cell, Chart, Form, Kind, Point, Section, Series, Table
from supervision.report.figures import OVERALL, Counted
from supervision.report.measures import POSITIVES_NEEDED, Answered
from supervision.report.small_cells import is_small
from supervision.report.tabled import ALL, Audience, Drawn, chart_of, count, estimate, mean, share, text
from supervision.report.words import CAUSES, COMPONENTS, called

EVERY_TYPE = ""


def quality(audience: Audience) -> Section | None:
    """Return adequacy, the distribution of ratings, components as a heat map, defects, and what scanners see."""
    if not audience.figures.activity.whole.rated:
        return None
    adequacy, ratings, components = _adequacy(audience), _ratings(audience), _components(audience)
    blocks: list[Block] = [_adequacy_drawn(adequacy), adequacy, _ratings_drawn(ratings), ratings]
    if components.rows:
        blocks += [_heat(components), components]
    if any(code != Cause.NO_DEFECT for code in audience.figures.detailed.read.causes):
        blocks.append(_causes(audience))
    if audience.figures.detailed.read.answered:
        blocks.append(_answers(audience))
    return Section("quality", Text("Quality", "Qualité"), tuple(blocks))


def _adequacy(audience: Audience) -> Table:
    figures = audience.figures
    told = figures.detailed.read.adequate

    def row(label: Text, code: str, counted: Counted) -> tuple[Cell, ...]:
        part: dict[str, object] = {"exam_type": code} if code else {}
        return (
            text(label),
            share(counted.adequate_share, audience.link("adequate", None, **part)),
            estimate(told.get(code, NO_ESTIMATE)),
            share(counted.success_share, audience.link("succeeded", None, **part)),
            mean(counted.mean_score, decimals=0),
        )

    rows = [row(part.label, str(part.key or ""), part.counted) for part in figures.activity.exam_types if part.key]
    return audience.table(
        "adequacy",
        Text("Adequacy by exam type", "Adéquation par type d'examen"),
        {
            "exam_type": Text("Exam type", "Type d'examen"),
            "adequate": Text("Adequate, of those read", "Adéquats, parmi les relus"),
            "adequate_of_all": Text("Adequate, of all", "Adéquats, parmi tous"),
            "succeeded": Text("Adequate and correct", "Adéquats et corrects"),
            "score": Text("Technical score (0–100)", "Score technique (0–100)"),
        },
        rows,
        row(ALL, EVERY_TYPE, figures.activity.whole),
        note=Text(
            "Of all: estimated, each exam read counted as often as it was drawn for others (weights by the inverse of"
            " the probability of being read). The technical score is measured, not judged.",
            "Parmi tous\u00a0: estimation où chaque examen relu compte à l'inverse de sa probabilité d'être relu."
            " Le score technique est mesuré, non jugé.",
        ),
    )


def _adequacy_drawn(table: Table) -> Chart:
    return chart_of(
        table,
        Drawn(
            Form.DOTS,
            ("adequate",),
            Text("Adequate, of the exams read", "Adéquats, parmi les examens relus"),
            Text(
                "The share of adequate exams of each type, with its 95% interval.",
                "La part d'examens adéquats de chaque type, avec son intervalle à 95\u00a0%.",
            ),
        ),
    )


def _ratings(audience: Audience) -> Table:
    figures = audience.figures
    rows = [
        (
            text(part.label),
            *map(count, part.counted.overall),
            count(part.counted.rated),
            mean(part.counted.mean_overall),
        )
        for part in figures.activity.exam_types
        if part.counted.rated
    ]
    whole = figures.activity.whole
    ratings = {f"overall_{rating}": Text(str(rating), str(rating)) for rating in OVERALL}
    return audience.table(
        "ratings",
        Text("Overall ratings, 1 to 5", "Notes globales, de 1 à 5"),
        {
            "exam_type": Text("Exam type", "Type d'examen"),
            **ratings,
            "rated": Text("Exams", "Examens"),
            "mean": Text("Mean", "Moyenne"),
        },
        rows,
        (text(ALL), *map(count, whole.overall), count(whole.rated), mean(whole.mean_overall)),
        sums={"rated": list(ratings)},
        note=Text(
            "3 is enough: recognisable, with technical flaws.",
            "3 suffit\u00a0: reconnaissable, avec des défauts techniques.",
        ),
    )


def _ratings_drawn(table: Table) -> Chart:
    return chart_of(
        table,
        Drawn(
            Form.STACKED,
            tuple(f"overall_{rating}" for rating in OVERALL),
            Text("Exams by overall rating, 1 to 5", "Examens selon la note globale, de 1 à 5"),
            Text("How many exams of each type were rated 1 to 5.", "Nombre d'examens de chaque type notés de 1 à 5."),
        ),
    )


def _components(audience: Audience) -> Table:
    figures = audience.figures
    known = figures.detailed.read.components
    rows = [
        (text(label), *(_graded(audience, code, part) for part in Component))
        for code, label in figures.exam_types.items()
        if code in known
    ]
    return audience.table(
        "components",
        Text("Components of the views, mean of 0 to 2", "Composantes des vues, moyenne de 0 à 2"),
        {"exam_type": Text("Exam type", "Type d'examen"), **{part.value: COMPONENTS[part] for part in Component}},
        rows,
        patients=(),
        note=Text(
            "0 absent or unusable, 1 flawed but still answerable, 2 correct. The lowest number says what to train.",
            "0 absente ou inutilisable, 1 imparfaite mais exploitable, 2 correcte. La plus basse dit quoi travailler.",
        ),
    )


def _graded(audience: Audience, code: str, part: Component) -> Cell:
    """Return a mean without the number of views behind it, which is about the same for all components."""
    known = audience.figures.detailed.read.components[code].get(part)
    if known is None:
        return Cell(None, Kind.NUMBER)
    told = mean(known.mean, decimals=2)
    return Cell.suppressed(told.kind) if audience.outside and is_small(told) else replace(told, of=None)


def _heat(table: Table) -> Chart:
    """Draw components across, exam types down."""
    series = tuple(
        Series(
            row[0].value if isinstance(row[0].value, Text) else Text("", ""),
            tuple(
                Point(column.title, float(cell.value) if isinstance(cell.value, int | float) else None)
                for column, cell in zip(table.columns[1:], row[1:], strict=True)
            ),
        )
        for row in table.rows
    )
    alternative = Text(
        "The mean of each component in each exam type; the table below tells the same.",
        "La moyenne de chaque composante par type d'examen\u00a0; le tableau ci-dessous dit la même chose.",
    )
    title = Text("Components at a glance: pale is weak", "Composantes d'un coup d'œil\u00a0: pâle veut dire faible")
    return Chart("components_chart", title, alternative, Form.HEAT, series, Kind.NUMBER, ends=(1, 2), decimals=2)


def _causes(audience: Audience) -> Table:
    causes = audience.figures.detailed.read.causes
    rows = [(text(called(code, CAUSES)), count(number)) for code, number in causes.items() if code != Cause.NO_DEFECT]
    return audience.table(
        "causes",
        Text("Main cause of the worst defect", "Cause principale du plus grave défaut"),
        {"cause": Text("Cause", "Cause"), "exams": Text("Exams", "Examens")},
        rows,
    )


def _answers(audience: Audience) -> Table:
    figures = audience.figures

    def row(one: Answered) -> tuple[Cell, ...]:
        label = figures.questions.get((one.exam_type, one.question)) or Text(one.question, one.question)
        return (
            text(figures.exam_types.get(one.exam_type, one.exam_type)),
            text(label),
            share(one.sensitivity, few=POSITIVES_NEEDED),
            share(one.specificity, few=POSITIVES_NEEDED),
            count(one.tp + one.fn),
            count(one.undecided),
            count(one.other_reference),
        )

    return audience.table(
        "accuracy",
        Text("What scanners see, held against experts", "Ce que voient les opérateurs, comparé aux experts"),
        {
            "exam_type": Text("Exam type", "Type d'examen"),
            "question": Text("Question", "Question"),
            "sensitivity": Text("Sensitivity", "Sensibilité"),
            "specificity": Text("Specificity", "Spécificité"),
            "positives": Text("Findings", "Cas positifs"),
            "undecided": Text("Not decided", "Indéterminés"),
            "other_reference": Text("Other reference", "Autre référence"),
        },
        [row(one) for one in figures.detailed.read.answered],
        patients=("sensitivity", "specificity", "positives", "undecided", "other_reference"),
        note=Text(
            f"95% Wilson intervals; grey below {POSITIVES_NEEDED} cases. The reference is the expert's reading unless"
            " another was named (laboratory, procedure, follow-up, other imaging).",
            f"Intervalles de Wilson à 95\u00a0%\u00a0; en gris sous {POSITIVES_NEEDED} cas. La référence est la lecture"
            " de l'expert, sauf autre référence nommée (laboratoire, geste, suivi, autre imagerie).",
        ),
    )


PART = Part(60, FROM_MONTHS, quality)
