"""Who works in the demonstration, and how does one log in as them?"""

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from pipeline.text import Text
from sonorelay.demo.programme import PROJECTS
from sonorelay.outcome import language
from supervision.roles import Role

PASSWORD = "sonorelay-demo"  # noqa: S105 - printed at every start, on loopback only  # nosec B105


@dataclass(frozen=True)
class DemoPerson:
    """An invented person; `project` is None for a role in all projects."""

    username: str
    first_name: str
    last_name: str
    role: Role
    project: str | None
    language: str


TRAINEES = (
    DemoPerson("amina", "Amina", "Bahati", Role.TRAINEE, PROJECTS[0], "fr"),
    DemoPerson("joseph", "Joseph", "Kambale", Role.TRAINEE, PROJECTS[0], "fr"),
    DemoPerson("esperance", "Espérance", "Furaha", Role.TRAINEE, PROJECTS[0], "fr"),
    DemoPerson("samira", "Samira", "Haddad", Role.TRAINEE, PROJECTS[1], "en"),
    DemoPerson("yusuf", "Yusuf", "Salem", Role.TRAINEE, PROJECTS[1], "en"),
    DemoPerson("nyakim", "Nyakim", "Deng", Role.TRAINEE, PROJECTS[2], "en"),
    DemoPerson("gatluak", "Gatluak", "Koang", Role.TRAINEE, PROJECTS[2], "en"),
    DemoPerson("rebecca", "Rebecca", "Nyaruot", Role.TRAINEE, PROJECTS[2], "en"),
)
REVIEWERS = (
    DemoPerson("claire", "Claire", "Fontaine", Role.REVIEWER, None, "fr"),
    DemoPerson("david", "David", "Okello", Role.REVIEWER, None, "en"),
)
OTHERS = (
    DemoPerson("ruth", "Ruth", "Achieng", Role.ARBITER, None, "en"),
    DemoPerson("helen", "Helen", "Marsh", Role.SUPERVISOR, None, "en"),
    DemoPerson("paul", "Paul", "Mukendi", Role.FACILITATOR, PROJECTS[0], "fr"),
    DemoPerson("ibrahim", "Ibrahim", "Sesay", Role.BIOMED, None, "en"),
    DemoPerson("nadia", "Nadia", "Rahimi", Role.DATA_OFFICER, None, "en"),
    DemoPerson("admin", "Alex", "Moreau", Role.ADMINISTRATOR, None, "en"),
)
SHOWN = (TRAINEES[0], REVIEWERS[0], REVIEWERS[1], *OTHERS)
ROLES = {
    Role.TRAINEE: Text("trainee", "apprenant"),
    Role.REVIEWER: Text("reviewer", "relecteur"),
    Role.ARBITER: Text("arbiter", "arbitre"),
    Role.SUPERVISOR: Text("supervisor", "superviseur"),
    Role.FACILITATOR: Text("facilitator", "facilitateur"),
    Role.BIOMED: Text("biomedical engineer", "ingénieur biomédical"),
    Role.DATA_OFFICER: Text("data officer", "responsable des données"),
    Role.ADMINISTRATOR: Text("administrator", "administrateur"),
}


def invite_people() -> None:
    """Make the accounts that do not exist yet; those that do are left as they are."""
    from django.db import transaction

    from storage.catalogue.models import Membership, Organisation, Person, Project

    organisation = Organisation.objects.get(code="demonstration")
    projects = {project.code: project for project in Project.objects.filter(organisation=organisation)}
    known = set(Person.objects.values_list("username", flat=True))
    for demo in (*TRAINEES, *REVIEWERS, *OTHERS):
        if demo.username in known:
            continue
        with transaction.atomic():
            person = Person.objects.create_user(
                demo.username,
                password=PASSWORD,
                first_name=demo.first_name,
                last_name=demo.last_name,
                language=demo.language,
                simulated=True,
            )
            place = projects[demo.project] if demo.project else None
            Membership.objects.create(person=person, role=demo.role, organisation=organisation, project=place)


def print_accounts(screen: Console) -> None:
    """Print who can log in, as what, and with which password."""
    speech = language()
    table = Table(box=None, pad_edge=False, show_header=False)
    for person in SHOWN:
        table.add_row(f"  {ROLES[person.role].say(speech)}", f"[bold]{person.username}[/bold]", PASSWORD)
    screen.print(table)
