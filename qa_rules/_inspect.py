"""What do the rules say about one file? Runs in a child process, so it takes and returns what pickles."""

from pathlib import Path

from pipeline.inspection import Inspection, inspect_clip
from pipeline.reading import read_clip
from qa_rules._discovery import OWN_FOLDER, rules_in


def inspect_file(path: Path, rule_folders: tuple[Path, ...] = ()) -> Inspection:
    """Return the inspection of the file at `path` by this package's rules and those in `rule_folders`.

    Raises Rejected as `read_clip` does, and Misconfigured as `rules_in` does.
    """
    return inspect_clip(read_clip(path), rules_in(OWN_FOLDER, *rule_folders))
