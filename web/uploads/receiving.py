"""How does a complete upload become scans, once, whatever breaks on the way?"""

from datetime import datetime

from storage import uploads
from storage.catalogue.models import Project
from storage.keys import organisation_key
from storage.objects.chosen import object_store
from storage.reception import Incoming, receive
from storage.uploads import Upload
from supervision.sources import Way
from web.uploads.metadata import captured_at


def received(upload: Upload, now: datetime) -> Upload:
    """Receive an upload that is complete and that we hold alone; without effect when it was done before.

    Whatever stops it, it is done again at the next request, under the time of the first try, by which the catalogue
    knows an arrival again. Project.DoesNotExist where the project is gone, Unavailable.
    """
    if upload.arrivals is not None or upload.offset < upload.length:
        return upload
    project = Project.objects.select_related("organisation").get(code=upload.project)
    handed_on = uploads.hand_on(upload, now)
    incoming = Incoming(
        path=upload.part,
        project=upload.project,
        way=Way.BROWSER,
        author=upload.said.get("author"),
        exam_type=upload.said.get("exam_type"),
        device=upload.said.get("device"),
        captured_at=captured_at(upload.said),
        said=upload.said.get("worksheet", {}),
        sent_by=upload.person,
    )
    key = organisation_key(project.organisation.code)
    receipts = receive(
        incoming, object_store(project.organisation.code), key, handed_on.received or now, work=upload.folder
    )
    return uploads.finish(handed_on, tuple(one.arrival for one in receipts))
