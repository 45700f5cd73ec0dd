"""Does the teaching library let in only what it may, tell nothing of whose it is, and keep the answers of a test?"""

import io
import re
import uuid

import av
import numpy as np
import pytest
from pptx import Presentation

from pipeline.frame_of import frame_of
from storage.catalogue import library, queue, readings
from storage.catalogue.models import Event, TeachingClip
from supervision.marks import Mark, Shape
from supervision.rating import Answer, Cause
from supervision.teaching import Nomination
from tests.forms import rated
from tests.web.test_devices import text_of
from tests.web.world import item_of, numbered

LATER = {"consent": "on", "state": "approved"}


def question_of(world, exam_type: str = "FAST") -> str:
    from storage.catalogue.exam_catalogue import types_of

    return types_of(world.relief.pk)[exam_type].questions[0].code


@pytest.fixture
def proposed(world) -> TeachingClip:
    from django.utils import timezone

    scan = world.scan()
    world.review(scan)
    scan.refresh_from_db()
    assert scan.state == "final", item_of(scan).reading
    truth = {question_of(world): Answer.POSITIVE}
    return library.nominate(scan.pk, world.people["rose"], Cause.GAIN, truth, timezone.now())


@pytest.fixture
def taught(proposed, signed_in) -> TeachingClip:
    signed_in("supervisor").post(f"/library/{proposed.pk}/decide/", LATER)
    proposed.refresh_from_db()
    assert proposed.state == Nomination.APPROVED
    return proposed


def test_a_proposed_clip_is_seen_by_who_decides_and_nobody_else(proposed, signed_in) -> None:
    page = f"/library/{proposed.pk}/"
    assert signed_in("supervisor").get(page).status_code == 200
    assert "1 clip is proposed" in text_of(signed_in("supervisor").get("/library/"))
    for name in ("joel", "rose", "auditor"):
        assert signed_in(name).get(page).status_code == 404, name
    assert "No clip fits" in text_of(signed_in("joel").get("/library/"))


def test_an_exam_that_is_called_an_example_proposes_the_clip_that_was_drawn_on(world) -> None:
    from django.utils import timezone

    plain = world.scan(patient="one")
    drawn = world.scan(patient="one")
    assert plain.exam_id == drawn.exam_id
    item, now = item_of(drawn), timezone.now()
    queue.claim(item.pk, world.people["rose"], now)
    form = rated(
        2,
        exemplar=True,
        cause=Cause.DEPTH,
        positive=[question_of(world)],
        marks=(Mark(drawn.pk, 3, Shape.PIN, text="Too deep."),),
    )
    readings.submit(item.pk, world.people["rose"], uuid.uuid4(), form, now, seen=form.views)
    clip = TeachingClip.objects.get()
    assert (clip.scan, clip.defect, clip.state) == (drawn, Cause.DEPTH, Nomination.NOMINATED)
    assert clip.answers[question_of(world)] == Answer.POSITIVE


def test_without_consent_nothing_enters(proposed, signed_in) -> None:
    answer = signed_in("supervisor").post(f"/library/{proposed.pk}/decide/", {"state": "approved"}, follow=True)
    assert "consent on paper" in text_of(answer)
    proposed.refresh_from_db()
    assert (proposed.state, proposed.consent) == (Nomination.NOMINATED, False)
    assert signed_in("rose").post(f"/library/{proposed.pk}/decide/", LATER).status_code == 403


def test_what_is_in_the_library_tells_nothing_of_whose_it_is(taught, signed_in, world) -> None:
    pages = [
        signed_in("joel").get(path).content.decode()
        for path in ("/library/", f"/library/{taught.pk}/", f"/library/test/clip/{taught.pk}/")
    ]
    secrets = ["Goma", "Amina", "SR-P", taught.scan.digest, taught.scan.short_id, "CX50"]
    assert [secret for page in pages for secret in secrets if secret in page] == []
    assert "Gain" in pages[0]


def test_browsing_by_exam_defect_and_finding(taught, signed_in, world) -> None:
    joel, code = signed_in("joel"), question_of(world)
    for fits in (f"exam_type=FAST&finding={code}", "defect=gain", "exam_type=FAST&defect=gain"):
        assert f"/library/{taught.pk}/" in joel.get(f"/library/?{fits}").content.decode(), fits
    for other in ("exam_type=CARD", "defect=depth"):
        assert f"/library/{taught.pk}/" not in joel.get(f"/library/?{other}").content.decode(), other


def test_withdrawn_is_gone_at_once_and_for_good(taught, signed_in) -> None:
    helen = signed_in("supervisor")
    helen.post(f"/library/{taught.pk}/decide/", {"state": "withdrawn"})
    for path in (f"/library/{taught.pk}/", f"/library/test/clip/{taught.pk}/"):
        assert signed_in("joel").get(path).status_code == 404
    assert helen.post(f"/library/{taught.pk}/decide/", LATER).status_code == 409
    taught.refresh_from_db()
    assert (taught.state, taught.consent) == (Nomination.WITHDRAWN, False)
    assert Event.objects.filter(what="teaching_withdrawn").count() == 1


def test_the_test_keeps_the_answer_until_it_was_given(taught, signed_in, world) -> None:
    joel, code = signed_in("joel"), question_of(world)
    start = joel.get("/library/test/FAST/")
    assert start.headers["Location"] == f"/library/test/clip/{taught.pk}/"
    asked = joel.get(start.headers["Location"]).content.decode()
    said = re.sub(r"<nav.*?</nav>|<script.*?>|<link.*?>", "", asked, flags=re.DOTALL).lower()
    assert "gain" not in said.replace("again", "")
    assert joel.post(start.headers["Location"], {}).status_code == 422
    told = text_of(joel.post(start.headers["Location"], {f"q.{code}": "negative"}))
    assert "0 of 1" in told
    text_of(joel.post(start.headers["Location"], {f"q.{code}": "positive"}))
    result = library.results(world.people["joel"])["FAST"]
    assert (result.accuracy.count, result.accuracy.total) == (0, 1), "the first answer counts"
    assert (result.sensitivity.count, result.sensitivity.total, result.specificity.total) == (0, 1, 0)


def test_one_is_not_tested_on_ones_own_scans(taught, signed_in) -> None:
    assert signed_in("amina").get(f"/library/test/clip/{taught.pk}/").status_code == 404
    assert "no clip" in text_of(signed_in("amina").get("/library/test/FAST/", follow=True)).lower()


def test_cards_show_the_frame_and_its_answer_on_different_sides(taught, signed_in, world) -> None:
    slides = signed_in("joel").get("/library/cards.pptx?exam_type=FAST")
    show = Presentation(io.BytesIO(slides.content))
    texts = [" ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame) for slide in show.slides]
    assert len(texts) == 2
    assert "Gain" not in texts[0]
    assert "Gain" in texts[1]
    assert "Goma" not in "".join(texts)
    assert all(any(shape.shape_type == 13 for shape in slide.shapes) for slide in show.slides)
    sheet = signed_in("joel").get("/library/cards.pdf?exam_type=FAST")
    assert sheet.content.startswith(b"%PDF")
    assert sheet.headers["Content-Type"] == "application/pdf"
    assert Event.objects.filter(what="cards_exported").count() == 2
    assert signed_in("joel").get("/library/cards.exe").status_code == 404


def test_the_frame_on_a_card_is_the_one_that_was_asked_for(tmp_path) -> None:
    from pipeline.preview import write_preview

    write_preview([numbered(number) for number in range(12)], [number / 25 for number in range(12)], tmp_path / "clip")
    for number, expected in ((3, 3), (None, 6), (99, 11)):
        with av.open(io.BytesIO(frame_of(tmp_path / "clip", number))) as picture:
            pixels = next(picture.decode(video=0)).to_ndarray(format="gray")
        assert np.abs(pixels.astype(int) - numbered(expected).astype(int)).mean() < 4, number
        assert np.abs(pixels.astype(int) - numbered(expected ^ 1).astype(int)).mean() > 10, number
