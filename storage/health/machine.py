"""Has this machine the room, the memory and the parts that the work needs?"""

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pipeline.text import Text
from storage.health.check import Check, asks, bad, good, warn
from storage.settings import settings

MIB = 1 << 20
FAIR_ROOM_MIB = 4096
"""Above the reserve from which nothing is taken in any more (storage.room)."""
LITTLE_MEMORY_MIB, SOME_MEMORY_MIB = 1500, 3500
PARTS = ("av", "gdcm", "openjpeg", "jpeg_ls", "simplejpeg", "cv2", "rapidocr_onnxruntime", "prefect", "pynetdicom")
CGROUP = Path("/sys/fs/cgroup/memory.max")

ROOM = Text(
    "{free_mib} MiB are free where {folder} lies ({place}).",
    "{free_mib} Mio sont libres là où se trouve {folder} ({place}).",
)
ROOM_MEND = Text(
    "Free some room, or move the folder to a larger disk (setting {setting}).",
    "Libérez de la place ou déplacez le dossier sur un disque plus grand (réglage {setting}).",
)
NOT_WRITABLE = Text(
    "Nothing can be written where {folder} lies ({place}).",
    "Rien ne peut être écrit là où se trouve {folder} ({place}).",
)
NOT_WRITABLE_MEND = Text(
    "See that the disk is mounted for writing and that the folder belongs to this account.",
    "Vérifiez que le disque est monté en écriture et que le dossier appartient à ce compte.",
)
MEMORY = Text(
    "{memory_mib} MiB of memory and {cores} cores may be used.",
    "{memory_mib} Mio de mémoire et {cores} cœurs peuvent être utilisés.",
)
MEMORY_MEND = Text(
    "Give the machine or the container more memory: reading two scans at once with the services wants 4 GiB.",
    "Donnez plus de mémoire à la machine ou au conteneur : lire deux examens à la fois demande 4 Gio.",
)
ALL_PARTS = Text("All {count} parts of the software are there.", "Les {count} composants du logiciel sont présents.")
PARTS_LACK = Text("Parts of the software are missing: {names}.", "Des composants du logiciel manquent : {names}.")
PARTS_MEND = Text(
    "Install the software again from its lock (make install).",
    "Réinstallez le logiciel à partir de son verrou (make install).",
)


@asks("disk")
def room(_now: datetime) -> Iterator[Check]:
    """Look at the disks of home, inbox and temporary files."""
    here = settings()
    places = (("home", here.home, "SONORELAY_HOME"), ("inbox", here.inbox, "SONORELAY_INBOX"))
    for name, folder, setting in (*places, ("tmp", Path(tempfile.gettempdir()), "TMPDIR")):
        place = _existing(folder)
        facts: dict[str, int | str] = {"free_mib": shutil.disk_usage(place).free // MIB, "folder": name}
        facts |= {"place": str(folder), "setting": setting}
        if not os.access(place, os.W_OK) or os.statvfs(place).f_flag & os.ST_RDONLY:
            yield bad(f"disk.{name}", NOT_WRITABLE, NOT_WRITABLE_MEND, **facts)
        elif int(facts["free_mib"]) < here.disk_reserve_mb:
            yield bad(f"disk.{name}", ROOM, ROOM_MEND, **facts)
        elif int(facts["free_mib"]) < here.disk_reserve_mb + FAIR_ROOM_MIB:
            yield warn(f"disk.{name}", ROOM, ROOM_MEND, **facts)
        else:
            yield good(f"disk.{name}", ROOM, **facts)


@asks("memory")
def memory(_now: datetime) -> Iterator[Check]:
    """Look at what the machine has and what a container leaves of it."""
    mib = memory_bytes() // MIB
    facts = {"memory_mib": mib, "cores": len(os.sched_getaffinity(0))}
    if mib < LITTLE_MEMORY_MIB:
        yield bad("memory", MEMORY, MEMORY_MEND, **facts)
    elif mib < SOME_MEMORY_MIB:
        yield warn("memory", MEMORY, MEMORY_MEND, **facts)
    else:
        yield good("memory", MEMORY, **facts)


@asks("parts")
def parts(_now: datetime) -> Iterator[Check]:
    """Look for the libraries that are loaded only when a scan needs them."""
    lacking = [name for name in PARTS if importlib.util.find_spec(name) is None]
    if lacking:
        yield bad("parts", PARTS_LACK, PARTS_MEND, names=", ".join(lacking))
    else:
        yield good("parts", ALL_PARTS, count=len(PARTS))


def memory_bytes() -> int:
    """Return how much memory this process may use: the machine's, or less where a container says so."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = CGROUP.read_text(encoding="ascii").strip() if CGROUP.exists() else "max"
    return min(whole, int(limit)) if limit.isdecimal() else whole


def _existing(folder: Path) -> Path:
    return next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
