"""Do devices that send by DICOM find somebody who answers?"""

import ssl
from collections.abc import Iterator
from datetime import datetime

from pipeline.text import Text
from storage.health.check import Check, asks, bad, good, warn
from storage.held import held
from storage.settings import Settings, settings
from supervision.programme import Programme, read_programme
from supervision.sources import DicomListener

SECONDS_TO_ANSWER = 5.0
VERIFICATION = "1.2.840.10008.1.1"
EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked, not bound  # nosec

ANSWERS = Text(
    "The DICOM listener answers on port {port} (AE titles: {count}).",
    "Le récepteur DICOM répond sur le port {port} (titres AE : {count}).",
)
SILENT = Text(
    "The DICOM listener on port {port} does not answer: devices keep what they would send.",
    "Le récepteur DICOM du port {port} ne répond pas : les appareils gardent ce qu'ils enverraient.",
)
SILENT_MEND = Text(
    "See home/logs/listener.log; stop and start it (sonorelay up, or its service).",
    "Voir home/logs/listener.log ; arrêtez-le et relancez-le (sonorelay up, ou son service).",
)
STOPPED_MEND = Text("Start it: sonorelay up, or its service.", "Lancez-le : sonorelay up, ou son service.")


@asks("listener")
def answers(_now: datetime) -> Iterator[Check]:
    """Ask the listener as a device would, where a project has one."""
    here = settings()
    heard = sources(here)
    if not heard:
        return
    if listener_answers(here, heard[0]):
        yield good("listener", ANSWERS, port=here.listener_port, count=len(heard))
    elif held(here.home / "receiving" / ".lock"):
        yield bad("listener", SILENT, SILENT_MEND, port=here.listener_port)
    else:
        yield warn("listener", SILENT, STOPPED_MEND, port=here.listener_port)


def sources(here: Settings) -> tuple[DicomListener, ...]:
    """Return what the programme says of listeners, nothing where there is no programme yet."""
    file = here.programme_file
    programme = read_programme(file.read_text(encoding="utf-8")) if file.is_file() else Programme()
    found = (source for project in programme.projects for source in project.sources)
    return tuple(source for source in found if isinstance(source, DicomListener))


def listener_answers(here: Settings, source: DicomListener) -> bool:
    """Tell whether a C-ECHO to this AE title is answered."""
    from pynetdicom import AE  # only who asks a listener loads it

    entity = AE(source.calling[0] if source.calling else "SONORELAY")
    entity.add_requested_context(VERIFICATION)
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = SECONDS_TO_ANSWER
    entity.connection_timeout = SECONDS_TO_ANSWER
    address = EVERY_ADDRESS.get(here.listener_host, here.listener_host)
    tls = (_tls(here), address) if here.listener_tls_certificate is not None else None
    made = entity.associate(address, here.listener_port, ae_title=source.ae_title, tls_args=tls)
    if not made.is_established:
        return False
    try:
        return bool(made.send_c_echo().get("Status") == 0)
    except (RuntimeError, ValueError):
        return False
    finally:
        made.release()


def _tls(here: Settings) -> ssl.SSLContext:
    """Return how we speak with our own listener, as whom it trusts itself."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if here.listener_tls_certificate is not None and here.listener_tls_key is not None:
        context.load_cert_chain(here.listener_tls_certificate, here.listener_tls_key)
    return context
