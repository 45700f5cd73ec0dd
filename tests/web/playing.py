"""A page with nothing but the player, for tests that ask about it alone; scripts and clips come from the server."""

import json
from collections.abc import Sequence
from dataclasses import replace
from html import escape

from django.template.loader import render_to_string
from django.utils import translation

from storage.catalogue.models import Scan
from storage.settings import settings
from tests.web.world import BLOCKS
from web.media import Picture, picture_of
from web.templatetags.sonorelay import asset

NUMBER = """([clip, blocks]) => {
  const video = document.querySelector(`[data-clip="${clip}"] video`), canvas = document.createElement("canvas");
  const paint = canvas.getContext("2d", { willReadFrequently: true });
  canvas.width = video.videoWidth; canvas.height = video.videoHeight;
  paint.drawImage(video, 0, 0);
  const width = canvas.width / blocks, row = Math.floor(canvas.height / 2);
  const bright = place => paint.getImageData(Math.floor((place + .5) * width), row, 1, 1).data[0] > 128;
  return [...Array(blocks).keys()].reduce((number, place) => number * 2 + bright(place), 0);
}"""


def pictures_of(*scans: Scan, views: Sequence[str] = (), **changed: object) -> list[Picture]:
    """Return the scans as the player needs them, each as its view."""
    found = []
    for place, scan in enumerate(scans):
        picture = picture_of(scan, views[place] if views else "")
        assert picture is not None
        found.append(replace(picture, **changed))
    return found


def page_of(
    pictures: Sequence[Picture],
    *,
    language: str = "en",
    form: bool = True,
    marks: str = "",
    shown: object = None,
    ahead: Sequence[str] = (),
) -> str:
    """Return a page with the player, a form that keeps its marks, marks that are only shown, and what comes next."""
    with translation.override(language):
        player = render_to_string("parts/clips.html", {"pictures": pictures, "form": form})
        style, reading = asset("style.css"), asset("reading.css")
    field = f'<input type="hidden" name="marks" value="{escape(marks)}"><input name="next" aria-label="Next">'
    parts = [
        player,
        f'<form id="reading">{field}</form>' if form else "",
        f'<div data-ahead="{escape(json.dumps(list(ahead)))}" hidden></div>',
    ]
    if shown is not None:
        parts.append(f'<p data-marks="{escape(json.dumps(shown))}"></p>')
    return (
        f'<!doctype html><html lang="{language}" data-theme="dark"><head><meta charset="utf-8"><title>Player</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="{style}"><link rel="stylesheet" href="{reading}"></head>'
        '<body class="reading"><main id="main"><h1 class="hidden">Player</h1><div class="bench">'
        f'<div class="see">{"".join(parts)}</div></div></main></body></html>'
    )


def play(window, pictures: Sequence[Picture], quality: str | None = None, **more):
    """Open the player with these pictures, paused at the first frame, in the quality that the reader chose before."""
    about = {name: more.pop(name) for name in ("language", "form", "marks", "shown", "ahead") if name in more}
    page = window(None, "/login/", reduced_motion="reduce", **more)
    body = page_of(pictures, **about)
    page.route("**/player-alone/", lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8"))
    if quality:
        page.evaluate(f"localStorage.setItem('sonorelay-quality', '{quality}')")
    page.goto(page.url.replace("/login/", "/player-alone/"))
    page.wait_for_selector("[data-player][data-frame]")
    return page


def frame_shown(page, picture: Picture, frame: int) -> int:
    """Wait until the clip says that it shows `frame`, and return the number that is really in the picture."""
    page.wait_for_selector(f'[data-clip="{picture.clip}"][data-frame="{frame}"]')
    return page.evaluate(NUMBER, [picture.clip, BLOCKS])


def own_address(address: str) -> str:
    """Return the address without the host of the settings."""
    return address.removeprefix(settings().base_url)
