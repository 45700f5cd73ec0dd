"""Does the object store keep and give back what it is given, and is the way around its keys closed?"""

import secrets
import socket
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from pathlib import Path

from pipeline.text import Text
from storage.health.check import Check, asks, bad, good, warn
from storage.objects import Area, ObjectStore
from storage.objects.chosen import object_store
from storage.settings import loopback, settings

FILER_HTTP, FILER_GRPC = 8888, 18888
SECONDS_TO_ANSWER = 2.0
SOME_SECONDS_APART, TOO_FAR_APART = 60, 600  # at 900 an S3 server refuses what is signed

KEEPS = Text(
    "The object store ({kind}) keeps, gives back and removes a probe.",
    "Le stockage d'objets ({kind}) garde, rend et supprime un objet témoin.",
)
LOSES = Text(
    "The object store ({kind}) does not give back what it was given.",
    "Le stockage d'objets ({kind}) ne rend pas ce qu'il a reçu.",
)
LOSES_MEND = Text(
    "Stop the services and look at the store's own log and disks before any more scans come in.",
    "Arrêtez les services et voyez le journal et les disques du stockage avant que d'autres examens n'arrivent.",
)
FILER_OPEN = Text(
    "On {host}, port {port} answers as a SeaweedFS filer: whoever reaches it reads every object without a key.",
    "Sur {host}, le port {port} répond comme un « filer » SeaweedFS : qui l'atteint lit tout objet sans clé.",
)
FILER_MEND = Text(
    "Start the filer with -filer.disableHttp and -ip.bind=127.0.0.1, or close port {port} (see deploy/).",
    "Lancez le « filer » avec -filer.disableHttp et -ip.bind=127.0.0.1, ou fermez le port {port} (voir deploy/).",
)
FILER_CLOSED = Text("No SeaweedFS filer answers on {host}.", "Aucun « filer » SeaweedFS ne répond sur {host}.")
APART = Text(
    "The clocks of this machine and of the S3 server are {seconds} seconds apart.",
    "Les horloges de cette machine et du serveur S3 diffèrent de {seconds} secondes.",
)
APART_MEND = Text(
    "Set the clock, best by NTP (timedatectl set-ntp true); from 900 seconds on the server refuses every request.",
    "Réglez l'horloge, de préférence par NTP (timedatectl set-ntp true) ; dès 900 secondes, le serveur refuse tout.",
)


@asks("object_store")
def keeps(_now: datetime) -> Iterator[Check]:
    """Put a probe of random bytes into the store, read it back and take it out again."""
    kind = settings().objects
    if gives_back(object_store()):
        yield good("object_store", KEEPS, kind=kind)
    else:
        yield bad("object_store", LOSES, LOSES_MEND, kind=kind)


@asks("s3.filer")
def filer_closed(_now: datetime) -> Iterator[Check]:
    """Knock where a SeaweedFS filer of the S3 host would answer without asking for a key."""
    if settings().objects == "s3":
        yield filer_on(settings().s3_endpoint.rpartition(":")[0] or settings().s3_endpoint)


@asks("s3.clock")
def same_time(now: datetime) -> Iterator[Check]:
    """Compare our clock with the one that the S3 server tells with every answer."""
    here = settings()
    if here.objects != "s3":
        return
    theirs = _date_of(f"{'https' if here.s3_secure else 'http'}://{here.s3_endpoint}/")
    if theirs is None:
        return
    seconds = round(abs((now - theirs).total_seconds()))
    if seconds >= TOO_FAR_APART:
        yield bad("s3.clock", APART, APART_MEND, seconds=seconds)
    elif seconds >= SOME_SECONDS_APART:
        yield warn("s3.clock", APART, APART_MEND, seconds=seconds)
    else:
        yield good("s3.clock", APART, seconds=seconds)


def gives_back(store: ObjectStore) -> bool:
    """Tell whether a probe comes back as it was put, and is gone once it was removed."""
    probe = secrets.token_bytes(64)
    with tempfile.NamedTemporaryFile() as file:
        file.write(probe)
        file.flush()
        digest = store.put(Area.RELEASED, Path(file.name)).digest
    try:
        with store.open(Area.RELEASED, digest) as kept:
            same = kept.read() == probe
    finally:
        store.delete(Area.RELEASED, digest)
    return same and store.size(Area.RELEASED, digest) is None


def filer_on(host: str, http: int = FILER_HTTP, grpc: int = FILER_GRPC) -> Check:
    """Say whether a filer gives its files to whoever asks, by HTTP or by gRPC.

    On loopback gRPC has to listen, since the S3 gateway of the same process comes that way.
    """
    for port, is_open in ((http, _lists(host, http)), (grpc, not loopback(host) and _accepts(host, grpc))):
        if is_open:
            return bad("s3.filer", FILER_OPEN, FILER_MEND, host=host, port=port)
    return good("s3.filer", FILER_CLOSED, host=host)


def _lists(host: str, port: int) -> bool:
    """Tell whether what answers by HTTP says that it is SeaweedFS, and does not ask for a key."""
    try:
        with urllib.request.urlopen(f"http://{host}:{port}/", timeout=SECONDS_TO_ANSWER) as answer:  # nosec B310
            return "SeaweedFS" in answer.headers.get("Server", "")
    except urllib.error.HTTPError as error:
        return "SeaweedFS" in error.headers.get("Server", "") and error.code not in (401, 403)
    except (OSError, HTTPException):
        return False


def _accepts(host: str, port: int) -> bool:
    with suppress(OSError), socket.create_connection((host, port), timeout=SECONDS_TO_ANSWER):
        return True
    return False


def _date_of(address: str) -> datetime | None:
    try:
        with urllib.request.urlopen(address, timeout=SECONDS_TO_ANSWER) as answer:  # noqa: S310  # nosec B310
            said = answer.headers.get("Date")
    except urllib.error.HTTPError as error:
        said = error.headers.get("Date")
    except (OSError, HTTPException):
        return None
    try:
        return parsedate_to_datetime(said).astimezone(UTC) if said else None
    except ValueError:
        return None
