"""What does the Prefect server of several machines need to know before their workers start?"""

import os
import time
from dataclasses import asdict

from pipeline.errors import Misconfigured, Unavailable
from pipeline.text import Text
from sonorelay import programme
from sonorelay.outcome import ANSWERED, language, print_json
from sonorelay.services import SECONDS_TO_START, answers, prefect_environment
from storage.settings import settings

HAS = Text("The pool {pool} has {count} deployments: {names}", "Le groupe {pool} a {count} déploiements : {names}")
REMOVED = Text("Removed, since programme.toml no longer names it: {name}", "Retiré, absent de programme.toml : {name}")


def deployments(*, as_json: bool) -> int:
    """Bring tables, programme, keys, pool, queues, schedules and the burial of dead runs up to date; twice is once.

    Misconfigured without a pool, Unavailable where the Prefect server does not answer.
    """
    pool = settings().work_pool
    if pool is None:
        raise Misconfigured("no_pool")
    wanted = programme.read()
    programme.apply_programme()
    _make_keys([entry.code for entry in wanted.organisations])
    environment = prefect_environment()
    _wait_for(environment["PREFECT_API_URL"])
    os.environ.update(environment)
    from flows import pool as pools

    applied = pools.apply(wanted, pool)
    if as_json:
        print_json({"pool": pool, **asdict(applied)})
        return ANSWERED
    names = ", ".join(applied.deployments)
    print(HAS.format(pool=pool, count=len(applied.deployments), names=names).say(language()))
    for name in applied.removed:
        print(REMOVED.format(name=name).say(language()))
    return ANSWERED


def _wait_for(address: str) -> None:
    """Wait for a server that has just been started; Unavailable where it does not answer."""
    until = time.monotonic() + SECONDS_TO_START
    while not answers(f"{address}/health"):
        if time.monotonic() > until:
            raise Unavailable("prefect_unreachable", address=address)
        time.sleep(1)


def _make_keys(organisations: list[str]) -> None:
    """Make the keys of organisations that have none yet."""
    from storage.keys import make_keys

    for organisation in organisations:
        make_keys(organisation)
