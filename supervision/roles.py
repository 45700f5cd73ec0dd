"""Who may do what, and with whose scans? One table, used by pages, API and commands; what is not listed is denied."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person is in an organisation or a project."""

    TRAINEE = "trainee"
    REVIEWER = "reviewer"
    ARBITER = "arbiter"
    FACILITATOR = "facilitator"
    SUPERVISOR = "supervisor"
    BIOMED = "biomed"
    DATA_OFFICER = "data_officer"
    AUDITOR = "auditor"
    PARTNER_OWNER = "partner_owner"
    ADMINISTRATOR = "administrator"


class Reach(StrEnum):
    """With what, in the place where the role is held: one project, or all projects of an organisation."""

    OWN = "own"  # what the person scanned
    OTHERS = "others"  # all but what the person scanned
    ALL = "all"


class Action(StrEnum):
    """What can be done."""

    SEE_OWN_SCANS = "see_own_scans"
    COMPLETE_INFO = "complete_info"
    REVIEW = "review"
    ARBITRATE = "arbitrate"
    SEE_QUEUE = "see_queue"
    SEE_SCANS = "see_scans"
    SEE_FIGURES = "see_figures"
    SEE_REPORTS = "see_reports"
    MAKE_REPORTS = "make_reports"
    GROUP_CLIPS = "group_clips"
    READ_ANYWAY = "read_anyway"
    ESCALATE = "escalate"
    COORDINATE = "coordinate"
    SEE_LIBRARY = "see_library"
    DECIDE_TEACHING = "decide_teaching"
    SEE_QUARANTINE = "see_quarantine"
    RELEASE_SCANS = "release_scans"
    ANSWER_QUESTIONS = "answer_questions"
    REIDENTIFY = "reidentify"
    SEE_DEVICES = "see_devices"
    REPORT_DEVICES = "report_devices"
    TEND_DEVICES = "tend_devices"
    SEE_CALIBRATION = "see_calibration"
    SEE_CATALOGUE = "see_catalogue"
    EDIT_CATALOGUE = "edit_catalogue"
    SEE_ARRIVALS = "see_arrivals"
    MATCH_AUTHORS = "match_authors"
    SEND_SCANS = "send_scans"
    MANAGE_PEOPLE = "manage_people"
    SYNC = "sync"
    SEE_SYNC = "see_sync"
    EXPORT_PROJECT = "export_project"
    HAND_OVER = "hand_over"
    SEE_HANDOVER = "see_handover"
    SEE_REGISTERS = "see_registers"
    KEEP_TRAINING = "keep_training"
    MAKE_REQUESTS = "make_requests"
    DECIDE_REQUESTS = "decide_requests"
    EXPORT = "export"
    SEE_COMPETENCE = "see_competence"
    SEE_REVIEWERS = "see_reviewers"
    OBSERVE = "observe"
    KEEP_PLANS = "keep_plans"
    SIGN_OFF = "sign_off"


Grant = Mapping[Role, Reach]


@dataclass(frozen=True)
class Narrowing:
    """What a token leaves of its person's rights: some actions, and one project (by number) where it names one."""

    actions: frozenset[Action]
    project: int | None = None


def _own(*roles: Role) -> dict[Role, Reach]:
    return dict.fromkeys(roles, Reach.OWN)


def _others(*roles: Role) -> dict[Role, Reach]:
    return dict.fromkeys(roles, Reach.OTHERS)


def _all(*roles: Role) -> dict[Role, Reach]:
    return dict.fromkeys(roles, Reach.ALL)


ALLOWED: dict[Action, Grant] = {
    Action.SEE_OWN_SCANS: _own(Role.TRAINEE),
    Action.COMPLETE_INFO: _own(Role.TRAINEE) | _all(Role.FACILITATOR, Role.PARTNER_OWNER),
    Action.REVIEW: _others(Role.REVIEWER, Role.ARBITER),
    Action.ARBITRATE: _others(Role.ARBITER),
    Action.SEE_QUEUE: _all(Role.REVIEWER, Role.ARBITER, Role.SUPERVISOR, Role.PARTNER_OWNER, Role.AUDITOR),
    Action.SEE_SCANS: _all(
        Role.ARBITER, Role.FACILITATOR, Role.SUPERVISOR, Role.DATA_OFFICER, Role.AUDITOR, Role.PARTNER_OWNER
    ),
    Action.SEE_FIGURES: _all(Role.FACILITATOR, Role.SUPERVISOR, Role.DATA_OFFICER, Role.AUDITOR, Role.PARTNER_OWNER),
    Action.SEE_REPORTS: _all(Role.FACILITATOR, Role.SUPERVISOR, Role.DATA_OFFICER, Role.AUDITOR, Role.PARTNER_OWNER),
    Action.MAKE_REPORTS: _all(Role.SUPERVISOR, Role.DATA_OFFICER, Role.PARTNER_OWNER),
    Action.GROUP_CLIPS: _all(Role.FACILITATOR, Role.SUPERVISOR, Role.PARTNER_OWNER),
    Action.READ_ANYWAY: _all(Role.SUPERVISOR, Role.PARTNER_OWNER),
    Action.ESCALATE: _own(Role.TRAINEE)
    | _others(Role.REVIEWER, Role.ARBITER)
    | _all(Role.FACILITATOR, Role.SUPERVISOR, Role.PARTNER_OWNER),
    Action.COORDINATE: _all(Role.SUPERVISOR, Role.PARTNER_OWNER),
    Action.SEE_LIBRARY: _all(
        Role.TRAINEE,
        Role.REVIEWER,
        Role.ARBITER,
        Role.FACILITATOR,
        Role.SUPERVISOR,
        Role.AUDITOR,
        Role.PARTNER_OWNER,
    ),
    Action.DECIDE_TEACHING: _all(Role.SUPERVISOR, Role.PARTNER_OWNER),
    Action.SEE_QUARANTINE: _all(Role.FACILITATOR, Role.DATA_OFFICER, Role.AUDITOR, Role.PARTNER_OWNER),
    Action.RELEASE_SCANS: _all(Role.DATA_OFFICER, Role.PARTNER_OWNER),
    Action.ANSWER_QUESTIONS: _own(Role.TRAINEE) | _all(Role.FACILITATOR, Role.PARTNER_OWNER),
    Action.REIDENTIFY: _all(Role.DATA_OFFICER, Role.PARTNER_OWNER),
    Action.SEE_DEVICES: _all(
        Role.BIOMED, Role.FACILITATOR, Role.SUPERVISOR, Role.DATA_OFFICER, Role.AUDITOR, Role.PARTNER_OWNER
    ),
    Action.REPORT_DEVICES: _all(Role.BIOMED, Role.FACILITATOR, Role.PARTNER_OWNER),
    Action.TEND_DEVICES: _all(Role.BIOMED, Role.PARTNER_OWNER),
    Action.SEE_CALIBRATION: _all(Role.BIOMED, Role.SUPERVISOR, Role.DATA_OFFICER, Role.AUDITOR, Role.PARTNER_OWNER),
    Action.SEE_CATALOGUE: _all(
        *(Role.TRAINEE, Role.REVIEWER, Role.ARBITER, Role.FACILITATOR, Role.SUPERVISOR),
        *(Role.DATA_OFFICER, Role.AUDITOR, Role.PARTNER_OWNER),
    ),
    Action.EDIT_CATALOGUE: _all(Role.SUPERVISOR, Role.PARTNER_OWNER),
    Action.SEE_ARRIVALS: _own(Role.TRAINEE)
    | _all(Role.FACILITATOR, Role.SUPERVISOR, Role.DATA_OFFICER, Role.AUDITOR, Role.PARTNER_OWNER),
    Action.MATCH_AUTHORS: _all(Role.FACILITATOR, Role.PARTNER_OWNER),
    Action.SEND_SCANS: _own(Role.TRAINEE) | _all(Role.FACILITATOR, Role.DATA_OFFICER, Role.PARTNER_OWNER),
    Action.MANAGE_PEOPLE: _all(Role.ADMINISTRATOR, Role.PARTNER_OWNER),
    Action.SYNC: _all(Role.DATA_OFFICER, Role.PARTNER_OWNER),
    Action.SEE_SYNC: _all(Role.SUPERVISOR, Role.DATA_OFFICER, Role.AUDITOR, Role.PARTNER_OWNER),
    Action.EXPORT_PROJECT: _all(Role.PARTNER_OWNER),
    Action.HAND_OVER: _all(Role.PARTNER_OWNER),
    Action.SEE_HANDOVER: _all(Role.SUPERVISOR, Role.DATA_OFFICER, Role.AUDITOR, Role.PARTNER_OWNER),
    Action.SEE_REGISTERS: _own(Role.TRAINEE)
    | _all(Role.FACILITATOR, Role.SUPERVISOR, Role.BIOMED, Role.DATA_OFFICER, Role.AUDITOR, Role.PARTNER_OWNER),
    Action.KEEP_TRAINING: _all(Role.FACILITATOR, Role.SUPERVISOR, Role.PARTNER_OWNER),
    Action.MAKE_REQUESTS: _own(Role.TRAINEE) | _all(Role.FACILITATOR, Role.SUPERVISOR, Role.BIOMED, Role.PARTNER_OWNER),
    Action.DECIDE_REQUESTS: _all(Role.SUPERVISOR, Role.PARTNER_OWNER),
    Action.EXPORT: _all(Role.SUPERVISOR, Role.DATA_OFFICER, Role.PARTNER_OWNER),
    Action.SEE_COMPETENCE: _own(Role.TRAINEE)
    | _all(Role.FACILITATOR, Role.SUPERVISOR, Role.AUDITOR, Role.PARTNER_OWNER),
    Action.SEE_REVIEWERS: _own(Role.REVIEWER, Role.ARBITER) | _all(Role.SUPERVISOR, Role.AUDITOR, Role.PARTNER_OWNER),
    Action.OBSERVE: _others(Role.FACILITATOR, Role.SUPERVISOR, Role.PARTNER_OWNER),
    Action.KEEP_PLANS: _others(Role.FACILITATOR, Role.SUPERVISOR, Role.PARTNER_OWNER),
    Action.SIGN_OFF: _others(Role.SUPERVISOR, Role.PARTNER_OWNER),
}
"""Action x role x reach. A new action is one line here and one in supervision/action_words.py."""


def roles_for(action: Action, *reaches: Reach) -> frozenset[Role]:
    """Return the roles that may do `action`; with `reaches` only those that reach so far."""
    granted = ALLOWED.get(action, {})
    return frozenset(role for role, reach in granted.items() if not reaches or reach in reaches)


def may(roles: frozenset[Role], action: Action) -> bool:
    """Tell whether a person who holds `roles` may do `action`."""
    return not roles.isdisjoint(roles_for(action))


def actions_of(roles: frozenset[Role]) -> frozenset[Action]:
    """Return all that a person who holds `roles` may do."""
    return frozenset(action for action in Action if may(roles, action))
