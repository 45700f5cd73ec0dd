"""When is a task tried again?"""

from typing import Any

from pipeline.errors import Unavailable


def nobody_must_act(_task: Any, _run: Any, state: Any) -> bool:
    """Retry when the failure is Unavailable, and for nothing else."""
    return isinstance(state.result(raise_on_failure=False), Unavailable)
