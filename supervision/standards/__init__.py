"""What does each standard ask of whoever wants to scan without supervision? One file, one standard."""

from supervision.standards.shipped import DEFAULT, standard_named, standards
from supervision.standards.standard import (
    Certain,
    Learned,
    Positives,
    Quiet,
    ReadTwice,
    Recent,
    Requirement,
    Standard,
    Step,
    Tenure,
    Trusted,
    Volume,
)

__all__ = [
    "DEFAULT",
    "Certain",
    "Learned",
    "Positives",
    "Quiet",
    "ReadTwice",
    "Recent",
    "Requirement",
    "Standard",
    "Step",
    "Tenure",
    "Trusted",
    "Volume",
    "standard_named",
    "standards",
]
