"""How is a simulated clip written as the video or the picture that a phone exports?"""

from collections.abc import Mapping
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np

from pipeline.phantom.cine import render
from pipeline.phantom.scene import Scene

# what a phone leaves in a video: all of it must be gone after de-identification
PLANTED = {
    "title": "SIMULATED PATIENT",
    "artist": "SIMULATED TRAINEE",
    "comment": "SIM-000000 SIMULATED CLINIC",
    "location": "+00.0000+000.0000/",
    "creation_time": "2026-01-05T09:30:00Z",
}


def write_mp4(scene: Scene, path: Path, *, metadata: Mapping[str, str] | None = None) -> None:
    """Write the scene as H.264 in MP4 with these tags (invented ones unless told).

    Rows and columns must be even, as H.264 with 4:2:0 chroma asks.
    """
    if scene.rows % 2 or scene.columns % 2:
        raise ValueError("H.264 needs even rows and columns")
    rate = Fraction(scene.frames_per_second).limit_denominator(1001)
    with av.open(str(path), "w", format="mp4") as container:
        container.metadata.update(PLANTED if metadata is None else metadata)
        stream = container.add_stream("libx264", rate=rate, options={"preset": "veryfast", "crf": "21"})
        stream.width, stream.height, stream.pix_fmt = scene.columns, scene.rows, "yuv420p"
        stream.codec_context.thread_count = 1
        for picture in render(scene):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="gray")))
        container.mux(stream.encode(None))


def write_png(scene: Scene, path: Path) -> None:
    """Write the first frame of the scene as a PNG picture."""
    first = next(islice(render(scene), 1))
    coded = cv2.imencode(".png", first)[1]
    path.write_bytes(np.asarray(coded).tobytes())
