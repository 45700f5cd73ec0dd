"""What the campaigns of this folder found once, each as the smallest file that showed it."""

from pathlib import Path

import av
import numpy as np
import pytest
from pydicom import DataElement

from pipeline.deidentify import deidentify
from pipeline.errors import Undecodable
from pipeline.kept import Kept, Witness
from pipeline.reading import read_clip
from tests.core.reading.written import cine, saved
from tests.planted.campaign import KEY
from tests.planted.pictures import picture


def test_an_age_at_the_lower_end_of_its_band_does_not_withhold(tmp_path: Path) -> None:
    shown = picture(0, 1)
    data_set = cine(shown.frames)
    data_set[0x00101010] = DataElement(0x00101010, "LO", "030Y")  # the type that some archives give it
    path = saved(data_set, tmp_path)
    drawn = Kept((shown.outline,), (Witness.DRAWN,))
    assert deidentify(path, read_clip(path), drawn, KEY, tmp_path / "out").frames == 1


def test_a_video_whose_codec_nobody_knows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(3):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64), np.uint8), format="gray")))
        container.mux(stream.encode(None))
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"hdlr") - 3] |= 0x80  # the box of the handler swallows the description of the codec
    path.write_bytes(raw)
    with pytest.raises(Undecodable):
        read_clip(path)
