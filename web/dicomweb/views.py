"""How does another program store instances here: POST of multipart/related or of one instance?"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from storage import uploads
from storage.catalogue import senders
from storage.catalogue.models import Project
from storage.room import refuse_when_full
from supervision.roles import Action
from supervision.sources import Way
from web.body import Body, one_of_few
from web.dicomweb.multipart import NotMultipart, TooManyParts, boundary_in, parts_of
from web.dicomweb.response import Failure, Outcome, answer, status_of, wanted
from web.dicomweb.storing import DICOM, PartTooLarge, Storing
from web.permissions import person_of
from web.refusals import Refused, not_there, telling, too_large, way_closed
from web.senders import sent_by
from web.uploads.protocol import largest

MOST = 2**62


@sent_by(Action.SEND_SCANS, sessions=False)
@telling
def studies(request: HttpRequest, project: str, study: str | None = None) -> HttpResponseBase:
    """Store what comes and say of each instance what became of it."""
    if request.method != "POST":
        raise Refused(405, "method", _("This address is not used in this way."), {"Allow": "POST"})
    place = _project(request, project)
    media_type = wanted(request.headers.get("Accept", ""))
    if media_type is None:
        raise Refused(406, "accept", _("The answer is application/dicom+json or application/dicom+xml."))
    body = Body(request)
    refuse_when_full(2 * (body.length or 0))
    with one_of_few(), _folder() as folder:
        storing = Storing(person_of(request), place, folder, study, largest())
        outcomes, end = _stored(storing, request.headers.get("Content-Type", ""), body)
    if end is not None:
        if not any(one.stored for one in outcomes):
            raise end
        outcomes = [*outcomes, Outcome(failure=Failure.PROCESSING)]
    return answer(outcomes, status_of(outcomes), media_type)


def _stored(storing: Storing, content_type: str, body: Body) -> tuple[list[Outcome], Refused | None]:
    """Store part after part; what ended it before its end stands beside what was stored until then."""
    outcomes: list[Outcome] = []
    try:
        for kind, chunks in _parts(content_type, body):
            outcomes.append(storing.store(kind, chunks))
    except NotMultipart:
        return outcomes, Refused(400, "not_multipart", _("The body is not what its Content-Type says."))
    except TooManyParts:
        return outcomes, Refused(413, "too_many_parts", _("More parts than are taken in one request."))
    except PartTooLarge:
        return outcomes, too_large()
    if body.cut or not outcomes:
        return outcomes, Refused(400, "cut", _("The body ended before its end, or holds nothing."))
    return outcomes, None


def _parts(content_type: str, body: Body) -> Iterator[tuple[str, Iterator[bytes]]]:
    kind = content_type.partition(";")[0].strip().lower()
    if kind == DICOM[0]:
        yield kind, _whole(body)
        return
    if kind != "multipart/related":
        raise _unknown_type()
    kind, related, boundary = boundary_in(content_type)
    if related not in DICOM:
        raise _unknown_type()
    for part in parts_of(body.chunks(MOST), boundary):
        yield part.media_type, part.chunks


def _whole(body: Body) -> Iterator[bytes]:
    yield from body.chunks(MOST)
    if body.cut:
        raise NotMultipart


def _unknown_type() -> Refused:
    return Refused(415, "media_type", _("Send multipart/related with type application/dicom, or application/dicom."))


def _project(request: HttpRequest, code: str) -> Project:
    mine = senders.projects_of(person_of(request)).filter(code=code).first()
    if mine is None:
        raise not_there()
    if not senders.is_open(code, Way.DICOMWEB):
        raise way_closed()
    return mine


@contextmanager
def _folder() -> Iterator[Path]:
    """Give a folder that is empty again afterwards, and that is swept away should this process be killed."""
    folder = uploads.new_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
