"""What is usual on each device, and which scores change by it, without waiting for the night?"""

from collections.abc import Mapping

from pipeline.text import Text
from sonorelay import programme
from sonorelay.ingest import reach_prefect
from sonorelay.outcome import ANSWERED, language, print_json

BUSY = Text("{organisation}: a scheduled run is at it", "{organisation} : un passage prévu s'en occupe")
CALIBRATED = Text(
    "{organisation}: calibration {version}, {reassessed} scores changed, {tickets} tickets opened",
    "{organisation} : étalonnage {version}, {reassessed} scores modifiés, {tickets} tickets ouverts",
)
AS_BEFORE = Text(
    "{organisation}: no new calibration, {reassessed} scores changed, {tickets} tickets opened",
    "{organisation} : pas de nouvel étalonnage, {reassessed} scores modifiés, {tickets} tickets ouverts",
)
REASSESSED = Text("{organisation}: {reassessed} scores changed", "{organisation} : {reassessed} scores modifiés")


def calibrate(organisation: str | None, *, as_json: bool) -> int:
    """Run the nightly flow for one organisation or all, in this process, and print what came of it."""
    wanted = _ready(organisation)
    from flows.calibrate import calibrate as flow

    for code in wanted:
        came = flow(code)
        text = BUSY if not came else CALIBRATED if "version" in came else AS_BEFORE
        _tell(code, came, text, as_json=as_json)
    return ANSWERED


def reassess(organisation: str | None, *, as_json: bool) -> int:
    """Judge all scans of one organisation or all anew, from what was measured, and print how many scores changed."""
    wanted = _ready(organisation)
    from flows.reassess import reassess as flow

    for code in wanted:
        came = flow(code)
        _tell(code, came, REASSESSED if came else BUSY, as_json=as_json)
    return ANSWERED


def _ready(organisation: str | None) -> list[str]:
    if organisation is not None:
        programme.known_organisation(organisation)
    known = [one.code for one in programme.read().organisations]
    programme.apply_programme()
    reach_prefect()
    return [organisation] if organisation else known


def _tell(code: str, came: Mapping[str, int], text: Text, *, as_json: bool) -> None:
    if as_json:
        print_json({"organisation": code, **came})
    else:
        print(text.format(organisation=code, **came).say(language()))
