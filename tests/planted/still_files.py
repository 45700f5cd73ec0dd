"""How is a picture written as a still that a phone exports, with identifiers in every place of the file?"""

import io
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from tests.planted.marks import Ink
from tests.planted.pictures import Pixels
from tests.planted.segments import with_jpeg_segments, with_png_chunks

STILLS = ("jpg", "png", "tif", "gif", "bmp")


def write_still(pixels: Pixels, path: Path, ink: Ink) -> None:
    """Write a grey or coloured picture in the format that the name ends with."""
    form, image, stream = path.suffix[1:], Image.fromarray(pixels), io.BytesIO()
    if form == "jpg":
        image.save(stream, "JPEG", quality=92)
        raw = with_jpeg_segments(stream.getvalue(), ink, "JPEG file")
    elif form == "png":
        image.save(stream, "PNG", pnginfo=PngInfo())
        raw = with_png_chunks(stream.getvalue(), ink)
    elif form == "tif":
        image.save(stream, "TIFF", tiffinfo=_tiff_tags(ink))
        raw = stream.getvalue() + ink.person("TIFF: after its end").encode()
    elif form == "gif":
        image.save(stream, "GIF", comment=ink.note("GIF comment").encode())
        raw = stream.getvalue() + ink.person("GIF: after its end").encode()
    else:
        image.save(stream, "BMP")
        raw = stream.getvalue() + ink.person("BMP: after its end").encode()
    path.write_bytes(raw)


def _tiff_tags(ink: Ink) -> ImageFileDirectory_v2:
    tags = ImageFileDirectory_v2()
    day = ink.day("TIFF date")
    tags[270] = ink.put("patient name", "TIFF description", "Mukwiza") + " 4 chambers"
    tags[305] = "probe " + ink.serial("TIFF software")
    tags[306] = f"{day[:4]}:{day[4:6]}:{day[6:]} 08:12:44"
    tags[316] = ink.number("TIFF host computer", "station")
    return tags
