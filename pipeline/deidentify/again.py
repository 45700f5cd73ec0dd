"""What does the same scan look like under another key, with nothing else decided anew?"""

from pathlib import Path

from pipeline.deidentify.at_hand import load_all
from pipeline.deidentify.identity import Identity, identify
from pipeline.deidentify.release import Release, deidentify
from pipeline.deidentify.text import TextReader
from pipeline.kept import Kept
from pipeline.key import Key
from pipeline.nursery import prepared_by
from pipeline.reading import read_clip


@prepared_by(load_all)
def release_again(
    path: Path, key: Key, to: Path, kept: Kept, *, text_accepted: bool, layouts_read: Path | None = None
) -> tuple[Identity, Release]:
    """Write the file at `path` into the folder `to` with the area that was kept before; return whose it is too.

    The checks of the written file are those of any release. Raises Withheld or Rejected.
    """
    clip, reader = read_clip(path), TextReader.with_memory_in(layouts_read)
    return identify(path, key), deidentify(path, clip, kept, key, to, verifier=reader, text_accepted=text_accepted)
