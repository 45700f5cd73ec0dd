"""An organisation signs with one key of its own, private on disk, and each signature stands in the chain of events."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import Misconfigured, Rejected
from storage.settings import settings
from supervision.certificate import verify
from tests.storage.conftest import NOON

if TYPE_CHECKING:
    from tests.storage.conftest import World

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_is_signed_with_the_organisations_key_after_the_head_of_the_chain(world: World) -> None:
    from storage.catalogue import audit
    from storage.catalogue.models import Event
    from storage.signing import keys_known, sign

    world.queued()
    code = world.organisation.code
    made = sign(code, "competence", {"name": "Amina"}, NOON)
    found = verify(made.as_json())
    assert found.document["says"] == {"name": "Amina"}
    assert found.document["organisation"]["code"] == code
    noted = audit.Head(**found.document["chain"])
    assert audit.verify(NOON, noted).sound
    last = Event.objects.get(what="certificate_signed")
    assert last.number == noted.number + 1
    assert last.facts["signature"] == made.signature.hex()
    file = settings().keys_folder / f"{code}.signing"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sign(code, "competence", {}, NOON).public_key == made.public_key
    assert keys_known(code) == (made.fingerprint,)


def test_a_certificate_that_was_changed_is_refused(world: World) -> None:
    from storage.signing import sign

    data = sign(world.organisation.code, "competence", {"name": "Amina"}, NOON).as_json()
    with pytest.raises(Rejected, match="certificate_changed"):
        verify(data.replace(b"Amina", b"Amine"))


def test_one_of_several_machines_makes_no_key_of_its_own(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from storage.keys import make_keys, signing_file
    from storage.signing import sign

    signing_file(world.organisation.code).unlink(missing_ok=True)
    monkeypatch.setattr("storage.signing.settings", lambda: settings().model_copy(update={"work_pool": "pool"}))
    with pytest.raises(Misconfigured, match="key_missing"):
        sign(world.organisation.code, "competence", {}, NOON)
    make_keys(world.organisation.code)
    assert sign(world.organisation.code, "competence", {}, NOON).document["kind"] == "competence"


def test_a_new_key_signs_what_comes_and_what_was_signed_goes_on_verifying(world: World) -> None:
    from storage.signing import change_key, fingerprint_now, keys_known, sign

    code = world.organisation.code
    before = sign(code, "competence", {"name": "Amina"}, NOON)
    told = verify(change_key(code, NOON).as_json())
    after = sign(code, "competence", {"name": "Joel"}, NOON)
    assert told.fingerprint == before.fingerprint != after.fingerprint
    assert told.document["says"]["key"] == after.fingerprint == fingerprint_now(code)
    signing_file = settings().keys_folder / f"{code}.signing"
    for old in signing_file.parent.glob(f"{code}.signing.previous-*"):
        old.unlink()  # as on a machine that was made anew of a backup: the record knows the key
    assert keys_known(code) == (after.fingerprint, before.fingerprint)
    assert [verify(one.as_json()) for one in (before, after)] == [before, after]
