"""How sure are we of a share?"""

from math import sqrt

Z = 1.96
"""The normal quantile of 95 %."""


def wilson(successes: int, total: int, z: float = Z) -> tuple[float, float]:
    """Return the Wilson score interval of `successes` out of `total` as shares (0-1); (0, 1) when nothing was counted.

    `z` is the normal quantile, 1.96 for 95 %. ValueError unless 0 ≤ successes ≤ total.
    Source: Wilson 1927, doi:10.1080/01621459.1927.10502953.
    """
    if not 0 <= successes <= total:
        raise ValueError("successes must lie between 0 and the total")
    return (0.0, 1.0) if total == 0 else score_interval(successes / total, total, z)


def score_interval(share: float, size: float, z: float = Z) -> tuple[float, float]:
    """Return the Wilson interval of a share (0-1) that is known as well as one of `size` things counted, `size` > 0.

    For a share that was estimated in another way, `size` is share · (1 - share) / its variance (Kish 1965, Survey
    Sampling; Franco et al. 2019, doi:10.1093/jssam/smy019).
    """
    centre = share + z * z / (2 * size)
    margin = z * sqrt(share * (1 - share) / size + z * z / (4 * size * size))
    scale = 1 + z * z / size
    # at 0 and 1 the exact bound is the share itself; rounding must not put it on the wrong side
    return (max(0.0, min(share, (centre - margin) / scale)), min(1.0, max(share, (centre + margin) / scale)))
