"""What does the whole walk of a scan cost, against what nobody can avoid: decode, encode, hash and write the same clip?

Processor time of this process, each in turn and in one run, so that the ratio travels and the seconds do not.
"""

import hashlib
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pipeline.agreement import agree
from pipeline.clip import Clip
from pipeline.deidentify import Key, deidentify
from pipeline.errors import Withheld
from pipeline.find_sector import find_sector
from pipeline.guidance import Guidance
from pipeline.inspection import inspect_clip
from pipeline.preview import write_preview, write_previews
from pipeline.reading import open_scan, read_clip
from qa_rules import rules_in
from tests.real_files import DATA, pydicom_example

ROUNDS = 3
KEY = Key.from_bytes(bytes(range(32)))
IN_DATA = (
    "itkpocus/clarius-ocular-short.mp4",
    "itkpocus/butterfly-ocular-phantom.mp4",
    "pocus-lung-ccby/Reg_pat1Image_133410.mpeg",
    "derived/affiniti_color_cine6_j2k.dcm",
)


def main() -> None:
    """Print a row per clip: frames, then processor milliseconds a frame and the ratio to the floor."""
    paths = [pydicom_example("examples_ybr_color.dcm"), *(DATA / name for name in IN_DATA if DATA is not None)]
    print("\nThe walk of a scan: processor ms a frame (median of 3); whole against floor, small preview against whole")
    print(f"{'clip':<34}{'frames':>7}{'read':>8}{'rules':>8}{'de-id':>8}{'floor':>8}{'whole/floor':>13}{'small':>8}")
    for path in paths:
        clip = read_clip(path)
        read = _seconds(lambda path=path: read_clip(path))
        inspect = _seconds(lambda clip=clip: inspect_clip(clip, rules_in()))
        release = _seconds(lambda path=path, clip=clip: _release(path, clip))
        floor = _seconds(lambda path=path, clip=clip: _floor(path, clip))
        a_frame = [1000 * value / clip.frames for value in (read, inspect, release, floor)]
        ratio = (read + inspect + release) / floor
        small = _seconds(lambda path=path, clip=clip: _floor(path, clip, small=True)) - floor
        print(
            f"{path.name:<34}{clip.frames:>7}"
            + "".join(f"{value:>8.2f}" for value in a_frame)
            + f"{ratio:>13.2f}{small / (read + inspect + release):>8.1%}"
        )


def _seconds(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        work()
        taken.append(time.process_time() - begin)
    return sorted(taken)[ROUNDS // 2]


def _release(path: Path, clip: Clip) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            deidentify(path, clip, agree(clip, find_sector(clip), Guidance()), KEY, Path(folder))
        except Withheld:
            return


def _floor(path: Path, clip: Clip, *, small: bool = False) -> None:
    """Decode every frame once, encode it once as a preview (and as a small one), hash the original and write it."""
    with tempfile.TemporaryDirectory() as folder, open_scan(path) as scan:
        pictures, preview = (frame.pixels for frame in scan.frames()), Path(folder) / "preview.mp4"
        if small:
            write_previews(pictures, clip.frame_times, preview, Path(folder) / "small.mp4")
        else:
            write_preview(pictures, clip.frame_times, preview)
        content = path.read_bytes()
        hashlib.sha256(content).hexdigest()
        (Path(folder) / "original").write_bytes(content)
