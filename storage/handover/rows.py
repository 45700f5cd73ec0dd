"""Which rows of each table belong to a project, and what of them stays behind when it leaves?

One line for each table: by which way a row belongs to the project, or why the table stays. A table without a line stops
the export, since what leaves an organisation is never a matter of chance.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Model, Q, QuerySet

from storage.catalogue.dump import Chosen, options, rows_of
from storage.objects.area import SEALED
from supervision.report.series import ScopeKind

Row = dict[str, Any]

OF_PROJECT: Mapping[str, tuple[str, ...]] = {
    "Arbitration": ("item__exam__project",),
    "Arrival": ("scan__project", "project"),
    "Assessment": ("scan__project",),
    "Attendance": ("session__project",),
    "AuthorName": ("project",),
    "Decision": ("scan__project",),
    "Device": ("project",),
    "Doubt": ("scan__project",),
    "Escalation": ("exam__project",),
    "EscalationEntry": ("escalation__exam__project",),
    "Exam": ("project",),
    "Feedback": ("review__exam__project",),
    "FeedbackStep": ("feedback__review__exam__project",),
    "Finding": ("assessment__scan__project",),
    "FormerName": ("exam__project",),
    "Instance": ("project", "scan__project"),
    "Observation": ("project",),
    "ProbeChange": ("device__project",),
    "ProbeProfile": ("device__project",),
    "Question": ("scan__project",),
    "Reidentification": ("scan__project",),
    "ReleaseReport": ("scan__project",),
    "RequestEntry": ("request__project",),
    "Review": ("exam__project",),
    "ReviewItem": ("exam__project",),
    "Scan": ("project",),
    "SectorLayout": ("project",),
    "ServicePeriod": ("device__project",),
    "SheetConflict": ("exam__project",),
    "SheetLine": ("exam__project",),
    "Skip": ("item__exam__project",),
    "StoredObject": ("scan__project",),
    "SupportRequest": ("project",),
    "TeachingClip": ("scan__project",),
    "TestAnswer": ("clip__scan__project",),
    "Ticket": ("device__project",),
    "TicketEntry": ("ticket__device__project",),
    "TrainingSession": ("project",),
    "TrainingSession_facilitators": ("trainingsession__project",),
}
"""Tables whose rows are the project's own; by each of these ways a row must come to it."""

OF_ORGANISATION = frozenset({"Calibration", "ExamTypeVersion"})
"""Tables of the organisation without which what is the project's could not be read."""

OF_TRAINEES: Mapping[str, str] = {
    "Plan": "trainee",
    "PlanEntry": "plan__trainee",
    "SignOff": "trainee",
    "TraineePhase": "trainee",
}
"""Tables that say how far those are who scanned for the project."""

STAYS: Mapping[str, str] = {
    "ApiToken": "opens this installation",
    "Change": "of the exchange with others",
    "ConflictOfInterest": "noted by its reviewer anew, where there is a new account",
    "Discarded": "of this store",
    "Draft": "nobody's word yet",
    "GoesAlong": "of the hand-over itself, whose certificate goes instead",
    "Handover": "of the hand-over itself",
    "HandoverStep": "of the hand-over itself",
    "Held": "of the exchange with others",
    "Known": "of the exchange with others",
    "Peer": "of the exchange with others",
    "ProjectBundle": "of the hand-over itself",
    "Proposal": "found anew",
    "Report": "of several projects; made anew from what comes along",
    "ReportFile": "of a report that stays",
    "Report_projects": "of a report that stays",
    "ReviewerProfile": "of the reviewer's whole work, and computed anew",
    "Side": "the name of this installation",
    "Traffic": "of this link",
    "Wanted": "never came here",
}
BY_HAND = frozenset(
    {"Event", "Membership", "NameElsewhere", "Organisation", "Person", "Project", "ReportComment", "UsualValue"}
)
"""Tables for which `OfProject` has a method."""


def without_account(row: Row) -> Row:
    """Return a person as a name: nobody can sign in, nobody is written to."""
    closed = {
        "is_active": False,
        "is_staff": False,
        "is_superuser": False,
        "password": UNUSABLE_PASSWORD_PREFIX,
        "email": "",
    }
    return row | closed | {"last_login": None, "digest_sent_at": None}


def unsealed(row: Row) -> Row:
    """Return an event without its place in a chain that stays behind."""
    return row | {"number": None, "previous": "", "hash": ""}


def given_back(row: Row) -> Row:
    """Return a reading that waits for anybody, unless it was given."""
    free = {"claimed_by_id": None, "claimed_at": None, "lease_until": None, "paused_at": None}
    return row if row["done_at"] is not None else row | free


CHANGES: Mapping[str, Callable[[Row], Row]] = {
    "Event": unsealed,
    "Person": without_account,
    "Project": lambda row: row | {"ingested_at": None, "active": True},
    "ReviewItem": given_back,
    "Scan": lambda row: row | {"taken_until": None, "taken_by": ""},
}


class OfProject:
    """Chooses the rows of one project; `going` are the people whose roles come along, None for everybody's."""

    def __init__(self, project: int, *, originals: bool, going: frozenset[int] | None) -> None:
        """originals: whether what lies sealed comes along; without it no row says that it lies there."""
        self.project, self.originals, self.going = project, originals, going
        self._models: dict[str, type[Model]] = {}
        self._people: frozenset[int] | None = None

    def __call__(self, models: list[type[Model]]) -> Iterator[Chosen]:
        """Choose from all tables; KeyError for one of which nobody has said what becomes of it."""
        self._models = {model.__name__: model for model in models}
        unknown = [name for name in self._models if name not in known()]
        if unknown:
            raise KeyError(f"what becomes of {unknown[0]} when a project leaves?")
        for name, model in self._models.items():
            if name not in STAYS:
                yield Chosen(model, self.rows(name), CHANGES.get(name))

    def rows(self, name: str) -> QuerySet[Any]:
        """Return the rows of a table that are chosen."""
        rows: QuerySet[Any] = rows_of(self._models[name]).all()
        if name in OF_PROJECT:
            rows = rows.filter(**dict.fromkeys(OF_PROJECT[name], self.project))
            if name == "StoredObject" and not self.originals:
                rows = rows.exclude(area__in=[area.value for area in SEALED], deleted_at=None)
            return rows
        if name in OF_ORGANISATION:
            return rows.filter(organisation=self._organisation)
        if name in OF_TRAINEES:
            return rows.filter(**{f"{OF_TRAINEES[name]}__in": self._trainees(), **self._same_organisation(name)})
        return rows.filter(self._by_hand(name))

    def _by_hand(self, name: str) -> Q:
        match name:
            case "Project":
                return Q(pk=self.project)
            case "Organisation":
                return Q(pk=self._organisation)
            case "Person":
                return Q(pk__in=self.people)
            case "Membership":
                whose = Q() if self.going is None else Q(person__in=self.going)
                return whose & Q(project=self.project)
            case "NameElsewhere":
                return Q(organisation=self._organisation, person__in=self.people)
            case "ReportComment":
                return Q(scope_kind=ScopeKind.PROJECT, scope=self._code)
            case "UsualValue":
                own = Q(device=None) | Q(device__project=self.project)
                return own & Q(calibration__organisation=self._organisation)
            case _:
                return self._events()

    def _events(self) -> Q:
        """Return which events are the project's: of its scans, and those that name it."""
        return Q(scan__project=self.project) | Q(scan=None, facts__project=self._code)

    @property
    def _code(self) -> str:
        found: str = rows_of(self._models["Project"]).values_list("code", flat=True).get(pk=self.project)
        return found

    @property
    def _organisation(self) -> int:
        found: int = rows_of(self._models["Project"]).values_list("organisation", flat=True).get(pk=self.project)
        return found

    def _same_organisation(self, name: str) -> dict[str, int]:
        way = {"Plan": "organisation", "PlanEntry": "plan__organisation", "SignOff": "organisation"}.get(name)
        return {way: self._organisation} if way else {}

    def _trainees(self) -> QuerySet[Any]:
        exams: QuerySet[Any] = rows_of(self._models["Exam"]).filter(project=self.project)
        return exams.exclude(trainee=None).values("trainee")

    @property
    def people(self) -> frozenset[int]:
        """The people of whom any chosen row speaks; looked up once."""
        if self._people is None:
            found: set[int] = set()
            for name, model in self._models.items():
                if name in STAYS or name in ("Person", "NameElsewhere"):
                    continue
                for field in options(model).concrete_fields:
                    if field.is_relation and field.related_model.__name__ == "Person":
                        found.update(self.rows(name).order_by().values_list(field.attname, flat=True).distinct())
            self._people = frozenset(found - {None})
        return self._people


def known() -> frozenset[str]:
    """Return the tables of which it is said what becomes of them."""
    return frozenset({*OF_PROJECT, *OF_ORGANISATION, *OF_TRAINEES, *STAYS, *BY_HAND})
