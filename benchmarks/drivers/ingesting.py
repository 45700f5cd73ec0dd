"""How does each candidate ingest one clip? Started by benchmarks.ingest in a fresh process for every measurement.

Reads a task as JSON on standard input; what it needs is imported before the clock starts. Prints as JSON the processor
and wall seconds of the work, what it imported beforehand not counted, and the most memory the process ever held.
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Work = Callable[[], None]


def ours(task: dict[str, Any]) -> Work:
    """Hash, seal and store the original; the walk of a scan with its rules, release and checks; store what it made.

    All but the detector of text, whose verdict is remembered by layout: a person has accepted what is written.
    """
    import cv2

    from pipeline.deidentify import Key
    from pipeline.deidentify.allow_list import allow_list
    from pipeline.deidentify.jpeg_coefficients import library
    from pipeline.deidentify.vocabulary import vocabulary
    from pipeline.deidentify.written import constant_values, constants
    from pipeline.guidance import Guidance
    from qa_rules import rules_in
    from qa_rules._walk import walk
    from storage.objects import Area
    from storage.objects.folder import FolderShelf
    from storage.objects.store import ObjectStore
    from storage.objects.vaults import Vaults

    for table in (allow_list, vocabulary, constant_values, constants, library, rules_in):
        table()
    cv2.setNumThreads(1)
    source, folder = Path(task["source"]), Path(task["folder"])
    shelf = FolderShelf(folder / "store", "http://127.0.0.1", "key")
    store = ObjectStore(shelf, Vaults(folder / "keys"), folder / "opened", "relief")
    told = Guidance(drawn=(tuple(map(tuple, task["polygon"])),), text_accepted=True)

    def work() -> None:
        raw = store.put(Area.RAW, source)
        with store.fetch(Area.RAW, raw.digest) as original:
            walked = walk(original, Key.from_bytes(bytes(32)), folder / "out", told)
        if walked.release is None:
            raise SystemExit(f"withheld: {walked.withheld}")
        for output in walked.release.outputs:
            store.put(Area.RELEASED, output.path)

    return work


def floor(task: dict[str, Any]) -> Work:
    """Decode every frame, encode each released file once of frames that were black outside before, hash and write.

    With the fastest library for each; nothing is looked at, checked or converted.
    """
    import numpy as np

    from benchmarks.drivers.floor import decoded, derivative_written, video_written

    source, folder, form = Path(task["source"]), Path(task["folder"]), task["form"]
    masked = np.load(task["masked"], mmap_mode="r")
    video = np.load(task["video"], mmap_mode="r")

    def work() -> None:
        hashed_copy(source, folder / "original")
        for _ in decoded(source, form, masked.shape[1] * masked.shape[2]):
            pass
        if form not in ("mp4", "h264"):  # where a video is released it is the preview
            derivative_written(masked, form, folder / "derivative")
            hashed(folder / "derivative")
        video_written(video, folder / "video.mp4", crf=18 if form in ("mp4", "h264") else 24)
        hashed(folder / "video.mp4")

    return work


def ffmpeg(task: dict[str, Any]) -> Work:
    """FFmpeg's own quality filters, a black picture with a hole laid over, and its encoder with the same preset."""
    from benchmarks.drivers.ffmpeg_chain import filtered

    source, folder, form = Path(task["source"]), Path(task["folder"]), task["form"]

    def work() -> None:
        hashed_copy(source, folder / "original")
        filtered(source, form, Path(task["overlay"]), folder / "video.mp4")
        hashed(folder / "video.mp4")

    return work


def naive(task: dict[str, Any]) -> Work:
    """What a first script does: pydicom decodes all, scikit-image measures each frame, Pillow writes it."""
    import io

    import numpy as np
    import pydicom
    from PIL import Image
    from skimage.color import rgb2gray
    from skimage.filters import laplace, sobel
    from skimage.measure import blur_effect, shannon_entropy
    from skimage.metrics import structural_similarity

    source, folder = Path(task["source"]), Path(task["folder"])
    mask = np.load(task["mask"])

    def work() -> None:
        hashed_copy(source, folder / "original")
        data_set = pydicom.dcmread(source)
        frames, before, found = data_set.pixel_array, None, []
        streams = []
        for frame in frames:
            grey = rgb2gray(frame)
            found.append((grey[mask].mean(), blur_effect(grey), sobel(grey).mean(), shannon_entropy(grey)))
            found.append(
                (laplace(grey).var(), 0 if before is None else structural_similarity(grey, before, data_range=1))
            )
            before = grey
            stream = io.BytesIO()
            Image.fromarray(np.where(mask[..., None], frame, 0).astype(np.uint8)).save(stream, "JPEG", quality=95)
            streams.append(stream.getvalue())
        data_set.PixelData = pydicom.encaps.encapsulate(streams)
        data_set["PixelData"].is_undefined_length = True
        data_set.file_meta.TransferSyntaxUID = pydicom.uid.JPEGBaseline8Bit
        data_set.save_as(folder / "derivative")
        hashed(folder / "derivative")

    return work


def deid(task: dict[str, Any]) -> Work:
    """The pixel cleaner of pydicom/deid, told the rectangle to keep; saved as it saves, without compression."""
    from deid.dicom.pixels import DicomCleaner

    source, folder = Path(task["source"]), Path(task["folder"])
    xs, ys = zip(*task["polygon"], strict=True)
    kept = f"{int(min(xs))},{int(min(ys))},{int(max(xs))},{int(max(ys))}"

    def work() -> None:
        hashed_copy(source, folder / "original")
        cleaner = DicomCleaner()
        cleaner.dicom_file = str(source)
        cleaner.results = {"flagged": True, "results": [{"coordinates": [[0, ["all"]], [1, [kept]]]}]}
        cleaner.clean()
        Path(cleaner.save_dicom(output_folder=str(folder))).rename(folder / "derivative")
        hashed(folder / "derivative")

    return work


def hashed_copy(source: Path, to: Path) -> None:
    """Write the original to its place and hash it on the way."""
    digest = hashlib.sha256()
    with source.open("rb") as file, to.open("wb") as written:
        while block := file.read(1 << 20):
            digest.update(block)
            written.write(block)


def hashed(path: Path) -> str:
    """Return the digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


CANDIDATES = {"ours": ours, "floor": floor, "ffmpeg": ffmpeg, "naive": naive, "deid": deid}


def most_memory() -> int:
    """Return the most bytes that this process ever held; Linux, where `ru_maxrss` may be the parent's."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM"))


def main() -> None:
    """Do the work of the candidate that is named and say what it took."""
    task = json.load(sys.stdin)
    work = CANDIDATES[sys.argv[1]](task)
    processor, wall = time.process_time(), time.perf_counter()
    work()
    spent = time.process_time() - processor, time.perf_counter() - wall
    print(json.dumps({"cpu": spent[0], "wall": spent[1], "memory": most_memory()}))


if __name__ == "__main__":
    main()
