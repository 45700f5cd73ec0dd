"""Of many texts written on scans, how many can still be read in what was released? Measured against the known ink."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.deidentify import Release
from pipeline.errors import Rejected, Withheld
from tests.planted.campaign import release
from tests.planted.pictures import Pixels
from tests.planted.screens import FORMS, Screen, file_of, guidance_of, is_still, screen, shown_by
from tests.planted.writing import Place, Style, Written, any_style, any_text, write

SCREENS = 60
TEXTS_OUTSIDE = 8
"""Texts on one file that is written on outside only."""
LETTER_LEFT = 0.5
"""Share of a letter's ink that must be left for the letter to count as left."""
READABLE_LETTERS = 3
"""Letters inside that must be left for the text to count; outside, one is enough."""
LIT, DARK = 8, 4


@dataclass(frozen=True)
class Text:
    """One text that was written: how, where, and how many of its letters are left inside and outside the sector."""

    style: Style
    place: Place
    letters: int
    left_inside: int = 0
    left_outside: int = 0

    @property
    def survives_inside(self) -> bool:
        """Whether what is left inside the sector can be read."""
        return self.left_inside >= READABLE_LETTERS

    @property
    def survives_outside(self) -> bool:
        """Whether a letter is left outside the sector."""
        return self.left_outside > 0


@dataclass(frozen=True)
class Seen:
    """What became of one file. became: "released" or the code; loss: share of the lit sector that is black (clean)."""

    form: str
    screen: int
    became: str
    texts: tuple[Text, ...]
    loss: float | None = None

    @property
    def clean(self) -> bool:
        """Whether nothing was written on it."""
        return not self.texts


def clean_file(seed_and_index: tuple[int, int]) -> Seen:
    """Release a scan that nobody wrote on."""
    return _seen(seed_and_index, None)


def file_written_on(seed_index_and_place: tuple[int, int, Place]) -> Seen:
    """Release a scan with a text at this place; with several where they are outside."""
    seed, index, place = seed_index_and_place
    return _seen((seed, index), place)


def _seen(seed_and_index: tuple[int, int], place: Place | None) -> Seen:
    seed, index = seed_and_index
    rng = np.random.default_rng([seed, index, 0 if place is None else 1 + list(Place).index(place)])
    number, form = int(rng.integers(SCREENS)), FORMS[index % len(FORMS)]
    shown = screen(number)
    before = shown.frames[:1] if is_still(form) else shown.frames
    frames, written = before.copy(), []
    wanted = 0 if place is None else TEXTS_OUTSIDE if place is Place.OUTSIDE else 1
    for _ in range(wanted):
        one = write(frames, shown.sector, any_text(rng), any_style(rng), place or Place.OUTSIDE, rng)
        if one is not None:
            written.append(one)
    with tempfile.TemporaryDirectory() as folder:
        path = file_of(form, frames, shown, Path(folder), declares=bool(rng.random() < 0.7) or is_still(form))
        became, result = _attempt(path, form, shown, Path(folder) / "out")
        if result is None:
            return Seen(form, number, became, tuple(Text(one.style, one.place, len(one.text)) for one in written))
        after = shown_by(result.outputs[0].path)
    kept = result.kept.mask(*shown.sector.shape)
    texts = tuple(measured(one, frames, after, kept, shown) for one in written)
    return Seen(form, number, became, texts, _loss(before, after, shown) if place is None else None)


def _attempt(path: Path, form: str, shown: Screen, to: Path) -> tuple[str, Release | None]:
    try:
        return "released", release(path, guidance_of(form, shown), to)
    except (Withheld, Rejected) as refused:
        return refused.code, None


def measured(one: Written, frames: Pixels, after: Pixels, kept: np.ndarray, shown: Screen) -> Text:
    """Compare what was released with what it would be without the text: the share of each letter's ink that is left."""
    if after.shape != frames.shape:
        raise ValueError("a released picture has the size of the scan")
    without = (frames[:, *one.window] - one.added) * kept[one.window]
    more = after[:, *one.window] - without
    product, energy = (more * one.added).sum(axis=0), (one.added**2).sum(axis=0)
    inside = shown.sector[one.window]
    count = len(one.text)
    whole = np.bincount(one.letters.ravel(), energy.ravel(), count)
    parts = [np.bincount(one.letters[where], product[where], count) for where in (inside, ~inside)]
    left = [int(((part >= LETTER_LEFT * whole) & (whole > 0)).sum()) for part in parts]
    return Text(one.style, one.place, count, *left)


def _loss(before: Pixels, after: Pixels, shown: Screen) -> float:
    """Return the share of the sector's lit pixels that are black now."""
    lit = shown.sector & (before.mean(axis=0) >= LIT)
    return float((after.mean(axis=0)[lit] < DARK).mean())
