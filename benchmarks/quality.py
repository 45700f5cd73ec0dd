"""How well do the rules find faults on devices that no limit was set on? `python -m benchmarks quality [seed]`.

A second number asks for that many severities of each fault on every clip instead of 1 or 2 on a part of them.
"""

import math
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from itertools import product

import cv2

from benchmarks.quality_clips import HAS, SIMULATED, TUNED, UNSEEN, Clean, clean_clips
from benchmarks.quality_cost import against_decode
from benchmarks.quality_figures import (
    NO_REASON,
    Known,
    alarms,
    clean_for,
    composite,
    conditions,
    hits,
    of,
    ranked,
    top_reasons,
    weighted_kinds,
    within,
)
from benchmarks.quality_known import Source, with_layouts
from benchmarks.quality_trials import KINDS, SEEN, Trial, timed, trials
from pipeline.find_sector import find_sector
from pipeline.finding import Verdict
from pipeline.rule import Rule
from qa_rules import rules_in
from supervision.intervals import wilson
from tests.real_files import DATA

PARTS = (TUNED, UNSEEN, SIMULATED)
CONTACT = "contact.coupling"
FEW_HIPS = 16
ALL_HIPS = 50
MOST_PROCESSES = 2
WITH_FAULTS = {TUNED: 1, UNSEEN: 6, SIMULATED: 2}
"""How many clips of each device are given faults by default; all but the first only where a person sees them."""

CONDITIONS = ("nothing known", "10 clips known", "layout drawn once")


def main() -> None:
    """Print the figures."""
    numbers = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    seed, severities = numbers[0] if numbers else 1, numbers[1] if len(numbers) > 1 else 2
    full = len(numbers) > 1
    began = time.perf_counter()
    print(f"\nQuality rules: seed {seed}, {severities} severities; AUC from severity {SEEN:g} on; 95 % intervals")
    if DATA is None:
        print("  needs the folder of real scans")
        return
    clips = with_layouts(list(clean_clips(ALL_HIPS if full else FEW_HIPS)))
    _devices(clips)
    done = measured(clips, seed, severities, full=full)
    rules = rules_in()
    known = conditions([trial for trial in done if trial.family == 0], rules)
    _per_fault(done, rules, known)
    _false_alarms(done, rules, known)
    _reasons(done, rules, known)
    _sides(done, known)
    _composite(done, rules, known)
    _cost(rules)
    _sameness(clips[-1], seed)
    print(f"  {time.perf_counter() - began:.0f} s in all")


def measured(clips: Sequence[Clean], seed: int, severities: int, *, full: bool) -> list[Trial]:
    """Return all trials; only some of the clips of each device are given faults, unless all are wanted."""
    counts: Counter[str] = Counter()
    jobs = []
    for clip in clips:
        counts[clip.device] += 1
        spared = 0 if counts[clip.device] > WITH_FAULTS[clip.part] else min(1, severities)
        jobs.append((clip, seed, severities if full or counts[clip.device] == 1 else spared))
    began, found = time.perf_counter(), []
    processes = min(MOST_PROCESSES, len(os.sched_getaffinity(0)))
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for some, _ in pool.imap(timed, jobs):
            found += some
    print(f"  {len(found)} trials in {time.perf_counter() - began:.0f} s", flush=True)
    return found


def _devices(clips: Sequence[Clean]) -> None:
    for part in PARTS:
        devices = Counter(clip.device for clip in clips if clip.part == part)
        told = ", ".join(f"{device} ({count})" for device, count in devices.items())
        sources = Counter(clip.layout_from for clip in clips if clip.part == part)
        unknown = sum(not clip.sector.known for clip in clips if clip.part == part)
        print(f"  {part}: {told}; without sector: {unknown}; layout known from others: {sources[Source.OTHERS]}, "
              f"drawn on the clip itself: {sources[Source.ITSELF]}")  # fmt: skip
    for where, rules, seen in HAS:
        print(f"    not clean for {', '.join(rules)}: {where} ({seen})")


def _per_fault(done: Sequence[Trial], rules: Sequence[Rule], conditions: Sequence[Known]) -> None:
    by_name = {rule.name: rule for rule in rules}
    print("\n  fault (rule)                                part      family known              AUC [interval]"
          "       clips  unmeasured  found   within clip")  # fmt: skip
    for kind, part, family in product(KINDS, PARTS, (1, 2)):
        rule = by_name.get(kind.rule)
        faulty, clean = of(done, part, family, kind.name, SEEN), of(done, part, 0)
        if rule is None or not faulty:
            continue
        names = {trial.clip for trial in faulty}
        for told, known in zip(CONDITIONS, conditions, strict=True):
            found = ranked(clean, faulty, rule, known)
            said, asked = hits(faulty, rule, known)
            if not asked or (known.layout == Source.ITSELF and part != UNSEEN):
                continue
            same = [trial for trial in clean if trial.clip in names]
            order = within(same, of(done, part, family, kind.name), rule, known)
            print(f"  {f'{kind.name} ({rule.name})':<43} {part:<9} {family}  {told:<18} {found.auc:.3f} "
                  f"[{found.low:.3f}, {found.high:.3f}] {found.clips:>5} {found.unmeasured:>4}/{asked:<4} "
                  f"{said:>4}/{asked:<4} {order:>6.2f}", flush=True)  # fmt: skip


def _false_alarms(done: Sequence[Trial], rules: Sequence[Rule], conditions: Sequence[Known]) -> None:
    print(
        "\n  false alarms on clean clips (weak or poor, rules with a weight), of the clips that are clean for the rule"
    )
    for part, (told, known) in product(PARTS, zip(CONDITIONS, conditions, strict=True)):
        clean = [trial for trial in of(done, part, 0) if any(f.value is not None for f in trial.findings)]
        found, any_rule, count = alarms(clean, rules, known)
        if count:
            low, high = wilson(any_rule, count)
            each = {rule.name: clean_for(clean, rule, known) for rule in rules}
            named = ", ".join(f"{name} {number}/{each[name]}" for name, number in found.most_common()) or "none"
            print(f"  {part:<11} {told:<18} any {any_rule}/{count} = {100 * any_rule / count:.0f} % "
                  f"[{100 * low:.0f}, {100 * high:.0f}]; {named}")  # fmt: skip


def _reasons(done: Sequence[Trial], rules: Sequence[Rule], conditions: Sequence[Known]) -> None:
    kinds = [kind for kind in weighted_kinds({rule.name: rule for rule in rules}) if kind.name != "too shallow"]
    print("\n  the reason that costs most, faults that a person sees; those held back without a score are told apart")
    for part, family, (told, known) in product(PARTS, (1, 2), zip(CONDITIONS, conditions, strict=True)):
        right = total = held = 0
        for kind in kinds:
            first = top_reasons(of(done, part, family, kind.name, SEEN), rules, kind, known)
            silent, asked = first.pop(NO_REASON, 0), first.total()
            good = sum(first[name] for name in (kind.rule, *kind.also))
            right, total, held = right + good, total + asked, held + silent
            if first and family == 2 and known.layout != Source.ITSELF:
                named = ", ".join(f"{name} {count}" for name, count in first.most_common(4))
                print(f"  {part:<9} {told:<18} {kind.name:<18} {good:>3}/{asked:<4} held back {silent:>3}; {named}")
        if total:
            low, high = wilson(right, total)
            print(f"  {part:<9} {told:<18} family {family}: right {right}/{total} = {100 * right / total:.0f} % "
                  f"[{100 * low:.0f}, {100 * high:.0f}]; {NO_REASON} {held} of {held + total}")  # fmt: skip


def _sides(done: Sequence[Trial], conditions: Sequence[Known]) -> None:
    for part, (told, known) in product(PARTS, zip(CONDITIONS, conditions, strict=True)):
        both = [t for family in (1, 2) for t in of(done, part, family, "contact lost", SEEN)]
        lost = [t for t in both if known.holds_for(t) and CONTACT not in t.has]
        sides = [(t.side, f.side) for t in lost for f in known.told(t) if f.rule == CONTACT and f.severity > 0]
        if lost:
            good = sum(true is said for true, said in sides)
            print(f"  {part:<9} {told:<18} side of lost contact right {good}/{len(sides)} found, {len(lost)} lost")


def _composite(done: Sequence[Trial], rules: Sequence[Rule], conditions: Sequence[Known]) -> None:
    print("\n  any fault by the score alone")
    names = {kind.name for kind in weighted_kinds({rule.name: rule for rule in rules})} - {"too shallow"}
    for part, family, (told, known) in product(PARTS, (1, 2), zip(CONDITIONS, conditions, strict=True)):
        faulty = [trial for trial in of(done, part, family, least=SEEN) if trial.kind in names]
        found, silent, count = composite(of(done, part, 0), faulty, rules, known)
        if count:
            print(f"  {part:<9} {told:<18} family {family}: AUC {found:.3f}; without a score {silent}/{count}")


def _cost(rules: Sequence[Rule]) -> None:
    """Print what sector and rules take of the time that decoding the same H.264 clip at 640 x 480 takes."""
    cost = against_decode(rules)
    print(f"\n  H.264 640 x 480, {cost.frames} frames, one core: decoding {cost.decode:.2f} ms a frame, sector "
          f"{cost.sector:.2f}, all rules {cost.rules:.2f} = {cost.rules / cost.decode:.2f} of decoding")  # fmt: skip
    print("  " + ", ".join(f"{name} {ms:.3f}" for name, ms in cost.dearest))


def _sameness(clip: Clean, seed: int) -> None:
    cv2.setNumThreads(1)
    twice = [list(trials(clip, seed, 1)) for _ in range(2)]
    values = [f.value for trial in twice[0] for f in trial.findings if f.value is not None]
    odd = sum(f.verdict is Verdict.GOOD and f.value is None for trial in twice[0] for f in trial.findings)
    print(f"  identical run to run: {twice[0] == twice[1]}; not a number: "
          f"{sum(not math.isfinite(v) for v in values) + odd} of {len(values)}")  # fmt: skip
    assert find_sector(clip.clip) == clip.sector
