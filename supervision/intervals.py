"""How sure are we of a share?"""

from math import sqrt


def wilson(successes: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Return the Wilson score interval of `successes` out of `total` as shares (0-1); (0, 1) when nothing was counted.

    `z` is the normal quantile, 1.96 for 95 %. ValueError unless 0 ≤ successes ≤ total.
    Source: Wilson 1927, doi:10.1080/01621459.1927.10502953.
    """
    if not 0 <= successes <= total:
        raise ValueError("successes must lie between 0 and the total")
    if total == 0:
        return (0.0, 1.0)
    share = successes / total
    centre = share + z * z / (2 * total)
    margin = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    # at 0 and 1 the exact bound is the share itself; rounding must not put it on the wrong side
    return (max(0.0, min(share, (centre - margin) / scale)), min(1.0, max(share, (centre + margin) / scale)))
