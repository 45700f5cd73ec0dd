"""How is a clip written as a video that a phone exports, with identifiers in every place of the container?"""

import io
import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import simplejpeg

from tests.planted.marks import Ink
from tests.planted.pictures import Pixels
from tests.planted.segments import with_jpeg_segments

RATE = 25
USER_DATA = bytes(range(16))
CONTAINERS = ("mp4", "mov", "mkv", "avi")


def write_video(pixels: Pixels, path: Path, ink: Ink) -> None:
    """Write the frames as H.264 (MPEG-4 in AVI) in the container that the name ends with."""
    form = path.suffix[1:]
    with av.open(str(path), "w", format={"mkv": "matroska"}.get(form, form), options=_options(form)) as container:
        _tags(container, ink, form)
        video = container.add_stream("mpeg4" if form == "avi" else "libx264", rate=RATE)
        video.height, video.width = pixels.shape[1:3]
        video.pix_fmt, video.codec_context.thread_count = "yuv420p", 1
        if form != "avi":
            video.options = {"preset": "veryfast", "crf": "20", "bf": "0"}
            video.metadata["title"] = ink.person(f"{form}: name of the picture track", plain=form != "mp4")
            video.metadata["handler_name"] = ink.person(f"{form}: handler of the picture track", plain=form != "mkv")
        sound = _sound(container, ink, form)
        words = _subtitles(container, ink) if form == "mkv" else None
        if form == "mkv":
            _attachments(container, ink)
        if form in ("mp4", "mkv"):
            _chapters(container, ink, form)
        for packet in _encoded(video, pixels):
            container.mux(_with_user_data(packet, ink, form) if form != "avi" else packet)
        if sound is not None:
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.sample_rate = 44100
            container.mux([*sound.encode(frame), *sound.encode(None)])
        if words is not None:
            container.mux(words)
    raw = path.read_bytes()
    if form in ("mp4", "mov"):
        raw = _with_boxes(raw, ink, form)
    elif form == "avi":
        raw = _with_junk(raw, ink)
    path.write_bytes(raw)


def _options(form: str) -> dict[str, str]:
    return {"movflags": "use_metadata_tags"} if form in ("mp4", "mov") else {}


def _tags(container: av.container.OutputContainer, ink: Ink, form: str) -> None:
    """Name patient, place, device and day in the tags of the container; AVI keeps those of its INFO list."""
    here = container.metadata
    here["title"] = ink.person(f"{form}: title")
    here["artist"] = ink.person(f"{form}: artist", "operator")
    here["comment"] = ink.note(f"{form}: comment")
    here["copyright"] = ink.institution(f"{form}: copyright")
    if form == "avi":
        return
    here["location"] = ink.position(f"{form}: location")
    here["com.apple.quicktime.location.ISO6709"] = ink.position(f"{form}: QuickTime location")
    here["com.apple.quicktime.model"] = ink.serial(f"{form}: QuickTime model")
    here["PATIENT_ID"] = ink.number(f"{form}: tag of the device's own")
    here["date"] = ink.written_day(f"{form}: date", "date")
    here["synopsis"] = ink.address(f"{form}: synopsis")


def _sound(container: av.container.OutputContainer, ink: Ink, form: str) -> "av.AudioStream | None":
    if form not in ("mp4", "mkv") or ink.rng.random() < 0.5:
        return None
    sound = container.add_stream("aac", rate=44100, layout="mono")
    sound.metadata["title"] = ink.person(f"{form}: name of the sound track", plain=form != "mp4")
    sound.metadata["handler_name"] = ink.person(f"{form}: handler of the sound track", plain=form != "mkv")
    return sound


def _subtitles(container: av.container.OutputContainer, ink: Ink) -> list[av.Packet]:
    text = f"1\n00:00:00,000 --> 00:00:00,080\n{ink.note('mkv: subtitles')}\n"
    source = av.open(io.BytesIO(text.encode()), format="srt")
    track = container.add_stream_from_template(source.streams[0])
    packets = [packet for packet in source.demux() if packet.dts is not None]
    for packet in packets:
        packet.stream = track
    return packets


def _attachments(container: av.container.OutputContainer, ink: Ink) -> None:
    picture = simplejpeg.encode_jpeg(np.full((16, 16, 3), 99, np.uint8), quality=60)
    name = ink.put("file name", "mkv: name of an attachment", f"{ink.word()}.jpg")
    container.add_attachment(name, "image/jpeg", with_jpeg_segments(picture, ink, "mkv attachment"))


def _chapters(container: av.container.OutputContainer, ink: Ink, form: str) -> None:
    base = Fraction(1, 1000)
    title = ink.person(f"{form}: chapter")
    container.set_chapters([{"id": 1, "start": 0, "end": 80, "time_base": base, "metadata": {"title": title}}])


def _encoded(video: av.VideoStream, pixels: Pixels) -> Iterator[av.Packet]:
    for number, frame in enumerate(pixels):
        picture = av.VideoFrame.from_ndarray(frame, format="gray" if frame.ndim == 2 else "rgb24")
        picture.pts, picture.time_base = number, Fraction(1, RATE)
        yield from video.encode(picture)
    yield from video.encode(None)


def _with_user_data(packet: av.Packet, ink: Ink, form: str) -> av.Packet:
    """Return the packet with a user data message (SEI, type 5) before its slices, as encoders and devices write."""
    if packet.pts and packet.pts > 3000:
        return packet
    body = USER_DATA + ink.person(f"{form}: message in the H.264 stream").encode()
    unit = b"\x06\x05" + bytes([len(body)]) + body + b"\x80"
    with_it = av.Packet(b"\0\0\0\1" + unit + bytes(packet))
    with_it.stream, with_it.pts, with_it.dts = packet.stream, packet.pts, packet.dts
    with_it.time_base, with_it.duration, with_it.is_keyframe = packet.time_base, packet.duration, packet.is_keyframe
    return with_it


def box(name: bytes, body: bytes) -> bytes:
    """Return one box of an ISO media file."""
    return struct.pack(">I", 8 + len(body)) + name + body


def _with_boxes(raw: bytes, ink: Ink, form: str) -> bytes:
    """Return the file with boxes of user data in `moov` (its last box) and free, uuid, meta and stray bytes after."""
    at, size = _box_at(raw, b"moov")
    if at + size != len(raw):
        raise ValueError("moov is expected to be the last box")
    artist = ink.person(f"{form}: udta ©ART").encode()
    xyz = ink.position(f"{form}: udta ©xyz").encode()
    cover = with_jpeg_segments(simplejpeg.encode_jpeg(np.zeros((8, 8, 3), np.uint8)), ink, f"{form} attached picture")
    item = box(b"covr", box(b"data", struct.pack(">II", 13, 0) + cover))
    handler = box(
        b"hdlr", b"\0" * 8 + b"mdirappl" + b"\0" * 9 + ink.person(f"{form}: handler in udta").encode() + b"\0"
    )
    user = box(b"\xa9xyz", struct.pack(">HH", len(xyz), 0x15C7) + xyz)
    user += box(b"\xa9ART", struct.pack(">HH", len(artist), 0) + artist)
    user += box(b"auth", b"\0" * 6 + ink.person(f"{form}: udta auth, UTF-16").encode("utf-16-be") + b"\0\0")
    user += box(b"meta", b"\0" * 4 + handler + box(b"ilst", item))
    moov = raw[at + 8 :] + box(b"udta", user)
    after = box(b"free", ink.number(f"{form}: free").encode()) + box(b"skip", ink.mail(f"{form}: skip").encode())
    after += box(b"uuid", USER_DATA + ink.note(f"{form}: uuid").encode())
    after += box(b"meta", b"\0" * 4 + box(b"xml ", b"\0" * 4 + ink.person(f"{form}: meta XML").encode()))
    after += box(b"mdat", ink.person(f"{form}: mdat of nothing").encode())
    return raw[:at] + box(b"moov", moov) + after


def _box_at(raw: bytes, wanted: bytes) -> tuple[int, int]:
    at = 0
    while at + 8 <= len(raw):
        size = int.from_bytes(raw[at : at + 4], "big")
        size = int.from_bytes(raw[at + 8 : at + 16], "big") if size == 1 else size
        if raw[at + 4 : at + 8] == wanted:
            return at, size
        at += size
    raise LookupError(wanted)


def _with_junk(raw: bytes, ink: Ink) -> bytes:
    """Return the AVI with a day, junk and an unknown chunk at the end of its RIFF."""
    extra = b""
    for name, text in (
        (b"IDIT", ink.written_day("avi: IDIT", "date")),
        (b"JUNK", ink.person("avi: JUNK")),
        (b"paTi", ink.number("avi: chunk of the device's own")),
    ):
        body = text.encode()
        extra += name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    size = int.from_bytes(raw[4:8], "little") + len(extra)
    return raw[:4] + struct.pack("<I", size) + raw[8:] + extra + ink.person("avi: after its end").encode()
