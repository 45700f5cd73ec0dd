"""How does a lung look between two ribs: pleura, A-lines, B-lines?"""

import numpy as np

from pipeline.phantom.probe import Field, Grid
from pipeline.phantom.tissue import Body, Brush, amplitude, breathing, within
from pipeline.phantom.wall import body_wall


def lung(grid: Grid, rng: np.random.Generator) -> Body:
    """Paint the chest wall, two ribs with their shadows and a sliding lung, dry or wet.

    Pattern: Lichtenstein DA, BLUE-protocol, Chest 2008, doi:10.1378/chest.07-2800.
    """
    brush = Brush(grid, rng, level=-13.0, loss=0.06)
    pleura = float(rng.uniform(22, 30))
    below = body_wall(brush, pleura)
    wet = int(rng.choice([0, 0, 1, 2, 3, 4]))
    _lung_air(brush, below, pleura, dry=wet < 3)
    for _ in range(wet):
        _b_line(brush, below)
    brush.reflect(
        amplitude(27) * np.clip(1 + 0.2 * brush.clouds(6, 200), 0.4, 1.4) * brush.ridge(below, 0.6) * grid.cosine**4
    )
    for side in (-1, 1):
        _rib(brush, side * float(rng.uniform(27, 36)), pleura - float(rng.uniform(7, 10)))
    breath = breathing(rng, float(rng.uniform(14, 24)))
    deep = 1 - within(below, 1.5)
    return brush.body(
        brush.drag(deep * np.float32(rng.uniform(3, 6)), deep * np.float32(0.2), breath),
        brush.drag(1 - deep, 0.5 * (1 - deep), breath),
    )


def _lung_air(brush: Brush, below: Field, pleura: float, *, dry: bool) -> None:
    """Everything under the pleura is reverberation: haze that fades, and mirror images of the pleura."""
    fade = -6.5 - 0.15 * below + 1.6 * brush.clouds(16, 60)
    brush.fill(within(-below, 0.8), fade.astype(np.float32), 0.0)
    if not dry:
        return
    for order in (1, 2, 3):
        patchy = np.clip(0.8 + 0.3 * brush.clouds(15, 200), 0.1, 1.3)
        echo = brush.ridge((below - order * pleura - 0.3 * brush.clouds(25, 300)).astype(np.float32), 0.6 + 0.2 * order)
        brush.reflect(amplitude(18.5 - 6.5 * order) * patchy * echo * brush.grid.cosine**8)


def _b_line(brush: Brush, below: Field) -> None:
    """A bright ray from the pleura to the bottom that moves with it and does not fade."""
    grid, rng = brush.grid, brush.rng
    middle, wide = float(rng.uniform(-0.45, 0.45)), float(rng.uniform(0.025, 0.06))
    ray = np.exp(-0.5 * np.square((grid.across - middle) / wide)).astype(np.float32) * within(-below, 0.8)
    brush.fill(ray * np.float32(0.95), 1.0 - 0.03 * below + 2.0 * brush.clouds(200, 1.2), -0.02)


def _rib(brush: Brush, x: float, z: float) -> None:
    """A bright cap of bone and the dark behind it."""
    distance, facing = brush.oval(x, z + 6, 10.5, 6.5)
    top = within((brush.grid.z - z - 6).astype(np.float32), 4)
    brush.fill(within(distance), -14.0, 5.0)
    brush.reflect(amplitude(25) * brush.ridge(distance, 0.6) * facing**3 * top)
