"""What does the de-identification leave, withhold and lose, and how fast is it? Shares with Wilson intervals (95 %)."""

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from math import sqrt
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from pipeline.agreement import agree
from pipeline.deidentify import Key, TextReader, deidentify
from pipeline.deidentify.dicom import write_header
from pipeline.deidentify.harvest import identifiers_of_dicom
from pipeline.deidentify.header import Picture, clean_header
from pipeline.deidentify.layout_memory import LayoutMemory
from pipeline.deidentify.released_values import names_somebody
from pipeline.deidentify.written import constant_values, constants
from pipeline.guidance import Guidance
from pipeline.inspection import inspect_clip
from pipeline.phantom import Scene, write_dicom
from pipeline.reading import read_clip, read_dataset
from pipeline.rule import Rule
from pipeline.sector import Shape
from qa_rules import rules_in, walk_in_child
from tests.planted.campaign import Outcome, in_processes, outcome
from tests.planted.fuzz import mutant
from tests.planted.pixel_campaign import Seen, Text, clean_file, file_written_on
from tests.planted.writing import CONTRASTS, Place

SEED = 20260304
PLANTED, MUTANTS = 1000, 1500
CLEAN, OUTSIDE, INSIDE, EDGE = 180, 300, 400, 180
HEADERS, CINES, PROCESSES = 200, 40, 2
KEY = Key.from_bytes(bytes(range(32)))


def main() -> None:
    """Print the tables, one after the other."""
    print("\nDe-identification")
    _planted("planted identifiers", in_processes(outcome, [(SEED, index) for index in range(PLANTED)]))
    _planted("damaged files", in_processes(mutant, [(SEED, index) for index in range(MUTANTS)]))
    _pixels()
    _speed()


def wilson(hits: int, of: int, deviations: float = 1.96) -> tuple[float, float]:
    """Return the interval of a share (Wilson 1927, doi:10.1080/01621459.1927.10502953)."""
    if not of:
        return 0.0, 1.0
    share, square = hits / of, deviations**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = deviations * sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def _share(label: str, hits: int, of: int) -> None:
    low, high = wilson(hits, of)
    share = 100 * hits / of if of else 0.0
    print(f"  {label:<62}{hits:>6} of {of:<6}{share:>7.2f} %  [{100 * low:.2f}, {100 * high:.2f}]")


def _planted(label: str, outcomes: list[Outcome]) -> None:
    released = [one for one in outcomes if one.became == "released"]
    classes = frozenset().union(*(one.classes for one in outcomes))
    places = frozenset().union(*(one.places for one in outcomes))
    print(f"\n{label}: {len(outcomes)} files, {len(classes)} classes in {len(places)} places")
    _share("released files", len(released), len(outcomes))
    _share("planted identifiers that survive", sum(len(one.survivors) for one in released), _count(released))
    _share("exceptions without a reason", sum(":" in one.became for one in outcomes), len(outcomes))
    refused = Counter(one.became for one in outcomes if one.became != "released")
    print(f"  refused or withheld: {', '.join(f'{code} {count}' for code, count in refused.most_common()) or 'none'}")


def _count(outcomes: Iterable[Outcome]) -> int:
    return sum(one.planted for one in outcomes)


def _pixels() -> None:
    clean = in_processes(clean_file, [(SEED, index) for index in range(CLEAN)])
    print(f"\nclean scans: {len(clean)} files")
    _share("withheld", sum(one.became != "released" for one in clean), len(clean))
    for form in dict.fromkeys(one.form for one in clean):
        these = [one for one in clean if one.form == form]
        _share(f"withheld, {form}", sum(one.became != "released" for one in these), len(these))
    loss = [one.loss for one in clean if one.loss is not None]
    print(f"  share of the lit sector that is lost: mean {100 * np.mean(loss):.3f} %, largest {100 * max(loss):.2f} %")
    for place, files in ((Place.OUTSIDE, OUTSIDE), (Place.INSIDE, INSIDE), (Place.EDGE, EDGE)):
        _written_on(place, in_processes(file_written_on, [(SEED, index, place) for index in range(files)]))


def _written_on(place: Place, seen: list[Seen]) -> None:
    texts = [text for one in seen for text in one.texts]
    left = [text for one in seen if one.became == "released" for text in one.texts]
    became = Counter(one.became for one in seen)
    print(
        f"\ntexts {place}: {len(texts)} on {len(seen)} files ({', '.join(f'{k} {n}' for k, n in became.most_common())})"
    )
    if place is not Place.INSIDE:
        _share("a letter is left outside, of texts in released files", _outside(left), len(left))
    if place is not Place.OUTSIDE:
        _share("three letters or more are left inside, of all texts", _inside(left), len(texts))
        for contrast in CONTRASTS:
            these = [text for text in texts if text.style.contrast == contrast]
            hits = _inside(text for text in left if text.style.contrast == contrast)
            _share(f"  of those with a contrast of {contrast}", hits, len(these))
        some = [text for text in texts if text.style.some_frames]
        _share("  of those on some frames only", _inside(text for text in left if text.style.some_frames), len(some))


def _inside(texts: Iterable[Text]) -> int:
    return sum(text.survives_inside for text in texts)


def _outside(texts: Iterable[Text]) -> int:
    return sum(text.survives_outside for text in texts)


def _speed() -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.dcm" for number in range(CINES)]
        for number, path in enumerate(paths):
            write_dicom(Scene(5 + number % 4, Shape.CURVILINEAR, 240, 320, frames=30), path)
        begin, processor = time.perf_counter(), time.process_time()
        for number in range(HEADERS):
            header_alone(paths[number % len(paths)])
        headers, alone = HEADERS / (time.perf_counter() - begin), HEADERS / (time.process_time() - processor)
        cines, each = _cines_a_second(paths)
        forked = _in_children(paths)
    print("\nspeed: by the clock, and by processor time, which other work on the machine disturbs less")
    print(f"  header alone, one process: {headers:.0f} files/s; {alone:.0f} a second of processor")
    print(f"  JPEG cine 320 x 240 x 30 wholly, layouts known, {PROCESSES} processes: {cines:.1f} cines/s;", end=" ")
    print(f"{each:.1f} a second of {PROCESSES} processors")
    print(f"  the same, each in a child process of its own, as scans are received: {forked:.1f} cines/s by the clock")


def header_alone(path: Path) -> None:
    """Read, harvest and clean one header, write it and search it for names."""
    source = read_dataset(path)
    identifiers = identifiers_of_dicom(source, path, constants())
    picture = Picture(source.Rows, source.Columns, 3, "YBR_FULL_422", "1.2.840.10008.1.2.4.50", (0.0, 0.04))
    header = clean_header(source, "0" * 64, KEY, identifiers, picture)
    with tempfile.TemporaryFile() as file:
        write_header(header.dataset, file)
        file.seek(0)
        kept = replace(identifiers, kept=header.kept)
        assert not names_somebody(file.read(), kept, constant_values(), header.made)


def _cines_a_second(paths: list[Path]) -> tuple[float, float]:
    """Return how many a second, by the clock and by processor time, all processes together."""
    halves = [paths[number::PROCESSES] for number in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        spent = list(pool.map(_wholly, halves))
    clock, processor = (
        sum(len(half) / seconds[way] for half, seconds in zip(halves, spent, strict=True)) for way in (0, 1)
    )
    return clock, processor


def _in_children(paths: list[Path]) -> float:
    """Return how many a second by the clock, two children at once."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(PROCESSES) as pool:

        def walked(number: int) -> None:
            to = Path(folder) / str(number)
            walk_in_child(paths[number % len(paths)], KEY, to, Guidance(), Path(folder) / "layouts")

        list(pool.map(walked, range(8)))
        begin = time.perf_counter()
        list(pool.map(walked, range(8, 8 + len(paths))))
        return len(paths) / (time.perf_counter() - begin)


def _wholly(paths: list[Path]) -> tuple[float, float]:
    """Return the seconds that all of them take, by the clock and of processor, each layout seen once before."""
    with tempfile.TemporaryDirectory() as layouts:
        reader, rules = TextReader(memory=LayoutMemory(Path(layouts))), rules_in()
        _each(paths[:8], lambda path, to: _walk(path, to, reader, rules))
        begin, processor = time.perf_counter(), time.process_time()
        _each(paths, lambda path, to: _walk(path, to, reader, rules))
        return time.perf_counter() - begin, time.process_time() - processor


def _each(paths: list[Path], work: Callable[[Path, Path], None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number, path in enumerate(paths):
            work(path, Path(folder) / str(number))


def _walk(path: Path, to: Path, reader: TextReader, rules: tuple[Rule, ...]) -> None:
    clip = read_clip(path)
    sector = inspect_clip(clip, rules).sector
    deidentify(path, clip, agree(clip, sector, Guidance()), KEY, to, verifier=reader)


if __name__ == "__main__":
    main()
