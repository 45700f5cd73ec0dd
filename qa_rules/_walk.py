"""What happens to one scan, from its bytes to findings and a released derivative, inside a child process?"""

from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.agreement import agree, hear
from pipeline.child import SECONDS_FOR_ONE_SCAN, run_in_child
from pipeline.clip import Clip
from pipeline.deidentify import Identity, Key, Release, TextReader, deidentify, identify
from pipeline.deidentify.at_hand import load_all
from pipeline.doubt import Doubt, TextInside, write_evidence
from pipeline.errors import Unavailable, Withheld, says_no_room
from pipeline.finding import Verdict
from pipeline.guidance import Guidance
from pipeline.inspection import Inspection, inspect_clip
from pipeline.kept import Kept
from pipeline.nursery import prepared_by
from pipeline.probe_profile import ProbeProfile, probe_profile
from pipeline.reading import read_clip
from pipeline.sector import Sector
from pipeline.sectors import fitted, sectors_in
from qa_rules._discovery import rules_in

NO_GUIDANCE = Guidance()
IN_AIR = "device.air_reverberation"
NO_ULTRASOUND = frozenset({"content.non_ultrasound", "content.screen_capture"})


@dataclass(frozen=True)
class Walk:
    """How far one scan came: always inspected; released, or withheld with the reason and what a person must see.

    kept: the area that was agreed on before something else withheld the scan. profile: what it shows of its probe.
    """

    inspection: Inspection
    identity: Identity
    release: Release | None
    withheld: Withheld | None
    doubt: Doubt | None = None
    kept: Kept | None = None
    profile: ProbeProfile | None = None


def _make_ready() -> None:
    rules_in()
    load_all()


@prepared_by(_make_ready)
def walk(path: Path, key: Key, to: Path, guidance: Guidance = NO_GUIDANCE, layouts_read: Path | None = None) -> Walk:
    """Read, measure and de-identify the file at `path` into the folder `to`; raises Rejected.

    layouts_read: a folder that remembers layouts without writing, over runs and processes; without it all is read.
    Where it is withheld, `to` holds the evidence of its `doubt`, not de-identified.
    """
    clip = read_clip(path)
    identity, unnamed = _identified(path, key)
    guidance = _told(guidance, identity)
    layouts = (layout.polygons for layout in guidance.layouts_for(clip.kind, clip.rows, clip.columns))
    inspection = inspect_clip(clip, rules_in(), sectors_in(clip, guidance.drawn, layouts))
    profile, kept = _profile(clip, inspection), None
    try:
        if unnamed is not None:
            raise unnamed
        kept = agree(clip, fitted(clip), guidance)
        reader = TextReader.with_memory_in(layouts_read)
        release = deidentify(path, clip, kept, key, to, verifier=reader, text_accepted=guidance.text_accepted)
        return Walk(inspection, identity, release, None, profile=profile)
    except Withheld as withheld:
        if says_no_room(withheld):  # what could not be written is not unclean
            raise Unavailable("disk_full") from None
        doubt = _doubt(clip, fitted(clip), guidance, withheld, to)
        return Walk(inspection, identity, None, withheld, doubt, kept, profile)


def _identified(path: Path, key: Key) -> tuple[Identity, Withheld | None]:
    """Return who the scan is of, or nobody and why it is withheld; it is measured all the same."""
    try:
        return identify(path, key), None
    except Withheld as withheld:
        return Identity(), withheld


def _profile(clip: Clip, inspection: Inspection) -> ProbeProfile | None:
    """Return what the clip shows of its probe; None of a picture of air, or of one that is no clean ultrasound.

    Air rings alike along the whole face and has a rule of its own.
    """
    for finding in inspection.findings:
        if finding.rule == IN_AIR and finding.value is not None:
            return None
        if finding.rule in NO_ULTRASOUND and finding.verdict is Verdict.POOR:
            return None
    return probe_profile(clip, inspection.sector)


def _told(guidance: Guidance, identity: Identity) -> Guidance:
    """Return the guidance with the device as the file names it, where the channel did not know."""
    return replace(guidance, device=guidance.device or identity.device, model=guidance.model or identity.device_model)


def _doubt(clip: Clip, sector: Sector, guidance: Guidance, withheld: Withheld, to: Path) -> Doubt:
    boxes = withheld.boxes if isinstance(withheld, TextInside) else ()
    said = tuple((proposal.witness, proposal.polygons) for proposal in hear(clip, sector, guidance))
    return Doubt(said, boxes, *write_evidence(clip, to))


def walk_in_child(
    path: Path, key: Key, to: Path, guidance: Guidance = NO_GUIDANCE, layouts_read: Path | None = None
) -> Walk:
    """Do `walk` where untrusted bytes cannot hurt: in a child process with limits of memory and time."""
    return run_in_child(walk, path, key, to, guidance, layouts_read, seconds=SECONDS_FOR_ONE_SCAN)
