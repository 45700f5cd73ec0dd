"""What does the same scan look like under another key, with nothing else decided anew?"""

from pathlib import Path

from pipeline.deidentify.identity import Identity, identify
from pipeline.deidentify.key import Key
from pipeline.deidentify.release import Release, deidentify
from pipeline.deidentify.text import load_models
from pipeline.kept import Kept
from pipeline.nursery import prepared_by
from pipeline.reading import read_clip


@prepared_by(load_models)
def release_again(path: Path, key: Key, to: Path, kept: Kept, *, text_accepted: bool) -> tuple[Identity, Release]:
    """Write the file at `path` into the folder `to` with the area that was kept before; return whose it is too.

    The checks of the written file are those of any release. Raises Withheld or Rejected.
    """
    clip = read_clip(path)
    return identify(path, key), deidentify(path, clip, kept, key, to, text_accepted=text_accepted)
