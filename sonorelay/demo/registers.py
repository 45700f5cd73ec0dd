"""Which training was held in the demonstration, what did its projects ask for, and since when are its devices there?

All of it invented, by and for its invented people.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from sonorelay.demo.programme import PROJECTS
from sonorelay.demo.scans import SEED
from supervision.registers import Act, Attended, RequestKind, SessionKind
from supervision.roles import Role

if TYPE_CHECKING:
    from storage.catalogue.models import Device, Person, Project

WEEKS = 12
EVERY = 2
SESSIONS = (
    (SessionKind.COURSE, 240, ("FAST", "LUNG_AD"), "Salle de réunion / meeting room"),
    (SessionKind.BEDSIDE, 90, ("FAST",), "Urgences / emergency room"),
    (SessionKind.HANDS_ON, 120, ("CARD",), "Salle de réunion / meeting room"),
    (SessionKind.BEDSIDE, 90, ("OB_T23",), "Maternité / maternity"),
    (SessionKind.REMOTE, 45, ("LUNG_AD",), ""),
    (SessionKind.CASE_REVIEW, 60, ("FAST", "CARD"), ""),
)
ASKED = (
    (
        RequestKind.TRAINING,
        "Focused cardiac for the night team. / Cœur ciblé pour l'équipe de nuit.",
        ("CARD",),
        (Act.ACCEPTED, Act.MET),
    ),
    (
        RequestKind.EQUIPMENT,
        "A second convex probe: one is in repair. / Une deuxième sonde convexe : l'une est en réparation.",
        (),
        (Act.ACCEPTED,),
    ),
    (RequestKind.CONSUMABLES, "Gel for three months. / Du gel pour trois mois.", (), ()),
)


def register_history(now: datetime) -> int:
    """Fill the registers of the last weeks; return how many sessions were held."""
    from storage.catalogue.models import Device, Person, Project

    helen, ibrahim = (Person.objects.get(username=name) for name in ("helen", "ibrahim"))
    rng = np.random.default_rng([SEED, 43])
    held = 0
    for place, code in enumerate(PROJECTS):
        project = Project.objects.get(code=code)
        held += _sessions(project, helen, now - timedelta(days=place), rng)
        _requests(project, helen, now - timedelta(weeks=5, days=place))
        for device in Device.objects.filter(project=project):
            _in_service(device, ibrahim, now)
    return held


def _sessions(project: "Project", facilitator: "Person", now: datetime, rng: np.random.Generator) -> int:
    from storage.catalogue.registers import training

    learners = list(training.people_of(project).filter(memberships__role=Role.TRAINEE).values_list("pk", flat=True))
    chances = {Attended.PRESENT: 0.8, Attended.PARTLY: 0.1, Attended.ABSENT: 0.1}
    for number, (kind, minutes, exam_types, where) in enumerate(SESSIONS):
        at = now - timedelta(weeks=WEEKS - EVERY * number)
        said = rng.choice([one.value for one in chances], size=len(learners), p=list(chances.values()))
        held = training.SessionHeld(
            held_on=at.date(),
            minutes=minutes,
            kind=kind,
            place=where,
            exam_types=exam_types,
            facilitators=frozenset({facilitator.pk}),
            attendance={pk: Attended(one) for pk, one in zip(learners, said, strict=True)},
            guests=int(rng.integers(0, 4)),
        )
        training.log(project.pk, held, facilitator, at)
    return len(SESSIONS)


def _requests(project: "Project", supervisor: "Person", began: datetime) -> None:
    from storage.catalogue.registers import requests

    for number, (kind, text, exam_types, acts) in enumerate(ASKED):
        at = began + timedelta(weeks=number)
        one = requests.ask(project.pk, kind, text, supervisor, at, exam_types=exam_types)
        for later, act in enumerate(acts, start=1):
            requests.act(one.pk, act, supervisor, at + timedelta(days=3 * later))


def _in_service(device: "Device", engineer: "Person", now: datetime) -> None:
    from storage.catalogue.registers import service

    first = now - timedelta(weeks=WEEKS + 2)
    service.begin(device.pk, first.date(), "", engineer, first)
