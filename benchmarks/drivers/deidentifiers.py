"""How is each of the other tools asked, in its own environment? Started by benchmarks.competitors; nothing is ours.

Reads pairs of paths as JSON from standard input; prints the processor seconds of each file until the tool fails.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path


def dentdeid(source: str, target: str) -> None:
    """Its strictest profile, as its readme advises for sharing; what it puts aside for review was not cleaned."""
    from dentdeid import deidentify

    with tempfile.TemporaryDirectory() as folder:
        deidentify([source], folder, profile="share")
        (made,) = Path(folder, "clean").rglob("*.dcm")
        shutil.copy(made, target)


def dicognito(source: str, target: str) -> None:
    """Its Anonymizer, as its readme shows."""
    import pydicom
    from dicognito.anonymizer import Anonymizer

    with pydicom.dcmread(source) as data_set:
        Anonymizer(seed="same").anonymize(data_set)
        data_set.save_as(target)


def dicom_anonymizer(source: str, target: str) -> None:
    """Its default rules (PS3.15), private attributes deleted."""
    from dicomanonymizer import anonymize_dicom_file

    anonymize_dicom_file(source, target)


def deid(source: str, target: str) -> None:
    """Its default recipe without private attributes and sequences, then its pixel cleaner where it flags a file."""
    from deid.dicom import replace_identifiers
    from deid.dicom.pixels import DicomCleaner

    (header,) = replace_identifiers(dicom_files=source, strip_sequences=True, remove_private=True)
    header.save_as(target)
    cleaner = DicomCleaner()
    if cleaner.detect(source)["flagged"]:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, "cleaned.dcm")
            header.save_as(copy)
            cleaner.detect(str(copy))
            cleaner.clean()
            made = cleaner.save_dicom(output_folder=folder)
            if made:
                shutil.copy(made, target)


def dcmanon(source: str, target: str) -> None:
    """Its default actions."""
    from dcmanon import Anonymizer

    Path(target).write_bytes(Anonymizer().anonymize(source))


TOOLS = {
    "dentdeid": dentdeid,
    "dicognito": dicognito,
    "dicom-anonymizer": dicom_anonymizer,
    "deid": deid,
    "dcmanon": dcmanon,
}


def main() -> None:
    """Let the tool that is named release every pair of files."""
    tool, answers = TOOLS[sys.argv[1]], os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what the tools print themselves is no answer
    for source, target in json.load(sys.stdin):
        begin = time.process_time()
        tool(source, target)
        print(time.process_time() - begin, file=answers)


if __name__ == "__main__":
    main()
