"""How do scans come from devices that send by DICOM (C-STORE)? The program that `sonorelay up` starts for them.

Each project has the AE title that devices call; a device is told of success only once its object is safe.
"""

import logging
import signal

from storage.catalogue import setup
from storage.settings import settings

setup.prepare()  # Django wants to be ready before its tables are imported

from flows.listener.destinations import destinations  # noqa: E402
from flows.listener.service import listening, receiving_folder  # noqa: E402
from supervision.programme import read_programme  # noqa: E402

ENDS = {signal.SIGTERM, signal.SIGINT}

log = logging.getLogger("sonorelay.listener")


def main() -> None:
    """Listen until told to stop; what is being received then is finished first."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # before any thread begins: waited for below, in no matter which thread they would have arrived
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    here = settings()
    known = destinations(read_programme(here.programme_file.read_text(encoding="utf-8")))
    with receiving_folder(here.home) as folder, listening(here, known, folder):
        log.info("listening host=%s port=%s titles=%s", here.listener_host, here.listener_port, len(known))
        signal.sigwait(ENDS)


if __name__ == "__main__":
    main()
