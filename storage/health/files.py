"""Can other accounts of this machine read what they must not, and do the certificates still hold?"""

import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.x509 import load_pem_x509_certificate

from pipeline.text import Text
from storage.health.check import Check, asks, bad, good, warn
from storage.settings import settings

OTHERS = 0o077
RENEW_DAYS = 30

CLOSED = Text(
    "Keys and secrets can be read by this account only.", "Clés et secrets ne sont lisibles que par ce compte."
)
OPEN = Text(
    "Other accounts of this machine may read or change {count} files of keys and secrets: {names}.",
    "D'autres comptes de cette machine peuvent lire ou modifier {count} fichiers de clés et de secrets : {names}.",
)
OPEN_MEND = Text(
    "chmod 600 each of them in {folder}; if others have accounts here, change the keys (sonorelay key rotate).",
    "chmod 600 sur chacun dans {folder} ; si d'autres ont un compte ici, changez les clés (sonorelay key rotate).",
)
HOME_CLOSED = Text("Only this account may enter the home folder.", "Seul ce compte peut entrer dans le dossier home.")
HOME_OPEN = Text(
    "Other accounts of this machine may enter the home folder, where catalogue and objects lie.",
    "D'autres comptes de cette machine peuvent entrer dans le dossier home, où sont le catalogue et les objets.",
)
ENDS = Text(
    "The certificate of the DICOM listener is valid until {date} ({days} days).",
    "Le certificat du récepteur DICOM est valable jusqu'au {date} ({days} jours).",
)
RENEW = Text(
    "Put a new certificate and key in its place and start the services again: devices will refuse to send.",
    "Remplacez certificat et clé et relancez les services : les appareils refuseront d'envoyer.",
)
UNREADABLE = Text(
    "{file}, the certificate of the DICOM listener, cannot be read.",
    "{file}, le certificat du récepteur DICOM, ne peut être lu.",
)
UNREADABLE_MEND = Text(
    "It must be a PEM file that this account may read (setting SONORELAY_LISTENER_TLS_CERTIFICATE).",
    "Ce doit être un fichier PEM lisible par ce compte (réglage SONORELAY_LISTENER_TLS_CERTIFICATE).",
)
HOME_MEND = Text("chmod 700 {folder}", "chmod 700 {folder}")


@asks("files")
def modes(_now: datetime) -> Iterator[Check]:
    """Look at the modes of the home folder and of what must stay secret in it."""
    home = settings().home
    if not home.exists():
        return
    if _open(home):
        yield warn("files.home", HOME_OPEN, HOME_MEND, folder=str(home))
    else:
        yield good("files.home", HOME_CLOSED)
    seen = [
        path for path in (home / "secret_key", *sorted((home / "keys").glob("*")), *_listener_key()) if path.is_file()
    ]
    names = [path.name for path in seen if _open(path)]
    if names:
        yield bad("files.secrets", OPEN, OPEN_MEND, count=len(names), names=", ".join(names), folder=str(home))
    else:
        yield good("files.secrets", CLOSED)


@asks("certificate")
def certificate(now: datetime) -> Iterator[Check]:
    """Look until when the listener's certificate is valid."""
    file = settings().listener_tls_certificate
    if file is None:
        return
    try:
        ends = load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc
    except (OSError, ValueError):
        yield bad("certificate", UNREADABLE, UNREADABLE_MEND, file=str(file))
        return
    days = (ends - now) // timedelta(days=1)
    if days < 0:
        yield bad("certificate", ENDS, RENEW, days=days, date=f"{ends:%Y-%m-%d}")
    elif days < RENEW_DAYS:
        yield warn("certificate", ENDS, RENEW, days=days, date=f"{ends:%Y-%m-%d}")
    else:
        yield good("certificate", ENDS, days=days, date=f"{ends:%Y-%m-%d}")


def _listener_key() -> tuple[Path, ...]:
    file = settings().listener_tls_key
    return () if file is None else (file,)


def _open(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & OTHERS)
