"""The models are loaded once a nursery, and the children that it forks read with them within their memory."""

import os

import cv2
import numpy as np

from pipeline.child import run_in_child
from pipeline.clip import Luminance
from pipeline.deidentify import TextReader
from pipeline.deidentify.text import load_models
from pipeline.nursery import prepared_by
from qa_rules import inspect_file
from qa_rules._walk import walk

LOADED_BY: list[int] = []


def _load() -> None:
    if not LOADED_BY:
        load_models()
        LOADED_BY.append(os.getpid())


@prepared_by(_load)
def texts_and_who_loaded(picture: Luminance) -> tuple[tuple[str, ...], int, int]:
    """Return what is read, and the processes that loaded the models and that read."""
    return tuple(word.text for word in TextReader().writing(picture)), LOADED_BY[0], os.getpid()


def test_children_read_with_models_that_the_nursery_loaded() -> None:
    picture = np.zeros((120, 240), np.uint8)
    cv2.putText(picture, "MBEKI", (60, 70), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 200, 1, cv2.LINE_AA)
    answers = [run_in_child(texts_and_who_loaded, picture) for _ in range(3)]
    assert {texts for texts, _, _ in answers} == {("MBEKI",)}
    assert len({loaded for _, loaded, _ in answers}) == 1
    assert len({read for _, _, read in answers}) == 3
    assert not {loaded for _, loaded, _ in answers} & {read for _, _, read in answers}


def test_inspecting_does_not_load_them() -> None:
    assert getattr(walk, "prepared_by", None) is not None
    assert getattr(inspect_file, "prepared_by", None) is None
