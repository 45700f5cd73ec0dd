"""What comes of the inbox when it is emptied now, without waiting for the schedule?"""

import os
from datetime import UTC, datetime

from pipeline.text import Text
from sonorelay import programme
from sonorelay.outcome import ANSWERED, language, print_json
from sonorelay.services import answers, are_up, prefect_environment, services
from storage.settings import settings

NOTHING_NEW = Text(
    "{project}: nothing new, or a scheduled run is at it",
    "{project} : rien de nouveau, ou un passage prévu s'en occupe",
)
DONE = Text("{project}: {counts}", "{project} : {counts}")


def ingest(project: str | None, *, again: bool, as_json: bool) -> int:
    """Run the real flow for one project or all, in this process, and print what became of the scans.

    again: also of the scans that failed, were withheld or refused before.
    """
    if project is not None:
        programme.known_project(project)
    wanted = [known.code for known in programme.read().projects]
    programme.apply_programme()
    reach_prefect()
    from flows.ingest import ingest as flow
    from storage.catalogue.intake import try_again

    for code in [project] if project else wanted:
        if again:
            try_again(code, datetime.now(UTC))
        ended = flow(code)
        if as_json:
            print_json({"project": code, "scans": ended})
            continue
        text = DONE if ended else NOTHING_NEW
        counts = ", ".join(f"{count} {state}" for state, count in sorted(ended.items()))
        print(text.format(project=code, counts=counts).say(language()))
    return ANSWERED


def reach_prefect() -> None:
    """Use the pool's server, or that of PREFECT_API_URL, else our own, else one that lives as long as we do."""
    environment = prefect_environment()
    alone = settings().work_pool is None
    if alone and ("PREFECT_API_URL" in os.environ or not (are_up() and answers(str(services()[0].ready_at)))):
        del environment["PREFECT_API_URL"]
    os.environ.update(environment)
