"""From where do the outlines of the map come, and how were they made so small?

`python -m web.charts.trace_outlines countries-50m.json > web/charts/outlines.txt`, with the file of that name of the
package world-atlas 2.0.2: the borders of Natural Earth 4.1 at 1:50 million, which are in the public domain.
"""

import json
import sys
from itertools import pairwise
from math import hypot
from pathlib import Path
from typing import Any

Point = tuple[float, float]

PER_DEGREE = 50
TOLERANCE_DEGREES = 0.05
SMALLEST_DEGREES = 0.12
LEAP_DEGREES = 180.0
HEAD = """\
# Coasts and borders of Natural Earth 4.1 (naturalearthdata.com), 1:50 million, public domain; by trace_outlines.py.
# A line is a coast or a border: the longitude and latitude of its first point, then the steps to the next ones, all in
# fiftieths of a degree.
"""


def main() -> None:
    """Print the lines of the topology that is named."""
    lines = [thinned(line) for line in arcs_of(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))]
    sys.stdout.write(HEAD)
    sys.stdout.writelines(f"{written(line)}\n" for line in lines if extent(line) >= SMALLEST_DEGREES)


def arcs_of(topology: dict[str, Any]) -> list[list[Point]]:
    """Return the arcs of a quantised TopoJSON as longitudes and latitudes in degrees; each border once."""
    (per_x, per_y), (left, low) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for steps in topology["arcs"]:
        x = y = 0
        points = []
        for across, up in steps:
            x, y = x + across, y + up
            points.append((x * per_x + left, y * per_y + low))
        arcs.extend(_parted(points))
    return arcs


def _parted(line: list[Point]) -> list[list[Point]]:
    """Part a line where it leaps over the edge of the world."""
    leaps = [place for place in range(1, len(line)) if abs(line[place][0] - line[place - 1][0]) > LEAP_DEGREES]
    return [line[begin:end] for begin, end in zip([0, *leaps], [*leaps, len(line)], strict=True) if end - begin > 1]


def thinned(line: list[Point]) -> list[Point]:
    """Return the line without points that lie nearer to it than the tolerance (Douglas & Peucker 1973)."""
    if len(line) < 3:
        return line
    (left, low), (right, high) = line[0], line[-1]
    length = hypot(right - left, high - low)

    def off(point: Point) -> float:
        x, y = point
        if not length:
            return hypot(x - left, y - low)
        return abs((right - left) * (low - y) - (left - x) * (high - low)) / length

    farthest = max(range(1, len(line) - 1), key=lambda place: off(line[place]))
    if off(line[farthest]) <= TOLERANCE_DEGREES:
        return [line[0], line[-1]]
    return thinned(line[: farthest + 1])[:-1] + thinned(line[farthest:])


def extent(line: list[Point]) -> float:
    """Return how wide or high a line is, in degrees."""
    across, up = zip(*line, strict=True)
    return float(max(max(across) - min(across), max(up) - min(up)))


def written(line: list[Point]) -> str:
    """Write a line as whole numbers: its first point, then the steps that are not nothing."""
    places = [(round(x * PER_DEGREE), round(y * PER_DEGREE)) for x, y in line]
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(places)]
    return " ".join(f"{x} {y}" for x, y in [places[0], *(step for step in steps if step != (0, 0))])


if __name__ == "__main__":
    main()
