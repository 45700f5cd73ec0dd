"""What else do hands, recorders, exports and cameras do to a scan? The second family again, for printing only."""

import io
from fractions import Fraction

import av
import cv2
import numpy as np

from benchmarks.faults import inside_of
from pipeline.clip import Luminance
from pipeline.sector import Sector

FONTS = (cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_HERSHEY_COMPLEX_SMALL)


def freeze_recorded(frames: Luminance, _: Sector, severity: float, rng: np.random.Generator) -> Luminance:
    """Stop at a random frame for `severity` of the clip; the codec still flickers by half a level."""
    count = round(severity * (len(frames) - 1))
    first = int(rng.integers(0, len(frames) - count))
    frozen = frames.copy()
    for number in range(first, first + count + 1 if count else first):
        flicker = cv2.GaussianBlur(rng.normal(0, 1.2, frames.shape[1:]).astype(np.float32), (0, 0), 1.5)
        frozen[number] = np.clip(np.rint(frames[first] + flicker), 0, 255)
    return frozen


def sweep(frames: Luminance, sector: Sector, severity: float, rng: np.random.Generator) -> Luminance:
    """Slide and turn the probe as a hand does that hurries: smooth random speeds, up to 8 % of the width a frame."""
    rows, columns = frames.shape[1:]
    inside = inside_of(frames, sector)
    corners = np.array(sector.polygon)
    wide = float(np.ptp(corners[:, 0]))
    phase = rng.uniform(0, 2 * np.pi, 3)
    moved, place, turn = [], 0.0, 0.0
    for number, frame in enumerate(frames):
        place += 0.08 * severity * wide * np.cos(2 * np.pi * number / 11 + phase[0])
        turn += 3.0 * severity * np.cos(2 * np.pi * number / 17 + phase[1])
        change = cv2.getRotationMatrix2D((columns / 2, rows / 2), turn, 1.0)
        change[:, 2] += place, 0.3 * place * np.sin(phase[2])
        shifted = cv2.warpAffine(frame, change, (columns, rows), borderMode=cv2.BORDER_REFLECT_101)
        moved.append(np.where(inside, shifted, frame))
    return np.stack(moved).astype(np.uint8)


def hold(frames: Luminance, _: Sector, severity: float, rng: np.random.Generator) -> Luminance:
    """Lay the probe down: what moves fades into the clip's mean, with a receiver's noise on top."""
    mean = frames.mean(axis=0, dtype=np.float32)
    noise = [cv2.GaussianBlur(rng.normal(0, 9, mean.shape).astype(np.float32), (0, 0), 0.8) for _ in frames]
    pairs = zip(frames, noise, strict=True)
    rested = [mean + (1 - severity) * (frame - mean) + severity * grain * (mean > 8) for frame, grain in pairs]
    return np.clip(np.rint(np.stack(rested)), 0, 255).astype(np.uint8)


def stutter(frames: Luminance, _: Sector, severity: float, rng: np.random.Generator) -> Luminance:
    """Record by a slow screen recorder: up to four of five pictures are the one before, encoded again."""
    kept, last = [], frames[0]
    for number, frame in enumerate(frames):
        if number % round(1 + 4 * severity) == 0:
            last = frame
        kept.append(np.clip(np.rint(last + rng.normal(0, 0.3, frame.shape)), 0, 255).astype(np.uint8))
    return np.stack(kept) if severity else frames


def mark(frames: Luminance, sector: Sector, severity: float, rng: np.random.Generator) -> Luminance:
    """Draw calipers, dotted lines, an ellipse and words at other sizes and fonts, soft-edged."""
    (left, top), (right, bottom) = np.min(sector.polygon, axis=0), np.max(sector.polygon, axis=0)
    layer = np.zeros(frames.shape[1:], np.uint8)
    size = frames.shape[1] / 480

    def somewhere() -> tuple[int, int]:
        across, down = rng.uniform(0.35, 0.65), rng.uniform(0.3, 0.75)
        return int(left + across * (right - left)), int(top + down * (bottom - top))

    for number in range(round(1 + 6 * severity) if severity else 0):
        (x, y), (u, v), arm = somewhere(), somewhere(), round(7 * size)
        if number % 3 == 0:
            for a, b in ((x, y), (u, v)):
                cv2.drawMarker(layer, (a, b), 255, cv2.MARKER_CROSS, 2 * arm, max(1, round(1.5 * size)), cv2.LINE_AA)
            for step in np.linspace(0, 1, 14):
                cv2.circle(layer, (round(x + step * (u - x)), round(y + step * (v - y))), 1, 255, -1, cv2.LINE_AA)
        elif number % 3 == 1:
            font = FONTS[int(rng.integers(len(FONTS)))]
            word = ("LIVER", "3.42 cm", "RV", "Bladder")[int(rng.integers(4))]
            cv2.putText(layer, word, (x - 3 * arm, y), font, 0.55 * size + 0.2, 255, 1, cv2.LINE_AA)
        else:
            cv2.ellipse(layer, (x, y), (5 * arm, 3 * arm), 30, 0, 360, 255, 1, cv2.LINE_AA)
    ink = layer.astype(np.float32)[None] / 255
    return np.rint(frames * (1 - ink) + rng.uniform(200, 255) * ink).astype(np.uint8)


def export_again(frames: Luminance, _: Sector, severity: float, rng: np.random.Generator) -> Luminance:
    """Save as JPEG twice: well, cropped by a few pixels, then at a quality of 45 down to 7."""
    if not severity:
        return frames
    down, across = (int(v) for v in rng.integers(1, 7, 2))

    def coded(frame: Luminance, quality: int) -> Luminance:
        data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)

    chain = [coded(coded(frame, 88)[down:, across:], round(45 - 38 * severity)) for frame in frames]
    return np.stack([cv2.copyMakeBorder(one, down, 0, across, 0, cv2.BORDER_REPLICATE) for one in chain])


def send(frames: Luminance, _: Sector, severity: float, rng: np.random.Generator) -> Luminance:
    """Encode as H.264 with B frames and a long group of pictures, at a constant rate factor of 24 to 51."""
    if not severity:
        return frames
    rows, columns = (side // 2 * 2 for side in frames.shape[1:])
    options = {"crf": str(round(24 + 27 * severity)), "preset": "faster", "g": "60", "bf": str(int(rng.integers(0, 4)))}
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=Fraction(30), options=options)
        stream.width, stream.height, stream.pix_fmt = columns, rows, "yuv420p"
        for frame in frames:
            planes = np.full((rows * 3 // 2, columns), 128, np.uint8)
            planes[:rows] = frame[:rows, :columns]
            out.mux(stream.encode(av.VideoFrame.from_ndarray(planes, format="yuv420p")))
        out.mux(stream.encode())
    file.seek(0)
    with av.open(file) as coded:
        seen = np.stack([frame.to_ndarray(format="gray") for frame in coded.decode(video=0)])
    sent = frames[: len(seen)].copy()
    sent[:, :rows, :columns] = seen
    return sent


def film_screen(frames: Luminance, _: Sector, severity: float, rng: np.random.Generator) -> Luminance:
    """Photograph a monitor: gamma, gaps between its pixels, a tilted sensor of another pitch, glare, vignette, JPEG.

    The moiré comes of itself, because the sensor samples the gaps.
    """
    if not severity:
        return frames
    rows, columns = frames.shape[1:]
    fine, angle = 3, float(np.radians(rng.uniform(2, 9)))
    pitch = rng.uniform(0.78, 0.95)
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    cx, cy = columns / 2, rows / 2
    depth = 1 + 0.06 * severity * ((x - cx) / columns + (y - cy) / rows)
    across = (cx + ((x - cx) * np.cos(angle) - (y - cy) * np.sin(angle)) / pitch * depth) * fine
    down = (cy + ((x - cx) * np.sin(angle) + (y - cy) * np.cos(angle)) / pitch * depth) * fine
    gap = np.ones(fine, np.float32)
    gap[-1] = 1 - 0.5 * severity
    grid = np.tile(np.outer(gap, gap), (rows, columns)).astype(np.float32)
    vignette = 1 - 0.35 * severity * (((x - cx) / columns) ** 2 + ((y - cy) / rows) ** 2)
    glare = 0.02 + 0.05 * severity * np.clip(1 - np.hypot(x - rng.uniform(0, columns), y) / columns, 0, 1)
    quality = round(92 - 22 * severity)

    def filmed(frame: Luminance) -> Luminance:
        light = (frame.astype(np.float32) / 255) ** 2.2
        lit = cv2.resize(light, None, fx=fine, fy=fine, interpolation=cv2.INTER_NEAREST) * grid
        seen = cv2.remap(cv2.blur(lit, (2, 2)), across.astype(np.float32), down.astype(np.float32), cv2.INTER_LINEAR,
                         borderValue=(0.03,) * 4)  # fmt: skip
        counted = seen * vignette + glare + rng.normal(0, 0.006 * severity, seen.shape)
        picture = np.clip(255 * np.clip(counted, 0, 1) ** (1 / 2.0), 0, 255).astype(np.uint8)
        data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)

    return np.stack([filmed(frame) for frame in frames])
