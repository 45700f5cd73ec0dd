"""Which single picture stands for a clip where nothing can move, as on paper? Read from a preview of our own making."""

from pathlib import Path

import av
import cv2
import numpy as np

from pipeline.preview import encode_jpeg

QUALITY = 88


def frame_of(preview: Path, number: int | None = None) -> bytes:
    """Return frame `number` (from 0, the middle one if None, the last one beyond the end) as JPEG without metadata.

    preview: an MP4 or JPEG that was written by pipeline.preview; ValueError for a file without any picture.
    """
    with av.open(str(preview)) as container:
        stream = container.streams.video[0]
        wanted = stream.frames // 2 if number is None else number
        last = None
        for count, frame in enumerate(container.decode(stream)):
            last = frame
            if count >= wanted:
                break
    if last is None:
        raise ValueError("the preview holds no picture")
    pixels = np.asarray(last.to_ndarray(format="rgb24"), np.uint8)
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    coloured = int(np.ptp(pixels, axis=2).max()) > 24
    return encode_jpeg(pixels if coloured else grey, quality=QUALITY, subsampling="444")
