"""What does whoever stored instances get to read: the Store Instances Response Module (PS3.18 Annex I)?"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from xml.etree import ElementTree as Xml

from django.http import HttpResponse

JSON = "application/dicom+json"
XML = "application/dicom+xml"
NATIVE = "http://dicom.nema.org/PS3.19/models/NativeDICOM"

Element = Mapping[str, object]
Attributes = Mapping[str, Element]

KEYWORDS = {
    "00081150": "ReferencedSOPClassUID",
    "00081155": "ReferencedSOPInstanceUID",
    "00081190": "RetrieveURL",
    "00081196": "WarningReason",
    "00081197": "FailureReason",
    "00081198": "FailedSOPSequence",
    "00081199": "ReferencedSOPSequence",
    "0008119A": "OtherFailuresSequence",
}


class Failure(IntEnum):
    """Why an instance was not stored: PS3.18 table I.2-2; OTHER_STUDY lies in its range for what is not understood."""

    NO_ROOM = 0xA700
    NOT_UNDERSTOOD = 0xC000
    OTHER_STUDY = 0xC409
    PROCESSING = 0x0110


class Warning_(IntEnum):  # noqa: N801 - Python has a Warning of its own
    """What is to be known of an instance that is stored: the status of PS3.7 for what was here before."""

    DUPLICATE = 0x0111


@dataclass(frozen=True)
class Outcome:
    """What became of one part; without UIDs when it was no instance."""

    sop_class: str = ""
    sop_instance: str = ""
    failure: Failure | None = None
    duplicate: bool = False

    @property
    def stored(self) -> bool:
        """Tell whether it is in the store now."""
        return self.failure is None


def status_of(outcomes: Iterable[Outcome]) -> int:
    """Return 200 all stored, 202 with failures or warnings, 409 nothing stored, 503 nothing stored for want of room."""
    all_of_them = list(outcomes)
    if any(one.stored for one in all_of_them):
        return 200 if all(one.stored and not one.duplicate for one in all_of_them) else 202
    return 503 if any(one.failure is Failure.NO_ROOM for one in all_of_them) else 409


def wanted(accept: str) -> str | None:
    """Return the media type in which the answer is wanted, JSON where that is left open; None where we have none."""
    asked = [one.partition(";")[0].strip().lower() for one in accept.split(",") if one.strip()]
    if not asked:
        return JSON
    for one in asked:
        if one in (JSON, "application/json", "*/*", "application/*"):
            return JSON
        if one == XML:
            return XML
    return None


def answer(outcomes: Iterable[Outcome], status: int, media_type: str) -> HttpResponse:
    """Return the answer with what became of every part."""
    attributes = _module(list(outcomes))
    content = _as_xml(attributes) if media_type == XML else json.dumps(attributes).encode()
    response = HttpResponse(content, content_type=media_type, status=status)
    if status == 503:
        response["Retry-After"] = "60"
    return response


def _module(outcomes: list[Outcome]) -> Attributes:
    named = [one for one in outcomes if one.sop_instance]
    sequences = {
        "00081198": [_reference(one) for one in named if not one.stored],
        "00081199": [_reference(one) for one in named if one.stored],
        "0008119A": [{"00081197": _short(one.failure)} for one in outcomes if not one.sop_instance and one.failure],
    }
    found = {tag: {"vr": "SQ", "Value": items} for tag, items in sequences.items() if items}
    return {"00081190": {"vr": "UR"}, **found}  # nothing is retrieved here by DICOMweb


def _reference(one: Outcome) -> Attributes:
    said = {"00081150": _uid(one.sop_class), "00081155": _uid(one.sop_instance)}
    if one.failure is not None:
        return {**said, "00081197": _short(one.failure)}
    more = {"00081196": _short(Warning_.DUPLICATE)} if one.duplicate else {}
    return {**said, "00081190": {"vr": "UR"}, **more}


def _uid(uid: str) -> Element:
    return {"vr": "UI", "Value": [uid]}


def _short(code: int) -> Element:
    return {"vr": "US", "Value": [int(code)]}


def _as_xml(attributes: Attributes) -> bytes:
    """Return the Native DICOM Model (PS3.19 section A.1)."""
    Xml.register_namespace("", NATIVE)
    root = Xml.Element(f"{{{NATIVE}}}NativeDicomModel", {"xml:space": "preserve"})
    _fill(root, attributes)
    return bytes(Xml.tostring(root, encoding="utf-8", xml_declaration=True))


def _fill(parent: Xml.Element, attributes: Attributes) -> None:
    for tag, element in attributes.items():
        told = {"tag": tag, "vr": str(element["vr"]), "keyword": KEYWORDS[tag]}
        node = Xml.SubElement(parent, f"{{{NATIVE}}}DicomAttribute", told)
        values = element.get("Value", [])
        for number, value in enumerate(values if isinstance(values, list) else [], 1):
            name = "Item" if isinstance(value, dict) else "Value"
            child = Xml.SubElement(node, f"{{{NATIVE}}}{name}", {"number": str(number)})
            if isinstance(value, dict):
                _fill(child, value)
            else:
                child.text = str(value)
