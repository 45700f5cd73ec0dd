"""Is a task tried again when nobody must act, and only then?"""

import pytest
from prefect.states import Failed

from flows.batches import process_batch
from flows.calibrate import learn_what_is_usual, look_at_probes
from flows.competence import look_at_courses
from flows.digest import send_what_is_due
from flows.ingest import gather, tidy
from flows.reassess import judge_anew
from flows.retries import nobody_must_act
from pipeline.errors import Conflict, Misconfigured, SonorelayError, Unavailable, Undecodable, Withheld


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (Unavailable("store_unreachable"), True),
        (Undecodable("damaged"), False),
        (Withheld("no_sector"), False),
        (Conflict("stale"), False),
        (Misconfigured("key_unsafe"), False),
        (SonorelayError("internal"), False),
        (OSError("disk"), False),
    ],
)
def test_only_the_unavailable_is_retried(error: Exception, *, again: bool) -> None:
    assert nobody_must_act(None, None, Failed(data=error)) is again


def test_every_task_uses_this_condition() -> None:
    nightly = (learn_what_is_usual, look_at_probes, judge_anew, look_at_courses, send_what_is_due)
    for task in (gather, process_batch, tidy, *nightly):
        assert task.retry_condition_fn is nobody_must_act
        assert task.retries == 3
