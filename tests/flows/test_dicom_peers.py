"""Do Orthanc and TLS find the listener as they find any other archive?"""

import base64
import json
import secrets
import shutil
import socket
import ssl
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from storage.health.listener import listener_answers, sources
from storage.settings import Settings
from tests.flows.listening import Listener, running_listener
from tests.flows.sending import dcmtk, pair_of, phantom
from tests.servers import absent, free_ports, running

pytestmark = [pytest.mark.service, pytest.mark.filterwarnings("ignore::UserWarning")]


class Certified:
    """A key and its certificate, as files; the authority's own where it is made without one."""

    def __init__(self, folder: Path, name: str, authority: "Certified | None" = None) -> None:
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.secret = ec.generate_private_key(ec.SECP256R1())
        self.key, self.certificate = folder / f"{name}.key", folder / f"{name}.pem"
        unlocked = serialization.NoEncryption()
        pem = serialization.Encoding.PEM
        self.key.write_bytes(self.secret.private_bytes(pem, serialization.PrivateFormat.PKCS8, unlocked))
        self.signed_by(authority or self)

    def signed_by(self, authority: "Certified") -> None:
        now = datetime.now(UTC)
        made = x509.CertificateBuilder(authority.name, self.name, self.secret.public_key(), x509.random_serial_number())
        made = made.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=60))
        made = made.add_extension(x509.BasicConstraints(ca=authority is self, path_length=None), critical=True)
        signed = made.sign(authority.secret, hashes.SHA256())
        self.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))


class Orthanc:
    """A running Orthanc, asked over its own interface."""

    def __init__(self, port: int, password: str) -> None:
        self.port = port
        self.authorization = "Basic " + base64.b64encode(f"tests:{password}".encode()).decode()

    def ask(self, path: str, body: bytes | None = None) -> Any:
        headers = {"Authorization": self.authorization}
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, headers)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return json.load(answer)

    def is_up(self) -> bool:
        try:
            return bool(self.ask("/system"))
        except OSError:
            return False


@contextmanager
def orthanc(folder: Path, listener: Listener) -> Iterator[Orthanc]:
    program = shutil.which("Orthanc")
    if program is None:
        absent("Orthanc (Debian package orthanc)")
    (port,) = free_ports(1)
    password = secrets.token_hex(8)
    settings = {
        "Name": "DEVICE",
        "StorageDirectory": str(folder / "db"),
        "IndexDirectory": str(folder / "db"),
        "HttpPort": port,
        "DicomPort": listener.commitment_port,
        "DicomAet": "DEVICE",
        "DicomAlwaysAllowStore": True,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": True,
        "RegisteredUsers": {"tests": password},
        "Plugins": [],
        "DicomModalities": {
            "GOMA": ["GOMA", "127.0.0.1", listener.port],
            "BUNIA": ["BUNIA", "127.0.0.1", listener.port],
        },
    }
    folder.mkdir()
    (folder / "orthanc.json").write_text(json.dumps(settings))
    server = Orthanc(port, password)
    with running([str(program), "orthanc.json"], str(folder), {}, server.is_up):
        yield server


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listener]:
    with running_listener(tmp_path_factory.mktemp("peers") / "home") as one:
        yield one


def test_orthanc_sends_and_is_told_that_it_may_let_go(listener: Listener, tmp_path: Path) -> None:
    programme = listener.home / "programme.toml"
    programme.write_text(programme.read_text().replace('["CLINIC 1"]', '["DEVICE"]'))
    listener.stop()
    listener.start()
    files = [phantom(tmp_path, seed, frames=seed % 3 * 6 + 1) for seed in range(301, 305)]
    with orthanc(tmp_path / "orthanc", listener) as server:
        known = [server.ask("/instances", path.read_bytes())["ID"] for path in files]
        for title in ("GOMA", "BUNIA"):
            sent = server.ask(f"/modalities/{title}/store", json.dumps(known).encode())
            assert (sent["InstancesCount"], sent["FailedInstancesCount"]) == (4, 0)
        missing = ("1.2.840.10008.5.1.4.1.1.6.1", "1.2.3.4.5")
        for asked, failures in ((files, 0), ([*files, missing], 1)):
            pairs = [list(pair_of(one) if isinstance(one, Path) else one) for one in asked]
            body = json.dumps({"DicomInstances": pairs}).encode()
            transaction = server.ask("/modalities/BUNIA/storage-commitment", body)["ID"]
            answer = _answered(server, transaction)
            assert len(answer["Success"]) == 4
            assert len(answer["Failures"]) == failures
    assert sorted(listener.arrivals().values()) == [2, 2, 2, 2]


def _answered(server: Orthanc, transaction: str) -> Any:
    until = time.monotonic() + 60
    while (answer := server.ask(f"/storage-commitment/{transaction}"))["Status"] == "Pending":
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.2)
    return answer


@pytest.mark.dcmtk
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_with_tls_only_tls_is_spoken_and_only_with_whom_the_authority_knows(tmp_path: Path) -> None:
    authority = Certified(tmp_path, "authority")
    server, device, stranger = (Certified(tmp_path, name, authority) for name in ("server", "device", "stranger"))
    stranger.signed_by(stranger)
    tls = {"CERTIFICATE": server.certificate, "KEY": server.key, "CA": authority.certificate}
    extra = {f"SONORELAY_LISTENER_TLS_{name}": str(path) for name, path in tls.items()}
    path = phantom(tmp_path, 401)
    with running_listener(tmp_path / "home", SONORELAY_LISTENER_TIMEOUT_SECONDS="5", **extra) as listener:

        def sent(*how: object) -> bool:
            said = dcmtk("storescu", "-v", *how, "-R", "-xy", "-aec", "GOMA", "127.0.0.1", listener.port, path)
            return "Store Response (Success)" in said.stderr

        def as_one(who: Certified) -> tuple[object, ...]:
            return ("+tls", who.key, who.certificate, "+cf", authority.certificate)

        assert sent(*as_one(device))
        assert not sent(*as_one(stranger))
        assert not sent()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(OSError), socket.create_connection(("127.0.0.1", listener.port)) as plain:  # noqa: PT011 - of what kind, OpenSSL decides
            context.wrap_socket(plain)
        here = Settings(
            home=listener.home,
            listener_port=listener.port,
            listener_tls_certificate=server.certificate,
            listener_tls_key=server.key,
            listener_tls_ca=authority.certificate,
        )
        assert listener_answers(here, sources(here)[0])
    assert len(listener.arrivals()) == 1
