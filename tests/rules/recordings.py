"""What do recording, exporting and filming do to a clip? Each takes a clip (or all its frames) and a level."""

import io
from collections.abc import Callable
from dataclasses import replace

import av
import cv2
import numpy as np

from pipeline.clip import Clip, Luminance
from pipeline.find_sector import find_sector
from tests.clips import clip_of


def repeat_frames(clip: Clip, level: float) -> Clip:
    """Show each picture `level` times, as a recorder that is faster than the scan does."""
    times = max(1, round(level))
    return replace(clip, proxy=clip.proxy[np.arange(clip.frames) // times * times])


def hold_still(clip: Clip, level: float) -> Clip:
    """Keep `1 - level` of all movement, with new noise (6 grey levels a pixel) in every frame."""
    rng = np.random.default_rng(7)
    first = clip.proxy[0].astype(np.float32)
    noise = 6.0 * clip.proxy.shape[2] / clip.columns
    frames = [first + (1 - level) * (f - first) + rng.normal(0, noise, first.shape) for f in clip.proxy]
    return replace(clip, proxy=np.clip(np.rint(np.stack(frames)), 0, 255).astype(np.uint8))


def jpeg(clip: Clip, level: float) -> Clip:
    """Code the keyframes anew as JPEG, with quality 95 at level 0 and 5 at level 0.9."""

    def coded(frame: Luminance) -> Luminance:
        data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, round(95 - 100 * level)])[1]
        return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)

    return replace(clip, keyframes=np.stack([coded(frame) for frame in clip.keyframes]))


def grain(clip: Clip, level: float) -> Clip:
    """Add noise of `level` grey levels to the sector, as fine as in a picture 400 pixels high, new in each keyframe."""
    inside = find_sector(clip).mask(clip.rows, clip.columns)
    rng = np.random.default_rng(3)
    size = max(1.0, clip.rows / 400)
    shape = (round(clip.columns / size), round(clip.rows / size))

    def noisy(frame: Luminance) -> Luminance:
        small = rng.normal(0, level, shape[::-1]).astype(np.float32)
        noise = cv2.resize(small, (clip.columns, clip.rows), interpolation=cv2.INTER_LINEAR)
        return np.clip(np.rint(frame + noise * inside), 0, 255).astype(np.uint8)

    return replace(clip, keyframes=np.stack([noisy(frame) for frame in clip.keyframes]))


def film(clip: Clip, level: float) -> Clip:
    """Film the screen: keystone, a lit room around, moiré of two gratings, bands of the refresh, soft and noisy."""
    rng = np.random.default_rng(clip.rows + clip.frames)
    rows, columns = clip.rows, clip.columns
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    moved = corners + (0.5 - corners) * (0.08 + 0.12 * rng.random((4, 2))) * level
    size = np.array([columns, rows], np.float32)
    turn = cv2.getPerspectiveTransform(corners * size, moved.astype(np.float32) * size)
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    warp = 1 + 0.02 * np.sin(2 * np.pi * (0.6 * x / columns + 0.8 * y / rows))
    angle, periods = rng.uniform(0.1, 1.4), rng.uniform(2.6, 7, 2)
    across, down = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    moire = np.sin(2 * np.pi * across * warp / periods[0]) + 0.6 * np.sin(2 * np.pi * down * warp / periods[1])
    room = rng.uniform(25, 80)

    def filmed(frame: Luminance, number: int) -> Luminance:
        screen = 22 * level + frame.astype(np.float32) * (1 - 0.2 * level)
        seen = cv2.warpPerspective(screen, turn, (columns, rows), borderValue=(room, room, room, room))
        bands = 1 + 0.05 * level * np.sin(2 * np.pi * (1.5 * y / rows + 0.37 * number))
        seen = cv2.GaussianBlur(seen * (1 + 0.06 * level * moire) * bands, (0, 0), 0.3 + 0.5 * level)
        return np.clip(np.rint(seen + rng.normal(0, 2.5 * level, seen.shape)), 0, 255).astype(np.uint8)

    if not level:
        return clip
    pairs = zip(clip.keyframes, clip.keyframe_numbers, strict=True)
    return replace(clip, keyframes=np.stack([filmed(frame, number) for frame, number in pairs]))


def h264(frames: Luminance, frames_per_second: float | None, level: float) -> Clip:
    """Encode all frames with H.264 (libx264) at a constant rate factor of 51 times `level`."""
    rows, columns = (side // 2 * 2 for side in frames.shape[1:])
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=25, options={"crf": str(round(51 * level)), "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = columns, rows, "yuv420p"
        for frame in frames:
            planes = np.full((rows * 3 // 2, columns), 128, np.uint8)
            planes[:rows] = frame[:rows, :columns]
            out.mux(stream.encode(av.VideoFrame.from_ndarray(planes, format="yuv420p")))
        out.mux(stream.encode())
    file.seek(0)
    with av.open(file) as coded:
        pictures = [frame.to_ndarray(format="gray") for frame in coded.decode(video=0)]
    return clip_of(np.stack(pictures), frames_per_second, codec="h264")


RECORDINGS: tuple[Callable[[Clip, float], Clip], ...] = (repeat_frames, hold_still, jpeg, grain, film)
