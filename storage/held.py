"""Is a program that is alive at work on this, so that its death needs no word from it?"""

import fcntl
from pathlib import Path


def held(file: Path) -> bool:
    """Tell whether a living program holds its lock on the file: the kernel lets go of it when that dies, however."""
    try:
        with file.open("rb") as opened:
            fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False
