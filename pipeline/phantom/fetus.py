"""How does a fetal head look in the plane in which it is measured?"""

import numpy as np

from pipeline.phantom.probe import Grid
from pipeline.phantom.tissue import Body, Brush, amplitude, breathing, within
from pipeline.phantom.wall import body_wall


def fetal_head(grid: Grid, rng: np.random.Generator) -> Body:
    """Paint mother's wall, uterus, placenta, fluid, and a skull with midline, cavum, thalami and choroid plexus.

    Plane: Salomon LJ et al., ISUOG guidelines, Ultrasound Obstet Gynecol 2011, doi:10.1002/uog.8831.
    """
    brush = Brush(grid, rng, level=-4.0, loss=0.03)
    brush.level += 2.5 * brush.clouds(20, 8)
    x, z, turn = float(rng.uniform(-4, 4)), float(rng.uniform(68, 74)), float(rng.uniform(-14, 14))
    across = float(rng.uniform(41, 47))
    sac, facing = brush.oval(x, z + 1, across + 17, 0.8 * across + 12, turn / 2)
    brush.fill(within(sac, 1.5), -30.0, -0.10)
    brush.reflect(amplitude(14) * brush.ridge(sac, 0.9) * facing**2)
    placenta = within(sac) * within((grid.z - z + 0.55 * across + 6 + 2 * brush.clouds(25, 200)).astype(np.float32), 2)
    brush.fill(placenta, 2.0 + 1.5 * brush.clouds(7, 5), 0.0)
    _head(brush, x, z, across, turn)
    body_wall(brush, float(rng.uniform(15, 20)))
    inner = np.clip((grid.depth - 18) / 20, 0, 1).astype(np.float32)
    return brush.body(
        brush.drag(1.4 * inner, 1.8 * inner, breathing(rng, float(rng.uniform(13, 20)))),
        brush.drag(1.5 * inner * within(sac, 8), 0.6 * inner, breathing(rng, float(rng.uniform(5, 9)))),
    )


def _head(brush: Brush, x: float, z: float, across: float, turn: float) -> None:
    down = 0.79 * across
    skull, facing = brush.oval(x, z, across, down, turn)
    brush.fill(within(skull, 1), -13.0 + 2.0 * brush.clouds(8, 5), 0.0)
    _brain(brush, x, z, across, turn)
    bone = within(np.abs(skull + np.float32(0.4)) - np.float32(1.4), 1)
    brush.fill(bone, 6.0, 0.9)
    brush.reflect(amplitude(30) * brush.ridge(skull + np.float32(0.4), 1.1) * (0.015 + 0.985 * facing**6))


def _brain(brush: Brush, x: float, z: float, across: float, turn: float) -> None:
    def at(u: float, v: float, wide: float, high: float) -> tuple[np.ndarray, np.ndarray]:
        cosine, sine = np.cos(np.radians(turn)), np.sin(np.radians(turn))
        place = (x + across * float(u * cosine - v * sine), z + across * float(u * sine + v * cosine))
        return brush.oval(*place, across * wide, across * high, turn)

    for side in (-1, 1):
        brush.fill(within(at(0.05, side * 0.13, 0.2, 0.11)[0], 2), -19.0)
        brush.fill(within(at(0.38, side * 0.24, 0.24, 0.09)[0], 2.5), -3.0 + 2.0 * brush.clouds(4, 3))
        edge, facing = at(0.25, side * 0.36, 0.42, 0.10)
        brush.reflect(amplitude(5) * brush.ridge(edge, 0.7) * facing**2)
    along, beside = brush.turned(x, z, turn)
    falx = brush.ridge(beside + np.float32(0.4) * brush.clouds(12, 300), 0.7) * within(
        np.abs(along) - np.float32(0.9 * across), 3
    )
    brush.reflect(amplitude(13) * falx * np.clip(0.7 + 0.5 * brush.clouds(8, 100), 0.1, 1.4))
    cavum, facing = at(-0.45, 0, 0.12, 0.05)
    brush.fill(within(cavum, 0.8), -26.0)
    brush.reflect(amplitude(11) * brush.ridge(cavum, 0.7) * facing)
