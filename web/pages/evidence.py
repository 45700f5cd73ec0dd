"""How does a browser see a picture of what is in doubt? Only by this page, which asks for the right each time."""

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from storage.catalogue import audit
from storage.catalogue.scope import evidence_for
from storage.objects import Area
from storage.objects.chosen import object_store
from supervision.roles import Action
from web.pages.objects import defused
from web.permissions import person_of, requires


@requires(Action.RELEASE_SCANS)
@require_safe
def evidence(request: HttpRequest, scan_id: int, role: str) -> HttpResponseBase:
    """Answer with a picture that is not de-identified; 404 out of scope, and as soon as the scan is held back no more.

    There is no signed address to it, no browser or proxy may keep it, and each view is noted.
    """
    person = person_of(request)
    stored = evidence_for(person).filter(scan=scan_id, role=role).select_related("scan").first()
    if stored is None or stored.media_type != "image/jpeg":
        raise Http404
    if request.method == "GET":
        audit.saw(person, "evidence_seen", stored.scan, timezone.now(), role=role)
    response = FileResponse(object_store().open(Area.WITHHELD, stored.digest), content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    return defused(response)
