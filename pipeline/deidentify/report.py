"""What was done to make this scan safe, told in classes and counts, so that anybody may read it?

No value of the input stands in a report: what was removed is counted by class, what was checked is told in numbers.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.text import Text

REMOVED: Mapping[str, Text] = {
    # the header of a DICOM file
    "names": Text("names of people", "noms de personnes"),
    "identifiers": Text("record, request and other numbers", "numéros de dossier, de demande et autres"),
    "places": Text("institutions, places, addresses, stations", "établissements, lieux, adresses, postes"),
    "patient_details": Text("other facts about the patient", "autres informations sur le patient"),
    "ages_banded": Text("ages and body measures made coarser", "âges et mesures du corps rendus moins précis"),
    "dates_shifted": Text("dates moved, intervals kept", "dates décalées, intervalles conservés"),
    "dates": Text("dates and times of day removed", "dates et heures supprimées"),
    "uids": Text("unique identifiers (UIDs) replaced or removed", "identifiants uniques (UID) remplacés ou supprimés"),
    "device": Text("serial numbers and names of devices", "numéros de série et noms d'appareils"),
    "free_text": Text("words of free text", "mots de texte libre"),
    "private": Text("private attributes of the maker", "attributs privés du fabricant"),
    "overlays": Text("overlays", "surimpressions (overlays)"),
    "curves": Text("curves, waveforms and sound", "courbes, tracés et sons"),
    "icons": Text("icons and annotations drawn on the picture", "icônes et annotations dessinées sur l'image"),
    "references": Text("references to other files and requests", "renvois à d'autres fichiers et demandes"),
    "unknown": Text("values of unknown or broken form", "valeurs de forme inconnue ou défectueuse"),
    "other": Text("other attributes outside the allow-list", "autres attributs hors de la liste autorisée"),
    "file_meta": Text("entries of the file's own preface", "entrées du préambule technique du fichier"),
    "preamble": Text("text before the header", "texte placé avant l'en-tête"),
    "padding": Text("bytes after the picture", "octets placés après l'image"),
    # the container of a video, the segments of a picture
    "tags": Text("tags of the video or picture", "étiquettes de la vidéo ou de l'image"),
    "location": Text("positions (GPS)", "positions (GPS)"),
    "sound": Text("sound tracks", "pistes sonores"),
    "subtitles": Text("subtitle tracks", "pistes de sous-titres"),
    "tracks": Text("other tracks", "autres pistes"),
    "chapters": Text("chapters", "chapitres"),
    "attached": Text("attached pictures and files", "images et fichiers joints"),
    "encoder": Text("notes of the encoder inside the video", "notes de l'encodeur dans la vidéo"),
    "segments": Text("comment and camera segments of pictures", "segments de commentaire et d'appareil photo"),
}

PIXELS: Mapping[str, Text] = {
    "untouched": Text(
        "nothing had to be blanked: the pictures are the original ones",
        "rien à masquer : les images sont celles d'origine",
    ),
    "jpeg_blocks": Text(
        "blanked block by block; the blocks of the sector are the original ones",
        "masqué bloc par bloc ; les blocs du secteur sont ceux d'origine",
    ),
    "exact": Text(
        "blanked; every pixel inside the sector is the original one",
        "masqué ; chaque pixel du secteur est celui d'origine",
    ),
    "jpeg_again": Text("blanked and compressed again as JPEG", "masqué et compressé de nouveau en JPEG"),
    "h264_again": Text("blanked and compressed again as H.264", "masqué et compressé de nouveau en H.264"),
}

CHECKS: Mapping[str, Text] = {
    "decoded_again": Text("The written file decodes, every frame", "Le fichier écrit se décode, image par image"),
    "black_outside": Text("Black outside the kept area", "Noir hors de la zone conservée"),
    "frame_times": Text("Frames and their times are kept", "Les images et leurs instants sont conservés"),
    "text": Text("No writing inside the kept area", "Aucune écriture dans la zone conservée"),
    "strokes": Text("No fixed strokes inside the kept area", "Aucun trait fixe dans la zone conservée"),
    "bytes": Text("No identifier of the input in any byte", "Aucun identifiant d'origine dans aucun octet"),
    "segments": Text("No comment, camera or encoder notes", "Aucune note de commentaire, d'appareil ou d'encodeur"),
    "tracks": Text("The picture track alone", "La piste d'image seule"),
}

FACTS: Mapping[str, Text] = {
    "frames": Text("frames", "images"),
    "brightest": Text("brightest value outside, of 255", "valeur la plus claire au-dehors, sur 255"),
    "margin": Text("margin in pixels", "marge en pixels"),
    "words": Text("words read", "mots lus"),
    "scales": Text("scale marks and calipers read", "graduations et mesures lues"),
    "strokes": Text("fixed strokes", "traits fixes"),
    "layouts": Text("layouts read", "dispositions lues"),
    "accepted": Text("accepted by a person", "accepté par une personne"),
    "reader": Text("text reader", "lecteur de texte"),
    "identifiers": Text("identifiers sought", "identifiants cherchés"),
    "files": Text("files searched", "fichiers fouillés"),
    "bytes": Text("bytes searched", "octets fouillés"),
    "segments": Text("segments", "segments"),
    "tracks": Text("tracks", "pistes"),
}

VERSIONS: Mapping[str, Text] = {
    "deidentify": Text("de-identifier", "désidentificateur"),
    "allow_list": Text("edition of the standard", "édition de la norme"),
    "vocabulary": Text("vocabulary of kept words", "vocabulaire des mots conservés"),
    "text_reader": Text("text reader", "lecteur de texte"),
    "quality": Text("quality of what was compressed again", "qualité de ce qui a été recompressé"),
}

PLAIN = re.compile(r"[\w .,:;=%/+()-]{1,300}", re.ASCII)


@dataclass(frozen=True)
class Check:
    """One check of the written file: its name in CHECKS, whether it passed, its facts (names in FACTS)."""

    name: str
    passed: bool
    facts: dict[str, int | float | str]

    def __post_init__(self) -> None:
        """Refuse what has no name in both languages, and facts that are not plain."""
        _named((self.name,), CHECKS)
        _named(self.facts, FACTS)
        _plain(self.facts.values())

    def as_json(self) -> dict[str, object]:
        """Return the check as JSON knows it."""
        return {"name": self.name, "passed": self.passed, "facts": dict(self.facts)}


@dataclass(frozen=True)
class Report:
    """How one scan was made safe.

    versions: of the parts that did it (names in VERSIONS). removed: how many of each class (names in REMOVED).
    kept_witnesses: which witnesses agreed on the kept area. kept_share: that area's share of the picture, 0 to 1.
    pixels: how they were written, one of PIXELS. checks: of the written file, in the order in which they ran.
    """

    versions: dict[str, str]
    removed: dict[str, int]
    kept_witnesses: tuple[str, ...]
    kept_share: float
    pixels: str
    checks: tuple[Check, ...]

    def __post_init__(self) -> None:
        """Refuse what has no name in both languages, and versions that are not plain."""
        _named(self.versions, VERSIONS)
        _named(self.removed, REMOVED)
        _named((self.pixels,), PIXELS)
        _plain([*self.versions.values(), *self.kept_witnesses])

    def as_json(self) -> dict[str, object]:
        """Return the report as JSON knows it, classes that were not met left out."""
        return {
            "versions": dict(self.versions),
            "removed": {name: count for name, count in self.removed.items() if count},
            "kept_witnesses": list(self.kept_witnesses),
            "kept_share": round(self.kept_share, 4),
            "pixels": self.pixels,
            "checks": [check.as_json() for check in self.checks],
        }


def added(*counts: Mapping[str, int]) -> dict[str, int]:
    """Return the sum of several counts of what was removed, in the order of REMOVED."""
    _named({name for count in counts for name in count}, REMOVED)
    sums = {name: sum(count.get(name, 0) for count in counts) for name in REMOVED}
    return {name: total for name, total in sums.items() if total}


def _named(names: Iterable[str], table: Mapping[str, Text]) -> None:
    strange = [name for name in names if name not in table]
    if strange:
        raise ValueError(f"{len(strange)} names of a report stand in no table")


def _plain(values: Iterable[object]) -> None:
    if any(isinstance(value, str) and not PLAIN.fullmatch(value) for value in values):
        raise ValueError("a report holds plain words and numbers only")
