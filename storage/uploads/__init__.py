"""Files that are being sent by HTTP: on the disk as far as they came, until they are complete and received."""

from storage.uploads.beginning import begin, found, sweep, unfinished_of
from storage.uploads.upload import Busy, Differs, Gone, TooMany, Upload, new_folder
from storage.uploads.writing import Checksum, alone, append, discard, finish, hand_on

__all__ = [
    "Busy",
    "Checksum",
    "Differs",
    "Gone",
    "TooMany",
    "Upload",
    "alone",
    "append",
    "begin",
    "discard",
    "finish",
    "found",
    "hand_on",
    "new_folder",
    "sweep",
    "unfinished_of",
]
