"""What does a mail say about what waits for a person, and when is it due?

Counts and addresses of pages only: a mail goes through other people's computers.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from pipeline.reasons import REASONS
from pipeline.text import Text
from supervision.feedback import Digest
from supervision.roles import Role

MORNING = timedelta(hours=4)
"""UTC: before work begins where this software is used. A weekly mail is due on Monday morning."""
MOST_REASONS = 3


class Topic(StrEnum):
    """One thing that may wait for somebody."""

    FEEDBACK = "feedback"
    WORKSHEETS = "worksheets"
    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    REPLIES = "replies"
    MISSING = "missing"
    REFUSED = "refused"
    WITHHELD = "withheld"
    BACKLOG = "backlog"
    OVERDUE = "overdue"
    ARBITRATION = "arbitration"


READS = (Topic.P0, Topic.P1, Topic.P2, Topic.P3, Topic.REPLIES)

TOPICS: Mapping[Role, tuple[Topic, ...]] = MappingProxyType(
    {
        Role.TRAINEE: (Topic.FEEDBACK, Topic.WORKSHEETS),
        Role.REVIEWER: READS,
        Role.ARBITER: READS,
        Role.FACILITATOR: (Topic.MISSING, Topic.REFUSED, Topic.WITHHELD),
        Role.SUPERVISOR: (Topic.BACKLOG, Topic.OVERDUE, Topic.ARBITRATION),
        Role.DATA_OFFICER: (Topic.WITHHELD,),
    }
)
"""What each role is told of; the others get no mail."""


@dataclass(frozen=True)
class Waiting:
    """So much of one thing waits: since when the oldest does, when the newest came; reasons: how many by code."""

    topic: Topic
    count: int
    oldest: datetime
    newest: datetime
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Mail:
    """A mail in one language."""

    subject: str
    text: str


def topics_for(roles: Iterable[Role]) -> tuple[Topic, ...]:
    """Return what somebody with these roles is told of, each thing once."""
    wanted = {topic for role in roles for topic in TOPICS.get(role, ())}
    return tuple(topic for topic in Topic if topic in wanted)


def is_due(choice: Digest, last: datetime, now: datetime) -> bool:
    """Tell whether a period began since the last mail: a day or a week, on Monday; never for whoever wants none."""
    return choice is not Digest.OFF and last < began(choice, now)


def began(choice: Digest, now: datetime) -> datetime:
    """Return when the period of `now` began, in UTC as `now` is."""
    morning = now.replace(hour=0, minute=0, second=0, microsecond=0) + MORNING
    if now < morning:
        morning -= timedelta(days=1)
    return morning - timedelta(days=morning.weekday()) if choice is Digest.WEEKLY else morning


def is_news(waiting: Sequence[Waiting], last: datetime) -> bool:
    """Tell whether anything came since the last mail; the rest is repeated only together with news."""
    return any(one.newest > last for one in waiting)


def mail_of(waiting: Sequence[Waiting], now: datetime, language: str, base_url: str) -> Mail:
    """Return the mail that tells what waits, the most urgent first; base_url: address of the installation."""
    lines = [_sentence(waiting[0], now).say(language)] if waiting else []
    subject = f"Sonorelay{COLON.say(language)} {lines[0].rstrip('.')}" if lines else "Sonorelay"
    paragraphs = [_paragraph(one, now, language, base_url) for one in waiting]
    switch = f"{SWITCH.say(language)}\n{base_url}/account/"
    return Mail(subject, "\n\n".join([HELLO.say(language), *paragraphs, switch]) + "\n")


def _paragraph(one: Waiting, now: datetime, language: str, base_url: str) -> str:
    lines = [_sentence(one, now).say(language)]
    for code, count in sorted(one.reasons, key=lambda reason: (-reason[1], reason[0]))[:MOST_REASONS]:
        lines.append(f"- {count} × {_without_facts(REASONS.get(code, REASONS['internal'])).say(language)}")
    return "\n".join([*lines, f"{base_url}{PAGES[one.topic]}"])


def _sentence(one: Waiting, now: datetime) -> Text:
    single, several = WORDS[one.topic]
    told = (single if one.count == 1 else several).format(count=one.count)
    days = max(0, (now - one.oldest).days)
    if days < 1:
        return Text(f"{told.en}.", f"{told.fr}.")
    since = (ONE_DAY if days == 1 else DAYS).format(days=days)
    return Text(f"{told.en}{since.en}.", f"{told.fr}{since.fr}.")


def _without_facts(reason: Text) -> Text:
    """Return a reason without its numbers, which differ from file to file."""
    return Text(_BRACES.sub("…", reason.en), _BRACES.sub("…", reason.fr))


_BRACES = re.compile(r"\{[^}]*\}")
COLON = Text(":", " :")
HELLO = Text("This waits for you in Sonorelay.", "Voici ce qui vous attend dans Sonorelay.")
SWITCH = Text(
    "Choose here how often this mail comes, or switch it off:",
    "Choisissez ici la fréquence de ce message, ou arrêtez-le :",
)
ONE_DAY = Text(", the oldest for one day", ", le plus ancien depuis un jour")
DAYS = Text(", the oldest for {days} days", ", le plus ancien depuis {days} jours")

WORDS: Mapping[Topic, tuple[Text, Text]] = MappingProxyType(
    {
        Topic.FEEDBACK: (
            Text("One of your exams has new feedback", "Un de vos examens a un nouvel avis"),
            Text("{count} of your exams have new feedback", "{count} de vos examens ont un nouvel avis"),
        ),
        Topic.WORKSHEETS: (
            Text("One of your exams waits for its worksheet", "Un de vos examens attend sa fiche"),
            Text("{count} of your exams wait for their worksheet", "{count} de vos examens attendent leur fiche"),
        ),
        Topic.P0: (
            Text("One critical exam waits for a reading", "Un examen critique attend une lecture"),
            Text("{count} critical exams wait for a reading", "{count} examens critiques attendent une lecture"),
        ),
        Topic.P1: (
            Text("One exam with a red flag waits for a reading", "Un examen avec signal d'alerte attend une lecture"),
            Text(
                "{count} exams with a red flag wait for a reading",
                "{count} examens avec signal d'alerte attendent une lecture",
            ),
        ),
        Topic.P2: (
            Text("One exam of a trainee waits for a reading", "Un examen d'apprenant attend une lecture"),
            Text("{count} exams of trainees wait for a reading", "{count} examens d'apprenants attendent une lecture"),
        ),
        Topic.P3: (
            Text("One exam waits for an audit", "Un examen attend un audit"),
            Text("{count} exams wait for an audit", "{count} examens attendent un audit"),
        ),
        Topic.REPLIES: (
            Text("One trainee waits for your answer", "Un apprenant attend votre réponse"),
            Text("{count} trainees wait for your answer", "{count} apprenants attendent votre réponse"),
        ),
        Topic.MISSING: (
            Text("To fix this week: one exam lacks details", "À régler cette semaine : un examen manque de précisions"),
            Text(
                "To fix this week: {count} exams lack details",
                "À régler cette semaine : {count} examens manquent de précisions",
            ),
        ),
        Topic.REFUSED: (
            Text("To fix this week: one file was refused", "À régler cette semaine : un fichier a été refusé"),
            Text(
                "To fix this week: {count} files were refused",
                "À régler cette semaine : {count} fichiers ont été refusés",
            ),
        ),
        Topic.WITHHELD: (
            Text("To fix this week: one scan is held back", "À régler cette semaine : une image est retenue"),
            Text(
                "To fix this week: {count} scans are held back", "À régler cette semaine : {count} images sont retenues"
            ),
        ),
        Topic.BACKLOG: (
            Text("One reading is waited for", "Une lecture est attendue"),
            Text("{count} readings are waited for", "{count} lectures sont attendues"),
        ),
        Topic.OVERDUE: (
            Text("One reading is overdue", "Une lecture est en retard"),
            Text("{count} readings are overdue", "{count} lectures sont en retard"),
        ),
        Topic.ARBITRATION: (
            Text("One exam waits for an arbiter", "Un examen attend un arbitre"),
            Text("{count} exams wait for an arbiter", "{count} examens attendent un arbitre"),
        ),
    }
)
"""One, and several."""

PAGES: Mapping[Topic, str] = MappingProxyType(
    {
        Topic.FEEDBACK: "/my-scans/",
        Topic.WORKSHEETS: "/missing-details/",
        **dict.fromkeys((Topic.P0, Topic.P1, Topic.P2, Topic.P3), "/queue/"),
        Topic.REPLIES: "/replies/",
        Topic.MISSING: "/missing-details/",
        Topic.REFUSED: "/held-back/?show=refused",
        Topic.WITHHELD: "/held-back/",
        **dict.fromkeys((Topic.BACKLOG, Topic.OVERDUE, Topic.ARBITRATION), "/queue/"),
    }
)
"""Where it is done."""
