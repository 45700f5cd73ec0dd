"""What does FFmpeg take to measure a clip with its own filters, to cover what is outside, and to encode it?"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.filter import Graph

from benchmarks.drivers.floor import RATE, streams

MEASURE = ("signalstats", "blurdetect", "freezedetect", "blockdetect")


def filtered(source: Path, form: str, overlay: Path, to: Path) -> None:
    """Decode, measure, lay the overlay's black over each frame, encode; one thread each.

    form: mp4, or jpeg, whose code streams are taken out of the DICOM file, which FFmpeg does not read.
    """
    with av.open(str(overlay)) as picture:
        hole = next(picture.decode(video=0)).reformat(format="yuva420p")
    hole.pts, hole.time_base = 0, Fraction(1, RATE)
    graph: Graph | None = None
    with av.open(str(to), "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=Fraction(RATE), options={"crf": "18", "preset": "veryfast", "bf": "0"})
        stream.pix_fmt, stream.codec_context.thread_count = "yuv420p", 1
        for number, frame in enumerate(_frames(source, form)):
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            if graph is None:
                graph = _graph(frame, hole)
                stream.width, stream.height = frame.width, frame.height
                graph.vpush(hole, 1)
                graph.vpush(None, 1)
            graph.vpush(frame, 0)
            for made in _pulled(graph):
                out.mux(stream.encode(made))
        if graph is not None:
            graph.vpush(None, 0)
            for made in _pulled(graph):
                out.mux(stream.encode(made))
        out.mux(stream.encode())


def _frames(source: Path, form: str) -> Iterator[av.VideoFrame]:
    if form == "jpeg":
        decoder = av.CodecContext.create("mjpeg", "r")
        decoder.thread_count = 1
        for stream in streams(source):
            yield from decoder.decode(av.Packet(stream))
        return
    with av.open(str(source)) as file:
        file.streams.video[0].thread_count = 1
        yield from file.decode(video=0)


def _graph(frame: av.VideoFrame, hole: av.VideoFrame) -> Graph:
    graph = Graph()
    graph.threads = 1
    sizes = {"width": frame.width, "height": frame.height, "time_base": Fraction(1, RATE)}
    last = graph.add_buffer(format=frame.format, name="frames", **sizes)
    black = graph.add_buffer(format=hole.format, name="hole", **sizes)
    for name in ("format", *MEASURE):
        following = graph.add(name, "yuv420p" if name == "format" else None)
        last.link_to(following)
        last = following
    over, sink = graph.add("overlay", "eof_action=repeat"), graph.add("buffersink")
    last.link_to(over, 0, 0)
    black.link_to(over, 0, 1)
    over.link_to(sink)
    graph.configure()
    return graph


def _pulled(graph: Graph) -> Iterator[av.VideoFrame]:
    while True:
        try:
            made = graph.vpull()
        except (BlockingIOError, EOFError):
            return
        made.pict_type = 0
        yield made
