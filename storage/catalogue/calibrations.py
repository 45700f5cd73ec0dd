"""What is usual in an organisation, by its own clips and reviews?

A calibration is a version: made when what is usual has changed by enough to matter, and kept. Scores say by which one
they were given.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import Max

from pipeline.calibration import Level, calibration, rating_cut_offs
from pipeline.rule import Rule, Usual
from qa_rules import rules_in
from storage.catalogue.counted import Clips, Reviews, clips_of, reviews_of
from storage.catalogue.judging import Usuals, Yardsticks, current_calibration, yardstick_of
from storage.catalogue.models import Calibration, Device, Event, Organisation, UsualValue
from storage.catalogue.reassessment import reassess
from storage.catalogue.transaction import one_transaction

__all__ = ["calibrate", "current_calibration", "reassess", "yardstick_of"]

MOVED = 0.25
"""Spreads by which a middle, or the spread itself, must have moved before a new version is worth making."""

CUT_MOVED = 2.0
"""Points by which a cut-off must have moved before a new version is worth making."""

NO_DEVICE: Level = ("device", "")
"""Clips that name no device count for the programme alone."""

CutOffs = tuple[tuple[float, int], ...] | None


def calibrate(organisation: Organisation, now: datetime) -> Calibration | None:
    """Keep what is usual in the organisation today as a new version; None when it is much as before, or nothing."""
    rules = rules_in()
    clips = clips_of(organisation, rules)
    usual = {level: values for level, values in calibration(clips.measured, rules).items() if level != NO_DEVICE}
    reviews = reviews_of(organisation, Yardsticks(None, usual, organisation_id=organisation.pk))
    cut_offs = rating_cut_offs(reviews.pairs)
    with one_transaction():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        before = current_calibration(organisation)
        if not (_moved(usual, before) or _cut_anew(cut_offs, before)):
            return None
        return _keep(organisation, clips, reviews, usual, cut_offs, now)


def _keep(
    organisation: Organisation, clips: Clips, reviews: Reviews, usual: Usuals, cut_offs: CutOffs, now: datetime
) -> Calibration:
    made = Calibration.objects.filter(organisation=organisation)
    version = (made.aggregate(last=Max("version"))["last"] or 0) + 1
    made.filter(current=True).update(current=False)
    kept = Calibration.objects.create(
        organisation=organisation,
        version=version,
        made_at=now,
        clips=len(clips.measured),
        devices=clips.devices,
        cut_offs=None if cut_offs is None else [list(pair) for pair in cut_offs],
        reviews=len(reviews.pairs),
        simulated=clips.simulated or reviews.simulated,
    )
    UsualValue.objects.bulk_create(_rows(kept, usual, rules_in()))
    facts = {"organisation": organisation.code, "version": version, "clips": kept.clips, "reviews": kept.reviews}
    Event.objects.create(at=now, what="calibrated", facts=facts)
    return kept


def _rows(kept: Calibration, usual: Usuals, rules: Sequence[Rule]) -> Iterator[UsualValue]:
    """Yield the rows; a device that was deleted meanwhile has none."""
    versions = {rule.name: rule.version for rule in rules}
    devices = {str(pk): pk for pk in Device.objects.values_list("pk", flat=True)}
    for (level, name), values in usual.items():
        if level == "device" and name not in devices:
            continue
        for rule, found in values.items():
            yield UsualValue(
                calibration=kept,
                level=level,
                device_id=devices[name] if level == "device" else None,
                model=name if level == "model" else "",
                rule=rule,
                rule_version=versions[rule],
                middle=found.middle,
                spread=found.spread,
                clips=found.clips,
            )


def _moved(usual: Usuals, before: Calibration | None) -> bool:
    """Tell whether a level came or went, or a middle or a spread moved by enough to matter."""
    was = Yardsticks(before).usual
    if _known(usual) != _known(was):
        return True
    return any(_far(values[rule], was[level][rule]) for level, values in usual.items() for rule in values)


def _known(usual: Usuals) -> set[tuple[Level, str]]:
    return {(level, rule) for level, values in usual.items() for rule in values}


def _far(now: Usual, before: Usual) -> bool:
    return abs(now.middle - before.middle) > MOVED * before.spread or abs(now.spread / before.spread - 1) > MOVED


def _cut_anew(cut_offs: CutOffs, before: Calibration | None) -> bool:
    was = None if before is None or before.cut_offs is None else {rating: score for score, rating in before.cut_offs}
    now = None if cut_offs is None else {rating: score for score, rating in cut_offs}
    if was is None or now is None or was.keys() != now.keys():
        return was != now
    return any(abs(now[rating] - was[rating]) > CUT_MOVED for rating in now)
