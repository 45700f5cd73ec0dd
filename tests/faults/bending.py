"""What do scans of every form look like whose bytes were bent by chance?"""

import io
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom import FileDataset

from pipeline.child import run_in_child
from pipeline.errors import Rejected
from pipeline.phantom import Scene, write_mp4
from pipeline.reading import read_clip
from pipeline.sector import Shape
from tests.core.reading.written import cine, compressed

ROWS, COLUMNS = 64, 80
SECONDS, MEMORY_BYTES = 10.0, 1 << 30
ODD = (b"\0", b"\xff", b"\x7f\xff", b"\xff\xff\xff\xff", b"\0\0\0\x80", b"\xfe\xff\x00\xe0", b"\xff\xd8\xff", b"moov")


STILLS = ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP")
FORMS = ("dicom", "dicom colour", "dicom rle", "dicom jpegls", "dicom j2k", *map(str.lower, STILLS), "mp4")


@cache
def seeds() -> dict[str, bytes]:
    """Return a small sound scan of every form that is read: DICOM of each syntax, video, stills."""
    grey = np.tile(np.arange(COLUMNS, dtype=np.uint8) * 3, (2, ROWS, 1))
    colour = np.repeat(grey[..., None], 3, axis=3)
    found = {f"dicom {form}": _written(compressed(grey, form)) for form in ("rle", "jpegls", "j2k")}
    found |= {"dicom": _written(cine(grey)), "dicom colour": _written(cine(colour))}
    for form in STILLS:
        with io.BytesIO() as file:
            Image.fromarray(colour[0]).save(file, form)
            found[form.lower()] = file.getvalue()
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder, "scan.mp4")
        write_mp4(Scene(1, Shape.CURVILINEAR, rows=ROWS, columns=COLUMNS, frames=4), video)
        found["mp4"] = video.read_bytes()
    return found


def bent(content: bytes, dice: random.Random) -> bytes:
    """Return the bytes with a few changes: bits, odd numbers, pieces gone, doubled or elsewhere, an early end."""
    changed = bytearray(content)
    for _ in range(dice.randint(1, 6)):
        where, length = dice.randrange(len(changed)), dice.randrange(1, 200)
        match dice.randrange(6):
            case 0 | 1:
                changed[where] ^= 1 << dice.randrange(8)
            case 2:
                odd = dice.choice(ODD)
                changed[where : where + len(odd)] = odd
            case 3:
                del changed[where : where + length]
            case 4:
                changed[where:where] = changed[where : where + length]
            case _:
                to = dice.randrange(len(changed))
                changed[to : to + length] = changed[where : where + length]
        changed = changed or bytearray(b"\0")
    return bytes(changed[: dice.randrange(1, len(changed) + 1)] if dice.random() < 0.1 else changed)


def answers(content: bytes, dice: random.Random, folder: Path) -> Iterator[str]:
    """Read bent versions of a scan, for as long as is asked, and yield what was answered to each.

    Whatever is neither a clip nor a refusal of the sender's file is raised: a crash on our side.
    """
    path = folder / "bent"
    while True:
        path.write_bytes(bent(content, dice))
        try:
            run_in_child(read_clip, path, seconds=SECONDS, memory_bytes=MEMORY_BYTES)
            yield "read"
        except Rejected as error:
            yield error.code


def told(counted: Counter[str]) -> str:
    """Return the answers in one line, the most frequent first."""
    return ", ".join(f"{count} {answer}" for answer, count in counted.most_common())


def _written(data: FileDataset) -> bytes:
    with io.BytesIO() as file:
        data.save_as(file, enforce_file_format=True)
        return file.getvalue()
