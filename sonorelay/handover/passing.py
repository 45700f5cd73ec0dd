"""How is a project handed over step by step from the prompt, with what the receiver signed as the proof?"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import Misconfigured
from pipeline.text import Text
from sonorelay import programme
from sonorelay.handover.named import person_named, project_named
from sonorelay.outcome import ANSWERED, FAILED, USAGE, fail, language, print_json
from supervision.certificate import LARGEST_FILE, verify
from supervision.certificates import told
from supervision.certificates.project_receipt import difference_said
from supervision.handover import MEANS, STAGES, WORDS, HandoverStage
from supervision.plain_text import one_line

if TYPE_CHECKING:  # Django is not loaded yet when this file is read
    from storage.catalogue.models import Handover

STANDS = Text("{project}: {stage}. {means}", "{project} : {stage}. {means}")
GO = Text("Of {project} go along: {names}", "Avec {project} partent : {names}")
NOBODY_KNOWN = Text(
    "{names}: no account with a role in {project}. Nothing was changed.",
    "{names} : aucun compte ayant un rôle dans {project}. Rien n'a été changé.",
)
NOT_YET = Text("{project} stays at: {stage}. {why}", "{project} en reste à : {stage}. {why}")
SAME = Text(
    "{receiver} restored the bundle {bundle} and counted the same: {rows} rows in {tables} tables, {objects} stored"
    " files, {events} events. Digests without a match: 0.",
    "{receiver} a restauré le paquet {bundle} et a compté la même chose : {rows} lignes dans {tables} tables, {objects}"
    " fichiers stockés, {events} événements. Empreintes sans correspondance : 0.",
)
OTHERWISE = Text(
    "The receipt is kept, but {receiver} counted otherwise, so no step follows from it: {differences}",
    "L'accusé est conservé, mais le compte de {receiver} diffère et ne permet aucune étape : {differences}",
)
KEY = Text("It was signed with the key {key}: compare it with theirs.", "Signé avec la clé {key} : comparez.")
NOT_OVER = Text(
    "Only the certificate of a whole hand-over is printed; write what was signed of a step as .json",
    "Seule l'attestation d'une transmission achevée s'imprime ; écrivez la déclaration d'une étape en .json",
)
PRINTED = ".pdf"
WRITTEN = Text("Written to {file}:", "Écrit dans {file} :")


def begin(project: str, by: str, to: str, name: str) -> int:
    """Begin with the dry run; whoever scans for the project goes along unless somebody says otherwise."""
    programme.open_catalogue()
    from storage.handover import steps

    made = steps.begin(project, to, name, person_named(by, project), datetime.now(UTC))
    return _stands(made, also=_who_goes(made))


def people(project: str, by: str, goes: Sequence[str] | None) -> int:
    """Say who goes along, in place of those who were said before; without names, tell who does."""
    made = under_way(project)
    if goes is not None:
        from storage.handover import steps

        person = person_named(by, project)
        known = dict(steps.people_of(made.project).values_list("username", "pk"))
        strange = sorted(set(goes) - set(known))
        if strange:
            return fail(NOBODY_KNOWN.format(names=", ".join(strange), project=project), FAILED)
        steps.choose(made, {known[name] for name in goes}, person, datetime.now(UTC))
    print(_who_goes(made).say(language()))
    return ANSWERED


def step(project: str, by: str, to: str) -> int:
    """Take a step; 1 where something that it needs is missing, each piece of which is told."""
    made = under_way(project)
    from storage.handover import steps

    try:
        steps.move(made, HandoverStage(to), person_named(by, project), datetime.now(UTC))
    except steps.NotYet as error:
        speech = language()
        why = " ".join(WORDS[one].say(speech) for one in error.unmet)
        return fail(
            NOT_YET.format(project=project, stage=STAGES[HandoverStage(made.stage)].say(speech), why=why), FAILED
        )
    return _stands(made)


def confirm(project: str, by: str, receipt: Path, *, as_json: bool) -> int:
    """Take the receipt of a restore; 1 where it was counted otherwise there.

    Rejected: certificate_changed, receipt_of_another.
    """
    programme.open_catalogue()
    from storage.handover import steps
    from supervision.certificates.project_bundle import summed

    try:
        with receipt.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError:
        raise Misconfigured("file_unreadable", file=str(receipt)) from None
    bundle = steps.confirm(project, data, person_named(by, project), datetime.now(UTC))
    signed = steps.verified(bundle)
    by_whom, key = str(signed.document["organisation"]["name"]), signed.fingerprint
    if as_json:
        print_json({"bundle": bundle.digest, "differences": bundle.differences, "key": key})
        return FAILED if bundle.differences else ANSWERED
    if bundle.differences:
        said = "; ".join(difference_said(one).say(language()) for one in bundle.differences)
        return fail(OTHERWISE.format(receiver=one_line(by_whom), differences=one_line(said)), FAILED)
    counts = summed(signed.document["says"]["counts"])
    print(SAME.format(receiver=one_line(by_whom), bundle=bundle.digest, **counts).say(language()))
    print(KEY.format(key=key).say(language()))
    return ANSWERED


def certificate(project: str, to: Path) -> int:
    """Write what was signed of the last step: after the last of all, the certificate of the hand-over, also as PDF."""
    if to.exists():
        raise Misconfigured("file_there", file=str(to))
    last = under_way(project).steps.order_by("-at", "-pk")[0]
    signed = verify(json.dumps(last.signed).encode())
    content = signed.as_json()
    if to.suffix == PRINTED:
        if last.stage != HandoverStage.REVOKED:
            return fail(NOT_OVER, USAGE)
        from storage.documents.certificate import as_pdf  # the typesetter is loaded by whoever prints

        content = as_pdf(signed, language())
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_bytes(content)
    print(WRITTEN.format(file=str(to)).say(language()))
    for line in told(signed):
        print(one_line(line.say(language())))
    return ANSWERED


def under_way(project: str) -> "Handover":
    """Return the hand-over of a project; Misconfigured (`no_handover`) where none is under way."""
    programme.open_catalogue()
    from storage.catalogue import handovers

    made = handovers.under_way(project_named(project).pk)
    if made is None:
        raise Misconfigured("no_handover", project=project)
    return made


def _who_goes(made: "Handover") -> Text:
    names = made.going.order_by("person__username").values_list("person__username", flat=True)
    return GO.format(project=made.project.code, names=", ".join(names) or "-")


def _stands(made: "Handover", also: Text | None = None) -> int:
    stage, speech = HandoverStage(made.stage), language()
    said = STANDS.format(project=made.project.code, stage=STAGES[stage].say(speech), means=MEANS[stage].say(speech))
    print(said.say(speech))
    if also is not None:
        print(also.say(speech))
    return ANSWERED
