"""Is whatever a broken or hostile program sends answered as its own fault, with nothing half received left behind?"""

import random

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from storage.settings import settings
from tests.faults.bending import bent
from tests.web.sending import PIECE, takes_by_http, token_of
from tests.web.test_stow import ADDRESS, SENT, body, instance, written

TEXT = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=40)
NUMBER = st.one_of(st.integers(-(10**30), 10**30).map(str), TEXT)
PAIRS = st.one_of(
    TEXT, st.lists(st.sampled_from(["project", "filename", "worksheet", "Z29tYQ==", "%%", ","])).map(" ".join)
)
SOUND = {"Tus-Resumable": "1.0.0", "Upload-Length": "10", "Upload-Metadata": "project Z29tYQ==", "Upload-Offset": "0"}
BENT = st.fixed_dictionaries(
    {},
    optional={
        "Tus-Resumable": TEXT,
        "Upload-Length": NUMBER,
        "Upload-Offset": NUMBER,
        "Upload-Metadata": PAIRS,
        "Upload-Checksum": TEXT,
        "Upload-Defer-Length": TEXT,
        "Upload-Concat": TEXT,
        "X-HTTP-Method-Override": TEXT,
        "Expect": TEXT,
    },
)
some = examples(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def amina(world, tmp_path, monkeypatch) -> Client:
    monkeypatch.setenv("SONORELAY_HOME", str(tmp_path / "home"))
    takes_by_http(tmp_path, monkeypatch)
    return Client(headers={"Authorization": f"Bearer {token_of(world.people['amina'])}"})


@some
@given(seed=st.integers(0, 10**6), content_type=st.one_of(st.just(SENT), TEXT))
def test_a_bent_multipart_is_refused_or_stored(amina, seed: int, content_type: str) -> None:
    content = bent(body(written(instance()), b"no instance"), random.Random(seed))
    answer = amina.post(ADDRESS, content, content_type=content_type)
    assert answer.status_code in {200, 202, 400, 409, 413, 415}
    assert list(settings().uploads_folder.iterdir()) == []


@some
@given(
    first=BENT,
    then=BENT,
    content=st.binary(max_size=30),
    method=st.sampled_from(["PATCH", "HEAD", "DELETE", "GET", "PUT"]),
)
def test_bent_headers_of_an_upload_are_refused(amina, first, then, content: bytes, method: str) -> None:
    made = amina.post("/uploads/", content, headers=SOUND | first, content_type=PIECE)
    assert made.status_code in {201, 400, 403, 404, 405, 409, 412, 413, 415, 460}, made.content
    sound = amina.post("/uploads/", headers=SOUND, content_type="text/plain")
    address = sound.headers["Location"]
    answer = amina.generic(method, address, content, PIECE, headers=SOUND | then)
    assert answer.status_code < 500, answer.content
    assert amina.delete(address, headers=SOUND).status_code in {204, 404, 410}
