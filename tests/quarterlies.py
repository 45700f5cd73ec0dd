"""A quarterly report as a test needs it: every kind of block and cell, with accents, long rows and small numbers."""

from datetime import UTC, date, datetime, timedelta

from pipeline.text import Text
from supervision.figures import Mean, Share
from supervision.report.document import (
    Cell,
    Chart,
    Column,
    Comment,
    Document,
    Doubt,
    Form,
    Kind,
    Number,
    Numbers,
    Paragraph,
    Point,
    Prose,
    Section,
    Series,
    Table,
)

EXAMS = (
    Text("FAST trauma", "FAST épanchements trauma"),
    Text("Adult lung", "Poumon adulte"),
    Text("Paediatric lung", "Poumon enfant"),
    Text("Obstetric 2nd/3rd trimester", "Obstétrique 2e-3e trimestre"),
    Text("Focused cardiac", "Cœur ciblé"),
    Text("Bladder", "Vessie"),
)
PLACES = ("Goma", "Bangui", "Port-au-Prince")
WEEKS = tuple(date(2026, 7, 1) + timedelta(7 * week) for week in range(13))
WROTE = Comment(
    Text(
        "Scanning slowed in August: one probe was under repair & two clinicians left.\nIt recovered by September.",
        "L'activité a ralenti en août : une sonde en réparation & deux cliniciens mutés.\nElle a repris en septembre.",
    ),
    "Amina Diallo",
    datetime(2026, 10, 4, 9, tzinfo=UTC),
)


def scans_of(exam: int, place: int) -> int:
    """Return how many scans of an exam type a project sent."""
    return 5200 // (exam + 1) + 117 * place


def quarterly(rows: int = 40) -> Document:
    """Return the report; `rows` is the length of its longest table."""
    return Document(
        kind="quarterly",
        scope="msf",
        scope_name=Text("Ultrasound programme", "Programme d'échographie"),
        period="2026-Q3",
        period_name=Text("3rd quarter 2026", "3e trimestre 2026"),
        first=date(2026, 7, 1),
        last=date(2026, 9, 30),
        cut_off=datetime(2026, 10, 3, 4, 30, tzinfo=UTC),
        title=Text("Quarterly report", "Rapport trimestriel"),
        sections=(_summary(), _activity(), _quality(), _trainees(rows), _equipment(), _methods()),
        versions=(("sonorelay", "0.1.0"), ("qa_rules", "3"), ("FAST", "2")),
        outside=True,
    )


def _summary() -> Section:
    received, adequate = Share(17_000, 18_250), Share(3_811, 4_900)
    numbers = (
        Number(Text("Scans received", "Examens reçus"), Cell.number_of(18_250, "/scans/"), Cell.number_of(15_920)),
        Number(Text("Of these, of use", "Dont exploitables"), Cell.share(received)),
        Number(Text("Adequate", "Adéquats"), Cell.share(adequate), Cell.share(Share(70, 100))),
        Number(Text("Median time to feedback", "Délai médian de retour"), Cell(61.5, Kind.HOURS, of=4_900)),
        Number(Text("Signed off", "Autonomes"), Cell.suppressed()),
    )
    return Section(
        "summary",
        Text("Summary", "Synthèse"),
        (
            Numbers("key_figures", Text("Key figures", "Chiffres clés"), numbers),
            Paragraph(
                Text(
                    "Quality rose in all projects; turnaround is still above its clock in Bangui.",
                    "La qualité progresse dans tous les projets ; le délai dépasse encore l'objectif à Bangui.",
                )
            ),
            Paragraph(Text("Have the probe in Goma repaired.", "Faire réparer la sonde de Goma."), Prose.POINT),
            Paragraph(Text("Train a second reviewer.", "Former un second relecteur."), Prose.POINT),
        ),
        comment=WROTE,
    )


def _activity() -> Section:
    columns = (
        Column("exam", Text("Exam type", "Type d'examen")),
        *(Column(place.lower(), Text(place, place)) for place in PLACES),
        Column("all", Text("All", "Total")),
    )
    rows = tuple(
        (
            Cell.text(name),
            *(Cell.number_of(scans_of(exam, place), f"/scans/?project={place}") for place in range(len(PLACES))),
            Cell.number_of(sum(scans_of(exam, place) for place in range(len(PLACES)))),
        )
        for exam, name in enumerate(EXAMS)
    )
    sums = [sum(int(str(row[place].value)) for row in rows) for place in range(1, len(columns))]
    weeks = tuple(Point(week, 900 + 60 * number) for number, week in enumerate(WEEKS))
    refused = tuple(Point(week, 40 + number) for number, week in enumerate(WEEKS))
    return Section(
        "activity",
        Text("Activity", "Activité"),
        (
            Table(
                "activity",
                Text("Scans by project and exam type", "Examens par projet et par type"),
                columns,
                rows,
                (Cell.text(Text("All", "Total")), *(Cell.number_of(one) for one in sums)),
                Text("Scans received, whatever became of them.", "Examens reçus, quelle qu'en soit la suite."),
            ),
            Chart(
                "weekly_scans",
                Text("Scans by week", "Examens par semaine"),
                Text(
                    "Scans received rise from 900 to 1,620 a week.",
                    "Les examens reçus passent de 900 à 1 620 par semaine.",
                ),
                Form.BARS,
                (Series(Text("received", "reçus"), weeks), Series(Text("refused", "refusés"), refused)),
            ),
        ),
    )


def _quality() -> Section:
    shares = [Share(31 + 97 * exam, 41 + 120 * exam) for exam in range(len(EXAMS))]
    columns = (
        Column("exam", Text("Exam type", "Type d'examen")),
        Column("adequate", Text("Adequate", "Adéquats")),
        Column("sensitivity", Text("Sensitivity", "Sensibilité")),
        Column("positives", Text("Positives", "Positifs")),
        Column("rating", Text("Mean rating", "Note moyenne")),
        Column("turnaround", Text("Median time", "Délai médian")),
    )
    rows = tuple(
        (
            Cell.text(name),
            Cell.share(share),
            Cell.share(Share(11 + exam, 14 + 2 * exam), few=20),
            Cell.number_of(14 + 2 * exam) if exam else Cell.suppressed(),
            Cell.mean(Mean(3.1 + 0.15 * exam, share.total)) if exam < 5 else Cell(None, Kind.NUMBER, of=0),
            Cell(20.5 + 19 * exam, Kind.HOURS, of=share.total, low=18.0 + 19 * exam, high=22.0 + 19 * exam),
        )
        for exam, (name, share) in enumerate(zip(EXAMS, shares, strict=True))
    )
    dots = tuple(Point(name, share.value, *share.interval) for name, share in zip(EXAMS, shares, strict=True))
    parts = ("Landmarks", "Repères"), ("Axis", "Axe"), ("Depth", "Profondeur"), ("Gain", "Gain"), ("Contact", "Contact")
    heat = tuple(
        Series(name, tuple(Point(Text(*part), 0.95 - 0.09 * exam - 0.04 * number) for number, part in enumerate(parts)))
        for exam, name in enumerate(EXAMS)
    )
    return Section(
        "quality",
        Text("Quality", "Qualité"),
        (
            Table("quality", Text("Quality by exam type", "Qualité par type d'examen"), columns, rows),
            Chart(
                "adequacy",
                Text("Adequate scans, with 95 % intervals", "Examens adéquats, intervalles à 95 %"),
                Text("From 76 % to 81 %.", "De 76 % à 81 %."),
                Form.DOTS,
                (Series(Text("adequate", "adéquats"), dots),),
                Kind.SHARE,
                target=0.8,
                note=Text("Dashed: the programme's own target.", "Tirets : la cible du programme."),
            ),
            Chart(
                "components",
                Text("Components without a flaw", "Composantes sans défaut"),
                Text("The axis is weakest in bladder exams.", "L'axe est le plus faible pour la vessie."),
                Form.HEAT,
                heat,
                Kind.SHARE,
            ),
        ),
    )


def _trainees(rows: int) -> Section:
    columns = (
        Column("trainee", Text("Trainee", "Apprenant")),
        Column("scans", Text("Scans", "Examens")),
        Column("last", Text("Last scan", "Dernier examen")),
        Column("probability", Text("P(success ≥ target)", "P(réussite ≥ cible)")),
    )
    table = tuple(
        (
            Cell.text(f"Trainee {number:02}"),
            Cell.number_of(12 + number),
            Cell(date(2026, 9, 1 + number % 28), Kind.DATE),
            Cell(min(0.99, 0.4 + number / 80), Kind.SHARE, of=12 + number)
            if number % 7
            else Cell(None, Kind.SHARE, doubt=Doubt.PENDING),
        )
        for number in range(rows)
    )
    lines = tuple(
        Point(week, None if n == 5 else 0.6 + 0.02 * n, 0.5 + 0.02 * n, 0.68 + 0.02 * n) for n, week in enumerate(WEEKS)
    )
    return Section(
        "training",
        Text("Training pipeline", "Parcours de formation"),
        (
            Table("trainees", Text("Trainees", "Apprenants"), columns, table),
            Chart(
                "success",
                Text("Success over the quarter", "Réussite au cours du trimestre"),
                Text("Success rises from 60 % to 84 %.", "La réussite passe de 60 % à 84 %."),
                Form.LINES,
                (Series(Text("success", "réussite"), lines),),
                Kind.SHARE,
                marks=((date(2026, 8, 20), Text("training visit", "visite de formation")),),
                target=0.8,
            ),
        ),
        follows=True,
    )


def _equipment() -> Section:
    columns = (Column("device", Text("Device", "Appareil")), Column("ticket", Text("Ticket", "Ticket")))
    return Section(
        "equipment", Text("Equipment", "Équipement"), (Table("tickets", Text("Tickets", "Tickets"), columns, ()),)
    )


def _methods() -> Section:
    words = Paragraph(
        Text("Intervals are Wilson's, at 95 %.", "Les intervalles sont ceux de Wilson, à 95 %."), Prose.BODY
    )
    return Section("methods", Text("Methods and definitions", "Méthodes et définitions"), (words,), small_print=True)
