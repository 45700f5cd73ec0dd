"""What does a certificate of competence hold, and how is it said?"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pipeline.text import Text
from supervision.certificate import Signed
from supervision.certificates.sheet import NBSP, Sheet, Table, alike, day_said, in_both
from supervision.exam_types import ExamType
from supervision.ladder import RUNG_WORDS, Rung
from supervision.standards import standards

KIND = "competence"
MET, NOT_MET = "✓", "–"
WHO = Text(
    "{organisation} certifies of {trainee}: {exam_type} ({code}, version {version}).",
    f"{{organisation}} certifie pour {{trainee}}{NBSP}: {{exam_type}} ({{code}}, version {{version}}).",
)
WHAT = Text("Level of autonomy: {rung}", f"Niveau d'autonomie{NBSP}: {{rung}}")
WHOM = Text("Signed by {signer} on {day}.", "Signé par {signer} le {day}.")
WHENCE = Text(
    "It rests on {exams} exams that experts read ({readers} of them), scanned from {first} to {last}; standard: "
    "{standard}, version {version}.",
    f"Il repose sur {{exams}} examens relus par des experts ({{readers}}), réalisés du {{first}} au {{last}}{NBSP}; "
    f"référentiel{NBSP}: {{standard}}, version {{version}}.",
)
TITLE = Text("Certificate of competence", "Certificat de compétence")
LEAD = Text("{organisation} certifies of", "{organisation} certifie pour")
TYPE = Text("{exam_type} ({code})", "{exam_type} ({code})")
SIGNER = Text("Signed by", "Signé par")
SIGNER_ON = Text("{signer}, on {day}", "{signer}, le {day}")
EXAMS = Text("Exams", "Examens")
EXAMS_READ = Text(
    "{exams} that experts read ({readers} of them), scanned from {first} to {last}",
    "{exams} relus par des experts ({readers}), réalisés du {first} au {last}",
)
SUCCESSES = Text(
    "{adequate} adequate; {successes} of {told} adequate and answered rightly",
    f"{{adequate}} adéquats{NBSP}; {{successes}} sur {{told}} adéquats et bien interprétés",
)
OUTCOME = Text("Outcome", "Résultat")
STANDARD = Text("Standard", "Référentiel")
VERSIONED = Text("{standard}, version {version}", "{standard}, version {version}")
PROJECTS = Text("Projects", "Projets")
NUMBER = Text("Number", "Numéro")
EVIDENCE = Text("Evidence", "Preuves")
COLUMNS = (Text("Met", "Rempli"), Text("What is asked", "Ce qui est demandé"), Text("What is there", "Ce qu'il y a"))
YES, NO = Text("yes", "oui"), Text("no", "non")
WITHDRAWN = Text("Withdrawn on {day}: {why}", f"Retiré le {{day}}{NBSP}: {{why}}")
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
        WHO.format(
            organisation=by["name"],
            trainee=says["trainee"],
            exam_type=in_both(kind),
            code=kind["code"],
            version=kind["version"],
        ),
        WHAT.format(rung=in_both(rung)),
        WHOM.format(signer=says["signed_by"], day=_day(says["signed_on"])),
    ]
    if exams["from"]:
        lines.append(
            WHENCE.format(
                exams=exams["exams"],
                readers=says["readers"],
                first=_day(exams["from"]),
                last=_day(exams["until"]),
                standard=in_both(standard),
                version=standard["version"],
            )
        )
    return (*lines, *map(_piece, says["evidence"]))


def _piece(piece: Mapping[str, Any]) -> Text:
    mark = MET if piece["met"] else NOT_MET
    return PIECE.format(mark=mark, title=in_both(piece["title"]), found=in_both(piece["found"]))


def _day(said: str) -> Text:
    return day_said(date.fromisoformat(said))


def sheet(certificate: Signed) -> Sheet:
    """Return the page: name, exam type and level large, then the facts, then every piece of evidence."""
    says, by = certificate.document["says"], certificate.document["organisation"]
    kind = says["exam_type"]
    return Sheet(
        title=TITLE,
        lead=LEAD.format(organisation=str(by["name"])),
        name=str(says["trainee"]),
        about=(TYPE.format(exam_type=in_both(kind), code=kind["code"]), WHAT.format(rung=in_both(says["rung"]))),
        facts=_facts(says),
        tables=(Table(EVIDENCE, COLUMNS, tuple(map(_row, says["evidence"]))),) if says["evidence"] else (),
    )


def withdrawn(day: date, why: str) -> Text:
    """Return what has to be said of a certificate that was withdrawn."""
    return WITHDRAWN.format(day=day_said(day), why=why)


def _facts(says: Mapping[str, Any]) -> tuple[tuple[Text, Text], ...]:
    exams, standard = says["exams"], says["standard"]
    found = [(SIGNER, SIGNER_ON.format(signer=says["signed_by"], day=_day(says["signed_on"])))]
    if exams["from"]:
        first, last = _day(exams["from"]), _day(exams["until"])
        found += [
            (EXAMS, EXAMS_READ.format(exams=exams["exams"], readers=says["readers"], first=first, last=last)),
            (OUTCOME, SUCCESSES.format(**{name: exams[name] for name in ("adequate", "successes", "told")})),
        ]
    found.append((STANDARD, VERSIONED.format(standard=in_both(standard), version=standard["version"])))
    if says["projects"]:
        found.append((PROJECTS, alike(", ".join(says["projects"]))))
    return (*found, (NUMBER, alike(says["number"])))


def _row(piece: Mapping[str, Any]) -> tuple[Text, ...]:
    return YES if piece["met"] else NO, in_both(piece["title"]), in_both(piece["found"])
