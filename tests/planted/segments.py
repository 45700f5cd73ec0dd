"""How are texts put between the segments of a JPEG, the markers of a JPEG 2000 stream and the chunks of a PNG?"""

import struct
import zlib

import numpy as np
import simplejpeg

from tests.planted.marks import Ink

XMP = b"http://ns.adobe.com/xap/1.0/\0"


def segment(marker: int, body: bytes) -> bytes:
    """Return one segment of a JPEG."""
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def with_comment(stream: bytes, text: bytes) -> bytes:
    """Return a JPEG 2000 stream with a COM marker before its first tile."""
    at = stream.index(b"\xff\x90")
    return stream[:at] + b"\xff\x64" + struct.pack(">HH", len(text) + 4, 1) + text + stream[at:]


def with_jpeg_segments(jpeg: bytes, ink: Ink, where: str) -> bytes:
    """Return the JPEG with COM, EXIF (place and thumbnail), XMP, IPTC, a colour profile and bytes after its end."""
    extra = segment(0xFE, ink.person(f"{where}: COM").encode())
    extra += segment(0xE1, b"Exif\0\0" + exif(ink, f"{where}: EXIF"))
    xmp = f"<x:xmpmeta><dc:creator>{ink.person(f'{where}: XMP')}</dc:creator></x:xmpmeta>"
    extra += segment(0xE1, XMP + xmp.encode())
    iptc = ink.institution(f"{where}: IPTC").encode()
    extra += segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc)
    extra += segment(0xE2, b"ICC_PROFILE\0\1\1" + ink.person(f"{where}: colour profile").encode().ljust(140, b"\0"))
    extra += segment(0xEA, ink.serial(f"{where}: APP10").encode("utf-16-le"))
    end = ink.number(f"{where}: after its end").encode()
    return jpeg[:2] + extra + jpeg[2:] + end + b"\0" * ((len(extra) + len(jpeg) + len(end)) % 2)


def exif(ink: Ink, where: str) -> bytes:
    """Return a TIFF block: artist, date, GPS as text, serial number, and a thumbnail with a comment of its own."""
    day = ink.day(f"{where} date", "date")
    entries = {
        0x010E: ink.note(f"{where} description").encode(),
        0x013B: ink.person(f"{where} artist").encode(),
        0x0132: f"{day[:4]}:{day[4:6]}:{day[6:]} 10:22:11".encode(),
        0xA431: ink.serial(f"{where} body serial").encode(),
        0x9C9D: ink.person(f"{where} author, UTF-16").encode("utf-16-le"),
    }
    small = simplejpeg.encode_jpeg(np.full((8, 8, 3), 90, np.uint8), quality=50)
    thumbnail = small[:2] + segment(0xFE, ink.person(f"{where} thumbnail").encode()) + small[2:]
    directory, data = b"", b""
    start = 8 + 2 + 12 * (len(entries) + 1) + 4
    for tag, value in sorted(entries.items()):
        directory += struct.pack("<HHII", tag, 2, len(value) + 1, start + len(data))
        data += value + b"\0" + b"\0" * ((len(value) + 1) % 2)
    directory += struct.pack("<HHII", 0xC4A5, 7, len(thumbnail), start + len(data))
    gps = b"GPS " + ink.position(f"{where} GPS").encode() + b"\0"
    return b"II*\0" + struct.pack("<IH", 8, len(entries) + 1) + directory + b"\0\0\0\0" + data + thumbnail + gps


def with_png_chunks(png: bytes, ink: Ink) -> bytes:
    """Return the PNG with text, compressed text, international text, EXIF, a private chunk and bytes after its end."""
    chunks = chunk(b"tEXt", b"Author\0" + ink.phone("PNG tEXt").encode("latin-1"))
    chunks += chunk(b"zTXt", b"Comment\0\0" + zlib.compress(ink.mail("PNG zTXt", plain=False).encode()))
    chunks += chunk(b"iTXt", b"Title\0\0\0fr\0Titre\0" + ink.person("PNG iTXt").encode())
    packed = zlib.compress(ink.person("PNG iTXt, compressed", plain=False).encode())
    chunks += chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + packed)
    chunks += chunk(b"eXIf", exif(ink, "PNG eXIf"))
    chunks += chunk(b"paTi", ink.number("PNG private chunk").encode())
    body = png.index(b"IDAT") - 4
    return png[:body] + chunks + png[body:] + ink.person("PNG after its end").encode()


def chunk(name: bytes, body: bytes) -> bytes:
    """Return one chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
