"""How many different pictures a second does the clip really show?"""

from pipeline.clip import Clip
from pipeline.finding import Measurement
from pipeline.rule import NOT_APPLICABLE, NOT_MEASURABLE, Family, Limits, Rule, Several, Unanswered
from pipeline.sector import Sector
from pipeline.stillness import frame_changes, repeated
from pipeline.text import Text

FEWEST_FRAMES = 5


def distinct_rate(clip: Clip, sector: Sector) -> Measurement | Unanswered:
    """Return the mean frame rate times the share of the frames that are no copies of the one before, per second.

    Copies are those of `pipeline.stillness.repeated`: a screen recorder or a change of the rate puts them in.
    """
    if clip.is_still:
        return NOT_APPLICABLE
    if clip.frames_per_second is None or clip.frames < FEWEST_FRAMES:
        return NOT_MEASURABLE
    copies = float(repeated(frame_changes(clip, sector)).mean())
    told = (("stated", clip.frames_per_second), ("copies", copies))
    return Measurement(clip.frames_per_second * (1 - copies), evidence=told)


RULE = Rule(
    name="temporal.frame_rate",
    version=1,
    title=Text("Too few pictures a second", "Trop peu d'images par seconde"),
    advice=Text(
        "Reduce the depth or narrow the sector, and export the clip from the device instead of recording its screen.",
        "Réduisez la profondeur ou la largeur du secteur, et exportez le clip depuis l'appareil, sans filmer l'écran.",
    ),
    unit="pictures per second",
    limits=Limits(good=12.0, poor=5.0),
    family=Family.REST,
    weight=0.2,
    measure=distinct_rate,
    several=Several.BEST,
)
