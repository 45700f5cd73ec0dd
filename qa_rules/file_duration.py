"""Is the clip long enough to see what moves?"""

from pipeline.clip import Clip
from pipeline.finding import Measurement
from pipeline.rule import NOT_APPLICABLE, NOT_MEASURABLE, Family, Limits, Rule, Several, Unanswered
from pipeline.sector import Sector
from pipeline.text import Text


def seconds(clip: Clip, _: Sector) -> Measurement | Unanswered:
    """Return the clip's duration in seconds: frames over mean rate. A still has none."""
    if clip.is_still:
        return NOT_APPLICABLE
    return NOT_MEASURABLE if clip.seconds is None else Measurement(clip.seconds)


RULE = Rule(
    name="file.duration",
    version=1,
    title=Text("Clip too short", "Clip trop court"),
    advice=Text(
        "Record longer: three beats of the heart, a full breath of the lung, or a slow sweep through the whole organ.",
        "Enregistrez plus longtemps : trois battements pour le cœur, une respiration complète pour le poumon, ou un "
        "balayage lent de tout l'organe.",
    ),
    unit="s",
    limits=Limits(good=2.5, poor=0.5),
    family=Family.REST,
    weight=0.2,
    measure=seconds,
    several=Several.ONCE,
)
