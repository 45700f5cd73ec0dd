"""What does a change of the signing key say, signed with the key that goes, so that whoever knows it knows the next?"""

from datetime import datetime

from pipeline.text import Text
from supervision.certificate import Signed
from supervision.certificates.sheet import NBSP, day_said

KIND = "signing_key"
NEXT = Text(
    "From {day} on, {organisation} signs with the key {key}.",
    "À partir du {day}, {organisation} signe avec la clé {key}.",
)
EARLIER = Text(
    "What was signed before with the earlier key stays valid.",
    "Ce qui a été signé auparavant avec l'ancienne clé reste valable.",
)
KNOWN = Text(
    "If the earlier key was stolen, this proves nothing: ask the organisation for its key in another way.",
    f"Si l'ancienne clé a été volée, ceci ne prouve rien{NBSP}: demandez sa clé à l'organisation par une autre voie.",
)


def told(certificate: Signed) -> tuple[Text, ...]:
    """Return with which key the organisation signs from now on."""
    by, key = certificate.document["organisation"], certificate.document["says"]["key"]
    day = day_said(datetime.fromisoformat(certificate.document["signed_at"]).date())
    return NEXT.format(day=day, organisation=by["name"], key=key), EARLIER, KNOWN
