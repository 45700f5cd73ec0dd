"""What does the device write around the sector, and over it?"""

import cv2
import numpy as np

from pipeline.clip import Luminance
from pipeline.phantom.probe import Layout
from pipeline.phantom.scene import Banner, Scene

FONT = cv2.FONT_HERSHEY_SIMPLEX


def furniture(scene: Scene, probe: Layout) -> Luminance:
    """Return the empty screen, (rows, columns): black, or with the banner's writing, scale and grey bar."""
    canvas = np.zeros((scene.rows, scene.columns), np.uint8)
    if scene.banner is not None:
        _header(canvas, scene.banner)
        if scene.banner.grey_bar:
            _grey_bar(canvas)
        if scene.banner.depth_scale:
            _depth_scale(canvas, probe)
        depth = f"{probe.depth_mm / 10:.0f}cm  MI 0.9  TIS 0.4"
        _write(canvas, depth, 0.02, 0.985, 190)
    return canvas


def annotate(picture: Luminance, scene: Scene, probe: Layout) -> None:
    """Write the scene's inner text over the echoes, a third of the way down the sector, in place."""
    if not scene.text_inside:
        return
    xs, ys = zip(*probe.sector.polygon, strict=True)
    scale = max(0.32, scene.rows / 480 * 0.55)
    (wide, _), _ = cv2.getTextSize(scene.text_inside, FONT, scale, 1)
    place = (round((min(xs) + max(xs)) / 2 - wide / 2), round(min(ys) + 0.45 * (max(ys) - min(ys))))
    cv2.putText(picture, scene.text_inside, place, FONT, scale, 235, 1, cv2.LINE_AA)


def _header(canvas: Luminance, banner: Banner) -> None:
    rows, ink = canvas.shape[0], 235
    if banner.dark_on_light:
        canvas[: round(0.13 * rows)] = 205
        ink = 20
    _write(canvas, banner.patient, 0.02, 0.05, ink)
    _write(canvas, banner.patient_id, 0.02, 0.10, ink)
    _write(canvas, banner.date, 0.76, 0.05, ink)
    _write(canvas, banner.device, 0.76, 0.10, ink)
    _write(canvas, banner.institution, 0.38, 0.05, ink)


def _write(canvas: Luminance, text: str, across: float, down: float, ink: int) -> None:
    rows, columns = canvas.shape
    scale = max(0.25, rows / 480 * 0.42)
    (wide, _), _ = cv2.getTextSize(text, FONT, scale, 1)
    place = (max(0, min(round(across * columns), columns - wide - 2)), round(down * rows))
    cv2.putText(canvas, text, place, FONT, scale, ink, 1, cv2.LINE_AA)


def _grey_bar(canvas: Luminance) -> None:
    rows, columns = canvas.shape
    top, bottom = round(0.2 * rows), round(0.5 * rows)
    left, right = round(0.955 * columns), round(0.975 * columns)
    canvas[top:bottom, left:right] = np.linspace(255, 0, bottom - top).astype(np.uint8)[:, None]


def _depth_scale(canvas: Luminance, probe: Layout) -> None:
    columns = canvas.shape[1]
    bottom = max(y for _, y in probe.sector.polygon)
    top = bottom - probe.depth_mm / probe.mm_per_pixel
    for centimetre in range(int(probe.depth_mm // 10) + 1):
        y = round(top + centimetre * 10 / probe.mm_per_pixel)
        long = 0.014 if centimetre % 5 == 0 else 0.007
        cv2.line(canvas, (round(0.925 * columns), y), (round((0.925 + long) * columns), y), 200, 1)
