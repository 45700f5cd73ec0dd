"""Do real senders find a listener that keeps what they send, and tells them the truth of it?"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest
from pydicom import dcmread

from flows.listener.dataset_file import header
from tests.flows.listening import Listener, running_listener
from tests.flows.sending import (
    MISMATCH,
    NOT_UNDERSTOOD,
    PATIENT,
    SUCCESS,
    Sender,
    dcmtk,
    device,
    digest_of,
    pair_of,
    phantom,
    send,
    start_of,
)
from tests.real_files import DATA, data_file, manifest, needs_data, pydicom_example

SENT_CINE = "examples_ybr_color.dcm"  # JPEG baseline
ULTRASOUND, CINE, VOLUME, TOMOGRAPHY = (f"1.2.840.10008.5.1.4.1.1.{end}" for end in ("6.1", "3.1", "6.2", "2"))
MOST_MIB = 512
ANSWERS = re.compile("with status|No Acceptable Presentation|bad DICOM file|cannot send|no valid input")

# pydicom warns of what real files hold, in our own reading of them here
pytestmark = [pytest.mark.service, pytest.mark.filterwarnings("ignore::UserWarning")]


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listener]:
    with running_listener(tmp_path_factory.mktemp("listener") / "home", SONORELAY_LISTENER_TIMEOUT_SECONDS="5") as one:
        yield one


@needs_data
@pytest.mark.dcmtk
def test_every_form_of_real_scan_arrives_as_it_was_sent_and_again_as_the_same(listener: Listener) -> None:
    names = [row["path"] for row in manifest() if row["path"].endswith(".dcm")]
    # DCMTK sends nothing that bears no SOP Instance UID
    able = [data_file(name) for name in names if not name.startswith(("bad/", "itkpocus/"))]
    before = listener.arrivals()
    for _ in range(2):
        said = send(listener, *able)
        assert f"with status SUCCESS  : {len(able)}" in said
    new = {digest: count - before.get(digest, 0) for digest, count in listener.arrivals().items()}
    assert sum(new.values()) == 2 * len(able)
    assert all(count % 2 == 0 for count in new.values())
    assert listener.ask("select count(*) from catalogue_instance") == [(len(listener.arrivals()),)]
    assert listener.left_behind() == []


def test_the_sender_s_own_bytes_lie_behind_a_header_that_never_changes(listener: Listener) -> None:
    path = pydicom_example(SENT_CINE)
    with Sender(listener.port, path) as sender:
        assert sender.store() == SUCCESS
    assert digest_of(path) in listener.arrivals()
    # what is another header makes another scan of each object that is sent again
    assert sha256(header(ULTRASOUND, "1.2.3", "1.2.840.10008.1.2.1")).hexdigest().startswith("ab8c5159")


@pytest.mark.dcmtk
def test_who_calls_wrongly_is_refused_and_who_may_is_heard(listener: Listener) -> None:
    def echo(called: str, calling: str) -> str:
        return dcmtk("echoscu", "-v", "-aec", called, "-aet", calling, "127.0.0.1", listener.port).stderr

    assert "Echo Response (Success)" in echo("GOMA", "ANYBODY")
    assert "Echo Response (Success)" in echo("BUNIA", "CLINIC 1")
    assert "Called AE Title Not Recognized" in echo("KIVU", "CLINIC 1")
    assert "Called AE Title Not Recognized" in echo("goma", "CLINIC 1")
    assert "Calling AE Title Not Recognized" in echo("BUNIA", "CLINIC 2")
    dcmtk("termscu", "127.0.0.1", listener.port)  # what DCMTK's own servers stop at
    assert "Echo Response (Success)" in echo("GOMA", "ANYBODY")


def test_the_sender_s_form_is_taken_and_nothing_that_is_no_picture(listener: Listener) -> None:
    jpeg, implicit, htj2k = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2", "1.2.840.10008.1.2.4.201"
    with Sender(listener.port, pydicom_example(SENT_CINE)) as sender:
        sender.made.release()
        sender.entity.requested_contexts = []
        for kind, forms in ((ULTRASOUND, [jpeg, implicit]), (CINE, [htj2k, implicit]), (VOLUME, [htj2k])):
            sender.entity.add_requested_context(kind, forms)
        sender.entity.add_requested_context(TOMOGRAPHY, implicit)
        with sender:
            agreed = [str(one.transfer_syntax[0]) for one in sender.made.accepted_contexts]
            refused = [str(one.abstract_syntax) for one in sender.made.rejected_contexts]
            assert sender.made.acceptor.maximum_length == 128 * 1024
    assert agreed == [jpeg, implicit, htj2k]
    assert refused == [TOMOGRAPHY]


def test_a_failure_is_told_as_what_it_is(listener: Listener, tmp_path: Path) -> None:
    path, wrong, noise = phantom(tmp_path, 41), tmp_path / "wrong.dcm", tmp_path / "noise.dcm"
    before, whole = listener.arrivals(), path.read_bytes()
    other = dcmread(path)
    other.SOPClassUID = TOMOGRAPHY  # the header of the file, which the request follows, still says ultrasound
    other.save_as(wrong)
    noise.write_bytes(whole[: start_of(path)] + b"\xff\xee" * 500)
    with Sender(listener.port, path) as sender:
        said = [(sender.send(one)) for one in (wrong, noise, path)]
    assert said == [MISMATCH, NOT_UNDERSTOOD, SUCCESS]
    assert set(listener.arrivals()) - set(before) == {digest_of(path)}


@needs_data
@pytest.mark.dcmtk
def test_each_bad_file_gets_an_answer(listener: Listener) -> None:
    """By DCMTK where that reads it at all, and also as if it were the data set of an ultrasound picture."""
    assert DATA is not None
    good = pydicom_example(SENT_CINE)
    before, raw = good.read_bytes()[: start_of(good)], listener.home / "raw.dcm"
    for path in sorted((DATA / "bad").iterdir()):
        said = send(listener, path)
        assert re.search(r"with status|No Acceptable Presentation|bad DICOM file|cannot send|no valid input", said), (
            said
        )
        raw.write_bytes(before + path.read_bytes()[:2_000_000])
        with Sender(listener.port, good) as sender:
            assert sender.send(raw) in (SUCCESS, MISMATCH, NOT_UNDERSTOOD), path.name
    assert listener.left_behind() == []
    assert listener.memory_mib() < MOST_MIB


@pytest.mark.dcmtk
def test_eight_at_once_are_all_kept(listener: Listener, tmp_path: Path) -> None:
    files = [phantom(tmp_path, 100 + number, frames=12) for number in range(16)]
    with ThreadPoolExecutor(8) as crowd:
        pairs = [(files[index], files[index + 8]) for index in range(8)]
        said = list(crowd.map(lambda both: send(listener, *both), pairs))
    assert all("with status SUCCESS  : 2" in one for one in said)
    assert len(listener.arrivals()) >= len(files)
    assert listener.ask("select count(*) from catalogue_scan") == listener.ask(
        "select count(distinct digest) from catalogue_storedobject where area = 'raw'"
    )


def test_commitment_is_answered_on_the_same_association(listener: Listener, tmp_path: Path) -> None:
    kept, lost = phantom(tmp_path, 51), phantom(tmp_path, 52)
    there, missing = pair_of(kept), pair_of(lost)
    of_another_class = (VOLUME, there[1])
    with Sender(listener.port, kept) as sender:
        assert sender.store() == SUCCESS
        assert sender.ask(there, missing, of_another_class) == SUCCESS
        assert sender.store() == SUCCESS  # what is asked meanwhile is answered too
        assert sender.reported.wait(20)
    assert sender.report is not None
    event, said = sender.report
    assert event == 2
    assert [(one.ReferencedSOPClassUID, one.ReferencedSOPInstanceUID) for one in said.ReferencedSOPSequence] == [there]
    failed = [(one.ReferencedSOPClassUID, one.FailureReason) for one in said.FailedSOPSequence]
    assert failed == [(missing[0], 0x0112), (VOLUME, 0x0119)]
    names = [str(name) for (name,) in listener.ask("select name from catalogue_instance")]
    assert all(name.startswith("SR-") for name in names)


def test_who_hangs_up_is_answered_where_the_programme_says(listener: Listener, tmp_path: Path) -> None:
    path = phantom(tmp_path, 53)
    with device(listener.commitment_port) as heard:
        with Sender(listener.port, path, called="BUNIA") as sender:
            assert sender.store() == SUCCESS
            assert sender.ask(pair_of(path)) == SUCCESS
        assert heard.told.wait(30)
    assert heard.report is not None
    event, said = heard.report
    assert event == 1
    assert [one.ReferencedSOPInstanceUID for one in said.ReferencedSOPSequence] == [pair_of(path)[1]]


def test_no_log_says_anything_of_a_patient_or_a_device(listener: Listener, tmp_path: Path) -> None:
    path = phantom(tmp_path, 71)
    with Sender(listener.port, path) as sender:
        sender.store()
    for secret in (*PATIENT.split("^"), "SIM-", "CLINIC", "KIVU", pair_of(path)[1], "Traceback"):
        assert secret not in listener.log
    assert digest_of(path) in listener.log
