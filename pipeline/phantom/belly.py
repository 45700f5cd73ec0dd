"""How do liver, kidney and vessels look?"""

import math

import numpy as np

from pipeline.phantom.probe import Grid
from pipeline.phantom.tissue import Body, Brush, amplitude, breathing, heartbeat, within
from pipeline.phantom.wall import body_wall


def abdomen(grid: Grid, rng: np.random.Generator) -> Body:
    """Paint liver with its veins, the diaphragm, and the right kidney below it."""
    brush = Brush(grid, rng, level=0.0, loss=0.0)
    brush.level += 0.9 * brush.clouds(16, 12) + 0.8 * brush.clouds(3, 2.5)
    _diaphragm(brush)
    for _ in range(int(rng.integers(6, 10))):
        _tube(brush, float(rng.uniform(-55, 40)), float(rng.uniform(36, 105)), wall=bool(rng.random() < 0.5))
    _kidney(brush, float(rng.uniform(14, 28)), float(rng.uniform(82, 94)))
    body_wall(brush, float(rng.uniform(16, 24)))
    breath = breathing(rng, float(rng.uniform(12, 20)))
    inner = np.clip((grid.depth - 18) / 14, 0, 1).astype(np.float32)
    return brush.body(brush.drag(4.0 * inner, 2.0 * inner, breath))


def vessel(grid: Grid, rng: np.random.Generator) -> Body:
    """Paint a pulsing artery beside a vein that is being compressed, in muscle."""
    brush = Brush(grid, rng, level=-3.0, loss=0.02)
    brush.level += 3.0 * brush.clouds(22, 2.2) + 1.5 * brush.clouds(40, 20)
    side = 1 if rng.random() < 0.5 else -1
    z = float(rng.uniform(44, 56))
    artery, vein = (side * float(rng.uniform(14, 19)), z), (-side * float(rng.uniform(6, 12)), z + 5)
    for (x, depth), across, down, wall in ((artery, 10.0, 9.5, 17.0), (vein, 15.0, 10.0, 9.0)):
        distance, facing = brush.oval(x, depth, across, down)
        brush.fill(within(distance), -32.0, -0.12)
        brush.reflect(amplitude(wall) * brush.ridge(distance, 0.7) * (0.25 + 0.75 * facing**3))
    bone, facing = brush.oval(float(rng.uniform(-10, 10)), 118, 45, 28)
    brush.fill(within(bone), -15.0, 3.0)
    brush.reflect(amplitude(24) * brush.ridge(bone, 0.8) * facing**4)
    body_wall(brush, float(rng.uniform(18, 26)))
    near = np.exp(-0.5 * np.square((grid.x - artery[0]) / 16) - 0.5 * np.square((grid.z - z) / 16)).astype(np.float32)
    pulse = heartbeat(rng, float(rng.uniform(60, 100)))
    press = breathing(rng, 17.0)
    sink = np.exp(-0.5 * np.square((grid.x - vein[0]) / 18) - 0.5 * np.square((grid.z - z - 5) / 14))
    flat = (-0.42 * sink * (grid.z - z - 5)).astype(np.float32)
    return brush.body(
        brush.drag(0.10 * near * (grid.x - artery[0]), 0.10 * near * (grid.z - z), pulse),
        brush.drag(0.0, flat, lambda seconds: max(0.0, press(seconds))),
        brush.drag(0.6, 0.4, breathing(rng, 15.0)),
    )


def _diaphragm(brush: Brush) -> None:
    """A bright dome behind the liver; beyond it the liver's mirror image, dimmer."""
    rng = brush.rng
    distance, facing = brush.oval(-12 + rng.normal(0, 6), 52 + rng.normal(0, 4), 92, 74, 12 + rng.normal(0, 8))
    brush.fill(1 - within(distance, 1), -9.0 + 2.5 * brush.clouds(14, 10), 0.07)
    brush.reflect(
        amplitude(25) * brush.ridge(distance, 1.0) * facing**5 * np.clip(0.75 + 0.4 * brush.clouds(22, 60), 0, 1.3)
    )


def _tube(brush: Brush, x: float, z: float, *, wall: bool) -> None:
    """A vein cut along its length or across; portal veins have bright walls, hepatic veins have none."""
    turn, long = float(brush.rng.uniform(-50, 50)), float(brush.rng.choice([1.0, 2.5, 5.0, 8.0]))
    bore = float(brush.rng.uniform(1.3, 3.8))
    distance, facing = brush.oval(x, z, bore * long, bore, turn)
    distance = distance + np.float32(0.3 * bore) * brush.clouds(9, 9)
    if wall:
        brush.fill(within(distance - np.float32(1.4), 1.2), 7.0)
        brush.reflect(amplitude(12) * brush.ridge(distance - np.float32(0.6), 0.8) * facing**2)
    brush.fill(within(distance, 0.9), -24.0, -0.10)


def _kidney(brush: Brush, x: float, z: float) -> None:
    """Capsule, dark cortex, darker pyramids, bright sinus; a bright line of fat towards the liver."""
    turn = float(brush.rng.uniform(8, 28))
    outer, facing = brush.oval(x, z, 50, 24, turn)
    brush.fill(within(outer - np.float32(2.5), 2), 5.0, 0.0)
    brush.fill(within(outer, 1), -5.0 + 1.2 * brush.clouds(5, 4), -0.01)
    cosine, sine = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    for angle in range(20, 380, 45):
        u, v = 35 * math.cos(math.radians(angle)), 15.5 * math.sin(math.radians(angle))
        pyramid, _ = brush.oval(x + u * cosine - v * sine, z + u * sine + v * cosine, 5.5, 4.5, turn)
        brush.fill(within(pyramid, 2.5), -11.0, -0.02)
    inner, _ = brush.oval(x, z, 27, 8.5, turn)
    brush.fill(within(inner + 1.6 * brush.clouds(8, 5), 3), 6.0 + 3.0 * brush.clouds(6, 3), 0.03)
    brush.reflect(amplitude(15) * brush.ridge(outer - np.float32(1), 0.8) * facing**2)
