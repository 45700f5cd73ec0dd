"""Does a reader rate above or below the others, and how sure is that?"""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from supervision.matching import CALIBRATED_SEVERITY
from web.charts.drawing import ACCENT, LINE, SOFT
from web.charts.plane import Plane

FARTHEST = 1.5
"""Points at the ends of the scale; what lies beyond is drawn at its end, the words say where it is."""


def severity_scale(value: float, low: float, high: float, words: str) -> SafeString:
    """Draw a dot on its interval, from stricter on the left to milder; a box is where a reader counts as calibrated."""
    plane = Plane(168, 22, (-FARTHEST, FARTHEST), (0.0, 1.0), left=5, right=5, top=2, bottom=2)
    left, right = plane.x(-CALIBRATED_SEVERITY), plane.x(CALIBRATED_SEVERITY)
    first, here, last = (plane.x(min(FARTHEST, max(-FARTHEST, one))) for one in (low, value, high))
    parts = [
        format_html('<path d="M{0} 3H{1}V19H{0}z" fill="none" stroke="{2}"/>', str(left), str(right), LINE),
        format_html('<path d="M{0} 1V21" stroke="{1}"/>', str(plane.x(0)), SOFT),
        format_html('<path d="M{} 11H{}" stroke="{}" stroke-width="2"/>', str(first), str(last), ACCENT),
        format_html('<path d="M{} 11a4 4 0 1 0 8 0a4 4 0 1 0-8 0" fill="{}"/>', f"{here - 4:g}", ACCENT),
    ]
    return plane.drawn(words, parts, css="trend")
