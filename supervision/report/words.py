"""How are the codes of a report called, shortly, in both languages?"""

from collections.abc import Mapping

from pipeline.text import Text
from supervision.ladder import Rung
from supervision.rating import Cause, Component, Consequence
from supervision.registers import RequestKind, SessionKind
from supervision.states import State
from supervision.tickets import Fault

COMPONENTS: Mapping[Component, Text] = {
    Component.PRESENT: Text("Present", "Vue"),
    Component.LANDMARKS: Text("Landmarks", "Repères"),
    Component.AXIS: Text("Axis", "Axe"),
    Component.DEPTH: Text("Depth", "Prof."),
    Component.GAIN: Text("Gain", "Gain"),
    Component.FOCUS: Text("Focus", "Focale"),
    Component.STEADY: Text("Steady", "Stable"),
    Component.SWEEP: Text("Sweep", "Balayage"),
    Component.LABEL: Text("Label", "Étiquette"),
}
RUNGS: Mapping[Rung, Text] = {
    Rung.OBSERVE: Text("Observes", "Observe"),
    Rung.SUPERVISED: Text("Supervised", "Supervisé"),
    Rung.REMOTE_REVIEWED: Text("All read", "Tout relu"),
    Rung.AUDITED: Text("Signed off", "Validé"),
    Rung.AUTONOMOUS: Text("Autonomous", "Autonome"),
    Rung.TRAINER: Text("Trainer", "Formateur"),
}
"""Heads of narrow columns; the sentences are RUNG_WORDS of supervision.ladder."""
CAUSES: Mapping[str, Text] = {
    Cause.NO_DEFECT: Text("no defect", "aucun défaut"),
    Cause.WINDOW: Text("wrong acoustic window", "mauvaise fenêtre acoustique"),
    Cause.ANGLE: Text("angle or rotation of the probe", "angle ou rotation de la sonde"),
    Cause.CONTACT: Text("contact, gel", "contact, gel"),
    Cause.GAIN: Text("gain, TGC", "gain, TGC"),
    Cause.DEPTH: Text("depth", "profondeur"),
    Cause.FOCUS: Text("focus or preset", "focale ou préréglage"),
    Cause.MOTION: Text("motion", "mouvement"),
    Cause.SWEEP: Text("sweep incomplete or too short", "balayage incomplet ou trop court"),
    Cause.LABEL: Text("label or side missing or wrong", "étiquette ou côté absent ou faux"),
    Cause.WRONG_VIEW: Text("another view than asked for", "autre vue que celle demandée"),
    Cause.INTERPRETATION: Text("interpretation", "interprétation"),
    Cause.PATIENT: Text("patient (habitus, gas, dressing)", "patient (morphologie, gaz, pansement)"),
    Cause.DEVICE: Text("device or probe", "appareil ou sonde"),
    Cause.EXPORT: Text("export or compression", "export ou compression"),
}
CONSEQUENCES: Mapping[Consequence, Text] = {
    Consequence.NONE: Text("none", "aucune"),
    Consequence.MINOR: Text("minor", "mineure"),
    Consequence.MEANINGFUL: Text("meaningful", "notable"),
    Consequence.CONTACT_NOW: Text("patient contacted again at once", "patient recontacté sans délai"),
}
INDICATIONS = (
    Text("not indicated", "non indiqué"),
    Text("doubtful", "discutable"),
    Text("indicated", "indiqué"),
)
FAULTS: Mapping[Fault, Text] = {
    Fault.ELEMENT: Text("dead elements", "éléments morts"),
    Fault.BAND: Text("dark band", "bande sombre"),
    Fault.DRIFT: Text("loss of sensitivity", "perte de sensibilité"),
    Fault.IN_AIR: Text("test in air failed", "test dans l'air non réussi"),
    Fault.REPORTED: Text("reported by a person", "signalé par une personne"),
}
SESSIONS: Mapping[SessionKind, Text] = {
    SessionKind.COURSE: Text("course", "cours"),
    SessionKind.HANDS_ON: Text("hands-on workshop", "atelier pratique"),
    SessionKind.BEDSIDE: Text("at the bedside", "au lit du patient"),
    SessionKind.REMOTE: Text("remote, live", "à distance, en direct"),
    SessionKind.CASE_REVIEW: Text("case review", "revue de cas"),
}
REQUESTS: Mapping[RequestKind, Text] = {
    RequestKind.TRAINING: Text("training", "formation"),
    RequestKind.EQUIPMENT: Text("equipment", "équipement"),
    RequestKind.CONSUMABLES: Text("gel and other consumables", "gel et autres consommables"),
}
STATES: Mapping[str, Text] = {
    State.REJECTED: Text("refused", "refusé"),
    State.WITHHELD: Text("held back", "retenu"),
    State.FAILED: Text("our failure", "échec de notre côté"),
}
REASONS: Mapping[str, Text] = {
    "empty": Text("empty file", "fichier vide"),
    "unknown_kind": Text("neither DICOM, video nor picture", "ni DICOM, ni vidéo, ni image"),
    "damaged": Text("damaged file", "fichier endommagé"),
    "truncated": Text("copy was interrupted", "copie interrompue"),
    "frames_missing": Text("frames are missing", "images manquantes"),
    "size_mismatch": Text("size differs from the header", "taille différente de l'en-tête"),
    "unsupported_syntax": Text("compression not supported", "compression non prise en charge"),
    "too_large": Text("too large", "trop volumineux"),
    "too_slow": Text("could not be read in time", "lecture trop longue"),
    "decoder_crashed": Text("file stops the decoder", "fichier qui bloque le décodeur"),
    "no_pixels": Text("no picture in the file", "aucune image dans le fichier"),
    "not_ultrasound": Text("not from an ultrasound device", "ne vient pas d'un échographe"),
    "names_patient": Text("the picture names the patient", "l'image nomme le patient"),
    "filmed_screen": Text("filmed screen", "écran filmé"),
    "no_ultrasound_seen": Text("no ultrasound in the picture", "pas d'échographie sur l'image"),
    "sent_by_mistake": Text("sent by mistake", "envoyé par erreur"),
    "no_sector": Text("ultrasound sector not found", "secteur échographique introuvable"),
    "one_witness": Text("edge of the sector not certain", "limite du secteur incertaine"),
    "witnesses_differ": Text("edge of the sector not certain", "limite du secteur incertaine"),
    "text_inside": Text("writing inside the picture", "texte dans l'image"),
    "identifier_left": Text("an identifier was left", "un identifiant subsistait"),
    "cannot_clean": Text("this form of file cannot be cleaned", "forme de fichier impossible à nettoyer"),
    "internal": Text("unforeseen", "imprévu"),
    "": Text("not told", "non précisé"),
}
"""Why scans were refused or held back; a code that is not here is told as it is."""


def called(code: str, words: Mapping[str, Text]) -> Text:
    """Return how a code is called; one without words by itself."""
    return words.get(code) or Text(code, code)
