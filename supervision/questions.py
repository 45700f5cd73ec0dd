"""What may be asked of whoever sent a scan, and what may they answer? Codes only: free text could name a patient."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.text import Text

DO_NOT_KNOW = Text("I do not know", "Je ne sais pas")


@dataclass(frozen=True)
class Question:
    """One question with its possible answers, each by its code."""

    code: str
    text: Text
    answers: Mapping[str, Text]


_QUESTIONS = (
    Question(
        "which_device",
        Text("What kind of device made this scan?", "Quel type d'appareil a réalisé cet examen ?"),
        {
            "handheld": Text(
                "A handheld probe with a phone or tablet", "Une sonde portable avec téléphone ou tablette"
            ),
            "cart": Text(
                "A machine on a cart or a laptop machine", "Un appareil sur chariot ou un échographe portable"
            ),
            "do_not_know": DO_NOT_KNOW,
        },
    ),
    Question(
        "how_made",
        Text("How did this file leave the device?", "Comment ce fichier est-il sorti de l'appareil ?"),
        {
            "exported": Text("The device exported it", "L'appareil l'a exporté"),
            "captured": Text("The screen was captured", "L'écran a été capturé"),
            "filmed": Text("The screen was filmed or photographed", "L'écran a été filmé ou photographié"),
            "do_not_know": DO_NOT_KNOW,
        },
    ),
    Question(
        "names_somebody",
        Text(
            "Is there a name, number or date of a patient in the writing on the picture?",
            "L'écriture sur l'image contient-elle un nom, un numéro ou une date d'un patient ?",
        ),
        {
            "patient": Text("Yes, of a patient", "Oui, d'un patient"),
            "staff": Text("Yes, of staff or of the hospital", "Oui, du personnel ou de l'hôpital"),
            "nobody": Text("No, it names nobody", "Non, elle ne nomme personne"),
            "do_not_know": DO_NOT_KNOW,
        },
    ),
    Question(
        "is_ultrasound",
        Text("What does this file show?", "Que montre ce fichier ?"),
        {
            "patient": Text("Ultrasound of a patient", "L'échographie d'un patient"),
            "phantom": Text("Ultrasound of a phantom", "L'échographie d'un fantôme"),
            "something_else": Text("Something else, sent by mistake", "Autre chose, envoyé par erreur"),
            "do_not_know": DO_NOT_KNOW,
        },
    ),
    Question(
        "send_again",
        Text(
            "Can you export this scan again without the patient's details on the screen?",
            "Pouvez-vous exporter cet examen de nouveau sans les données du patient à l'écran ?",
        ),
        {
            "will_send": Text("Yes, I will send it again", "Oui, je vais le renvoyer"),
            "cannot": Text("No, it cannot be exported again", "Non, il ne peut plus être exporté"),
            "do_not_know": DO_NOT_KNOW,
        },
    ),
)
QUESTIONS: Mapping[str, Question] = {question.code: question for question in _QUESTIONS}

REFUSALS = ("names_patient", "filmed_screen", "no_ultrasound_seen", "cannot_clean", "sent_by_mistake")
"""Codes of pipeline.reasons with which a person may refuse a scan that was held back."""
