"""Scans of which the true sector is known: as a programme sends them, and those on which outlines are hard to find."""

import io
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import av
import cv2
import numpy as np

from pipeline.clip import Clip, Luminance, Region
from pipeline.finding import Side
from pipeline.phantom import Banner, Fault, FaultKind, Scene, Subject, demo_scenes, geometry, render, write_scan
from pipeline.phantom.probe import layout
from pipeline.phantom.screen import furniture
from pipeline.reading import read_clip
from pipeline.sector import Mask, Sector, Shape
from tests.clips import clip_of
from tests.core.sector.screens import Writing, block_of, readable, set_beside, through_jpeg

FRAMES = 14
SIZES = ((240, 320), (300, 400), (360, 480), (480, 640))
FRAME = (36, 48)
CINE = ("raw", "jpeg", "jpeg", "h264", "h264", "mpeg4")
STILL = ("raw", "jpeg", "jpeg")
SUBJECTS = {
    Shape.CURVILINEAR: (Subject.ABDOMEN, Subject.LUNG, Subject.FETAL_HEAD),
    Shape.PHASED: (Subject.HEART, Subject.LUNG, Subject.ABDOMEN),
    Shape.LINEAR: (Subject.VESSEL, Subject.LUNG),
}
FURNITURE = ("letters", "letters", "box", "banner", "logo", "bar", "thumbnail")


@dataclass(frozen=True, eq=False)
class Known:
    """A scan, the masks of its true sectors, which readable pixels are the device's own, and the first sector."""

    clip: Clip
    sectors: tuple[Mask, ...]
    writing: Mask
    true: Sector


def demonstration(rng: np.random.Generator) -> Known:
    """Return a scan of the demonstration programme, read from the file in which it comes."""
    scan = next(islice(demo_scenes(60, int(rng.integers(2**31))), int(rng.integers(60)), None))
    scan = replace(scan, scene=replace(scan.scene, frames=min(FRAMES, scan.scene.frames)))
    with tempfile.TemporaryDirectory() as folder:
        clip = read_clip(write_scan(scan, Path(folder)))
    true = geometry(scan.scene)
    mask = true.mask(clip.rows, clip.columns)
    return Known(clip, (mask,), readable(furniture(scan.scene, layout(scan.scene)), mask), true)


def hard_layout(rng: np.random.Generator) -> Known:
    """Return a scan with one to three letterings, boxes, banners, logos, bars or thumbnails near its sector."""
    frames, mask, true = _framed(_scene(rng, banner=False, sizes=(*SIZES, (648, 864))))
    writing = np.zeros(mask.shape, bool)
    for _ in range(int(rng.integers(1, 4))):
        what = str(rng.choice(FURNITURE))
        where = Writing(
            str(rng.choice(["above", "below", "left", "right"])), int(rng.integers(8)), float(rng.uniform(0.1, 0.9)),
            float(rng.uniform(0.3, 0.8)), "".join(rng.choice(list("ADEHJNOR0189 -"), int(rng.integers(4, 18)))),
            boxed=what == "box",
        )  # fmt: skip
        frames, more = set_beside(frames, mask, _block(what, where, frames, mask, rng), where)
        writing |= more
    return Known(_coded(frames, rng), (mask,), writing, true)


def phased_still(rng: np.random.Generator) -> Known:
    """Return one frame of a phased probe, with a fault or none."""
    return _plain(_scene(rng, shape=Shape.PHASED, frames=1, faults=_any_fault(rng)), rng)


def dark_side(rng: np.random.Generator) -> Known:
    """Return a scan whose probe has no contact on one side; one in four is a still."""
    side = Side.LEFT if rng.random() < 0.5 else Side.RIGHT
    lost = Fault(FaultKind.LOST_CONTACT, float(rng.uniform(0.3, 1.0)), side)
    return _plain(_scene(rng, frames=1 if rng.random() < 0.25 else FRAMES, faults=(lost,)), rng)


def low_gain(rng: np.random.Generator) -> Known:
    """Return a scan of which the far field is dark."""
    return _plain(_scene(rng, faults=(Fault(FaultKind.LOW_GAIN, float(rng.uniform(0.1, 0.8))),)), rng)


def square_crop(rng: np.random.Generator) -> Known:
    """Return a scan cut to a square around its sector, or into it, at another size."""
    scene = _scene(rng, faults=_any_fault(rng))
    frames, true = np.stack(list(render(scene))), geometry(scene)
    mask = true.mask(scene.rows, scene.columns)
    writing = readable(furniture(scene, layout(scene)), mask)
    (left, top), (right, bottom) = np.array(true.polygon).min(axis=0), np.array(true.polygon).max(axis=0)
    side = round(min(max(right - left, bottom - top) * rng.uniform(0.84, 1.12), scene.rows, scene.columns))
    corner = (top + bottom - side + rng.normal(0, 0.02) * side) / 2, (left + right - side) / 2
    first = [round(min(max(0.0, at), most - side)) for at, most in zip(corner, mask.shape, strict=True)]
    down, across = (slice(at, at + side) for at in first)
    size = (int(rng.choice([224, 256, 384, 512])),) * 2
    cut = np.stack([cv2.resize(frame[down, across], size, interpolation=cv2.INTER_AREA) for frame in frames])
    small, lettered = (
        cv2.resize(one[down, across].astype(np.uint8), size, interpolation=cv2.INTER_NEAREST).astype(bool)
        for one in (mask, writing)
    )
    return Known(_coded(cut, rng), (small,), lettered, true)


def dual_view(rng: np.random.Generator) -> Known:
    """Return two sectors side by side; half of the files declare both regions."""
    size = SIZES[int(rng.integers(2))]
    first, second = (_scene(rng, banner=False, sizes=(size,)) for _ in range(2))
    views = [np.stack(list(render(scene))) for scene in (first, second)]
    nothing = np.zeros(size, bool)
    left, right = (geometry(scene).mask(*size) for scene in (first, second))
    masks = np.hstack([left, nothing]), np.hstack([nothing, right])
    regions = tuple(_region(mask) for mask in masks) if rng.random() < 0.5 else ()
    clip = _coded(np.concatenate(views, axis=2), rng, regions=regions)
    return Known(clip, masks, np.zeros(masks[0].shape, bool), geometry(first))


GROUPS: Mapping[str, Callable[[np.random.Generator], Known]] = MappingProxyType({
    "demonstration": demonstration, "hard layouts": hard_layout, "phased stills": phased_still,
    "dark sides": dark_side, "low gain": low_gain, "square crops": square_crop, "dual views": dual_view,
})  # fmt: skip


def known(group: str, seed: int, number: int) -> Known:
    """Return one scan of a group; the same three give the same scan."""
    return GROUPS[group](np.random.default_rng([seed, list(GROUPS).index(group), number]))


def _scene(
    rng: np.random.Generator, *, shape: Shape | None = None, banner: bool = True, frames: int = FRAMES,
    faults: tuple[Fault, ...] = (), sizes: tuple[tuple[int, int], ...] = SIZES,
) -> Scene:  # fmt: skip
    shape = shape or list(SUBJECTS)[int(rng.integers(3))]
    rows, columns = sizes[int(rng.integers(len(sizes)))]
    style = Banner(dark_on_light=bool(rng.random() < 0.3)) if banner and rng.random() < 0.7 else None
    subject = SUBJECTS[shape][int(rng.integers(len(SUBJECTS[shape])))]
    seed = int(rng.integers(2**31))
    return Scene(seed, shape, rows, columns, frames, subject=subject, faults=faults, banner=style)


def _any_fault(rng: np.random.Generator) -> tuple[Fault, ...]:
    kinds = (FaultKind.LOST_CONTACT, FaultKind.LOW_GAIN, FaultKind.OVER_DEEP, FaultKind.SHADOW)
    if rng.random() < 0.6:
        return ()
    return (Fault(kinds[int(rng.integers(4))], float(rng.uniform(0.1, 0.8)), None, float(rng.uniform(0.2, 0.8)), 0.15),)


def _plain(scene: Scene, rng: np.random.Generator) -> Known:
    true = geometry(scene)
    mask = true.mask(scene.rows, scene.columns)
    clip = _coded(np.stack(list(render(scene))), rng)
    return Known(clip, (mask,), readable(furniture(scene, layout(scene)), mask), true)


def _framed(scene: Scene) -> tuple[Luminance, Mask, Sector]:
    down, across = FRAME
    true = geometry(scene)
    frames = np.pad(np.stack(list(render(scene))), ((0, 0), (down, down), (across, across)))
    return frames, np.pad(true.mask(scene.rows, scene.columns), ((down, down), (across, across))), true


def _block(what: str, where: Writing, frames: Luminance, mask: Mask, rng: np.random.Generator) -> Luminance:
    letters = block_of(where)
    if what in ("letters", "box"):
        return letters
    if what == "banner":
        strip = np.full((letters.shape[0] + 8, mask.shape[1] if rng.random() < 0.5 else 3 * letters.shape[1]), 205)
        strip[4 : 4 + letters.shape[0], 5 : 5 + letters.shape[1]] -= letters[:, : strip.shape[1] - 5] // 255 * 185
        return strip.astype(np.uint8)
    if what == "logo":
        disc = np.zeros((int(rng.integers(16, 48)), int(rng.integers(16, 64))), np.uint8)
        middle = disc.shape[1] // 2, disc.shape[0] // 2
        cv2.ellipse(disc, middle, (middle[0] - 1, middle[1] - 1), 0, 0, 360, int(rng.integers(90, 255)), -1)
        return disc
    if what == "bar":
        ramp = np.linspace(255, 0, int(rng.integers(40, 160))).astype(np.uint8)
        bar = np.repeat(ramp[:, None], int(rng.integers(6, 16)), axis=1)
        return bar if where.side in ("left", "right") else np.ascontiguousarray(bar.T)
    share = float(rng.uniform(0.15, 0.35))
    return np.asarray(cv2.resize(frames[0] * mask, None, fx=share, fy=share, interpolation=cv2.INTER_AREA), np.uint8)


def _coded(frames: Luminance, rng: np.random.Generator, **facts: object) -> Clip:
    """Return the frames as a codec leaves them."""
    form = str(rng.choice(STILL if len(frames) == 1 else CINE))
    if form == "jpeg":
        quality = int(rng.integers(60, 95))
        frames = np.stack([through_jpeg(frame, quality) for frame in frames])
    elif form != "raw":
        frames = _through_video(frames, "libx264" if form == "h264" else "mpeg4")
    return clip_of(frames, **facts)


def _through_video(frames: Luminance, codec: str) -> Luminance:
    even = frames[:, : frames.shape[1] // 2 * 2, : frames.shape[2] // 2 * 2]
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream(codec, rate=25, options={"crf": "23"} if codec == "libx264" else {"qscale": "5"})
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width, stream.pix_fmt = even.shape[1], even.shape[2], "yuv420p"
        stream.codec_context.thread_count = 1
        for frame in even:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="gray")))
        container.mux(stream.encode(None))
    file.seek(0)
    with av.open(file) as container:
        decoded = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    whole = np.stack(decoded)
    return np.pad(whole, ((0, 0), (0, frames.shape[1] - whole.shape[1]), (0, frames.shape[2] - whole.shape[2])))


def _region(mask: Mask) -> Region:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    ends = map(int, (columns[0], rows[0], columns[-1], rows[-1]))
    return Region(*ends, spatial_format=1, data_type=1, mm_per_pixel=0.3)
