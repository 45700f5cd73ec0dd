"""Who may do what? One table, used by every page and every command; anything not listed is denied."""

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


class Action(StrEnum):
    """What can be done; the scope (organisation, project, own scans) is decided by the catalogue's queries."""

    SEE_OWN_SCANS = "see_own_scans"
    COMPLETE_INFO = "complete_info"
    REVIEW = "review"
    SEE_QUEUE = "see_queue"
    SEE_SCANS = "see_scans"
    SEE_FIGURES = "see_figures"
    SEE_QUARANTINE = "see_quarantine"
    RELEASE_SCANS = "release_scans"
    ANSWER_QUESTIONS = "answer_questions"
    REIDENTIFY = "reidentify"
    SEE_DEVICES = "see_devices"
    REPORT_DEVICES = "report_devices"
    TEND_DEVICES = "tend_devices"
    SEE_CALIBRATION = "see_calibration"
    MANAGE_PEOPLE = "manage_people"


ALLOWED: dict[Action, frozenset[Role]] = {
    Action.SEE_OWN_SCANS: frozenset({Role.TRAINEE}),
    Action.COMPLETE_INFO: frozenset({Role.TRAINEE, Role.FACILITATOR, Role.PARTNER_OWNER}),
    Action.REVIEW: frozenset({Role.REVIEWER, Role.ARBITER}),
    Action.SEE_QUEUE: frozenset({Role.REVIEWER, Role.ARBITER, Role.SUPERVISOR, Role.PARTNER_OWNER, Role.AUDITOR}),
    Action.SEE_SCANS: frozenset(
        {Role.ARBITER, Role.FACILITATOR, Role.SUPERVISOR, Role.DATA_OFFICER, Role.AUDITOR, Role.PARTNER_OWNER}
    ),
    Action.SEE_FIGURES: frozenset(
        {Role.FACILITATOR, Role.SUPERVISOR, Role.DATA_OFFICER, Role.AUDITOR, Role.PARTNER_OWNER}
    ),
    Action.SEE_QUARANTINE: frozenset({Role.FACILITATOR, Role.DATA_OFFICER, Role.AUDITOR, Role.PARTNER_OWNER}),
    Action.RELEASE_SCANS: frozenset({Role.DATA_OFFICER, Role.PARTNER_OWNER}),
    Action.ANSWER_QUESTIONS: frozenset({Role.TRAINEE, Role.FACILITATOR, Role.PARTNER_OWNER}),
    Action.REIDENTIFY: frozenset({Role.DATA_OFFICER, Role.PARTNER_OWNER}),
    Action.SEE_DEVICES: frozenset(
        {Role.BIOMED, Role.FACILITATOR, Role.SUPERVISOR, Role.DATA_OFFICER, Role.AUDITOR, Role.PARTNER_OWNER}
    ),
    Action.REPORT_DEVICES: frozenset({Role.BIOMED, Role.FACILITATOR, Role.PARTNER_OWNER}),
    Action.TEND_DEVICES: frozenset({Role.BIOMED, Role.PARTNER_OWNER}),
    Action.SEE_CALIBRATION: frozenset(
        {Role.BIOMED, Role.SUPERVISOR, Role.DATA_OFFICER, Role.AUDITOR, Role.PARTNER_OWNER}
    ),
    Action.MANAGE_PEOPLE: frozenset({Role.ADMINISTRATOR, Role.PARTNER_OWNER}),
}


def roles_for(action: Action) -> frozenset[Role]:
    """Return the roles that may do `action`."""
    return ALLOWED.get(action, frozenset())


def may(roles: frozenset[Role], action: Action) -> bool:
    """Tell whether a person who holds `roles` may do `action`."""
    return not roles.isdisjoint(roles_for(action))
