"""What became of a file that was received, and what has whoever sent it to do now?

One table for page, list, programs and the receipt beside an inbox. What a code of a refusal says stands in
pipeline.reasons; here is what it means for the sender.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from pipeline.reasons import REASONS
from pipeline.text import Text
from supervision.sources import Way


class Answer(StrEnum):
    """What became of one arrival; it has exactly one of these at any time."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    WAITING_FOR = "waiting_for"
    REFUSED = "refused"
    WITHHELD = "withheld"
    FAILED = "failed"
    READING = "reading"


@dataclass(frozen=True)
class Answered:
    """The answer to one arrival, and since when it is that.

    scan: the name of the scan, of a duplicate the name of the one that came before. code: of pipeline.reasons where it
    was refused, withheld or failed; of WAITS where something is missing. before: what became of the one that a
    duplicate repeats, where that may be told.
    """

    answer: Answer
    scan: str
    since: datetime
    code: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    before: "Answered | None" = None


WORDS: Mapping[Answer, Text] = {
    Answer.ACCEPTED: Text("accepted", "accepté"),
    Answer.DUPLICATE: Text("received before", "déjà reçu"),
    Answer.WAITING_FOR: Text("details missing", "détails manquants"),
    Answer.REFUSED: Text("refused", "refusé"),
    Answer.WITHHELD: Text("held back", "retenu"),
    Answer.FAILED: Text("our failure", "échec de notre côté"),
    Answer.READING: Text("being read", "en cours de lecture"),
}

WAYS: Mapping[str, Text] = {
    Way.WATCHED_FOLDER: Text("watched folder", "dossier surveillé"),
    Way.S3_INBOX: Text("bucket", "compartiment S3"),
    Way.DICOM_LISTENER: Text("sent by a device (DICOM)", "envoyé par un appareil (DICOM)"),
    Way.DICOMWEB: Text("sent by a program (DICOMweb)", "envoyé par un programme (DICOMweb)"),
    Way.BROWSER: Text("page “Send scans”", "page « Envoyer des examens »"),
}

WAITS: Mapping[str, Text] = {
    "trainee": Text(
        "Nobody said who scanned. Say it on the page “Missing details”.",
        "Personne n'a dit qui a réalisé l'examen. Indiquez-le à la page « À compléter ».",
    ),
    "exam_type": Text(
        "Nobody said which type of exam it is. Say it on the page “Missing details”.",
        "Personne n'a dit de quel type d'examen il s'agit. Indiquez-le à la page « À compléter ».",
    ),
    "both": Text(
        "Nobody said who scanned, nor which type of exam it is. Say both on the page “Missing details”.",
        "Personne n'a dit qui a réalisé l'examen, ni son type. Indiquez les deux à la page « À compléter ».",
    ),
    "author_name": Text(
        "It is not known whose name stands in the file. Say it on the page “Names of authors”.",
        "On ne sait pas à qui correspond le nom donné dans le fichier. Indiquez-le à la page « Noms d'auteurs ».",
    ),
    "author_name_both": Text(
        "It is not known whose name stands in the file, nor which type of exam it is. Say whose name it is on the page"
        " “Names of authors”, then the type on the page “Missing details”.",
        "On ne sait pas à qui correspond le nom donné dans le fichier, ni quel est le type d'examen. Indiquez la"
        " personne à la page « Noms d'auteurs », puis le type à la page « À compléter ».",
    ),
}
"""What a scan waits for, and who can say it where."""

HELD: Mapping[str, Text] = {
    "no_sector": Text("It cannot be seen where the ultrasound ends.", "On ne voit pas où finit l'échographie."),
    "one_witness": Text(
        "It is not certain where the ultrasound ends.", "La limite de l'échographie n'est pas certaine."
    ),
    "witnesses_differ": Text(
        "It is not certain where the ultrasound ends.", "La limite de l'échographie n'est pas certaine."
    ),
    "text_inside": Text("Writing stands inside the picture.", "Du texte figure dans l'image."),
    "identifier_left": Text(
        "Something that names the patient was still in it.", "Il contenait encore de quoi nommer le patient."
    ),
    "cannot_clean": Text(
        "This form of file cannot be cleaned safely.", "Cette forme de fichier ne peut pas être nettoyée sans risque."
    ),
}
"""Why a scan is held back, for its sender, who need not know how it is released."""

_THEN: Mapping[Answer, Text] = {
    Answer.ACCEPTED: Text("Nothing to do.", "Rien à faire."),
    Answer.DUPLICATE: Text("Nothing to send again.", "Rien à renvoyer."),
    Answer.WITHHELD: Text(
        "A data officer looks at it. Nothing to send again.", "Un responsable des données l'examine. Rien à renvoyer."
    ),
    Answer.FAILED: Text(
        "Nothing to send again: the file is kept safe. Tell the administrator its scan number.",
        "Rien à renvoyer : le fichier est en sûreté. Donnez son numéro d'examen à l'administrateur.",
    ),
    Answer.READING: Text(
        "The file is kept safe and is being read. Look again in a few minutes.",
        "Le fichier est en sûreté et en cours de lecture. Revenez voir dans quelques minutes.",
    ),
}
_OTHER = Text("It cannot be used.", "Il ne peut pas être utilisé.")
_MAY_TELL = Text("It may show who the patient is.", "Il montre peut-être qui est le patient.")


def words(answer: Answer) -> Text:
    """Return how an answer is called."""
    return WORDS[answer]


def way_in(source: str) -> Text:
    """Return how a way in is called; one that is not known by its code."""
    return WAYS.get(source) or Text(source, source)


def what_to_do(answered: Answered) -> Text:
    """Return what happened and what the sender has to do, in one or two sentences."""
    match answered.answer:
        case Answer.WAITING_FOR:
            return WAITS[answered.code]
        case Answer.REFUSED:
            return _reason(answered)
        case Answer.WITHHELD:
            return _joined(HELD.get(answered.code, _MAY_TELL), _THEN[Answer.WITHHELD])
        case Answer.DUPLICATE if answered.before is not None:
            return _joined(_before(answered.before), what_to_do(answered.before))
        case Answer.DUPLICATE:
            return _joined(
                Text("The same file came before.", "Le même fichier est déjà arrivé."), _THEN[Answer.DUPLICATE]
            )
    return _THEN[answered.answer]


def _reason(answered: Answered) -> Text:
    known = REASONS.get(answered.code)
    return _OTHER if known is None else known.format(**answered.facts)


def _before(first: Answered) -> Text:
    word = WORDS[first.answer]
    return Text(
        f"The same file came before as scan {first.scan} ({word.en}).",
        f"Le même fichier est déjà arrivé : examen {first.scan} ({word.fr}).",
    )


def _joined(one: Text, other: Text) -> Text:
    return Text(f"{one.en} {other.en}", f"{one.fr} {other.fr}")
