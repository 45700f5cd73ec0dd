"""What stands on a picture card: a picture and a question on its front, the answer on its back?"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from pipeline.errors import Unavailable
from pipeline.frame_of import frame_of
from storage.catalogue.models import TeachingClip
from storage.objects import Area
from storage.objects.chosen import object_store
from web.library import lesson_of

MOST_CARDS = 40


@dataclass(frozen=True)
class Card:
    """One card; picture: JPEG bytes. The front says nothing that gives the answer away."""

    picture: bytes
    exam: str
    asks: tuple[str, ...]
    defect: str
    answers: tuple[tuple[str, str], ...]


def cards_of(clips: Iterable[TeachingClip]) -> list[Card]:
    """Return the cards of these clips in the reader's language; Unavailable where the store does not answer."""
    return [_card(clip) for clip in clips]


def _card(clip: TeachingClip) -> Card:
    lesson = lesson_of(clip)
    asks = tuple(question.label for question in lesson.questions)
    answers = tuple((question.label, str(question.truth_word)) for question in lesson.questions)
    return Card(_picture(clip), lesson.exam, asks or (_("What could be better here?"),), str(lesson.defect), answers)


def _picture(clip: TeachingClip) -> bytes:
    """Return the frame that the expert drew on, else the middle one."""
    stored = clip.scan.objects_stored.filter(area=Area.RELEASED, role="preview").first()
    if stored is None:
        raise Unavailable("object_missing")
    marks = clip.review.form.get("marks", ()) if clip.review else ()
    drawn = [mark["frame"] for mark in marks if mark.get("clip") == clip.scan_id]
    with object_store().fetch(Area.RELEASED, stored.digest) as path:
        return frame_of(path, drawn[0] if drawn else None)
