"""The tables of the catalogue."""

from storage.catalogue.models.calibration import Calibration, Level, UsualValue
from storage.catalogue.models.devices import ProbeChange, ProbeProfile, Ticket, TicketEntry
from storage.catalogue.models.people import Membership, Person
from storage.catalogue.models.programme import Device, Organisation, Project
from storage.catalogue.models.quarantine import (
    Decision,
    Discarded,
    Doubt,
    Question,
    Reidentification,
    ReleaseReport,
    SectorLayout,
)
from storage.catalogue.models.reviews import Event, Review, ReviewItem
from storage.catalogue.models.scans import Arrival, Assessment, Finding, Scan, StoredObject

__all__ = [
    "Arrival",
    "Assessment",
    "Calibration",
    "Decision",
    "Device",
    "Discarded",
    "Doubt",
    "Event",
    "Finding",
    "Level",
    "Membership",
    "Organisation",
    "Person",
    "ProbeChange",
    "ProbeProfile",
    "Project",
    "Question",
    "Reidentification",
    "ReleaseReport",
    "Review",
    "ReviewItem",
    "Scan",
    "SectorLayout",
    "StoredObject",
    "Ticket",
    "TicketEntry",
    "UsualValue",
]
