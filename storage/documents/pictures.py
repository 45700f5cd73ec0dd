"""How do the charts of a report become pictures, drawn once for all its formats?"""

import io
import json
import struct
import textwrap
from dataclasses import dataclass
from datetime import date
from typing import Any

from PIL import Image

from storage.documents import colours
from supervision.report.document import Chart, Document, Form, Kind, Series
from supervision.report.printed import Pen

WIDE = 520
"""Of a chart without its axes, in points."""
SHARPNESS = 3
INK, SOFT, LINE, ACCENT = (f"#{one}" for one in (colours.INK, colours.SOFT, colours.LINE, colours.ACCENT))
COLOURS = (ACCENT, "#c9822b", "#7a4f8c", "#5c8a3a", "#a32d26", "#6b7a85")
SHADES = ("#f1f6f7", ACCENT)
PARTS = ("#cfe2e6", "#9cc4cc", "#659fab", "#347c8b", ACCENT, "#06343d")
"""Of a whole, from the first to the last: they differ in print too."""
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
FONT = "Libertinus Sans, Liberation Sans, Arimo, Helvetica, Arial, sans-serif"
MOST_TICKS = 14
MOST_WORDS = 8
"""So many labels of words have room for whole lines below a chart; more are turned."""

CONFIG: dict[str, Any] = {
    "background": "#ffffff",
    "font": FONT,
    "padding": 6,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": SOFT,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": 400,
        "domainColor": LINE,
        "tickColor": LINE,
        "gridColor": LINE,
        "labelLimit": 230,
    },
    "legend": {
        "symbolOpacity": 1,
        "labelFontSize": 12,
        "labelColor": INK,
        "title": None,
        "orient": "top",
        "labelLimit": 260,
    },
    "text": {"color": INK, "fontSize": 12, "font": FONT},
    "range": {"category": list(COLOURS)},
}
LOCALES = {
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["", ""]},
    "fr": {"decimal": ",", "thousands": "\u202f", "grouping": [3], "currency": ["", ""], "percent": "\u00a0%"},
}

Layer = dict[str, Any]


@dataclass(frozen=True)
class Picture:
    """A chart as drawn: PNG for files of offices, SVG for the page; its size in points."""

    png: bytes
    svg: str
    width: float
    height: float


def pictures(document: Document, language: str) -> dict[str, Picture]:
    """Return the drawing of each chart that has something to show, by its key."""
    charts = (block for section in document.sections for block in section.blocks if isinstance(block, Chart))
    return {chart.key: drawn(chart, Pen(language)) for chart in charts if not chart.empty}


def drawn(chart: Chart, pen: Pen) -> Picture:
    """Draw one chart."""
    import vl_convert  # half a second, which only who draws pays

    spec = {"data": {"values": _rows(chart, pen)}, "config": CONFIG, **_DRAWINGS[chart.form](chart, pen)}
    locale = LOCALES["fr" if pen.french else "en"]
    svg = str(vl_convert.vegalite_to_svg(json.dumps(spec), format_locale=locale))
    png = _light(bytes(vl_convert.svg_to_png(svg, scale=SHARPNESS)))
    width, height = struct.unpack(">II", png[16:24])
    return Picture(png, svg, width / SHARPNESS, height / SHARPNESS)


def _light(png: bytes) -> bytes:
    """Return the picture with a palette, a quarter of the bytes: a report also goes over bad lines."""
    with Image.open(io.BytesIO(png)) as picture:
        few = picture.convert("RGB").quantize(64, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    written = io.BytesIO()
    few.save(written, "PNG", optimize=True)
    return written.getvalue()


def _rows(chart: Chart, pen: Pen) -> list[dict[str, Any]]:
    """Return a row per point; `printed` is the value as it is written in the tables."""
    rows = []
    for place, series in enumerate(chart.series):
        for number, point in enumerate(series.points):
            printed = "" if point.value is None else pen.value(point.value, chart.kind, chart.decimals)
            rows.append(
                {"series": pen.say(series.name), "place": place, "number": number, "label": pen.label(point.label)}
                | {"value": point.value, "low": point.low, "high": point.high, "printed": printed}
            )
    return rows


def _axis(chart: Chart, *, grid: bool = True) -> dict[str, Any]:
    """Return the axis of the values."""
    axis: dict[str, Any] = {"title": None, "grid": grid, "tickCount": 5, "domain": False, "ticks": False}
    if chart.kind is Kind.SHARE:
        return axis | {"format": ".0%"}
    if chart.kind is Kind.COUNT:
        return axis | {"format": ",d", "tickMinStep": 1}
    return axis | {"format": ",.1f"} if chart.kind is Kind.NUMBER else axis


def _values(chart: Chart) -> dict[str, Any]:
    """Return the scale of the values: all of 0 to 100 % only where they come near it."""
    known = [
        number
        for series in chart.series
        for point in series.points
        for number in (point.value, point.high)
        if number is not None
    ]
    most = max([*known, chart.target or 0], default=0)
    if chart.kind is Kind.SHARE:
        return {"domain": [0, 1 if most > 0.5 else max(0.1, round(most * 1.2, 2))]}
    return {"zero": True, "domainMin": 0, "nice": True}


def _legend(chart: Chart, pen: Pen) -> dict[str, Any]:
    """Return how series are told apart: by colour where there are several, else not."""
    if len(chart.series) == 1:
        return {"value": ACCENT}
    names = [pen.say(one.name) for one in chart.series]
    scale = {"domain": names, "range": _spread(PARTS, len(names)) if chart.form is Form.STACKED else list(COLOURS)}
    return {"field": "series", "type": "nominal", "sort": names, "scale": scale}


def _spread(shades: tuple[str, ...], number: int) -> list[str]:
    """Return so many of the shades, from the lightest to the darkest."""
    if number > len(shades):
        return list(COLOURS)
    return [shades[round(place * (len(shades) - 1) / max(1, number - 1))] for place in range(number)]


def _order(series: tuple[Series, ...], pen: Pen) -> list[str]:
    """Return the labels in the order of the longest series, each once."""
    found: dict[str, None] = {}
    for one in sorted(series, key=lambda one: -len(one.points)):
        found |= dict.fromkeys(pen.label(point.label) for point in one.points)
    return list(found)


def _across(chart: Chart, pen: Pen) -> dict[str, Any]:
    """Return the axis of the labels, so many of them written as there is room for."""
    order = _order(chart.series, pen)
    step = -(-len(order) // MOST_TICKS)
    if len(order) <= MOST_WORDS and not any(isinstance(p.label, date) for one in chart.series for p in one.points):
        room = max(8, WIDE // (7 * max(1, len(order))))
        lines = {one: textwrap.wrap(one, room, break_long_words=False, break_on_hyphens=False) for one in order}
        axis = {"labelExpr": f"{json.dumps(lines)}[datum.label]", "labelAngle": 0, "ticks": False, "title": None}
        return {"field": "label", "type": "nominal", "sort": None, "scale": {"domain": order}, "axis": axis}
    crowded = max(map(len, order), default=0) * len(order[::step]) > 80
    axis = {"title": None, "labelAngle": -40 if crowded else 0, "ticks": False, "values": order[::step]}
    # the order is that of the scale, which all layers share
    return {"field": "label", "type": "nominal", "sort": None, "scale": {"domain": order}, "axis": axis}


def _target(chart: Chart, channel: str) -> list[Layer]:
    if chart.target is None:
        return []
    data = {"values": [{"target": chart.target}]}
    mark = {"type": "rule", "color": SOFT, "strokeDash": [5, 3], "strokeWidth": 1.2}
    return [{"data": data, "mark": mark, "encoding": {channel: {"field": "target", "type": "quantitative"}}}]


def _bars(chart: Chart, pen: Pen) -> Layer:
    across = _across(chart, pen)
    value = {"field": "value", "type": "quantitative", "axis": _axis(chart), "scale": _values(chart), "stack": None}
    encoding: dict[str, Any] = {"x": across, "y": value, "color": _legend(chart, pen)}
    if chart.form is Form.STACKED:
        encoding["y"] = {**value, "stack": "zero", "scale": {}}
        encoding["order"] = {"field": "place", "type": "quantitative"}
    elif len(chart.series) > 1:
        encoding["xOffset"] = {"field": "series", "sort": [pen.say(one.name) for one in chart.series]}
    mark = {"type": "bar", "cornerRadiusEnd": 2}
    return {"width": WIDE, "height": 200, "layer": [{"mark": mark, "encoding": encoding}, *_target(chart, "y")]}


def _lines(chart: Chart, pen: Pen) -> Layer:
    across = _across(chart, pen)
    y = {"field": "value", "type": "quantitative", "axis": _axis(chart), "scale": _values(chart)}
    encoding: dict[str, Any] = {"x": across, "y": y, "color": _legend(chart, pen)}
    points = dict(encoding)
    if len(chart.series) > 1:
        names = [pen.say(one.name) for one in chart.series]
        scale = {"domain": names, "range": list(SHAPES[: len(names)])}
        points["shape"] = {"field": "series", "type": "nominal", "scale": scale, "sort": names}
    layers: list[Layer] = []
    if any(point.low is not None for series in chart.series for point in series.points):
        band = {"type": "rule", "opacity": 0.45, "strokeWidth": 2}
        ends = {"y": {**y, "field": "low"}, "y2": {"field": "high"}}
        layers.append({"mark": band, "encoding": {**encoding, **ends}})
    line = {"type": "line", "strokeWidth": 2, "invalid": "break-paths-show-domains"}
    layers.append({"mark": line, "encoding": encoding})
    layers.append({"mark": {"type": "point", "filled": True, "size": 42, "opacity": 1}, "encoding": points})
    layers += [*_marks(chart, pen), *_target(chart, "y")]
    return {"width": WIDE, "height": 210, "layer": layers}


def _marks(chart: Chart, pen: Pen) -> list[Layer]:
    """Return a line with its words at the last place of the axis that is not after each date."""
    days = sorted({p.label for one in chart.series for p in one.points if isinstance(p.label, date)})
    rows = []
    for on, words in chart.marks:
        before = [day for day in days if day <= on]
        if before:
            rows.append({"label": pen.label(before[-1]), "words": pen.say(words)})
    if not rows:
        return []
    x = {"field": "label", "type": "nominal", "sort": None}
    rule: Layer = {"mark": {"type": "rule", "color": SOFT, "strokeDash": [2, 3]}, "encoding": {"x": x}}
    text = {"type": "text", "align": "left", "baseline": "top", "dx": 4, "y": 2, "color": SOFT}
    named: Layer = {"mark": text, "encoding": {"x": x, "text": {"field": "words"}}}
    return [{"data": {"values": rows}, "layer": [rule, named]}]


def _dots(chart: Chart, pen: Pen) -> Layer:
    order = _order(chart.series, pen)
    axis = {"title": None, "ticks": False, "domain": False, "grid": True}
    y: dict[str, Any] = {"field": "label", "type": "nominal", "sort": order, "axis": axis}
    x = {"field": "value", "type": "quantitative", "axis": _axis(chart), "scale": _values(chart)}
    encoding: dict[str, Any] = {"x": x, "y": y, "color": _legend(chart, pen)}
    if len(chart.series) > 1:
        encoding["yOffset"] = {"field": "series", "sort": [pen.say(one.name) for one in chart.series]}
    whisker = {**encoding, "x": {**x, "field": "low"}, "x2": {"field": "high"}}
    layers: list[Layer] = [
        {"mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.55}, "encoding": whisker},
        {"mark": {"type": "point", "filled": True, "size": 70, "opacity": 1}, "encoding": encoding},
        *_target(chart, "x"),
    ]
    rows = len(order) * max(1, len(chart.series) * 0.7)
    return {"width": WIDE - 90, "height": max(60, 24 * rows), "layer": layers}


def _heat(chart: Chart, pen: Pen) -> Layer:
    order, names = _order(chart.series, pen), [pen.say(one.name) for one in chart.series]
    crowded = max(map(len, order), default=0) * len(order) > 80
    axis = {"title": None, "ticks": False, "domain": False, "labelAngle": -40 if crowded else 0, "orient": "top"}
    encoding: dict[str, Any] = {
        "x": {"field": "label", "type": "nominal", "sort": order, "axis": axis},
        "y": {"field": "series", "type": "nominal", "sort": names, "axis": {**axis, "labelAngle": 0, "orient": "left"}},
    }
    known = [point.value for one in chart.series for point in one.points if point.value is not None]
    low, high = chart.ends or ((0.0, 1.0) if chart.kind is Kind.SHARE else (min(known), max(known)))
    scale = {"domain": [low, high], "range": list(SHADES), "clamp": True}
    colour = {"field": "value", "type": "quantitative", "scale": scale, "legend": None}
    dark = {"test": f"datum.value > {low + 0.72 * (high - low)}", "value": "#ffffff"}
    text = {"text": {"field": "printed"}, "color": {"condition": dark, "value": INK}}
    layers: list[Layer] = [
        {"mark": {"type": "rect", "stroke": "#ffffff"}, "encoding": {**encoding, "color": colour}},
        {"mark": {"type": "text"}, "encoding": {**encoding, **text}},
    ]
    return {"width": WIDE - 90, "height": 24 * len(names), "layer": layers}


_DRAWINGS = {Form.BARS: _bars, Form.STACKED: _bars, Form.LINES: _lines, Form.DOTS: _dots, Form.HEAT: _heat}
