"""In which files does a certificate of competence leave, and what has to be said on one that was withdrawn?"""

from collections.abc import Mapping
from datetime import datetime

from pipeline.text import Text
from storage.catalogue import sign_off
from storage.catalogue.models import Event, Person, SignOff
from supervision.certificates.competence import withdrawn

TYPES: Mapping[str, str] = {"en.pdf": "application/pdf", "fr.pdf": "application/pdf", "json": "application/json"}


def taken(row: SignOff, form: str, person: Person, now: datetime) -> bytes:
    """Return one file of a certificate, and note that `person` took it; the signed file is made the first time.

    form: one of TYPES. ValueError for a refusal. To be called outside transactions.
    """
    made = sign_off.certificate_of(row, now)
    if form == "json":
        content = made.as_json()
    else:
        from storage.documents.certificate import as_pdf  # the typesetter is loaded by whoever prints

        content = as_pdf(made, form.partition(".")[0], struck_of(row))
    facts = {"number": str(row.number), "form": form}
    Event.objects.create(at=now, what="certificate_taken", person=person, facts=facts)
    return content


def struck_of(row: SignOff) -> Text | None:
    """Return what stands at the head of a certificate that was withdrawn."""
    return None if row.withdrawn_at is None else withdrawn(row.withdrawn_at.date(), row.withdrawn_why)


def name_of(row: SignOff, form: str) -> str:
    """Return what a file is called: by the number of the certificate, not by whom it is about."""
    return f"certificate-{str(row.number)[:8]}{'.' if form == 'json' else '-'}{form}"
