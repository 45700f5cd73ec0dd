"""Is a chain of events that somebody touched found in the night, and said until it is whole again?"""

from pathlib import Path

import pytest
from django.db import connection

from storage.health import Verdict, checks
from storage.settings import settings
from tests.storage.conftest import NOON, World


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONORELAY_HOME", str(tmp_path))
    settings.cache_clear()


def verdict() -> Verdict:
    return next(check.verdict for check in checks(NOON) if check.name == "chain.verified")


def test_a_broken_chain_is_found_at_night_and_said_until_it_is_whole(world: World) -> None:
    from flows.chain import ChainBroken, look_through
    from storage.catalogue import audit
    from storage.catalogue.models import Event

    for number in range(5):
        Event.objects.create(at=NOON, what="backed_up", facts={"number": number})
    count = look_through.fn()
    assert count == Event.objects.count()
    assert verdict() is Verdict.GOOD

    def rewrite(facts: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE catalogue_event SET facts = %s WHERE number = 3", [facts])

    with connection.cursor() as cursor:
        cursor.execute("SELECT facts FROM catalogue_event WHERE number = 3")
        before = cursor.fetchone()[0]
    rewrite('{"number": 9}')
    with pytest.raises(ChainBroken, match="changed at 3"):
        look_through.fn()
    assert verdict() is Verdict.BAD
    rewrite(before)
    assert verdict() is Verdict.BAD, "until somebody, or the next night, has looked"
    assert look_through.fn() == count
    assert verdict() is Verdict.GOOD

    # whoever cuts the end off leaves a chain that is whole by itself
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalogue_event WHERE number = %s", [count])
    with pytest.raises(ChainBroken, match="cut"):
        look_through.fn()
    assert verdict() is Verdict.BAD
    assert audit.last_verified() is not None
