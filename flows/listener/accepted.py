"""What may a device send us, and in which form, so that it need not recode anything for our sake?"""

from collections.abc import Iterable

from pynetdicom import ALL_TRANSFER_SYNTAXES
from pynetdicom.pdu_primitives import A_ASSOCIATE
from pynetdicom.presentation import PresentationContext, build_context
from pynetdicom.service_class import StorageServiceClass
from pynetdicom.sop_class import register_uid

VERIFICATION, COMMITMENT = "1.2.840.10008.1.1", "1.2.840.10008.1.20.1"
_PLAIN = ("1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2")
_ELSEWHERE = ("1.2.840.10008.1.2.4.94", "1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.4.204", "1.2.840.10008.1.2.4.205")
"""JPIP: the pictures stay where they are, and only their address is sent."""
_LIVE = "1.2.840.10008.1.2.7."
_NOT_READ_YET = ("1.2.840.10008.1.2.4.20", "1.2.840.10008.1.2.4.11", "1.2.840.10008.1.2.4.92", "1.2.840.10008.1.2.4.93")
"""HTJ2K, JPEG XL and JPEG 2000 part 2: taken where a device has nothing else, after all others where it has."""

_IMAGE = "1.2.840.10008.5.1.4.1.1"
RETIRED = {"UltrasoundMultiframeImageStorageOld": f"{_IMAGE}.3", "UltrasoundImageStorageOld": f"{_IMAGE}.6"}
STORED = frozenset(
    {
        *RETIRED.values(),
        f"{_IMAGE}.3.1",  # ultrasound cine
        f"{_IMAGE}.6.1",  # ultrasound picture
        f"{_IMAGE}.6.2",  # enhanced ultrasound volume
        *(f"{_IMAGE}.7", f"{_IMAGE}.7.1", f"{_IMAGE}.7.2", f"{_IMAGE}.7.3", f"{_IMAGE}.7.4"),  # secondary captures
        *(f"{_IMAGE}.77.1.1", f"{_IMAGE}.77.1.1.1"),  # endoscopic picture, video
        *(f"{_IMAGE}.77.1.4", f"{_IMAGE}.77.1.4.1"),  # photographic picture, video
    }
)
"""What an ultrasound device stores: pictures and cines, also as the captures and videos that some make of them."""

TRANSFER_SYNTAXES = frozenset(
    syntax for syntax in map(str, ALL_TRANSFER_SYNTAXES) if syntax not in _ELSEWHERE and not syntax.startswith(_LIVE)
)

for _keyword, _uid in RETIRED.items():
    register_uid(_uid, _keyword, StorageServiceClass)


def contexts_for(request: A_ASSOCIATE) -> list[PresentationContext]:
    """Return what we support of what is asked for, in the order of the one who asks.

    Who names a form first has the scan in it, or can make it with the least loss; to choose another would make the
    device recode.
    """
    wanted: dict[str, list[str]] = {}
    for context in request.presentation_context_definition_list:
        forms = wanted.setdefault(str(context.abstract_syntax), [])
        forms += [form for form in map(str, context.transfer_syntax) if form not in forms]
    return [build_context(uid, forms) for uid, offered in wanted.items() if (forms := _taken(uid, offered))]


def _taken(uid: str, offered: Iterable[str]) -> list[str]:
    if uid in (VERIFICATION, COMMITMENT):
        return [form for form in offered if form in _PLAIN]
    if uid not in STORED:
        return []
    return sorted(
        (form for form in offered if form in TRANSFER_SYNTAXES), key=lambda form: form.startswith(_NOT_READ_YET)
    )
