"""Do echoes go on below the outline, so that it ends at the last bright line and not where the sector does?"""

import cv2
import numpy as np

from pipeline.fan import Fan
from pipeline.screen import FAINT, Screen
from pipeline.sector import Mask

MARGIN = 4.0
WRITING = 17
"""Pixels around letters in which their blur and the codec's ringing may look like faint echoes."""

DIM = 20
"""Grey levels above the background up to which a far field is dark. Menus and bars are lighter (34 on a real one)."""

NONE, SOME = 0.001, 0.003
"""Share of the outline's area: true outlines .0007 at most (99 %), outlines that end at the diaphragm or the pleura
.005 and more (measured on the simulator)."""


def ends_here(fan: Fan, inside: Mask, screen: Screen) -> float:
    """Return 1 where nothing faint is lit between the prolonged sides below the far end, down to 0 where much is.

    Writing and what is bright there do not count.
    """
    rows, columns = inside.shape
    y, x = np.arange(rows, dtype=np.float32)[:, None], np.arange(columns, dtype=np.float32)
    below = (x > fan.left.at + fan.left.slope * y + MARGIN) & (x < fan.right.at + fan.right.slope * y - MARGIN)
    depth = np.hypot(x - fan.apex[0], y - fan.apex[1]) if fan.apex is not None and fan.far_is_arc else y
    below &= depth > fan.far.value + MARGIN
    written = (screen.still & screen.strokes).astype(np.uint8)
    around = cv2.dilate(written, np.ones((WRITING, WRITING), np.uint8)).astype(bool)
    lit = below & screen.steady & (screen.light > FAINT) & (screen.light <= DIM) & ~around
    solid = cv2.morphologyEx(lit.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    share = float(np.sum(solid)) / max(1.0, float(np.sum(inside)))
    return float(min(1.0, max(0.0, (SOME - share) / (SOME - NONE))))
