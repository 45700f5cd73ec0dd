"""What do the generated pages of the reference say? `.venv/bin/python docs/reference/generate.py` writes them anew."""

import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.reasons import REASONS
from pipeline.rule import Rule
from pipeline.text import Text
from qa_rules import rules_in
from storage.catalogue import setup
from storage.settings import PREFIX, Settings
from supervision.action_words import ACTIONS
from supervision.exam_types import ExamType, exam_types
from supervision.exam_types.sources import known_sources
from supervision.probe_questions import PROBE_QUESTIONS, ProbeQuestion
from supervision.roles import ALLOWED, Reach, Role

HERE = Path(__file__).resolve().parent
COMMAND = ".venv/bin/python docs/reference/generate.py"
MADE = f"<!-- Made by {COMMAND}; change the code, not this page. -->"

ROLES: Mapping[Role, Text] = {
    Role.TRAINEE: Text("trainee", "apprenant"),
    Role.REVIEWER: Text("reviewer", "relecteur"),
    Role.ARBITER: Text("arbiter", "arbitre"),
    Role.FACILITATOR: Text("facilitator", "facilitateur"),
    Role.SUPERVISOR: Text("supervisor", "superviseur"),
    Role.BIOMED: Text("biomedical engineer", "ingénieur biomédical"),
    Role.DATA_OFFICER: Text("data officer", "responsable des données"),
    Role.AUDITOR: Text("auditor", "auditeur"),
    Role.PARTNER_OWNER: Text("partner owner", "partenaire propriétaire"),
    Role.ADMINISTRATOR: Text("administrator", "administrateur"),
}
REACHES: Mapping[Reach, Text] = {
    Reach.OWN: Text("own", "les siens"),
    Reach.OTHERS: Text("others'", "ceux des autres"),
    Reach.ALL: Text("all", "tous"),
}
SIDES = {"": "", "left": "left · gauche", "right": "right · droite"}
SETTINGS: Mapping[str, Text] = {
    name: Text(said["en"], said["fr"])
    for name, said in tomllib.loads((HERE / "settings.toml").read_text("utf-8")).items()
}


def pages() -> dict[str, str]:
    """Return every generated page by its file name."""
    return {
        "reasons.md": _reasons(),
        "rules.md": _rules(rules_in()),
        "exam-types.md": _exam_types(exam_types().values()),
        "roles.md": _roles(),
        "settings.md": _settings(),
        "api.md": _api(),
    }


def _api() -> str:
    with TemporaryDirectory() as home:
        if "DJANGO_SETTINGS_MODULE" not in os.environ:  # nothing of an installation is read for this, nothing made
            os.environ |= {"DJANGO_SETTINGS_MODULE": "web.settings", f"{PREFIX}HOME": home}
        setup.prepare()
        from web.api import reference

        parts = ((f"## {part.capitalize()}", _table(reference.HEAD, rows)) for part, rows in reference.tables().items())
        said = (words for rule in reference.RULES for words in (rule.en, rule.fr))
        return _page(reference.TITLE, reference.LEAD, *said, *(each for part in parts for each in part))


def _page(title: Text, lead: Text, *parts: str) -> str:
    return "\n\n".join((f"# {title.en} · {title.fr}", MADE, lead.en, lead.fr, *parts)) + "\n"


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    lines = [list(head), *([str(cell) for cell in row] for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _reasons() -> str:
    return _page(
        Text("Reasons", "Raisons"),
        Text(
            "Every refusal, every scan held back and every error has a code and a sentence in both languages. Words in "
            "braces are filled in: counts and names of settings or services, never a value from a scan's header.",
            "Chaque refus, chaque examen retenu et chaque erreur a un code et une phrase dans les deux langues. Les "
            "mots entre accolades sont remplis : des nombres et des noms de réglages ou de services, jamais une valeur "
            "de l'en-tête d'un examen.",
        ),
        "Who must act · Qui doit agir : [architecture.md](../explanation/architecture.md#when-something-goes-wrong)",
        _table(("code", "English", "Français"), ((f"`{code}`", text.en, text.fr) for code, text in REASONS.items())),
    )


def _rules(rules: Iterable[Rule]) -> str:
    rules = sorted(rules, key=lambda rule: rule.name)
    limits = _table(
        (
            "rule · règle",
            "version",
            "unit · unité",
            "good up to · bon jusqu'à",
            "poor from · mauvais dès",
            "weight",
            "cap",
        ),
        (
            (
                f"`{rule.name}`",
                rule.version,
                rule.unit,
                f"{rule.limits.good:g}",
                f"{rule.limits.poor:g}",
                f"{rule.weight:g}",
                "–" if rule.cap is None else f"{rule.cap:g}",
            )
            for rule in rules
        ),
    )
    words = "\n\n".join(
        f"### {rule.name}\n\n"
        f"- **{rule.title.en}.** {rule.advice.en}\n"
        f"- **{rule.title.fr}.** {rule.advice.fr}" + _by_side(rule) + _explains(rule)
        for rule in rules
    )
    return _page(
        Text("Quality rules", "Règles de qualité"),
        Text(
            "A value between the two limits is weak. Where the poor limit is below the good one, low values are bad. "
            "The weight is what a full fault takes from the score (1 = all), the cap the highest score that a scan "
            "with this poor finding can have. "
            "How the limits were set: [quality-rules.md](../explanation/quality-rules.md).",
            "Une valeur entre les deux limites est faible. Quand la limite « mauvais » est sous la limite « bon », les "
            "valeurs basses sont mauvaises. Le poids est ce qu'un défaut entier retire au score (1 = tout), le plafond "
            "le score le plus haut possible avec ce mauvais constat.",
        ),
        limits,
        "## Titles and advice · Titres et conseils",
        words,
        "## Asked of many clips of one probe · Demandé à plusieurs clips d'une sonde",
        *_of_probes(PROBE_QUESTIONS),
    )


def _of_probes(questions: Iterable[ProbeQuestion]) -> Iterable[str]:
    yield (
        "Never a remark on a scan: the last clips of one probe are held against its first, and what changed opens a "
        "ticket for the biomedical engineer (`supervision/device_health.py`). With fewer clips nothing is said."
    )
    yield (
        "Jamais une remarque sur un examen : les derniers clips d'une sonde sont comparés aux premiers, et ce qui a "
        "changé ouvre un ticket pour l'ingénieur biomédical. Avec moins de clips, rien n'est dit."
    ).replace(" :", "\N{NO-BREAK SPACE}:")
    yield _table(
        ("question", "clips, first and last · premiers et derniers", "unit · unité", "told from · signalé dès"),
        ((f"`{one.name}`", f"≥ {one.fewest}", one.unit, f"{one.least:g}") for one in questions),
    )
    for one in questions:
        yield (
            f"### {one.name}\n\n- **{one.title.en}.** {one.advice.en} Why many clips: {one.why.en}.\n"
            f"- **{one.title.fr}.** {one.advice.fr} Pourquoi plusieurs clips\N{NO-BREAK SPACE}: {one.why.fr}."
        )


def _by_side(rule: Rule) -> str:
    return "".join(f"\n- {side.value}: {text.en} · {text.fr}" for side, text in rule.advice_by_side.items())


def _explains(rule: Rule) -> str:
    if not rule.explains:
        return ""
    names = ", ".join(f"`{name}*`" if name.endswith(".") else f"`{name}`" for name in rule.explains)
    return f"\n- When poor it explains · Mauvaise, elle explique : {names}"


def _exam_types(known: Iterable[ExamType]) -> str:
    known = list(known)
    return _page(
        Text("Exam types", "Types d'examen"),
        Text(
            "What comes with the software, one file per type in `supervision/exam_types/`; an organisation changes it "
            "for itself under *Exam types* in the browser. The code is the name of the folder in the inbox; capital "
            "and small letters are the same.",
            "Ce qui est livré avec le logiciel, un fichier par type dans `supervision/exam_types/` ; une organisation "
            "le modifie pour elle-même sous *Types d'examen* dans le navigateur. Le code est le nom du dossier dans la "
            "boîte ; majuscules et minuscules sont équivalentes.",
        ),
        "All of it is to be signed off by a clinician. A critical question (!) that is answered wrongly makes the exam "
        "incorrect; a red flag (!!) is answered within 24 h. What a type asks of a clip (good up to, poor from, weight "
        "where it differs) takes the place of the limits in [rules.md](rules.md).",
        "L'ensemble reste à valider par un clinicien. Une question critique (!) mal répondue rend l'examen incorrect ; "
        "un signe d'alerte (!!) reçoit une réponse sous 24 h. Ce qu'un type demande à un clip (bon jusqu'à, mauvais "
        "dès, poids s'il diffère) remplace les limites de [rules.md](rules.md).",
        _table(
            ("code", "English", "Français", "supervised scans · examens supervisés", "asks · demande", "note"),
            (
                (
                    f"[`{one.code}`](#{one.code.lower()})",
                    one.label.en,
                    one.label.fr,
                    "site" if one.supervised_scans is None else one.supervised_scans,
                    _asked(one),
                    _note(one),
                )
                for one in known
            ),
        ),
        *(part for one in known for part in _exam_type(one)),
        "## Sources",
        _table(
            ("code", "English", "Français"),
            ((f"`{code}`", text.en, text.fr) for code, text in known_sources().items()),
        ),
    )


def _exam_type(one: ExamType) -> Iterable[str]:
    yield f"## {one.code}"
    yield f"{one.label.en}. {one.population.en}. · {one.label.fr}. {one.population.fr}."
    yield _table(
        ("view · vue", "English", "Français", "side · côté", "at least · au moins"),
        (
            (
                f"`{v.code}`",
                v.label.en,
                v.label.fr,
                SIDES[v.side],
                "still · image fixe" if v.still else f"{v.seconds:g} s",
            )
            for v in one.views
        ),
    )
    yield _table(
        ("question", "English", "Français", ""),
        (
            (f"`{q.code}`", q.label.en, q.label.fr, "!!" if q.red_flag else "!" if q.critical else "")
            for q in one.questions
        ),
    )
    yield "Sources: " + " · ".join(f"{number} `{source}`" for number, source in one.sources.items())


def _asked(one: ExamType) -> str:
    units = {rule.name: rule.unit for rule in rules_in()}
    return "; ".join(
        f"`{name}` {limits.good:g} → {limits.poor:g} {units[name]}"
        + (f", weight · poids {one.weights[name]:g}" if name in one.weights else "")
        for name, limits in one.limits.items()
    )


def _note(one: ExamType) -> str:
    notes = [] if one.clinical else ["never counted as clinical · jamais compté comme clinique"]
    return "; ".join(notes + (["every scan is read by an expert · tout examen est relu"] if one.expert_read else []))


def _roles() -> str:
    return _page(
        Text("Roles", "Rôles"),
        Text(
            "A role holds in one project or in all projects of an organisation; there it reaches the scans that the "
            "person made (own), those that others made, or all. What is not written is denied. An administrator sees "
            "no scan. Made from `ALLOWED` of `supervision/roles.py`, which pages, API and tokens ask.",
            "Un rôle vaut pour un projet ou pour tous les projets d'une organisation ; il y porte sur les examens que "
            "la personne a faits (les siens), sur ceux des autres ou sur tous. Ce qui n'est pas écrit est refusé. Un "
            "administrateur ne voit aucun examen.",
        ),
        _table(("role · rôle", "name in the data"), ((_said(ROLES[role]), f"`{role.value}`") for role in Role)),
        "## What each may do · Ce que chacun peut faire",
        _table(
            ("action", "name in the data", *(_said(ROLES[role]) for role in Role)),
            (
                (_said(ACTIONS[action]), f"`{action.value}`", *(_reach(granted.get(role)) for role in Role))
                for action, granted in ALLOWED.items()
            ),
        ),
    )


def _reach(reach: Reach | None) -> str:
    return "" if reach is None else _said(REACHES[reach])


def _said(text: Text) -> str:
    return f"{text.en} · {text.fr}"


def _settings() -> str:
    return _page(
        Text("Settings", "Réglages"),
        Text(
            "Read once from the environment. An unknown name that begins with SONORELAY_ stops the start and names the "
            "nearest known one. Relative paths count from the working directory.",
            "Lus une fois dans l'environnement. Un nom inconnu qui commence par SONORELAY_ empêche le démarrage et "
            "indique le plus proche connu. Les chemins relatifs partent du dossier courant.",
        ),
        _table(
            ("setting · réglage", "default · défaut", "English", "Français"),
            (
                (f"`{PREFIX}{name.upper()}`", _default(name), SETTINGS[name].en, SETTINGS[name].fr)
                for name in Settings.model_fields
            ),
        ),
        "Two more are read by the demonstration and the tests: `SONORELAY_DATA`, a folder of further real scans, and "
        "`SONORELAY_REQUIRE_SERVICES=1`, which turns skipped tests into failures. `SONORELAY_DEBUG=1` also lets the "
        "command line print a traceback.",
        "Deux autres servent à la démonstration et aux tests : `SONORELAY_DATA`, un dossier d'autres examens réels, et "
        "`SONORELAY_REQUIRE_SERVICES=1`, qui change un test sauté en échec. `SONORELAY_DEBUG=1` laisse aussi la "
        "ligne de commande imprimer une trace.",
    )


def _default(name: str) -> str:
    value = Settings.model_fields[name].default
    text = value.get_secret_value() if hasattr(value, "get_secret_value") else value
    named = {True: "true", False: "false", None: "–", "": "–"}
    return "`programme.toml` in home" if name == "programme" else str(named.get(text, f"`{text}`"))


if __name__ == "__main__":
    for file_name, text in pages().items():
        (HERE / file_name).write_text(text, encoding="utf-8")
