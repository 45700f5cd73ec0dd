"""How much of each class did the header lose? Counted, never quoted."""

from functools import lru_cache
from typing import Any

from pydicom import Dataset
from pydicom.datadict import dictionary_VR, keyword_for_tag
from pydicom.tag import BaseTag

from pipeline.deidentify.allow_list import Allowed, allow_list
from pipeline.deidentify.harvest import META_OF_ALL, NUMBERS, PIXEL_GROUPS, PLACES, element_of
from pipeline.deidentify.identifiers import STANDARD_UIDS
from pipeline.deidentify.report import added
from pipeline.deidentify.vocabulary import words_of

DEVICE = {
    "DeviceSerialNumber", "DetectorID", "GantryID", "DeviceUID", "SoftwareVersions", "DeviceDescription", "DeviceLabel",
    "TransducerIdentificationSequence", "UDISequence", "PlateID", "CassetteID",
}  # fmt: skip
DRAWN = {"IconImageSequence", "GraphicAnnotationSequence", "GraphicLayerSequence", "TextObjectSequence"}
CURVES = {"WaveformSequence", "WaveformAnnotationSequence", "AudioComments"}
OF_KEYWORD = {
    **dict.fromkeys(NUMBERS, "identifiers"),
    **dict.fromkeys(PLACES, "places"),
    **dict.fromkeys(DEVICE, "device"),
    **dict.fromkeys(DRAWN, "icons"),
    **dict.fromkeys(CURVES, "curves"),
    "OtherPatientNames": "names",
    "PatientAddress": "places",
    "PatientComments": "free_text",
}
OF_ACTION = {"uid": "uids", "instance": "uids", "date": "dates_shifted", "age": "ages_banded", "coarse": "ages_banded"}
OF_TYPE = {
    "PN": "names", "DA": "dates", "TM": "dates", "DT": "dates", "UI": "uids", "UN": "unknown", "LO": "free_text",
    "LT": "free_text", "ST": "free_text", "UT": "free_text", "UC": "free_text", "SH": "free_text", "AE": "places",
    "UR": "places",
}  # fmt: skip
UNCHANGED = {"number", "term", "fixed", "probe"}
UNCOUNTED = {"SpecificCharacterSet", "TimezoneOffsetFromUTC", "SOPClassUID"}


def removed_from_header(source: Dataset, released: Dataset) -> dict[str, int]:
    """Return how many values of each class of `report.REMOVED` the released header no longer holds."""
    counts: dict[str, int] = {}
    judged = {entry.tag: entry for entry in allow_list().attributes}
    _count(source, released, judged, counts)
    meta = getattr(source, "file_meta", None)
    told = [element for element in meta.elements() if element.value] if meta is not None else []
    counts["file_meta"] = sum(
        keyword_for_tag(element.tag) not in META_OF_ALL for element in told if element.tag.element
    )
    counts["preamble"] = int(bool((getattr(source, "preamble", None) or b"").strip(b"\0")))
    return added(counts)


def _count(dataset: Dataset, released: Dataset | None, judged: dict[BaseTag, Allowed], counts: dict[str, int]) -> None:
    for element in dataset.elements():
        kind, tag = _class_of(element.tag, element.VR), element.tag
        if not element.value or kind == "":
            continue
        if kind == "items":
            _count_items(dataset, tag, released, judged, counts)
            continue
        entry = judged.get(tag) if released is not None else None
        kept = released.get_item(tag) if released is not None else None
        left = None if kept is None or kept.value == "" else kept.value
        if left is not None:
            if entry is None or entry.action in UNCHANGED:
                continue
            kind = OF_ACTION.get(entry.action, kind)
        if kind == "uids" and _text(element.value).startswith(STANDARD_UIDS):
            continue
        lost = 1
        if kind == "free_text":
            lost = max(0, len(words_of(_text(element.value))) - len(words_of(str(left or ""))))
        counts[kind] = counts.get(kind, 0) + lost


def _count_items(
    dataset: Dataset, tag: BaseTag, released: Dataset | None, judged: dict[BaseTag, Allowed], counts: dict[str, int]
) -> None:
    sequence = element_of(dataset, tag)
    if sequence is None:
        counts["unknown"] = counts.get("unknown", 0) + 1
        return
    items = sequence.value or ()
    kept_items = released.get(tag) if released is not None else None
    if kept_items is None:
        counts["references"] = counts.get("references", 0) + len(items)
    for number, item in enumerate(items):
        left = kept_items.value[number] if kept_items is not None and number < len(kept_items.value) else None
        _count(item, left, judged, counts)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1").strip(" \0")
    return str(value)


@lru_cache(maxsize=4096)
def _class_of(tag: BaseTag, value_type: str | None) -> str:
    """Return the class of an attribute; '' where it says nothing of anybody, 'items' where its items are counted."""
    keyword = keyword_for_tag(tag)
    if tag.is_private:
        return "private"
    for first, kind in ((0x6000, "overlays"), (0x5000, "curves"), (0xFFFC, "padding")):
        if first <= tag.group <= first + 0xFF and tag.group != 0xFFFE:
            return kind
    if tag.group in PIXEL_GROUPS or keyword in UNCOUNTED or tag.element == 0:
        return ""
    return OF_KEYWORD.get(keyword) or _class_of_type(tag, _known_type(tag) or value_type or "UN")


def _class_of_type(tag: BaseTag, value_type: str) -> str:
    if value_type == "SQ":
        return "items"
    if tag.group == 0x0010 and value_type not in ("PN", "DA", "UN"):
        return "patient_details"
    return OF_TYPE.get(value_type, "other")


def _known_type(tag: BaseTag) -> str | None:
    try:
        return dictionary_VR(tag)
    except KeyError:
        return None
