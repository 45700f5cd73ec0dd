"""What does a certificate of competence hold, and how is it said?"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pipeline.text import Text
from supervision.certificate import Signed
from supervision.exam_types import ExamType
from supervision.ladder import RUNG_WORDS, Rung
from supervision.period import MONTHS
from supervision.standards import standards

KIND = "competence"
NBSP = "\N{NO-BREAK SPACE}"
MET, NOT_MET = "✓", "–"
WHO = Text(
    "{organisation} certifies of {trainee}: {exam_type} ({code}, version {version}).",
    f"{{organisation}} certifie pour {{trainee}}{NBSP}: {{exam_type}} ({{code}}, version {{version}}).",
)
WHAT = Text("Level of autonomy: {rung}.", f"Niveau d'autonomie{NBSP}: {{rung}}.")
WHOM = Text("Signed by {signer} on {day}.", "Signé par {signer} le {day}.")
WHENCE = Text(
    "It rests on {exams} exams that experts read ({readers} of them), scanned from {first} to {last}; standard: "
    "{standard}, version {version}.",
    f"Il repose sur {{exams}} examens relus par des experts ({{readers}}), réalisés du {{first}} au {{last}}{NBSP}; "
    f"référentiel{NBSP}: {{standard}}, version {{version}}.",
)
PIECE = Text("{mark} {title}: {found}", f"{{mark}} {{title}}{NBSP}: {{found}}")


def document_of(
    *,
    number: str,
    trainee: str,
    signer: str,
    exam_type: ExamType,
    rung: Rung,
    on: datetime,
    evidence: Mapping[str, Any],
) -> dict[str, Any]:
    """Return what is signed: names, what for, by whom and when, and every piece of evidence without its exams."""
    standard = standards().get(str(evidence.get("standard")))
    named = standard.label.text if standard else Text(str(evidence.get("standard")), str(evidence.get("standard")))
    pieces = [{name: value for name, value in piece.items() if name != "exams"} for piece in evidence["pieces"]]
    return {
        "number": number,
        "trainee": trainee,
        "signed_by": signer,
        "signed_on": on.date().isoformat(),
        "exam_type": {
            "code": exam_type.code,
            "version": exam_type.version,
            "en": exam_type.label.en,
            "fr": exam_type.label.fr,
        },
        "rung": {"code": rung.value, "en": RUNG_WORDS[rung].en, "fr": RUNG_WORDS[rung].fr},
        "standard": {
            "code": evidence.get("standard"),
            "version": evidence.get("version"),
            "en": named.en,
            "fr": named.fr,
        },
        "exams": {name: evidence.get(name) for name in ("exams", "adequate", "successes", "told", "from", "until")},
        "readers": evidence.get("readers"),
        "projects": evidence.get("projects", []),
        "evidence": pieces,
    }


def told(certificate: Signed) -> tuple[Text, ...]:
    """Return who is certified for what, by whom and on which evidence."""
    says, by = certificate.document["says"], certificate.document["organisation"]
    kind, rung, standard, exams = says["exam_type"], says["rung"], says["standard"], says["exams"]
    lines = [
        _both(
            WHO,
            organisation=by["name"],
            trainee=says["trainee"],
            exam_type=kind,
            code=kind["code"],
            version=kind["version"],
        ),
        _both(WHAT, rung=rung),
        _both(WHOM, signer=says["signed_by"], day=_day(says["signed_on"])),
    ]
    if exams["from"]:
        lines.append(
            _both(
                WHENCE,
                exams=exams["exams"],
                readers=says["readers"],
                first=_day(exams["from"]),
                last=_day(exams["until"]),
                standard=standard,
                version=standard["version"],
            )
        )
    return (*lines, *map(_piece, says["evidence"]))


def _piece(piece: Mapping[str, Any]) -> Text:
    return _both(PIECE, mark=MET if piece["met"] else NOT_MET, title=piece["title"], found=piece["found"])


def day_said(day: date) -> Text:
    """Return a day in words: 1 March 2026, 1er mars 2026."""
    month = MONTHS[day.month - 1]
    return Text(f"{day.day} {month.en} {day.year}", f"{'1er' if day.day == 1 else day.day} {month.fr} {day.year}")


def _day(said: str) -> dict[str, str]:
    day = day_said(date.fromisoformat(said))
    return {"en": day.en, "fr": day.fr}


def _both(words: Text, **facts: Any) -> Text:
    """Fill both languages; a fact that is a table has one value in each."""
    english, french = (
        {name: fact[language] if isinstance(fact, Mapping) else fact for name, fact in facts.items()}
        for language in ("en", "fr")
    )
    return Text(words.en.format(**english), words.fr.format(**french))
