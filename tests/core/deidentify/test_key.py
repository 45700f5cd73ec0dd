"""What the key makes is the same for the same key, tells nothing without it, and the file is nobody else's to read."""

import pickle
import re
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.deidentify import Key
from pipeline.errors import Misconfigured
from tests.core.deidentify.scenes import KEY, OTHER_KEY

few = settings(max_examples=50, deadline=None)


@few
@given(st.text(max_size=40))
def test_pseudonyms_depend_on_key_domain_and_value_alone(value: str) -> None:
    made = KEY.pseudonym("patient", value)
    assert made == Key.from_bytes(KEY.secret).pseudonym("patient", value)
    assert re.fullmatch(r"SR-[A-Z2-7]{8}", made)
    others = {
        OTHER_KEY.pseudonym("patient", value),
        KEY.pseudonym("device", value),
        KEY.pseudonym("patient", value + "x"),
    }
    assert made not in others
    assert KEY.uid(value) != OTHER_KEY.uid(value)


@few
@given(st.from_regex(r"[0-9.]{1,64}", fullmatch=True))
def test_uids_are_valid(uid: str) -> None:
    made = KEY.uid(uid)
    assert re.fullmatch(r"2\.25\.(0|[1-9][0-9]{0,38})", made)
    assert len(made) <= 64


@few
@given(st.text(max_size=20))
def test_days_go_back_one_to_ten_years(patient: str) -> None:
    assert -3652 <= KEY.days(patient) <= -366


def test_created_private_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "new" / "key"
    key = Key.load_or_create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Key.load_or_create(path) == key == pickle.loads(pickle.dumps(key))  # noqa: S301  our own value
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610])
def test_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    Key.load_or_create(path)
    path.chmod(mode)
    with pytest.raises(Misconfigured, match="key_unsafe"):
        Key.load_or_create(path)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_damaged_is_refused_and_not_replaced(tmp_path: Path, size: int) -> None:
    path = tmp_path / "key"
    path.touch(0o600)
    path.write_bytes(bytes(size))
    with pytest.raises(Misconfigured, match="key_damaged"):
        Key.load_or_create(path)
    assert path.read_bytes() == bytes(size)


def test_never_printed() -> None:
    assert "secret" not in repr(KEY)
    assert KEY.secret.hex() not in repr(KEY)
    assert str(KEY.secret) not in str(KEY)
