"""What does each standard ask of whoever wants to scan without supervision? One file, one standard."""

from supervision.standards.shipped import DEFAULT, standard_named, standards
from supervision.standards.standard import Requirement, Standard, Step

__all__ = ["DEFAULT", "Requirement", "Standard", "Step", "standard_named", "standards"]
