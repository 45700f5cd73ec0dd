"""How does a program or a page send a file in pieces: begin it, send on, ask how far it is, give it up?"""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from storage import uploads
from storage.catalogue import senders
from storage.catalogue.models import Person, Project
from storage.uploads import Upload
from supervision.roles import Action
from supervision.sources import Way
from web.answers import told_of
from web.body import Body, one_of_few
from web.permissions import person_of
from web.refusals import Refused, not_there, too_large, way_closed
from web.senders import sent_by
from web.uploads.metadata import NotMetadata, pairs_of, said_in
from web.uploads.protocol import checksum_in, has_piece, largest, length_in, method_of, offset_in, state_of, tus
from web.uploads.receiving import received


@sent_by(Action.SEND_SCANS, sessions=True)
@tus("POST")
def create(request: HttpRequest) -> HttpResponseBase:
    """Begin an upload; bytes of it may come along."""
    person, now = person_of(request), timezone.now()
    length = length_in(request)
    if length > largest():
        raise too_large()
    try:
        pairs = pairs_of(request.headers.get("Upload-Metadata", ""))
        project = _project(person, pairs.get("project", ""))
        said = said_in(pairs)
        said["author"] = senders.author_of(person, project, said.get("author"))
    except NotMetadata as error:
        text = _("What was said with the file is not known here: %(where)s.") % {"where": error.where}
        raise Refused(400, "not_metadata", text) from None
    except senders.NotYours:
        raise Refused(400, "not_yours", _("You send your own scans only.")) from None
    upload = uploads.begin(person.pk, project.code, length, said, now)
    try:
        with uploads.alone(upload):
            if has_piece(request):
                upload = _taken(request, upload)
            upload = received(upload, now)
    except BaseException:
        uploads.discard(upload)  # nobody will ever know its address
        raise
    response = HttpResponse(status=201)
    response["Location"] = reverse("upload", args=[upload.name])  # a proxy may have other names for us
    return state_of(upload, response)


@sent_by(Action.SEND_SCANS, sessions=True)
@tus("HEAD", "PATCH", "DELETE", "GET")
def upload(request: HttpRequest, name: str) -> HttpResponseBase:
    """Ask how far one's own upload is, send on, give it up, or read what became of it."""
    now = timezone.now()
    mine = _mine(person_of(request), uploads.found(name, now))
    match method_of(request):
        case "GET":
            return _told(mine)
        case "DELETE":
            with uploads.alone(mine) as held:
                uploads.discard(held)
            return HttpResponse(status=204)
        case "HEAD":
            with uploads.alone(mine) as held:
                done = received(held, now)  # what broke off between the last byte and the catalogue
            response = state_of(done, HttpResponse(status=200))
            response["Upload-Length"] = str(done.length)
            return response
    with uploads.alone(mine) as held:
        if not has_piece(request):
            raise Refused(415, "media_type", _("A piece of a file is application/offset+octet-stream."))
        if offset_in(request) != held.offset:
            text = _("The piece does not begin where the file ends here.")
            raise Refused(409, "offset", text, {"Upload-Offset": str(held.offset)})
        done = received(_taken(request, held), now)
    return state_of(done, HttpResponse(status=204))


def _taken(request: HttpRequest, upload: Upload) -> Upload:
    """Write what comes; what is beyond the end of the file is an error, and then nothing of it is kept but the file."""
    checksum, left = checksum_in(request), upload.length - upload.offset
    body = Body(request)
    if body.length is not None and body.length > left:
        raise _beyond()
    if left == 0:
        return upload
    with one_of_few():
        longer = uploads.append(upload, body.chunks(left), checksum, timezone.now())
    if body.over:
        raise _beyond()
    return longer


def _beyond() -> Refused:
    return Refused(413, "beyond", _("More was sent than the file is long."))


def _project(person: Person, code: str) -> Project:
    """Return the project of this code where the person may send by this way."""
    known = [one for one in senders.projects_of(person) if one.code == code]
    if not known:
        raise not_there()
    if not senders.is_open(code, Way.BROWSER):
        raise way_closed()
    return known[0]


def _mine(person: Person, found: Upload | None) -> Upload:
    """Return an upload that is the person's own, in a project of which they may still send; to others it is none."""
    if found is None or found.person != person.pk:
        raise not_there()
    if not any(one.code == found.project for one in senders.projects_of(person)):
        raise not_there()
    return found


def _told(upload: Upload) -> JsonResponse:
    arrivals = [] if upload.arrivals is None else [asdict(one) for one in told_of(upload.project, upload.arrivals)]
    state = {"length": upload.length, "offset": upload.offset, "expires": upload.expires, "arrivals": arrivals}
    return JsonResponse(state)
