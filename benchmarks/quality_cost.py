"""What do the rules cost beside decoding?"""

import io
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import av
import cv2
import numpy as np

from pipeline.find_sector import find_sector
from pipeline.phantom import Scene, render
from pipeline.reading import read_clip
from pipeline.rule import Rule
from pipeline.sector import Shape

FRAMES = 180
RUNS = 5


@dataclass(frozen=True)
class Cost:
    """Milliseconds of CPU a frame, medians of five runs. dearest: the dearest rules."""

    frames: int
    decode: float
    sector: float
    rules: float
    dearest: tuple[tuple[str, float], ...]


def against_decode(rules: Sequence[Rule]) -> Cost:
    """Return what a simulated H.264 clip of 180 frames costs, on one core."""
    cv2.setNumThreads(1)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        path.write_bytes(_encoded())
        decodes, sectors, alls, single = [], [], [], defaultdict(list)
        for _ in range(RUNS):
            began = time.process_time()
            with av.open(str(path)) as file:
                file.streams.video[0].thread_count = 1
                for _frame in file.decode(video=0):
                    pass
            decodes.append(time.process_time() - began)
            clip = read_clip(path)
            began = time.process_time()
            sector = find_sector(clip)
            sectors.append(time.process_time() - began)
            clip = replace(clip)  # nothing remembered
            started = time.process_time()
            for rule in rules:
                began = time.process_time()
                rule.ask(clip, sector)
                single[rule.name].append(time.process_time() - began)
            alls.append(time.process_time() - started)
    each = sorted(((name, 1000 * median(times) / FRAMES) for name, times in single.items()), key=lambda x: -x[1])
    decode, sector, every = (1000 * median(times) / FRAMES for times in (decodes, sectors, alls))
    return Cost(FRAMES, decode, sector, every, tuple(each[:8]))


def _encoded() -> bytes:
    """Return an H.264 clip; 60 simulated frames forth and back and forth, which a phantom takes long enough for."""
    frames = list(render(Scene(seed=9, shape=Shape.CURVILINEAR, frames=60)))
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=Fraction(30), options={"crf": "23", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        for number in range(FRAMES):
            place = number % 118
            planes = np.full((720, 640), 128, np.uint8)
            planes[:480] = frames[place if place < 60 else 118 - place]
            out.mux(stream.encode(av.VideoFrame.from_ndarray(planes, format="yuv420p")))
        out.mux(stream.encode())
    return file.getvalue()
