"""For which purposes, and for how long, may two people learn whose scan this is?"""

from collections.abc import Mapping
from datetime import timedelta

from pipeline.text import Text

PURPOSES: Mapping[str, Text] = {
    "recall_patient": Text("The patient must be seen again", "Le patient doit être revu"),
    "link_record": Text("The advice belongs into the patient's file", "L'avis doit rejoindre le dossier du patient"),
    "wrong_patient": Text("A scan may belong to another patient", "Un examen appartient peut-être à un autre patient"),
    "right_of_patient": Text("The patient asks for access or erasure", "Le patient demande l'accès ou l'effacement"),
    "incident": Text("An incident is being looked into", "Un incident est en cours d'examen"),
}
WAITS_FOR_APPROVAL = timedelta(days=7)
LASTS = timedelta(hours=24)
