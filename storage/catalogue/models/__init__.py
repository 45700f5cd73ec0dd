"""The tables of the catalogue."""

from storage.catalogue.models.access import ApiToken
from storage.catalogue.models.audit import Event
from storage.catalogue.models.calibration import Calibration, Level, UsualValue
from storage.catalogue.models.competence import Observation, Plan, PlanEntry, Proposal, SignOff
from storage.catalogue.models.devices import ProbeChange, ProbeProfile, Ticket, TicketEntry
from storage.catalogue.models.exams import Exam, ExamTypeVersion, TraineePhase
from storage.catalogue.models.handover import GoesAlong, Handover, HandoverStep, ProjectBundle
from storage.catalogue.models.instances import Instance
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
from storage.catalogue.models.registers import (
    Attendance,
    RequestEntry,
    ServicePeriod,
    SupportRequest,
    TrainingSession,
)
from storage.catalogue.models.reports import Report, ReportComment, ReportFile
from storage.catalogue.models.reviews import (
    Arbitration,
    ConflictOfInterest,
    Draft,
    Feedback,
    FeedbackStep,
    Review,
    ReviewerProfile,
    ReviewItem,
    Skip,
)
from storage.catalogue.models.scans import Arrival, Assessment, AuthorName, Finding, Scan, StoredObject
from storage.catalogue.models.sync import (
    Change,
    FormerName,
    Held,
    Known,
    NameElsewhere,
    Peer,
    SheetConflict,
    SheetLine,
    Side,
    Traffic,
    Wanted,
)
from storage.catalogue.models.teaching import TeachingClip, TestAnswer
from storage.catalogue.models.telemedicine import Escalation, EscalationEntry

__all__ = [
    "ApiToken",
    "Arbitration",
    "Arrival",
    "Assessment",
    "Attendance",
    "AuthorName",
    "Calibration",
    "Change",
    "ConflictOfInterest",
    "Decision",
    "Device",
    "Discarded",
    "Doubt",
    "Draft",
    "Escalation",
    "EscalationEntry",
    "Event",
    "Exam",
    "ExamTypeVersion",
    "Feedback",
    "FeedbackStep",
    "Finding",
    "FormerName",
    "GoesAlong",
    "Handover",
    "HandoverStep",
    "Held",
    "Instance",
    "Known",
    "Level",
    "Membership",
    "NameElsewhere",
    "Observation",
    "Organisation",
    "Peer",
    "Person",
    "Plan",
    "PlanEntry",
    "ProbeChange",
    "ProbeProfile",
    "Project",
    "ProjectBundle",
    "Proposal",
    "Question",
    "Reidentification",
    "ReleaseReport",
    "Report",
    "ReportComment",
    "ReportFile",
    "RequestEntry",
    "Review",
    "ReviewItem",
    "ReviewerProfile",
    "Scan",
    "SectorLayout",
    "ServicePeriod",
    "SheetConflict",
    "SheetLine",
    "Side",
    "SignOff",
    "Skip",
    "StoredObject",
    "SupportRequest",
    "TeachingClip",
    "TestAnswer",
    "Ticket",
    "TicketEntry",
    "Traffic",
    "TraineePhase",
    "TrainingSession",
    "UsualValue",
    "Wanted",
]
