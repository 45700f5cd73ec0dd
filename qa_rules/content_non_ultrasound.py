"""Is this an ultrasound picture at all, or a photograph, a page or nothing?"""

from pipeline.appearance import strangeness
from pipeline.clip import Clip
from pipeline.finding import Measurement
from pipeline.rule import Family, Limits, Rule, Several
from pipeline.sector import Sector
from pipeline.text import Text


def likelihood(clip: Clip, sector: Sector) -> Measurement:
    """Return how likely (0-1) the picture is not ultrasound: the logistic of `pipeline.appearance`."""
    return Measurement(strangeness(clip, sector))


RULE = Rule(
    name="content.non_ultrasound",
    version=1,
    title=Text("Not an ultrasound picture", "Ce n'est pas une échographie"),
    advice=Text(
        "Send the clip that the ultrasound device exported, not a photograph or another document.",
        "Envoyez le clip exporté par l'échographe, pas une photo ni un autre document.",
    ),
    unit="likelihood",
    limits=Limits(good=0.65, poor=0.85),
    family=Family.CONTENT,
    weight=0.95,
    measure=likelihood,
    several=Several.ONCE,
    cap=5.0,
    explains=(
        "file.duration", "temporal.", "content.overlay", "content.screen_capture", "codec.", "gain.", "contact.",
        "geometry.", "artifact.", "device.", "sharpness.", "noise.", "motion.",
    ),
)  # fmt: skip
