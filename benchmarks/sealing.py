"""What does it cost that originals lie sealed? Put, read back and fetch, beside the same with a plain area.

`python -m benchmarks sealing [MEGABYTES]`
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from storage.objects import Area, ObjectStore
from storage.objects.folder import FolderShelf
from storage.objects.vaults import Vaults

MEGABYTES = 64
ROUNDS = 5


def main() -> None:
    """Print one line: megabytes in a second, sealed and plain, and their ratio."""
    numbers = [int(word) for word in sys.argv if word.isdecimal()]
    with tempfile.TemporaryDirectory() as name:
        print(_figures(Path(name), numbers[0] if numbers else MEGABYTES))


def _figures(folder: Path, megabytes: int) -> str:
    store = ObjectStore(FolderShelf(folder / "objects", "", "k" * 40), Vaults(folder / "keys"), folder, "relief")
    source = folder / "source"
    source.write_bytes(os.urandom(megabytes * 1_000_000))
    said = []
    for what, measure in (("put", _put), ("verify", _verify), ("fetch", _fetch)):
        sealed, plain = (_rate(measure, store, area, source, megabytes) for area in (Area.RAW, Area.RELEASED))
        said.append(f"{what} {sealed:.0f} MB/s sealed, {plain:.0f} plain ({sealed / plain:.2f})")
    return f"sealing of {megabytes} MB: {'; '.join(said)}"


def _rate(
    measure: Callable[[ObjectStore, Area, Path], float], store: ObjectStore, area: Area, source: Path, megabytes: int
) -> float:
    return megabytes / median(measure(store, area, source) for _ in range(ROUNDS))


def _put(store: ObjectStore, area: Area, source: Path) -> float:
    for digest in list(store.digests(area)):
        store.delete(area, digest)
    begin = time.perf_counter()
    store.put(area, source)
    return time.perf_counter() - begin


def _verify(store: ObjectStore, area: Area, source: Path) -> float:
    digest = store.put(area, source).digest
    begin = time.perf_counter()
    store.verify(area, digest)
    return time.perf_counter() - begin


def _fetch(store: ObjectStore, area: Area, source: Path) -> float:
    digest = store.put(area, source).digest
    begin = time.perf_counter()
    with store.fetch(area, digest):
        return time.perf_counter() - begin
