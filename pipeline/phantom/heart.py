"""How does a beating heart look: four chambers from the apex, or a short axis?"""

import math

import numpy as np

from pipeline.phantom.probe import Field, Grid
from pipeline.phantom.tissue import Body, Brush, Mode, Waveform, amplitude, breathing, heartbeat, within
from pipeline.phantom.wall import body_wall

BLOOD_LEVEL, BLOOD_LOSS = -34.0, -0.04


def heart(grid: Grid, rng: np.random.Generator) -> Body:
    """Paint an apical four-chamber or a parasternal short-axis view that contracts with the heartbeat."""
    brush = Brush(grid, rng, level=-15.0, loss=0.07)
    brush.level += 4.0 * brush.clouds(18, 14)
    beat = heartbeat(rng, float(rng.uniform(60, 105)))
    modes = _four_chambers(brush, beat) if rng.random() < 0.65 else _short_axis(brush, beat)
    brush.loss[grid.z > 20] += 0.02
    body_wall(brush, float(rng.uniform(10, 15)))
    breath = breathing(rng, float(rng.uniform(12, 20)))
    return brush.body(*modes, brush.drag(1.2, 1.0, breath))


def _muscle(brush: Brush, x: float, z: float, across: float, down: float, turn: float = 0.0) -> None:
    distance, facing = brush.oval(x, z, across, down, turn)
    brush.fill(within(distance, 3), 0.5 + 3.0 * brush.clouds(9, 5), 0.01)
    patchy = np.clip(0.8 + 0.4 * brush.clouds(12, 12), 0.1, 1.5)
    brush.reflect(amplitude(11) * patchy * brush.ridge(distance, 0.9) * facing**4)


def _chamber(brush: Brush, x: float, z: float, across: float, down: float, turn: float = 0.0) -> None:
    ragged = np.float32(0.9) * brush.clouds(6, 6) + np.float32(1.2) * brush.clouds(20, 20)
    distance, facing = brush.oval(x, z, across, down, turn)
    distance = distance + ragged
    brush.fill(within(distance, 1.2), BLOOD_LEVEL, BLOOD_LOSS)
    brush.reflect(amplitude(8) * brush.ridge(distance, 0.7) * facing**4)


def _squeeze(brush: Brush, x: float, z: float, reach: float, share: float, beat: Waveform) -> Mode:
    """Draw the neighbourhood of (x, z) towards it; `share` of the radius at the end of systole."""
    right, down = brush.grid.x - np.float32(x), brush.grid.z - np.float32(z)
    pull = -np.float32(share) * np.exp(-(right**2 + down**2) / np.float32(2 * reach**2))
    return brush.drag((pull * right).astype(np.float32), (pull * down).astype(np.float32), beat)


def _four_chambers(brush: Brush, beat: Waveform) -> tuple[Mode, ...]:
    rng, grid = brush.rng, brush.grid
    base = float(rng.uniform(84, 92))
    _muscle(brush, 0, 76, 43, 62)
    _chamber(brush, 15, 60, 15, 34, 7)
    _chamber(brush, -18, 64, 11, 27, -10)
    for side, across in ((1, 16.0), (-1, 15.5)):
        _chamber(brush, side * 18.5, base + 21, across, 17)
    thin = within(np.abs(grid.x) - np.float32(2), 1) * within(np.abs(grid.z - base - 18) - np.float32(16), 3)
    brush.fill(thin, -3.0)
    lift = np.exp(-0.5 * np.square((grid.z - base) / 22)).astype(np.float32)
    return (
        _squeeze(brush, 15, 62, 24, 0.30, beat),
        _squeeze(brush, -18, 64, 18, 0.22, beat),
        _valve(brush, -1, base - 4, beat),
        _valve(brush, 1, base, beat),
        brush.drag(0.0, -7.0 * lift, beat),
    )


def _valve(brush: Brush, side: int, z: float, beat: Waveform) -> Mode:
    """Two thin leaflets between septum and free wall: closed in systole, parted towards the apex in diastole."""
    grid = brush.grid
    offset = grid.x - np.float32(side * 16)
    sag = (grid.z - z - 0.18 * np.abs(offset) + 2.5).astype(np.float32)
    span = within(np.abs(offset) - np.float32(13), 1.5)
    brush.reflect(amplitude(15) * brush.ridge(sag, 0.8) * span)
    near = np.exp(-0.5 * np.square(offset / 6) - 0.5 * np.square((grid.z - z) / 9)).astype(np.float32)
    outward = np.tanh(offset / 3).astype(np.float32)
    return brush.drag(6.0 * near * outward, -6.0 * near, lambda seconds: max(0.0, 1 - 2.2 * beat(seconds)))


def _short_axis(brush: Brush, beat: Waveform) -> tuple[Mode, ...]:
    rng = brush.rng
    x, z, radius = float(rng.uniform(2, 10)), float(rng.uniform(66, 74)), float(rng.uniform(20, 24))
    _muscle(brush, x - 19, z - 19, radius + 12, 19, -38)
    _chamber(brush, x - 19, z - 19, radius + 8, 15, -38)
    _muscle(brush, x, z, radius + 10, radius + 10)
    _chamber(brush, x, z, radius, radius)
    for angle in (40, 145):
        lump = brush.oval(
            x + 0.66 * radius * math.cos(math.radians(angle)), z + 0.66 * radius * math.sin(math.radians(angle)), 4.5, 4
        )[0]
        brush.fill(within(lump, 1.5), 2.0)
    bright: Field = brush.oval(x, z + 2, radius + 13, radius + 11)[0]
    below = within((z + 8 - brush.grid.z).astype(np.float32), 10)
    brush.reflect(amplitude(22) * brush.ridge(bright, 1.1) * below * np.clip(0.9 + 0.4 * brush.clouds(14, 30), 0, 1.4))
    return (_squeeze(brush, x, z, radius * 1.25, 0.36, beat), brush.drag(1.5, -1.5, beat))
