"""What does an audit by risk and chance find, and how far is its published rate from the truth?

A programme is simulated in which everybody is autonomous; which exams are read is decided by supervision.sampling as
the queue does it, with the risks of the last 500 exams. How poor exams look to the score is an ESTIMATE (`Programme`).
"""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from supervision.figures import Estimate
from supervision.sampling import RECENT, Phase, Shares, inclusion, risk
from supervision.weighting import weighted_rate

LONG_PAUSE = 60.0
POOR_AFTER_PAUSE = 2.5
RUNS, SEED = 200, 7


@dataclass(frozen=True)
class Programme:
    """What is not known of a real one; shares 0-1.

    poor: of the exams; of these `seen` have a fault that the score measures, the others show the wrong view, which no
    score sees. fault: by how many standard deviations a fault lowers the score, which is 85 on average otherwise.
    finding: in which the scanner says yes to a critical question.
    """

    exams: int = 4000
    poor: float = 0.10
    seen: float = 0.6
    fault: float = 2.5
    finding: float = 0.12
    score: float = 85.0
    deviation: float = 11.0


@dataclass(frozen=True)
class Season:
    """What happened and what of it was read.

    auc: how well the score tells poor exams from others. read: the share that was read; found: that of the poor ones.
    truth: the rate of exams that are not poor among all; plain: among those that were read; published: weighted.
    """

    auc: float
    read: float
    found: float
    truth: float
    plain: float
    published: Estimate

    @property
    def off(self) -> float:
        """By how much the published rate is off, as a share."""
        return (self.published.value or 0.0) - self.truth

    @property
    def covered(self) -> bool:
        """Whether the interval holds the rate that reading everything would have given."""
        return self.published.low <= self.truth <= self.published.high


def season(programme: Programme, seed: int, shares: Shares | None = None) -> Season:
    """Let a programme scan, draw each exam when it comes, and read those that were drawn."""
    rng = np.random.default_rng(seed)
    days = np.where(rng.random(programme.exams) < 0.03, rng.uniform(LONG_PAUSE, 240, programme.exams), 6.0)
    worse = np.where(days >= LONG_PAUSE, POOR_AFTER_PAUSE, 1.0)
    poor = rng.random(programme.exams) < programme.poor * worse
    faulty = poor & (rng.random(programme.exams) < programme.seen)
    mean = programme.score - programme.fault * programme.deviation * faulty
    score = np.clip(rng.normal(mean, programme.deviation), 0, 100)
    finding = rng.random(programme.exams) < programme.finding
    probability = np.array(list(_drawn(score, finding, days, shares)))
    read = rng.random(programme.exams) < probability
    outcomes = zip((~poor[read]).tolist(), probability[read].tolist(), strict=True)
    return Season(
        auc=auc(score[poor], score[~poor]),
        read=float(read.mean()),
        found=float(poor[read].sum() / poor.sum()),
        truth=float((~poor).mean()),
        plain=float((~poor[read]).mean()),
        published=weighted_rate(outcomes),
    )


def seasons(programme: Programme, runs: int, shares: Shares | None = None) -> list[Season]:
    """Return so many seasons of the same programme, each by a seed of its own."""
    return [season(programme, seed, shares) for seed in range(SEED, SEED + runs)]


def auc(low: NDArray[np.float64], high: NDArray[np.float64]) -> float:
    """Return how often a value of `low` lies below one of `high`; ties count half."""
    ordered = np.sort(high)
    above = len(ordered) - np.searchsorted(ordered, low, side="right")
    level = len(ordered) - np.searchsorted(ordered, low, side="left") - above
    return float((above + level / 2).mean() / len(ordered))


def _drawn(
    score: NDArray[np.float64], finding: NDArray[np.bool_], days: NDArray[np.float64], shares: Shares | None
) -> Iterator[float]:
    """Yield the probability of each exam, held against those that came before it."""
    ordered: list[float] = []
    last: deque[float] = deque()
    for points, yes, pause in zip(score.tolist(), finding.tolist(), days.tolist(), strict=True):
        danger = risk(points, finding=yes, days_since_last=pause)
        yield inclusion(Phase.AUTONOMOUS, risk=danger, recent=ordered, shares=shares)[0]
        last.append(danger)
        insort(ordered, danger)
        if len(last) > RECENT:
            del ordered[bisect_left(ordered, last.popleft())]


def row(name: str, told: list[Season]) -> str:
    """Return a line of the table: means over the seasons, percent."""
    off = np.array([one.off for one in told])
    cells = [
        f"{np.mean([one.auc for one in told]):>6.2f}",
        f"{np.mean([one.read for one in told]):>7.0%}",
        f"{np.mean([one.found for one in told]):>7.0%}",
        f"{100 * np.mean([one.plain - one.truth for one in told]):>+11.1f}",
        f"{100 * off.mean():>+11.2f}",
        f"{100 * np.sqrt((off**2).mean()):>11.2f}",
        f"{np.mean([one.covered for one in told]):>9.1%}",
    ]
    return f"{name:44}" + "".join(cells)


HEAD = f"{'':44}{'AUC':>6}{'read':>7}{'found':>7}{'plain off':>11}{'published':>11}{'typically':>11}{'covered':>9}"


def main() -> None:
    """Print the table."""
    print(f"{RUNS} seasons each; differences in points of the rate of good exams")
    print(HEAD)
    for seen, fault in ((0.0, 0.0), (0.4, 2.0), (0.6, 2.0), (0.6, 2.5), (0.8, 2.5)):
        name = f"{seen:.0%} of the poor have a fault that is seen ({fault:g} sd)"
        print(row(name, seasons(Programme(seen=seen, fault=fault), RUNS)))
    for exams in (500, 1000, 2000, 20_000):
        print(row(f"{exams:,} exams", seasons(Programme(exams=exams), RUNS)))
    print(row("none by risk: 20 % at random", seasons(Programme(), RUNS, Shares(0.5, 0.2, 0.2))))


if __name__ == "__main__":
    main()
