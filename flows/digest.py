"""Who is told by mail this morning what waits for them? Nobody twice, whatever happens to a run."""

import logging
import smtplib
from datetime import UTC, datetime

from prefect import flow, task

from storage.catalogue import setup
from storage.settings import settings

setup.prepare()  # Django wants to be ready before its tables are imported

from django.core.mail import EmailMessage  # noqa: E402

from flows.presence import alone  # noqa: E402
from flows.retries import nobody_must_act  # noqa: E402
from pipeline.errors import Unavailable  # noqa: E402
from storage.catalogue import digests  # noqa: E402
from storage.catalogue.models import Person  # noqa: E402
from supervision.digest import mail_of  # noqa: E402

log = logging.getLogger("sonorelay.flows")


@task(retries=3, retry_delay_seconds=[60, 300, 900], retry_condition_fn=nobody_must_act)
def send_what_is_due() -> dict[str, int]:
    """Send each person's mail whose day it is; returns how many were sent, had nothing new, and were refused.

    Unavailable("mail_unreachable") when the mail server does not answer: those who have theirs do not get it again.
    """
    counts = dict.fromkeys(("sent", "nothing_new", "refused"), 0)
    settings().mail_folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # Django would let everybody read it
    try:
        for person in digests.due(datetime.now(UTC)):
            counts[_tell(person, datetime.now(UTC))] += 1
    finally:
        setup.close_connections()
    return counts


@flow(log_prints=False)
def digest() -> dict[str, int]:
    """Tell everybody by mail what waits for them; nothing where another run on this machine is at it."""
    with alone(settings().home / "running", "digest") as first:
        if not first:
            return {}
        counts = send_what_is_due()
    log.info("digest sent=%d nothing_new=%d refused=%d", *counts.values())
    return counts


def _tell(person: Person, now: datetime) -> str:
    waiting = digests.digest_of(person, now)
    if not digests.take(person, now) or not waiting:
        return "nothing_new"
    mail = mail_of(waiting, now, person.language, settings().base_url)
    try:
        EmailMessage(mail.subject, mail.text, to=[person.email]).send()
    except (OSError, smtplib.SMTPException) as error:
        if _for_good(error):
            log.warning("digest refused person=%d", person.pk)
            return "refused"
        digests.give_back(person, now)
        raise Unavailable("mail_unreachable") from error
    return "sent"


def _for_good(error: Exception) -> bool:
    """Tell whether the server refuses this mail and will refuse it again: an address that does not exist, for one."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return False
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500
