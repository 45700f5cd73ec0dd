"""Are the parts of a multipart body found whatever is in them, however they arrive, and is what is none refused?"""

import tracemalloc
from email import message_from_bytes, policy
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from web.dicomweb.multipart import LARGEST_HEAD, MOST_PARTS, NotMultipart, TooManyParts, boundary_in, parts_of

BOUNDARY = b"b0-x"
# what is nearly a boundary is what a parser trips over
NASTY = st.lists(
    st.one_of(
        st.binary(max_size=20),
        st.sampled_from([b"\r\n", b"\r", b"\n", b"--", b"\r\n--b0-", b"--b0-x", b"\r\n--b0", b"\r\n\r\n", b"-"]),
    ),
    max_size=12,
).map(b"".join)
CONTENT = NASTY.filter(lambda content: b"\r\n--b0-x" not in b"\r\n" + content + b"\r\n")


def body_of(contents: list[bytes], *, preamble: bytes = b"", media_type: bytes = b"application/dicom") -> bytes:
    parts = b"".join(
        b"--" + BOUNDARY + b"\r\nContent-Type: " + media_type + b"\r\n\r\n" + content + b"\r\n" for content in contents
    )
    return preamble + parts + b"--" + BOUNDARY + b"--\r\nepilogue\r\n--b0-x\r\n"


def read(chunks: list[bytes]) -> list[bytes]:
    return [b"".join(part.chunks) for part in parts_of(chunks, BOUNDARY)]


def cut(body: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(body), *(place % (len(body) + 1) for place in places)})
    return [body[start:end] for start, end in pairwise(edges)]


@examples(max_examples=300, deadline=None)
@given(
    contents=st.lists(CONTENT, min_size=1, max_size=5),
    preamble=st.sampled_from([b"", b"\r\n", b"for nobody\r\n", b"--b0-\r\n"]),
    places=st.lists(st.integers(0, 10_000), max_size=60),
)
def test_the_parts_are_what_was_put_in_however_they_are_cut(contents, preamble, places) -> None:
    body = body_of(contents, preamble=preamble)
    assert read(cut(body, places)) == contents
    assert read([bytes([one]) for one in body]) == contents


@examples(max_examples=100, deadline=None)
@given(st.lists(st.text("abc \r\n-b0x", max_size=30).map(str.encode), min_size=1, max_size=4))
def test_an_independent_reader_finds_the_same_parts(contents: list[bytes]) -> None:
    """The standard library's, for text with whole line breaks, which is what it reads as it stands."""
    contents = [one.replace(b"\r", b"").replace(b"\n", b"") for one in contents]
    if any(one.startswith(b"--b0-x") for one in contents):
        return
    head = b'Content-Type: multipart/related; boundary="b0-x"\r\n\r\n'
    message = message_from_bytes(head + body_of(contents, media_type=b"text/plain"), policy=policy.HTTP)
    theirs = [one.get_payload().encode() for one in message.iter_parts()]
    assert read([body_of(contents)]) == theirs


@examples(max_examples=300, deadline=None)
@given(st.one_of(NASTY, st.binary(max_size=200)), st.lists(st.integers(0, 10_000), max_size=20))
def test_any_bytes_end_in_parts_or_in_a_refusal_and_not_by_how_they_came(body: bytes, places: list[int]) -> None:
    def outcome(chunks: list[bytes]) -> object:
        try:
            return read(chunks)
        except NotMultipart:
            return NotMultipart

    assert outcome(cut(body, places)) == outcome([body] if body else [])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no boundary at all",
        b"--b0-x\r\nContent-Type: application/dicom\r\n\r\nabc",
        b"--b0-x\r\nContent-Type: application/dicom\r\n\r\nabc\r\n--b0-x",
        b"--b0-x\r\nno colon\r\n\r\nabc\r\n--b0-x--",
        b"--b0-xmore\r\n\r\nabc\r\n--b0-x--",
        b"--b0-x\r\nA: " + b"x" * LARGEST_HEAD + b"\r\n\r\nabc\r\n--b0-x--",
        b"--b0-x\nContent-Type: application/dicom\n\nabc\n--b0-x--",
    ],
)
def test_what_is_no_multipart_body_is_refused(body: bytes) -> None:
    with pytest.raises(NotMultipart):
        read([body])


def test_what_came_before_the_break_is_given_and_what_is_inside_a_part_stays_there() -> None:
    """A nested body is the content of its part: nobody looks into it."""
    inner = b"--inner\r\n\r\nabc\r\n--inner--\r\n"
    parts = parts_of([body_of([inner, b"second"])[:-60]], BOUNDARY)
    assert b"".join(next(parts).chunks) == inner
    with pytest.raises(NotMultipart):
        b"".join(next(parts).chunks)
    assert read([b"--b0-x\r\n\r\nno head\r\n--b0-x--"]) == [b"no head"]
    assert read([b"--b0-x\r\n\r\n\r\n--b0-x--"]) == [b""]
    assert read([b"--b0-x  \t\r\nA: b\r\n\r\n--b0-x--"]) == [b""]


def test_parts_without_end_are_refused_and_a_part_not_read_is_skipped() -> None:
    with pytest.raises(TooManyParts):
        read([body_of([b"x"] * (MOST_PARTS + 1))])
    assert sum(1 for _ in parts_of([body_of([b"x" * 100] * 50)], BOUNDARY)) == 50


def test_memory_does_not_grow_with_a_part() -> None:
    """A hundred megabytes in pieces of 64 kB, with what looks like a boundary all the way."""
    piece = (b"\r\n--b0-" * 9363)[: 64 * 1024]
    head, tail = b"--b0-x\r\n\r\n", b"\r\n--b0-x--"
    tracemalloc.start()
    came = 0
    for part in parts_of((one for one in [head, *[piece] * 1600, tail]), BOUNDARY):
        for chunk in part.chunks:
            came += len(chunk)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert came == 1600 * len(piece)
    assert peak < 1_000_000


def test_the_boundary_is_read_from_the_header() -> None:
    assert boundary_in('multipart/related; type="application/dicom"; boundary="a b"') == (
        "multipart/related",
        "application/dicom",
        b"a b",
    )
    for wrong in ("multipart/related", "multipart/related; boundary=", f"multipart/related; boundary={'x' * 71}", ""):
        with pytest.raises(NotMultipart):
            boundary_in(wrong)
