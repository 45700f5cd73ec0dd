"""What did the programme decide: which organisations, projects, clocks and schedules? Written in programme.toml."""

import re
import tomllib
from collections import Counter
from difflib import get_close_matches
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from pipeline.errors import Misconfigured
from supervision.blinding import Hidden
from supervision.codes import CODE
from supervision.export.dhis2 import Dhis2
from supervision.priority import HOURS, Clock
from supervision.sampling import SMALLEST_UNIFORM, Shares
from supervision.sources import USUAL, DicomListener, Source, Way
from supervision.standards import DEFAULT, standards

Code = Annotated[str, StringConstraints(pattern=CODE)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Hours = Annotated[float, Field(gt=0, le=24 * 366)]
Share = Annotated[float, Field(ge=0, le=1)]
Latitude = Annotated[float, Field(ge=-85, le=85)]
Longitude = Annotated[float, Field(ge=-180, le=180)]

EVERY_FIVE_MINUTES = "*/5 * * * *"
# minute, hour, day of month, month, day of week: smallest and largest value
CRON_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class OrganisationEntry(_Table):
    """An organisation: a short code for folders and keys, and the name that people read."""

    code: Code
    name: Name


class ProjectEntry(_Table):
    """A project of an organisation; `code` is its folder in the inbox, `schedule` a cron line of five fields (UTC).

    language: in which its senders are answered beside their files. latitude, longitude: where it lies, in degrees
    (north and east are positive), for the map; both or neither. standard: by which trainees are signed off.
    """

    code: Code
    organisation: Code
    name: Name
    country: Annotated[str, StringConstraints(max_length=60)] = ""
    schedule: str = EVERY_FIVE_MINUTES
    language: Literal["en", "fr"] = "en"
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    standard: str = DEFAULT
    sources: tuple[Source, ...] = USUAL

    @model_validator(mode="after")
    def _lies_somewhere(self) -> "ProjectEntry":
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("a place has a latitude and a longitude")
        return self

    @field_validator("standard")
    @classmethod
    def _standard_is_known(cls, value: str) -> str:
        if value not in standards():
            raise ValueError(f"a standard is one of {', '.join(standards())}")
        return value

    def takes(self, way: Way) -> bool:
        """Tell whether scans of this project come in by this way."""
        return any(source.kind is way for source in self.sources)

    @field_validator("schedule")
    @classmethod
    def _five_cron_fields(cls, value: str) -> str:
        fields = value.split()
        if len(fields) != len(CRON_RANGES):
            raise ValueError("a schedule has five fields: minute, hour, day of month, month, day of week")
        for field, (low, high) in zip(fields, CRON_RANGES, strict=True):
            if not all(_is_cron_part(part, low, high) for part in field.split(",")):
                raise ValueError(f"'{field}' is not a field of a schedule")
        return " ".join(fields)


class Retention(_Table):
    """For how long raw originals are kept after a scan was dealt with; for ever where it says nothing."""

    raw_days: Annotated[int, Field(ge=30)] | None = None


class ClockHours(_Table):
    """Hours until a scan must be answered: P0 critical, P1 red flag, P2 before sign-off, P3 audit."""

    P0: Hours = HOURS[Clock.P0]
    P1: Hours = HOURS[Clock.P1]
    P2: Hours = HOURS[Clock.P2]
    P3: Hours = HOURS[Clock.P3]

    def hours(self, clock: Clock) -> float:
        """Return the hours of `clock`."""
        return float(getattr(self, clock.value))


class ReviewRules(_Table):
    """How reviewing works.

    lease_minutes: for which a claimed exam is kept for its reviewer. prefill: propose ratings from what was measured.
    second_read_share: of the exams that nothing else demands to be read twice, 0 to 1.
    """

    lease_minutes: Annotated[int, Field(ge=5, le=24 * 60)] = 30
    prefill: bool = True
    second_read_share: Share = 0.10


class Sampling(_Table):
    """Which share is read of who has been signed off: in the first six months, and of who is autonomous.

    uniform: what of that is drawn by chance alone, so that rates can be told; the rest are the riskiest.
    """

    signed_off: Share = Shares().signed_off
    autonomous: Share = Shares().autonomous
    uniform: Annotated[float, Field(ge=SMALLEST_UNIFORM, le=1)] = SMALLEST_UNIFORM

    @model_validator(mode="after")
    def _falls(self) -> "Sampling":
        self.shares()
        return self

    def shares(self) -> Shares:
        """Return them as the core knows them."""
        return Shares(self.signed_off, self.autonomous, self.uniform)


class Blinding(_Table):
    """What nobody is told who may still be asked to read an exam; false tells it."""

    trainee: bool = True
    site: bool = True
    score: bool = True
    first_read: bool = True

    def hidden(self) -> frozenset[Hidden]:
        """Return what is hidden."""
        return frozenset(one for one in Hidden if getattr(self, one.value))


class Programme(_Table):
    """Everything that a programme decides; codes are unique and every project belongs to a listed organisation."""

    organisations: tuple[OrganisationEntry, ...] = ()
    projects: tuple[ProjectEntry, ...] = ()
    clocks: ClockHours = ClockHours()
    review: ReviewRules = ReviewRules()
    sampling: Sampling = Sampling()
    blinding: Blinding = Blinding()
    retention: Retention = Retention()
    dhis2: Dhis2 | None = None

    @model_validator(mode="after")
    def _codes_fit(self) -> "Programme":
        for what, codes in (
            ("organisation", [entry.code for entry in self.organisations]),
            ("project", [entry.code for entry in self.projects]),
        ):
            twice = [code for code, count in Counter(codes).items() if count > 1]
            if twice:
                raise ValueError(f"the {what} code '{twice[0]}' is used twice")
        titles = [
            source.ae_title for one in self.projects for source in one.sources if isinstance(source, DicomListener)
        ]
        twice = [title for title, count in Counter(titles).items() if count > 1]
        if twice:
            raise ValueError(f"the AE title '{twice[0]}' is used twice")
        known = {entry.code for entry in self.organisations}
        for project in self.projects:
            if project.organisation not in known:
                raise ValueError(f"project '{project.code}' names the unknown organisation '{project.organisation}'")
        strangers = set(self.dhis2.org_units if self.dhis2 else ()) - {entry.code for entry in self.projects}
        if strangers:
            raise ValueError(f"dhis2.org_units names the unknown project '{min(strangers)}'")
        return self


def read_programme(text: str) -> Programme:
    """Return the programme that the TOML `text` describes.

    Misconfigured: unknown_key names the nearest known key, programme_invalid the key and what is wrong with it.
    """
    try:
        return Programme.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured("programme_invalid", key="-", problem=str(error)) from None
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False)
        # an unknown key first: a misspelt key also shows up as a missing one
        first = min(problems, key=lambda problem: problem["type"] != "extra_forbidden")
        path = tuple(first["loc"])
        key = ".".join(str(part) for part in path) or "-"
        if first["type"] == "extra_forbidden":
            raise Misconfigured("unknown_key", key=key, nearest=_nearest(path)) from None
        raise Misconfigured("programme_invalid", key=key, problem=first["msg"]) from None


def _nearest(path: tuple[Any, ...]) -> str:
    """Return the known key of the same table that looks most like the last part of `path`."""
    model: type[BaseModel] = Programme
    if len(path) > 1:
        field = Programme.model_fields[str(path[0])]
        # an array of tables is tuple[Entry, ...]
        model = (*get_args(field.annotation), field.annotation)[0] or Programme
    known = list(model.model_fields)
    near = get_close_matches(str(path[-1]), known, n=1, cutoff=0.0)
    return near[0] if near else known[0]


def _is_cron_part(part: str, low: int, high: int) -> bool:
    """Tell whether `part` is *, a number or a range, each with an optional /step, within low to high."""
    found = re.fullmatch(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?", part)
    if not found:
        return False
    first, last, step = (None if group is None else int(group) for group in found.groups())
    if step == 0 or (first is None and last is not None):
        return False
    bounds = [value for value in (first, last) if value is not None]
    return all(low <= value <= high for value in bounds) and bounds == sorted(bounds)
