"""What lies between the probe and the organs: skin, fat, fascia and muscle."""

import numpy as np

from pipeline.phantom.probe import Field
from pipeline.phantom.tissue import Brush, amplitude, within


def body_wall(brush: Brush, thick_mm: float) -> Field:
    """Paint the layers down to about `thick_mm`; return the distance (mm) below the wall's inner face."""
    grid, rng = brush.grid, brush.rng
    bend = 0.02 * thick_mm * brush.clouds(30, 400) + 0.04 * thick_mm * np.sin(2 * grid.across)
    below = (grid.depth - thick_mm - bend).astype(np.float32)
    fat = float(rng.uniform(0.35, 0.55)) * thick_mm
    streaks = brush.clouds(14, 1.6)
    wall = within(below, 1.0)
    brush.fill(wall, -1.0 + 4.0 * streaks, 0.02)
    in_fat = within((grid.depth - fat - bend).astype(np.float32), 0.8)
    brush.fill(in_fat, -6.0 + 2.5 * brush.clouds(10, 3), 0.0)
    brush.fill(within((grid.depth - 1.8).astype(np.float32), 0.8), 6.0)
    layers = [fat, *(float(rng.uniform(fat * 0.3, thick_mm)) for _ in range(4)), thick_mm]
    for count, layer in enumerate(layers):
        wave = bend * (0.6 + 0.15 * count) + 0.35 * brush.clouds(18, 300)
        patchy = np.clip(0.75 + 0.35 * brush.clouds(9, 60), 0.1, 1.3) * np.square(grid.cosine)
        strength = amplitude(16 if count in (0, len(layers) - 1) else 11)
        brush.reflect(strength * patchy * brush.ridge((grid.depth - layer - wave).astype(np.float32), 0.35))
    return below
