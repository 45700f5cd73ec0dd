"""How does a browser see a picture of what is in doubt? Only by this page, which asks for the right each time."""

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from storage.catalogue.scope import evidence_for
from storage.objects import Area
from storage.objects.chosen import object_store
from supervision.roles import Action
from web.permissions import person_of, requires


@requires(Action.RELEASE_SCANS)
@require_safe
def evidence(request: HttpRequest, scan_id: int, role: str) -> HttpResponseBase:
    """Answer with a picture that is not de-identified; 404 out of scope, and as soon as the scan is held back no more.

    There is no signed address to it, and no browser or proxy may keep it.
    """
    stored = evidence_for(person_of(request)).filter(scan=scan_id, role=role).first()
    if stored is None or stored.media_type != "image/jpeg":
        raise Http404
    response = FileResponse(object_store().open(Area.WITHHELD, stored.digest), content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    response["Content-Disposition"] = "inline"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
