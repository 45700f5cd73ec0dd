"""How do answers look to a person at the prompt?"""

from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipeline.errors import Rejected
from pipeline.finding import Finding, Verdict
from pipeline.inspection import Inspection
from pipeline.text import Text
from qa_rules import rules_in

SHAPES = {
    "curvilinear": Text("curvilinear", "convexe"),
    "phased": Text("phased", "phased array"),
    "linear": Text("linear", "linéaire"),
    "unknown": Text("unknown", "inconnu"),
}
VERDICTS = {
    Verdict.GOOD: Text("good", "bon"),
    Verdict.WEAK: Text("weak", "faible"),
    Verdict.POOR: Text("poor", "mauvais"),
    Verdict.NOT_MEASURABLE: Text("not measurable", "non mesurable"),
    Verdict.NOT_APPLICABLE: Text("not applicable", "sans objet"),
}
SIDES = {"left": Text("left", "gauche"), "right": Text("right", "droite"), "both": Text("both sides", "des deux côtés")}
INSPECT_COLUMNS = (
    Text("File", "Fichier"),
    Text("Frames", "Images"),
    Text("Sector", "Secteur"),
    Text("Score", "Score"),
    Text("What to know", "À savoir"),
)
DEIDENTIFY_COLUMNS = (Text("File", "Fichier"), Text("Outcome", "Résultat"), Text("What to know", "À savoir"))
NOTHING_WRONG = Text("nothing found", "rien à signaler")


def print_inspections(answers: Iterable[tuple[Path, Inspection | Rejected]], language: str) -> None:
    """Print a row per file: frames, sector, score, and the titles of what was found."""
    titles = {rule.name: rule.title for rule in rules_in()}
    table = _table(INSPECT_COLUMNS, language)
    for path, answer in answers:
        if isinstance(answer, Rejected):
            table.add_row(path.name, "-", "-", "-", answer.text.say(language))
            continue
        score = "-" if answer.quality.score is None else f"{answer.quality.score:.0f}"
        faults = [f for f in answer.findings if f.verdict in {Verdict.WEAK, Verdict.POOR}]
        known = "; ".join(_fault(titles[f.rule], f, language) for f in faults) or NOTHING_WRONG.say(language)
        table.add_row(path.name, str(answer.frames), SHAPES[answer.sector.shape].say(language), score, known)
    Console().print(table)


def _fault(title: Text, finding: Finding, language: str) -> str:
    side = f", {SIDES[finding.side].say(language)}" if finding.side else ""
    return f"{title.say(language)} ({VERDICTS[finding.verdict].say(language)}{side})"


def print_deidentified(rows: Iterable[tuple[Path, str, str]], language: str) -> None:
    """Print a row per file: released, withheld or rejected, and why."""
    table = _table(DEIDENTIFY_COLUMNS, language)
    for path, outcome, known in rows:
        table.add_row(path.name, outcome, known)
    Console().print(table)


def _table(columns: tuple[Text, ...], language: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column.say(language), overflow="fold")
    return table
