"""When does a field box exchange with headquarters by itself?"""

import logging
from typing import Any

from prefect import flow

from storage.catalogue import setup

setup.prepare()  # Django wants to be ready before its tables are imported

from storage.sync import now  # noqa: E402

log = logging.getLogger("sonorelay.flows")


@flow(log_prints=False)
def exchange() -> dict[str, Any]:
    """Exchange once; a link that is away is no failure: the next run goes on where this one stopped."""
    done = now.exchange()
    return {} if done is None else done.as_json()
