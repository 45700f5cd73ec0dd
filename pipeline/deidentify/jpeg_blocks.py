"""How is everything but the sector made black in a JPEG, block by block, without encoding the sector anew?

A block wholly outside becomes black and one wholly inside keeps every coefficient. One that the outline crosses is
decoded, its samples outside are made black, and it is quantised again with the tables of its own file. A colour
sample that spans several pixels counts as inside only where all of them are: what stands one pixel outside the
outline must not shine in, and no more than the sector's own colour can shine out.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.deidentify.jpeg_coefficients import Plane, Transformer
from pipeline.deidentify.jpeg_segments import Component, Geometry, Unblankable, check_bare, geometry_of, without_density
from pipeline.sector import Mask

GROWTH = 1.02
LEAST_GROWTH = 64  # bytes of a JFIF segment and of tables that the source left out
_ROUND_HALF = 1e-6  # breaks ties alike on every machine, whatever the order in which it adds


@dataclass(frozen=True, eq=False)
class Plan:
    """What happens to the blocks of one component, numbered row by row.

    empty: those that become `black`; crossed: those that are cut, where `kept` (crossed, 64) is True of their samples;
    darkest: a black sample, level-shifted; quantisers: of the 64 coefficients.
    """

    shape: tuple[int, int]
    empty: NDArray[np.intp]
    black: Plane
    crossed: NDArray[np.intp]
    kept: NDArray[np.bool_]
    darkest: float
    quantisers: NDArray[np.float64]


class Blanking:
    """Blanks JPEG frames of one size outside one mask; what depends on mask and sampling alone is worked out once."""

    def __init__(self, mask: Mask) -> None:
        """mask: (rows, columns), True where the picture is kept. Raises Unblankable where there is no libjpeg-turbo."""
        self._mask = mask
        self._transformer = Transformer()
        self._plans = lru_cache(maxsize=4)(self._planned)

    def blank(self, jpeg: bytes, *, like: Geometry | None = None) -> bytes:
        """Return the JPEG, black outside the mask; its colours must be clear without a DICOM header.

        like: of a frame whose colours and sampling it must share. Raises Unblankable for what is not one 8 bit baseline
        scan of the mask's size, or would grow by over 2 %.
        """
        geometry = geometry_of(jpeg)
        if like is not None and geometry.form != like.form:
            raise Unblankable("another sampling")
        if (geometry.rows, geometry.columns) != self._mask.shape:
            raise Unblankable("another size")
        plans = self._plans(geometry)
        planes = [np.empty((*plan.shape, 64), np.int16) for plan in plans]

        def change() -> None:
            for plane, plan in zip(planes, plans, strict=True):
                blocks = plane.reshape(-1, 64)
                blocks[plan.crossed] = cut(blocks[plan.crossed], plan)
                blocks[plan.empty] = plan.black

        written = without_density(self._transformer.changed(jpeg, planes, change))
        check_bare(written)
        if len(written) > max(len(jpeg) * GROWTH, len(jpeg) + LEAST_GROWTH):
            raise Unblankable("grows")
        return written

    def _planned(self, geometry: Geometry) -> tuple[Plan, ...]:
        kept = {(part.down, part.across): blocks_of(self._mask, part) for part in geometry.components}
        return tuple(
            planned(kept[part.down, part.across], part, is_difference=number > 0 and not geometry.is_rgb)
            for number, part in enumerate(geometry.components)
        )


def blank(jpeg: bytes, mask: Mask) -> bytes:
    """Return one JPEG, black outside the mask (rows, columns); raises Unblankable."""
    return Blanking(mask).blank(jpeg)


def planned(kept: NDArray[np.bool_], component: Component, *, is_difference: bool) -> Plan:
    """Sort the blocks of a component, `kept` as of `blocks_of`; is_difference: of colour, whose black is neutral."""
    flat = kept.reshape(-1, 64)
    some = flat.any(axis=1)
    crossed = np.flatnonzero(some & ~flat.all(axis=1))
    black = np.zeros(64, np.int16)
    if not is_difference:
        black[0] = -math.ceil(1024 / component.quantisers[0])
    return Plan(
        shape=(kept.shape[0], kept.shape[1]),
        empty=np.flatnonzero(~some),
        black=black,
        crossed=crossed,
        kept=flat[crossed],
        darkest=0.0 if is_difference else -128.0,
        quantisers=np.array(component.quantisers, np.float64),
    )


def blocks_of(mask: Mask, component: Component) -> NDArray[np.bool_]:
    """Return (rows of blocks, blocks, 64) bool: the samples of a component that see nothing outside the mask."""
    down, across = -(-mask.shape[0] // (8 * component.down)), -(-mask.shape[1] // (8 * component.across))
    rows, columns = down * 8 * component.down, across * 8 * component.across
    # beyond the picture's edge encoders repeat it
    whole = np.pad(mask, ((0, rows - mask.shape[0]), (0, columns - mask.shape[1])), mode="edge")
    samples: NDArray[np.bool_] = whole
    if (component.down, component.across) != (1, 1):
        samples = np.all(whole.reshape(down * 8, component.down, across * 8, component.across), axis=(1, 3))
    blocks: NDArray[np.bool_] = samples.reshape(down, 8, across, 8).transpose(0, 2, 1, 3).reshape(down, across, 64)
    return blocks


def cut(blocks: Plane, plan: Plan) -> Plane:
    """Return the crossed blocks (n, 64), black where nothing is kept and elsewhere as near as the quantisers allow."""
    samples = np.rint(blocks * plan.quantisers @ _BASIS + _ROUND_HALF).clip(-128, 127)
    samples[~plan.kept] = plan.darkest
    quantised = np.rint(samples @ _BASIS.T / plan.quantisers + _ROUND_HALF)
    return quantised.clip(-1023, 1023).astype(np.int16)


def _basis() -> NDArray[np.float64]:
    """Return (64, 64) the pictures of the 64 coefficients: the orthonormal DCT of 8 x 8 (ITU-T T.81 A.3.3)."""
    k, x = np.mgrid[:8, :8]
    line = np.where(k == 0, np.sqrt(1 / 8), 0.5) * np.cos((2 * x + 1) * k * np.pi / 16)
    basis: NDArray[np.float64] = np.einsum("ux,vy->uvxy", line, line).reshape(64, 64)
    return basis


_BASIS = _basis()
