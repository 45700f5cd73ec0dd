"""How well do the rules find faults on devices that no limit was set on? `python -m benchmarks quality [seed]`.

A second number (3 and more) asks for that many severities of each fault on every clip instead of 2 on a part of them.
"""

import math
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence

import cv2
import numpy as np

from benchmarks.quality_clips import SIMULATED, TUNED, UNSEEN, Clean, clean_clips
from benchmarks.quality_cost import against_decode
from benchmarks.quality_figures import alarms, composite, of, ranked, top_reasons, weighted_kinds, within, yardsticks
from benchmarks.quality_trials import KINDS, SEEN, Trial, timed, trials
from pipeline.find_sector import find_sector
from pipeline.finding import Verdict
from pipeline.rule import Rule
from qa_rules import rules_in
from supervision.intervals import wilson
from tests.real_files import DATA

PARTS = (TUNED, UNSEEN, SIMULATED)
FEW_HIPS = 16
ALL_HIPS = 50
MOST_PROCESSES = 2


def main() -> None:
    """Print the figures."""
    numbers = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    seed, severities = numbers[0] if numbers else 1, numbers[1] if len(numbers) > 1 else 2
    full = len(numbers) > 1
    print(f"\nQuality rules: seed {seed}, {severities} severities; AUC from severity {SEEN:g} on; 95 % intervals")
    if DATA is None:
        print("  needs the folder of real scans")
        return
    clips = list(clean_clips(ALL_HIPS if full else FEW_HIPS))
    _devices(clips)
    done = measured(clips, seed, severities, full=full)
    rules = rules_in()
    _per_fault(done, rules)
    _false_alarms(done, rules)
    _reasons(done, rules)
    _composite(done, rules)
    _cost(rules)
    _sameness(clips[-1], seed)


def measured(clips: Sequence[Clean], seed: int, severities: int, *, full: bool) -> list[Trial]:
    """Return all trials; of the many clips of one device only every third is given faults, unless all are wanted."""
    counts: Counter[str] = Counter()
    jobs = []
    for clip in clips:
        counts[clip.device] += 1
        spared = not full and counts[clip.device] > 4 and counts[clip.device] % 3
        jobs.append((clip, seed, 0 if spared else severities))
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
        unknown = sum(not clip.sector.known for clip in clips if clip.part == part)
        print(f"  {part}: {told}; without sector: {unknown}")


def _per_fault(done: Sequence[Trial], rules: Sequence[Rule]) -> None:
    by_name = {rule.name: rule for rule in rules}
    usual = yardsticks([trial for trial in done if trial.family == 0], rules)
    print("\n  fault (rule)                                 part        family  AUC [interval]        calibrated clips "
          "not measured  found  within clip")  # fmt: skip
    for kind in KINDS:
        rule = by_name.get(kind.rule)
        if rule is None:
            continue
        for part in PARTS:
            for family in (1, 2):
                faulty = of(done, part, family, kind.name, SEEN)
                if not faulty:
                    continue
                clips = {trial.clip for trial in faulty}
                clean = of(done, part, 0)
                found, told = ranked(clean, faulty, rule), ranked(clean, faulty, rule, usual)
                same = [trial for trial in clean if trial.clip in clips]
                order = within(same, of(done, part, family, kind.name), rule)
                hits = [any(f.rule == rule.name and rule.judged(f).severity > 0 for f in t.findings) for t in faulty]
                label = f"{kind.name} ({rule.name})"
                print(f"  {label:<44} {part:<11} {family:<7} {found.auc:.3f} [{found.low:.3f}, {found.high:.3f}] "
                      f"{told.auc:>10.3f} {found.clips:>5} {found.unmeasured:>4}/{len(faulty):<8} "
                      f"{100 * np.mean(hits):>4.0f} % {order:>8.2f}", flush=True)  # fmt: skip


def _false_alarms(done: Sequence[Trial], rules: Sequence[Rule]) -> None:
    print("\n  false alarms on clean clips (weak or poor, rules with a weight)")
    everything = [trial for trial in done if trial.family == 0]
    for part in PARTS:
        clean = [trial for trial in of(done, part, 0) if any(f.value is not None for f in trial.findings)]
        for calibrated in (False, True):
            found, any_rule, count = alarms(clean, everything, rules, calibrated=calibrated)
            if not count:
                continue
            low, high = wilson(any_rule, count)
            told = ", ".join(f"{name} {number}" for name, number in found.most_common()) or "none"
            how = "10 clips of the device at most" if calibrated else "no calibration"
            print(f"  {part:<11} {how:<31} any {any_rule}/{count} = {100 * any_rule / count:.0f} % "
                  f"[{100 * low:.0f}, {100 * high:.0f}]; {told}")  # fmt: skip


def _reasons(done: Sequence[Trial], rules: Sequence[Rule]) -> None:
    kinds = weighted_kinds({rule.name: rule for rule in rules})
    print("\n  the reason that costs most, faults of the second family that a person sees")
    for part in PARTS:
        right = total = 0
        for kind in kinds:
            faulty = of(done, part, 2, kind.name, SEEN)
            if faulty and kind.name != "too shallow":
                first, good = top_reasons(faulty, rules, kind)
                right, total = right + good, total + len(faulty)
                told = ", ".join(f"{name} {count}" for name, count in first.most_common(5))
                print(f"  {part:<11} {kind.name:<18} right {good:>3}/{len(faulty):<4} {told}")
        if total:
            low, high = wilson(right, total)
            print(f"  {part:<11} {'all':<18} right {100 * right / total:.0f} % [{100 * low:.0f}, {100 * high:.0f}]")
    for part in PARTS:
        lost = [t for family in (1, 2) for t in of(done, part, family, "contact lost", SEEN)]
        told = [(t.side, f) for t in lost for f in t.findings if f.rule == "contact.coupling" and f.severity > 0]
        good = sum(side is f.side for side, f in told)
        if told:
            print(f"  {part:<11} side of lost contact right {good}/{len(told)} of those found, {len(lost)} lost")


def _composite(done: Sequence[Trial], rules: Sequence[Rule]) -> None:
    print("\n  any fault by the score alone")
    names = {kind.name for kind in weighted_kinds({rule.name: rule for rule in rules})} - {"too shallow"}
    for part in PARTS:
        for family in (1, 2):
            faulty = [trial for trial in of(done, part, family, least=SEEN) if trial.kind in names]
            if faulty:
                found, silent = composite(of(done, part, 0), faulty, rules)
                print(f"  {part:<11} family {family}: AUC {found:.3f}; without a score {silent}/{len(faulty)}")


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
