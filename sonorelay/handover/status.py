"""How far is the hand-over of a project, who said so, what does the next step need, and which bundles were made?"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipeline.text import Text
from sonorelay import programme
from sonorelay.handover.named import project_named
from sonorelay.outcome import ANSWERED, language, print_json
from supervision.certificates.project_receipt import difference_said
from supervision.handover import STAGES, WORDS, HandoverStage, next_of, unmet
from supervision.plain_text import one_line

if TYPE_CHECKING:  # Django is not loaded yet when this file is read
    from storage.catalogue.models import Handover, Project, ProjectBundle

NONE = Text("{project} is not being handed over.", "{project} n'est pas en cours de transmission.")
PASSES = Text("{project} passes to {name} ({code}): {stage}", "{project} passe à {name} ({code}) : {stage}")
TAKEN = Text("  {at}  {stage}, by {by}", "  {at}  {stage}, par {by}")
GO = Text("Go along: {names}", "Partent avec : {names}")
NEXT = Text("Next step: {stage} ({code})", "Étape suivante : {stage} ({code})")
READY = Text("  Nothing is missing for it.", "  Il n'y manque rien.")
BUNDLE = Text("Bundle {digest} of {at}: {state}", "Paquet {digest} du {at} : {state}")
NO_RECEIPT = Text("no receipt yet", "pas encore d'accusé")
NO_DIFFERENCE = Text("restored elsewhere, no difference", "restauré ailleurs, aucun écart")


def status(project: str, *, as_json: bool) -> int:
    """Tell how far it is; a project that is not handed over has bundles, if it was ever exported."""
    programme.open_catalogue()
    from storage.catalogue import handovers
    from storage.catalogue.models import ProjectBundle

    found = project_named(project)
    made = handovers.under_way(found.pk)
    bundles = list(ProjectBundle.objects.filter(project=found).order_by("made_at"))
    if as_json:
        answer: dict[str, Any] = {"project": project, "stage": None, "receiver": None, "next": None, "needs": []}
        print_json({**answer, **(_table(made) if made else {}), "bundles": [_bundle_table(one) for one in bundles]})
        return ANSWERED
    for line in _lines(found, made, bundles):
        print(one_line(line.say(language())))
    return ANSWERED


def _table(made: "Handover") -> dict[str, Any]:
    to, needs = _next(made)
    steps = made.steps.select_related("by")
    return {
        "stage": made.stage,
        "receiver": made.receiver,
        "steps": [{"stage": one.stage, "at": _at(one.at), "by": one.by.username} for one in steps],
        "people": _going(made),
        "next": to,
        "needs": [one.value for one in needs],
    }


def _bundle_table(one: "ProjectBundle") -> dict[str, Any]:
    facts = {"bundle": one.digest, "made_at": _at(one.made_at), "originals": one.originals}
    return {**facts, "restored": one.receipt is not None, "differences": one.differences}


def _lines(project: "Project", made: "Handover | None", bundles: "list[ProjectBundle]") -> list[Text]:
    lines = [NONE.format(project=project.code)] if made is None else _passing(made)
    return [*lines, *(BUNDLE.format(digest=one.digest, at=_at(one.made_at), state=_state(one)) for one in bundles)]


def _passing(made: "Handover") -> list[Text]:
    named, speech = {"name": made.receiver_name, "code": made.receiver}, language()
    lines = [PASSES.format(project=made.project.code, stage=STAGES[HandoverStage(made.stage)].say(speech), **named)]
    for one in made.steps.select_related("by"):
        stage = STAGES[HandoverStage(one.stage)].say(speech)
        lines.append(TAKEN.format(at=_at(one.at), stage=stage, by=one.by.display_name))
    lines.append(GO.format(names=", ".join(_going(made)) or "-"))
    to, needs = _next(made)
    if to is not None:
        lines.append(NEXT.format(stage=STAGES[to].say(speech), code=to.value))
        lines += [Text(f"  {WORDS[one].en}", f"  {WORDS[one].fr}") for one in needs] or [READY]
    return lines


def _next(made: "Handover") -> tuple[HandoverStage | None, tuple[Any, ...]]:
    """Return the next step and what is missing for it."""
    from storage.handover import steps

    to = next_of(HandoverStage(made.stage))
    return to, () if to is None else unmet(HandoverStage(made.stage), to, steps.shown(made))


def _going(made: "Handover") -> list[str]:
    return list(made.going.order_by("person__username").values_list("person__username", flat=True))


def _state(one: "ProjectBundle") -> str:
    speech = language()
    if one.receipt is None:
        return NO_RECEIPT.say(speech)
    said = "; ".join(difference_said(found).say(speech) for found in one.differences)
    return said or NO_DIFFERENCE.say(speech)


def _at(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
