"""How well is a reader's severity known, and what does it do to a pass rate? Simulated readers of simulated exams."""

import numpy as np
from numpy.typing import NDArray

from supervision.severity import Rated, adjusted, severities

NOISE = 0.6
"""Points by which the same reader differs from themselves: single ratings of 1 to 5 then agree as those measured do."""
MEAN, SPREAD = 3.6, 0.8
TEAMS = 200

Floats = NDArray[np.float64]


def given_by(reader: float, levels: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return how exams of these levels are rated by a reader who is off by so much."""
    return np.clip(np.rint(levels + reader + rng.normal(0, NOISE, levels.shape)), 1, 5).astype(int)


def team(seed: int, readers: Floats, exams: int, twice: float) -> tuple[Floats, list[Rated]]:
    """Return the levels of exams, and their ratings by one reader or by two: stricter ones get the better exams."""
    rng = np.random.default_rng(seed)
    levels = rng.normal(MEAN, SPREAD, exams)
    told = []
    for exam, level in enumerate(levels):
        liking = np.exp(-0.5 * readers * (level - MEAN))
        who = rng.choice(len(readers), 2 if rng.random() < twice else 1, replace=False, p=liking / liking.sum())
        told += [Rated(exam, int(one), int(given_by(readers[one], np.array([level]), rng)[0])) for one in who]
    return levels, told


def levels_of(readers: Floats, levels: Floats, rng: np.random.Generator) -> Floats:
    """Return how far each reader's mean of the same exams lies from that of all: on a scale that ends at 1 and 5."""
    means = np.array([given_by(one, np.tile(levels, 10), rng).mean() for one in readers])
    return np.asarray(means - means.mean(), np.float64)


def errors(teams: int, exams: int, twice: float, size: int = 6) -> tuple[Floats, float]:
    """Return by how much severity was off, and how often the truth lay in its interval, over some random teams."""
    off, inside = [], []
    for seed in range(teams):
        rng = np.random.default_rng([seed, 7])
        readers = rng.normal(0, 0.5, size)
        levels, told = team(seed, readers, exams, twice)
        truth = levels_of(readers, levels, rng)
        for reader, found in severities(told).items():
            off.append(found.value - truth[reader])
            inside.append(found.low <= truth[reader] <= found.high)
    return np.array(off), float(np.mean(inside))


def rates(readers: Floats, exams: int, twice: float, seed: int = 3) -> list[tuple[float, float]]:
    """Return the share of the same exams that each reader would rate 3 or more, as given and adjusted."""
    levels, told = team(seed, readers, exams, twice)
    known = severities(told)
    found = []
    for place, reader in enumerate(readers):
        ratings = given_by(reader, levels, np.random.default_rng([17, place]))
        one = adjusted([Rated(exam, place, int(rating)) for exam, rating in enumerate(ratings)], known)
        found.append((one.enough.value or 0.0, one.adjusted_rate.value or 0.0))
    return found


def main() -> None:
    """Print how well severity is known, and what it does."""
    print(f"{TEAMS} teams of six; readers differ by .5 points (standard deviation)")
    for exams, twice in ((100, 0.1), (400, 0.1), (400, 0.25), (2000, 0.1)):
        off, inside = errors(TEAMS, exams, twice)
        print(f"{exams:>6} exams, {twice:.0%} read twice: off by {off.std():.2f} points, interval holds {inside:.1%}")
    readers = np.array([0.5, 0.25, 0.0, -0.25, -0.5, -1.0])
    for reader, (raw, corrected) in zip(readers, rates(readers, 4000, 0.1), strict=True):
        print(f"{reader:>+6.2f} points: {raw:.0%} of the same exams rated 3 or more, adjusted {corrected:.0%}")


if __name__ == "__main__":
    main()
