"""How does a chart become SVG that stands in a page, in the page's colours, without script or style?"""

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:  # a third of a second, which only a page with a chart pays, once in a process
    import altair

WIDTH = 400
"""Of a chart in its own units: on a phone it stands at four fifths of them, beside another one at a bit more."""

INK, SOFT, LINE, ACCENT, WEAK, POOR = "#17212a", "#55626d", "#d5dcdf", "#0b5f70", "#875600", "#a32d26"
"""As in style.css, which puts the reader's own colours (dark, print) in their place."""

QUARTERS = [0, 25, 50, 75, 100]

ELSEWHERE = "https://vega.github.io/vega-datasets/"
"""What the program sets before an address without a host."""

THEME: dict[str, Any] = {
    "aria": False,
    "background": None,
    "font": "system-ui, sans-serif",
    "padding": {"left": 8, "right": 8, "top": 2, "bottom": 4},
    "view": {"stroke": None},
    "axis": {
        "labelColor": SOFT,
        "titleColor": SOFT,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": 400,
        "domainColor": LINE,
        "tickColor": LINE,
        "gridColor": LINE,
        "labelLimit": 90,
    },
    "text": {"color": INK, "fontSize": 12},
}


def drawn(chart: "altair.LayerChart | altair.FacetChart | altair.Chart", words: str) -> SafeString:
    """Return the chart as SVG; `words` say what it shows to whoever cannot see it."""
    spec = {**chart.to_dict(), "config": THEME}
    body = _svg(json.dumps(spec, sort_keys=True, default=str))
    named = body.replace("<svg ", f'<svg role="img" aria-label="{escape(words)}" ', 1)
    return mark_safe(named)  # noqa: S308 - vl-convert escapes what it writes  # nosec B308 B703


@lru_cache(maxsize=128)
def _svg(spec: str) -> str:
    """Return what vl-convert draws; the same numbers are drawn once."""
    import vl_convert

    svg = str(vl_convert.vegalite_to_svg(json.loads(spec)))
    svg = svg.replace(f'xlink:href="{ELSEWHERE}', 'tabindex="-1" href="')
    svg = re.sub(r' (?:class|version|xmlns:xlink|aria-[a-z]+|role|pointer-events|stroke-miterlimit)="[^"]*"', "", svg)
    svg = re.sub(r'^<svg ([^>]*?)width="[^"]*" height="[^"]*"', r"<svg \1", svg)
    svg = re.sub(r'<path (?:d="[^"]*" )?fill="none"/>|<path [^>]*display="none"[^>]*/>', "", svg)
    svg = re.sub(r"(\d\.\d{2})\d+", r"\1", svg)
    while (lighter := re.sub(r"<g(?: [^>]*)?></g>|<g>(<g[ >](?:(?!</?g).)*</g>)</g>", r"\1", svg)) != svg:
        svg = lighter
    return svg
