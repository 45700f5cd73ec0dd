"""What happens to one scan, from its bytes to findings and a released derivative, inside a child process?"""

from dataclasses import dataclass
from pathlib import Path

from pipeline.agreement import agree
from pipeline.child import run_in_child
from pipeline.deidentify import Identity, Key, Release, deidentify, identify
from pipeline.errors import Withheld
from pipeline.guidance import Guidance
from pipeline.inspection import Inspection, inspect_clip
from pipeline.reading import read_clip
from qa_rules._discovery import rules_in

SECONDS_FOR_ONE_SCAN = 120.0
NO_GUIDANCE = Guidance()


@dataclass(frozen=True)
class Walk:
    """How far one scan came: always inspected; released, or withheld with the reason; small enough to be sent."""

    inspection: Inspection
    identity: Identity
    release: Release | None
    withheld: Withheld | None


def walk(path: Path, key: Key, to: Path, guidance: Guidance = NO_GUIDANCE) -> Walk:
    """Read, measure and de-identify the file at `path` into the folder `to`; raises Rejected."""
    clip = read_clip(path)
    inspection = inspect_clip(clip, rules_in())
    identity = Identity()
    try:
        identity = identify(path, key)
        kept = agree(clip, inspection.sector, guidance)
        release = deidentify(path, clip, kept, key, to, text_accepted=guidance.text_accepted)
        return Walk(inspection, identity, release, None)
    except Withheld as withheld:
        return Walk(inspection, identity, None, withheld)


def walk_in_child(path: Path, key: Key, to: Path, guidance: Guidance = NO_GUIDANCE) -> Walk:
    """Do `walk` where untrusted bytes cannot hurt: in a child process with limits of memory and time."""
    return run_in_child(walk, path, key, to, guidance, seconds=SECONDS_FOR_ONE_SCAN)
