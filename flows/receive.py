"""How does a file that was found become a received scan, and when is it taken away where it was found?"""

from datetime import datetime

from flows.sources.watched_folder import Found
from pipeline.deidentify import Key
from storage.objects import ObjectStore
from storage.reception import Incoming, receive
from supervision.sources import Way


def take_in(found: Found, project: str, key: Key, store: ObjectStore, now: datetime) -> int:
    """Keep one file and then take it out of the inbox; return how many scans it held, 0 when it changed meanwhile."""
    incoming = Incoming(
        path=found.path,
        project=project,
        way=Way.WATCHED_FOLDER,
        author=found.trainee,
        exam_type=found.exam_type,
        device=found.device,
        captured_at=found.captured_at,
        sidecar=found.sidecar,
        said=found.said,
    )
    receipts = receive(incoming, store, key, now, unchanged=found.unchanged)
    if receipts:
        found.remove()
    return len(receipts)
