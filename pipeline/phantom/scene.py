"""What is to be simulated: which probe, which part of the body, which faults, which writing on the screen?"""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.finding import Side
from pipeline.sector import Shape


class Subject(StrEnum):
    """The part of the body under the probe."""

    LUNG = "lung"
    HEART = "heart"
    ABDOMEN = "abdomen"
    VESSEL = "vessel"
    FETAL_HEAD = "fetal_head"


class FaultKind(StrEnum):
    """What went wrong while scanning."""

    LOW_GAIN = "low_gain"
    HIGH_GAIN = "high_gain"
    LOST_CONTACT = "lost_contact"
    FROZEN = "frozen"
    OVER_DEEP = "over_deep"
    BLURRED = "blurred"
    DEAD_ELEMENTS = "dead_elements"
    SHAKEN = "shaken"
    SHADOW = "shadow"
    NOISE = "noise"


@dataclass(frozen=True)
class Fault:
    """One fault. severity: 0 (just there) to 1 (as bad as it gets).

    A frozen clip stands still over the last `severity` of its frames. Contact is lost on `side` (left unless told).
    Dead elements and shadows lie at `position` (share of the aperture from the left) and are `width` wide (share).
    """

    kind: FaultKind
    severity: float = 1.0
    side: Side | None = None
    position: float = 0.5
    width: float = 0.08

    def __post_init__(self) -> None:
        """Refuse shares outside 0-1."""
        if not (0 <= self.severity <= 1 and 0 <= self.position <= 1 and 0 <= self.width <= 1):
            raise ValueError("severity, position and width are shares")


@dataclass(frozen=True)
class Banner:
    """What the device's screen shows around the sector. `dark_on_light`: a light strip with dark letters."""

    patient: str = "SIMULATED, PATIENT"
    patient_id: str = "SIM-000000"
    date: str = "2026-01-05"
    institution: str = "SIMULATED CLINIC"
    device: str = "PocketSim"
    dark_on_light: bool = False
    depth_scale: bool = True
    grey_bar: bool = True


@dataclass(frozen=True)
class Scene:
    """Everything that decides a simulated clip; equal scenes give equal bytes.

    text_inside: writing over the echoes, as a sonographer's annotation.
    """

    seed: int
    shape: Shape
    rows: int = 480
    columns: int = 640
    frames: int = 60
    frames_per_second: float = 25.0
    subject: Subject = Subject.ABDOMEN
    faults: tuple[Fault, ...] = ()
    banner: Banner | None = None
    text_inside: str | None = None

    def __post_init__(self) -> None:
        """Refuse a probe of unknown shape and pictures too small to show anything."""
        if self.shape is Shape.UNKNOWN:
            raise ValueError("a simulated probe has a shape")
        if self.rows < 64 or self.columns < 64 or self.frames < 1 or self.frames_per_second <= 0:
            raise ValueError("a scene has at least 64 x 64 pixels, one frame and a frame rate")

    def fault(self, kind: FaultKind) -> Fault | None:
        """Return the first fault of this kind, None if there is none."""
        return next((fault for fault in self.faults if fault.kind is kind), None)
