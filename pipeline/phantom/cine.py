"""Which pictures does a scene give, one after the other?"""

from collections.abc import Callable, Iterator

import cv2
import numpy as np

from pipeline.clip import Luminance
from pipeline.phantom.belly import abdomen, vessel
from pipeline.phantom.chest import lung
from pipeline.phantom.echoes import PERSISTENCE, listen, receiver, scatterers
from pipeline.phantom.fetus import fetal_head
from pipeline.phantom.flaws import Flaws, flaws
from pipeline.phantom.heart import heart
from pipeline.phantom.probe import Grid, grid, layout, scan_maps
from pipeline.phantom.scene import Scene, Subject
from pipeline.phantom.screen import annotate, furniture
from pipeline.phantom.tissue import Body

ANATOMY: dict[Subject, Callable[[Grid, np.random.Generator], Body]] = {
    Subject.LUNG: lung,
    Subject.HEART: heart,
    Subject.ABDOMEN: abdomen,
    Subject.VESSEL: vessel,
    Subject.FETAL_HEAD: fetal_head,
}


def render(scene: Scene) -> Iterator[Luminance]:
    """Yield the frames of a scene, (rows, columns) uint8 each; memory does not grow with their number."""
    probe = layout(scene)
    size = _samples_and_lines(scene)
    mask = probe.sector.mask(scene.rows, scene.columns)
    coarse, fine = scan_maps(scene, *size)
    empty = furniture(scene, probe)
    still_from = None
    picture = empty
    for number, (echoes, faults) in enumerate(_echoes(scene, size)):
        still_from = faults.still_from
        if still_from is None or number <= still_from:
            shown = cv2.remap(echoes, coarse, fine, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            picture = np.where(mask, faults.soften(np.asarray(shown, np.uint8)), empty)
            annotate(picture, scene, probe)
        yield picture.copy()


def _samples_and_lines(scene: Scene) -> tuple[int, int]:
    return int(np.clip(round(scene.rows * 0.8), 96, 480)), int(np.clip(round(scene.columns * 0.3), 64, 192))


def _echoes(scene: Scene, size: tuple[int, int]) -> Iterator[tuple[Luminance, Flaws]]:
    """Yield what the probe hears, (samples, lines) uint8, smoothed over time as devices do."""
    rng = np.random.default_rng([scene.seed, 2])
    beams = grid(scene, *size)
    faults = flaws(scene, beams, np.random.default_rng([scene.seed, 3]))
    body = ANATOMY[scene.subject](beams, rng)
    field = scatterers(size, rng)
    device = receiver(beams, faults, rng)
    shown = listen(body, field, device, faults, -1 / scene.frames_per_second, rng)
    for number in range(scene.frames):
        if faults.still_from is None or number <= faults.still_from:
            heard = listen(body, field, device, faults, number / scene.frames_per_second, rng)
            shown = np.asarray(cv2.addWeighted(heard, 1 - PERSISTENCE, shown, PERSISTENCE, 0), np.uint8)
        yield shown, faults
