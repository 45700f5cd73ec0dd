"""Does everybody get their mail once, with nothing in it that names anybody?"""

import smtplib
import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from pytest_django import Settings

from flows.digest import digest, send_what_is_due
from pipeline.errors import Unavailable
from storage.catalogue import digests, feedback
from storage.catalogue.models import Exam, Feedback, Person
from supervision.digest import began, is_due
from supervision.feedback import Digest
from supervision.roles import Role
from tests.storage.conftest import NOON, World
from tests.storage.test_feedback import read

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def told(world: World) -> World:
    """Make a world in which something waits for everybody; nobody has had a mail since January."""
    for name, role in (("faida", Role.FACILITATOR), ("sule", Role.SUPERVISOR), ("data", Role.DATA_OFFICER)):
        world.person(name, role, first_name=name.capitalize(), last_name="Kabongo")
    read(world, _exam(world))
    world.queued()
    world.queued(exam_type=None)
    world.withheld()
    Person.objects.update(date_joined=LONG_AGO)
    for person in Person.objects.all():
        person.email = f"{person.username}@example.org"
        person.save()
    return world


def _exam(world: World) -> Exam:
    exam = world.queued().exam
    assert exam is not None
    return exam


def sent() -> dict[str, str]:
    return {message.to[0].split("@")[0]: f"{message.subject}\n{message.body}" for message in mail.outbox}


def test_everybody_is_told_what_waits_for_them_once(told: World) -> None:
    assert send_what_is_due.fn() == {"sent": 6, "nothing_new": 0, "refused": 0}
    mails = sent()
    assert mails.keys() == {"amina", "rose", "luc", "faida", "sule", "data"}
    assert "One of your exams has new feedback" in mails["amina"]
    assert "One of your exams waits for its worksheet" in mails["amina"]
    assert "waits for a reading" in mails["rose"]
    assert "one exam lacks details" in mails["faida"]
    assert "One reading is overdue" in mails["sule"]
    assert all("/account/" in text for text in mails.values())
    assert send_what_is_due.fn() == {"sent": 0, "nothing_new": 0, "refused": 0}
    assert len(mail.outbox) == 6


def test_whoever_wants_none_has_no_address_or_a_closed_account_gets_none(told: World) -> None:
    Person.objects.filter(username="amina").update(digest=Digest.OFF)
    Person.objects.filter(username="rose").update(email="")
    Person.objects.filter(username="luc").update(is_active=False)
    send_what_is_due.fn()
    assert sent().keys() == {"faida", "sule", "data"}


def test_without_news_there_is_no_mail_and_with_news_the_rest_is_told_again(told: World) -> None:
    amina, hour = told.people["amina"], timedelta(hours=1)

    def topics(person: str, at: datetime, last: datetime) -> set[str]:
        Person.objects.filter(username=person).update(digest_sent_at=last)
        return {one.topic.value for one in digests.digest_of(Person.objects.get(username=person), at)}

    assert topics("amina", NOON + hour, NOON - hour) == {"feedback", "worksheets"}
    assert topics("amina", NOON + 3 * hour, NOON + 2 * hour) == set()
    given = Feedback.objects.get()
    feedback.reply(given.pk, amina, "Which depth?", NOON + 4 * hour)
    assert topics("rose", NOON + 5 * hour, NOON + 2 * hour) == {"P2", "replies"}
    feedback.see(given.pk, amina, NOON + 5 * hour)
    feedback.answer(given.pk, told.people["rose"], "Eight centimetres", NOON + 6 * hour)
    assert topics("amina", NOON + 7 * hour, NOON + 2 * hour) == {"feedback", "worksheets"}


def test_a_run_that_was_killed_after_it_noted_a_person_does_not_send_again(told: World) -> None:
    now, amina = datetime.now(UTC), Person.objects.get(username="amina")
    assert digests.take(amina, now)
    assert not digests.take(amina, now), "another run that read the person before"
    send_what_is_due.fn()
    assert "amina" not in sent()


def test_a_person_reads_their_own_language(told: World) -> None:
    Person.objects.update(language="fr")
    send_what_is_due.fn()
    assert "Un de vos examens a un nouvel avis" in sent()["amina"]
    assert "Choisissez ici la fréquence" in sent()["amina"]


def test_no_mail_names_anybody_or_anything_of_a_scan(told: World) -> None:
    from storage.catalogue.models import Device, Organisation, Project, Scan

    Person.objects.filter(username="faida").update(language="fr")
    send_what_is_due.fn()
    everything = "\n".join(sent().values()).casefold()
    secrets = [
        name for person in Person.objects.all() for name in (person.username, person.first_name, person.last_name)
    ]
    secrets += Exam.objects.values_list("name", flat=True)
    for scan in Scan.objects.all():
        secrets += [scan.digest, scan.short_id, scan.patient, scan.exam_type]
    secrets += Device.objects.values_list("pseudonym", flat=True)
    for place in (*Project.objects.all(), *Organisation.objects.all()):
        secrets += [place.code, place.name]
    found = [one for one in secrets if one and one.casefold() in everything]
    assert len(secrets) > 40
    assert found == []


def test_without_a_server_mails_are_files_in_a_folder_of_our_own(told: World, settings: Settings) -> None:
    from storage import django_settings
    from storage.settings import settings as ours

    assert django_settings.EMAIL_BACKEND.endswith("filebased.EmailBackend")
    folder = ours().mail_folder
    settings.EMAIL_BACKEND = django_settings.EMAIL_BACKEND
    settings.EMAIL_FILE_PATH = str(folder)
    before = set(folder.iterdir()) if folder.exists() else set()
    assert send_what_is_due.fn()["sent"] == 6
    files = set(folder.iterdir()) - before
    # Django names a file by the second and the address of an object: two mails may share one
    assert sum(one.read_text().count("\nMessage-ID: ") for one in files) == 6
    assert folder.stat().st_mode & 0o077 == 0
    assert any("/my-scans/" in one.read_text() for one in files)


class _Server(socketserver.StreamRequestHandler):
    """A mail server as far as it goes: says yes, or refuses the recipients that `refuses` names."""

    refuses: dict[str, bytes] = {}  # noqa: RUF012  (each test sets its own)
    taken: list[str] = []  # noqa: RUF012

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        data = False
        for line in self.rfile:
            if data:
                data = line.strip() != b"."
                if not data:
                    self.wfile.write(b"250 kept\r\n")
                continue
            word, said = line[:4].upper(), b"250 yes"
            if word == b"RCPT":
                name = line.split(b"<")[1].split(b"@")[0].decode()
                said = self.refuses.get(name, said)
                self.taken.append(name)
            data = word == b"DATA"
            self.wfile.write((b"354 go on" if data else b"221 bye" if word == b"QUIT" else said) + b"\r\n")


@pytest.fixture
def server(settings: Settings) -> Iterator[type[_Server]]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Server) as running:
        running.daemon_threads = True
        threading.Thread(target=running.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = running.server_address
        settings.EMAIL_USE_TLS = False
        _Server.refuses, _Server.taken = {}, []
        yield _Server
        running.shutdown()


def test_a_refused_address_is_left_and_a_busy_server_asked_again_without_a_second_mail(
    told: World, server: type[_Server]
) -> None:
    server.refuses = {"rose": b"550 nobody here", "luc": b"450 busy"}
    with pytest.raises(Unavailable, match="mail_unreachable"):
        send_what_is_due.fn()
    server.refuses = {}
    assert send_what_is_due.fn()["sent"] >= 1
    assert server.taken.count("rose") == 1
    assert server.taken.count("luc") == 2
    assert all(server.taken.count(name) == 1 for name in ("amina", "faida", "sule", "data"))


def test_nobody_is_marked_as_told_where_the_server_is_not_there(told: World, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with pytest.raises(Unavailable):
        send_what_is_due.fn()
    assert not Person.objects.exclude(digest_sent_at=None).exists()


def test_the_flow_runs_on_prefect(told: World) -> None:
    assert digest() == {"sent": 6, "nothing_new": 0, "refused": 0}
    assert issubclass(smtplib.SMTPException, OSError), "what the flow counts on"


def test_weeks_begin_on_monday_morning_and_days_in_the_morning() -> None:
    sunday, monday = datetime(2026, 3, 1, 23, tzinfo=UTC), datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
    assert is_due(Digest.WEEKLY, sunday, monday)
    assert not is_due(Digest.WEEKLY, monday, monday + timedelta(days=6, hours=23))
    assert is_due(Digest.WEEKLY, monday, monday + timedelta(days=7))
    assert is_due(Digest.WEEKLY, sunday, monday + timedelta(days=2)), "the machine was off on Monday"
    assert is_due(Digest.DAILY, monday, monday + timedelta(days=1))
    assert not is_due(Digest.DAILY, monday, monday + timedelta(hours=20))
    assert not is_due(Digest.OFF, sunday, monday + timedelta(days=70))
    assert began(Digest.WEEKLY, monday - timedelta(hours=1)) == datetime(2026, 2, 23, 4, tzinfo=UTC)
