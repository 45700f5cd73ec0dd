"""Were frames of the clip damaged on their way?"""

from pipeline.clip import Clip
from pipeline.finding import Measurement
from pipeline.rule import Family, Limits, Rule, Several
from pipeline.sector import Sector
from pipeline.text import Text


def damaged_share(clip: Clip, _: Sector) -> Measurement:
    """Return the share (0-1) of the frames that the decoder reported as damaged or had to make up."""
    return Measurement(min(1.0, clip.damaged_frames / clip.frames), evidence=(("damaged", float(clip.damaged_frames)),))


RULE = Rule(
    name="file.integrity",
    version=1,
    title=Text("Damaged frames", "Images endommagées"),
    advice=Text(
        "Copy the clip from the device again; if it stays damaged, save a new one.",
        "Copiez de nouveau le clip depuis l'appareil ; s'il reste endommagé, enregistrez-en un autre.",
    ),
    unit="share of frames",
    limits=Limits(good=0.0, poor=0.1),
    family=Family.INTEGRITY,
    weight=0.95,
    measure=damaged_share,
    several=Several.ONCE,
    cap=5.0,
    explains=(
        "temporal.", "content.", "codec.", "gain.", "contact.", "geometry.", "artifact.", "device.", "sharpness.",
        "noise.", "motion.",
    ),
)  # fmt: skip
