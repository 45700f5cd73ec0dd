"""What goes wrong with a real clip, by how much? Each takes a clip and a level and returns the degraded clip."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from pipeline.clip import Clip, Luminance, Region
from pipeline.find_sector import find_sector
from pipeline.polar import Floats, places_at
from pipeline.sector import Sector

Degradation = Callable[[Clip, float], Clip]


def _pictures(clip: Clip, change: Callable[[Luminance, float], Luminance]) -> Clip:
    """Apply `change(frame, scale)` to keyframes (scale 1) and proxy."""
    small = clip.proxy.shape[2] / clip.columns
    keyframes = np.stack([change(frame, 1.0) for frame in clip.keyframes])
    return replace(clip, keyframes=keyframes, proxy=np.stack([change(frame, small) for frame in clip.proxy]))


def gaussian_blur(clip: Clip, level: float) -> Clip:
    """Blur by a deviation of `level` full-size pixels."""

    def soften(frame: Luminance, scale: float) -> Luminance:
        return np.asarray(cv2.GaussianBlur(frame, (0, 0), level * scale), np.uint8) if level * scale > 0.1 else frame

    return _pictures(clip, soften)


def gain(clip: Clip, level: float) -> Clip:
    """Shift the sector by `level` grey levels, as gain does after log compression."""
    sector = find_sector(clip)

    def shift(frame: Luminance, scale: float) -> Luminance:
        inside = sector.mask(*frame.shape, scale=scale)
        return np.where(inside, np.clip(frame.astype(np.int16) + round(level), 0, 255), frame).astype(np.uint8)

    return _pictures(clip, shift)


def freeze(clip: Clip, level: float) -> Clip:
    """Repeat one frame over the last `level` of the clip."""
    last = round((clip.frames - 1) * (1 - level))
    frames = np.minimum(np.arange(clip.frames), last)
    numbers = np.array(clip.keyframe_numbers)
    kept = np.minimum(np.arange(len(numbers)), np.flatnonzero(numbers <= last).max())
    return replace(clip, proxy=clip.proxy[frames], keyframes=clip.keyframes[kept])


def shake(clip: Clip, level: float) -> Clip:
    """Move every second frame sideways by `level` of the picture's width."""
    step = round(level * clip.proxy.shape[2])
    proxy = np.stack([np.roll(frame, step * (n % 2), axis=1) for n, frame in enumerate(clip.proxy)])
    return replace(clip, proxy=proxy)


def write(clip: Clip, level: float) -> Clip:
    """Write `level` letters into the middle of the sector, on every frame."""
    corners = np.array(find_sector(clip).polygon)
    middle = corners.mean(axis=0)

    def annotate(frame: Luminance, scale: float) -> Luminance:
        if scale < 1 or not level:
            return frame
        at = (int(middle[0] - 8 * level), int(middle[1]))
        return np.asarray(cv2.putText(frame.copy(), "N" * int(level), at, 0, 0.6, 255, 2), np.uint8)

    return _pictures(clip, annotate)


def lose_right(clip: Clip, level: float) -> Clip:
    """Leave an eighth of the brightness in the right `level` of the sector's scan lines."""
    sector = find_sector(clip)
    assert sector.apex is not None
    assert sector.angles is not None
    apex, (left, right) = sector.apex, sector.angles

    def dim(frame: Luminance, scale: float) -> Luminance:
        y, x = np.mgrid[: frame.shape[0], : frame.shape[1]] / scale
        angle = np.degrees(np.arctan2(x - apex[0], y - apex[1]))
        lost = (angle > right - level * (right - left)) & sector.mask(*frame.shape, scale=scale)
        return np.where(lost, frame // 8, frame).astype(np.uint8)

    return _pictures(clip, dim)


def damage(clip: Clip, level: float) -> Clip:
    """Let the decoder report `level` of the frames as damaged."""
    return replace(clip, damaged_frames=round(level * clip.frames))


def shorten(clip: Clip, level: float) -> Clip:
    """Keep the last `level` of the clip away."""
    kept = max(2, round(clip.frames * (1 - level)))
    numbers = tuple(n for n in clip.keyframe_numbers if n < kept)
    count = len(numbers)
    return replace(
        clip,
        proxy=clip.proxy[:kept],
        frame_times=clip.frame_times[:kept],
        keyframe_numbers=numbers,
        keyframes=clip.keyframes[:count],
        colour=clip.colour[:count],
    )


def paint(clip: Clip, level: float) -> Clip:
    """Colour the upper `level` of the picture, as a Doppler box does."""
    colour = clip.colour.copy()
    colour[:, : round(level * colour.shape[1])] = 120
    return replace(clip, colour=colour, colour_share=float((colour > 24).mean()))


def light(clip: Clip, level: float) -> Clip:
    """Add `level` grey levels everywhere, the margin included, as a photograph of a lit screen has them."""
    return _pictures(clip, lambda frame, _: np.clip(frame.astype(np.int16) + round(level), 0, 255).astype(np.uint8))


def crop(clip: Clip, level: float) -> Clip:
    """Cut off the right `level` of the picture."""
    kept = slice(None, round(clip.columns * (1 - level)))
    small = slice(None, round(clip.proxy.shape[2] * (1 - level)))
    return replace(
        clip, keyframes=clip.keyframes[..., kept], proxy=clip.proxy[..., small], colour=clip.colour[..., small]
    )


def _along_and_across(sector: Sector, shape: tuple[int, int], scale: float) -> tuple[Floats, Floats]:
    """Return the share of the depth and of the aperture at which each pixel of a picture of this shape lies."""
    y, x = (np.mgrid[: shape[0], : shape[1]] + 0.5) / scale - 0.5
    if sector.apex is not None and sector.radii is not None and sector.angles is not None:
        (near, far), (left, right) = sector.radii, sector.angles
        radius = np.hypot(x - sector.apex[0], y - sector.apex[1])
        angle = np.degrees(np.arctan2(x - sector.apex[0], y - sector.apex[1]))
        return (radius - near) / (far - near), (angle - left) / (right - left)
    (left, top), (right, bottom) = np.min(sector.polygon, axis=0), np.max(sector.polygon, axis=0)
    return (y - top) / (bottom - top), (x - left) / (right - left)


def deepen(clip: Clip, level: float) -> Clip:
    """Show `level` times the depth; below what was seen there is only faint noise."""
    sector = find_sector(clip)
    random = np.random.default_rng(3)

    def shrink(frame: Luminance, scale: float) -> Luminance:
        along, across = _along_and_across(sector, (frame.shape[0], frame.shape[1]), scale)
        x, y = places_at(sector, along * level, across)
        columns, rows = ((v + 0.5) * scale - 0.5 for v in (x, y))
        shown = cv2.remap(frame, columns.astype(np.float32), rows.astype(np.float32), cv2.INTER_LINEAR)
        noise = np.abs(random.normal(0, 10 * along.clip(0, 1)))
        inside = sector.mask(frame.shape[0], frame.shape[1], scale=scale)
        return np.where(inside, np.where(along * level > 1, noise, shown), frame).astype(np.uint8)

    return _pictures(clip, shrink)


def cut_depth(clip: Clip, level: float) -> Clip:
    """Show all but the lower `level` of the depth, as large as before, in a region that says so (.75 mm a pixel)."""
    sector = find_sector(clip)

    def enlarge(frame: Luminance, scale: float) -> Luminance:
        shape = (frame.shape[0], frame.shape[1])
        along, across = _along_and_across(sector, shape, scale)
        x, y = places_at(sector, along * (1 - level), across)
        columns, rows = ((v + 0.5) * scale - 0.5 for v in (x, y))
        shown = cv2.remap(frame, columns.astype(np.float32), rows.astype(np.float32), cv2.INTER_LINEAR)
        return np.where(sector.mask(*shape, scale=scale), shown, frame).astype(np.uint8)

    (left, top), (right, bottom) = np.min(sector.polygon, axis=0), np.max(sector.polygon, axis=0)
    region = Region(int(left), int(top), round(right), round(bottom), 1, 1, 0.75 * (1 - level))
    return replace(_pictures(clip, enlarge), regions=(region,))


def deafen(clip: Clip, level: float) -> Clip:
    """Take `level` of the grey levels from a sixteenth of the probe's face, all the way down."""
    sector = find_sector(clip)

    def dim(frame: Luminance, scale: float) -> Luminance:
        shape = (frame.shape[0], frame.shape[1])
        _, across = _along_and_across(sector, shape, scale)
        deaf = (np.abs(across - 0.4) < 1 / 32) & sector.mask(*shape, scale=scale)
        return np.where(deaf, frame * (1 - level), frame).astype(np.uint8)

    return _pictures(clip, dim)


def shade(clip: Clip, level: float) -> Clip:
    """Leave a tenth of the grey levels below a fifth of the depth, on `level` of the scan lines in the middle."""
    sector = find_sector(clip)

    def darken(frame: Luminance, scale: float) -> Luminance:
        shape = (frame.shape[0], frame.shape[1])
        along, across = _along_and_across(sector, shape, scale)
        dark = (np.abs(across - 0.5) < level / 2) & (along > 0.2) & sector.mask(*shape, scale=scale)
        return np.where(dark, frame // 10, frame).astype(np.uint8)

    return _pictures(clip, darken)


EVERY = (
    gaussian_blur, gain, freeze, shake, write, lose_right, damage, shorten, paint, light, crop, deepen, cut_depth,
    deafen,    shade,
)  # fmt: skip
DEGRADATIONS: dict[str, Degradation] = {degradation.__name__: degradation for degradation in EVERY}
