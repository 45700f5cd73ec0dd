"""Which clips do the tests of the core look at: simulated ones, and arrays made into clips?"""

from functools import lru_cache

import cv2
import numpy as np

from pipeline.clip import MOST_KEYFRAMES, PROXY_LONGEST_SIDE, Clip, Luminance
from pipeline.finding import Side
from pipeline.phantom import Banner, Fault, FaultKind, Scene, Subject, render
from pipeline.received import Kind
from pipeline.sector import Shape


def clip_of(frames: Luminance, frames_per_second: float | None = 25.0, **facts: object) -> Clip:
    """Return a grey clip of (frames, rows, columns) uint8."""
    count, rows, columns = frames.shape
    numbers = sorted({round(n) for n in np.linspace(0, count - 1, min(count, MOST_KEYFRAMES))})
    scale = min(1.0, PROXY_LONGEST_SIDE / max(rows, columns))
    size = max(1, round(columns * scale)), max(1, round(rows * scale))
    proxy = np.stack([cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in frames])
    rate = None if count == 1 else frames_per_second
    given: dict[str, object] = {
        "kind": Kind.VIDEO,
        "keyframes": frames[numbers],
        "keyframe_numbers": tuple(numbers),
        "proxy": proxy,
        "colour": np.zeros((len(numbers), size[1], size[0]), np.uint8),
        "frame_times": tuple(n / (rate or 25.0) for n in range(count)),
        "frames_per_second": rate,
        "colour_share": 0.0,
        "codec": "raw",
    }
    return Clip(**{**given, **facts})


def scene_of(spec: str) -> Scene:
    """Return the scene of 'shape=linear,subject=lung,seed=3,fault=low_gain,severity=0.8,side=left'."""
    facts = dict(part.split("=") for part in spec.split(",") if part)
    side = Side(facts["side"]) if "side" in facts else None
    severity = float(facts.get("severity", 1.0))
    faults = (Fault(FaultKind(facts["fault"]), severity, side=side),) if "fault" in facts else ()
    return Scene(
        seed=int(facts.get("seed", 5)),
        shape=Shape(facts.get("shape", "curvilinear")),
        rows=int(facts.get("rows", 240)),
        columns=int(facts.get("columns", 320)),
        frames=int(facts.get("frames", 8)),
        subject=Subject(facts.get("subject", "abdomen")),
        faults=faults,
        banner=Banner(),
    )


@lru_cache(maxsize=32)
def phantom_clip(spec: str) -> Clip:
    """Return the simulated clip of `scene_of(spec)`."""
    scene = scene_of(spec)
    return clip_of(np.stack(list(render(scene))), scene.frames_per_second)
