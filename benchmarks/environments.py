"""Where do other programs run that are compared with this one? Each in an environment of its own, made once."""

import os
import subprocess
import venv
from collections.abc import Iterable
from pathlib import Path


def environment(kind: str, name: str, packages: Iterable[str]) -> Path:
    """Return the Python of an environment with these pinned packages, made in a cache folder the first time.

    Making it needs a package registry. kind: the folder of environments; name: this one, with its versions.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / f"sonorelay-{kind}"
    home = cache / name
    python = home / "bin" / "python"
    if not (home / "complete").exists():
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *packages], check=True)
        (home / "complete").touch()
    return python
