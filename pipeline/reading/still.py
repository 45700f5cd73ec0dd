"""What does a PNG, JPEG, BMP, TIFF or GIF picture show?"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from pipeline.errors import TooLarge, Undecodable
from pipeline.reading.kind import still_format
from pipeline.reading.limits import MALFORMED, MOST_PIXELS
from pipeline.reading.scan import Drawn, Picture, Pixels, Scan, ScanFacts
from pipeline.received import Kind


@contextmanager
def open_still(path: Path) -> Iterator[Scan]:
    """Open one picture; its frame is upright (the Exif orientation is applied).

    Raises Undecodable (`damaged`, `truncated`, `unsupported_syntax` for animations) or TooLarge before any pixel
    is allocated.
    """
    with path.open("rb") as file:
        name = still_format(file.read(32))
        file.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = _opened(file, name)
            with image:
                yield _scan(image, name or "")


def _opened(file: object, name: str | None) -> Image.Image:
    try:
        image = Image.open(file, formats=[name or ""])  # type: ignore[arg-type]
        columns, rows = image.size
        pages = getattr(image, "n_frames", 1)
    except Image.DecompressionBombError:
        raise TooLarge("too_large") from None
    except MALFORMED:
        raise Undecodable("damaged") from None
    if rows * columns > MOST_PIXELS:
        raise TooLarge("too_large")
    if pages != 1:
        raise Undecodable("unsupported_syntax")
    return image


def _scan(image: Image.Image, name: str) -> Scan:
    try:
        turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    except MALFORMED:
        turned = False
    columns, rows = reversed(image.size) if turned else image.size
    facts = ScanFacts(Kind.STILL, name.lower(), rows, columns, 1, name.lower())

    def pictures() -> Iterator[Picture]:
        yield Drawn(_pixels(image))

    return Scan(facts, pictures)


def deep_grey(path: Path) -> NDArray[np.uint16] | None:
    """Return the samples of a 16 bit grey picture, upright, of which `open_still` shows the upper byte; else None.

    Same errors as `open_still`.
    """
    with path.open("rb") as file:
        name = still_format(file.read(32))
        file.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with _opened(file, name) as image:
                if not image.mode.startswith("I"):
                    return None
                try:
                    return _deep(ImageOps.exif_transpose(image))
                except MALFORMED:
                    raise Undecodable("damaged") from None


def _deep(image: Image.Image) -> NDArray[np.uint16]:
    return np.clip(np.asarray(image).astype(np.int64), 0, 65535).astype(np.uint16)


def _pixels(image: Image.Image) -> Pixels:
    """Decode and turn upright; 16 bit grey keeps its upper byte; transparent parts become black."""
    try:
        image.load()
        upright = ImageOps.exif_transpose(image)
        if upright.mode.startswith("I"):
            return (_deep(upright) >> 8).astype(np.uint8)
        if upright.mode in ("L", "1"):
            return np.array(upright.convert("L"))
        if upright.mode in ("LA", "RGBA", "PA") or "transparency" in upright.info:
            seen = upright.convert("RGBA")
            black = Image.new("RGBA", seen.size, (0, 0, 0, 255))
            return np.array(Image.alpha_composite(black, seen).convert("RGB"))
        return np.array(upright.convert("RGB"))
    except MALFORMED as fault:
        cut = "truncated" in str(fault) or isinstance(fault, EOFError)
        raise Undecodable("truncated" if cut else "damaged") from None
