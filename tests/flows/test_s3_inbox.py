"""Is a bucket emptied by whoever's client filled it, and is nothing in it lost?"""

from __future__ import annotations

import io
import os
import secrets
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from minio import Minio
from minio.versioningconfig import VersioningConfig

from tests.flows.places import Field, make_field, rows
from tests.servers import S3Server, absent

__all__ = ["make_field"]
pytestmark = pytest.mark.service


@pytest.fixture
def client(s3_server: S3Server) -> Minio:
    return Minio(s3_server.endpoint, s3_server.access_key, s3_server.secret_key, secure=False, region="us-east-1")


@pytest.fixture
def bucket(client: Minio) -> str:
    name = f"inbox-{secrets.token_hex(4)}"
    client.make_bucket(name)
    return name


@pytest.fixture
def field(make_field: Callable[..., Field], s3_server: S3Server, bucket: str) -> Field:
    return make_field(of_bucket(bucket), **at(s3_server))


def at(server: S3Server) -> dict[str, str]:
    return {
        "SONORELAY_INBOX_S3_ENDPOINT": server.endpoint,
        "SONORELAY_INBOX_S3_ACCESS_KEY": server.access_key,
        "SONORELAY_INBOX_S3_SECRET_KEY": server.secret_key,
        "SONORELAY_INBOX_S3_SECURE": "false",
    }


def of_bucket(bucket: str, prefix: str = "", *, keep: bool = False) -> str:
    source = f'[[projects.sources]]\nkind = "s3_inbox"\nbucket = "{bucket}"\nprefix = "{prefix}"\n'
    return source + f"keep = {str(keep).lower()}\n"


def put(client: Minio, bucket: str, key: str, content: bytes) -> None:
    client.put_object(bucket, key, io.BytesIO(content), len(content))


def keys(client: Minio, bucket: str) -> list[str]:
    return sorted(str(one.object_name) for one in client.list_objects(bucket, recursive=True))


def answers(client: Minio, bucket: str, prefix: str = "") -> list[dict[str, str]]:
    (table,) = [key for key in keys(client, bucket) if key.startswith(f"{prefix}sonorelay-receipts/")]
    return list(rows(client.get_object(bucket, table).read()))


def test_a_bucket_is_emptied_and_answered(field: Field, client: Minio, bucket: str) -> None:
    from storage.catalogue.models import Scan

    put(client, bucket, "amina/FAST/a.mp4", b"one")
    put(client, bucket, "amina/FAST/a.mp4.json", b'{"age": "infant"}')
    put(client, bucket, "b.dcm.part", b"half")
    put(client, bucket, ".hidden/c.dcm", b"hidden")
    assert field.look_and_answer() == 1
    scan = Scan.objects.get()
    assert (scan.exam_type, scan.said) == ("FAST", {"age": "infant"})
    assert [row["file"] for row in answers(client, bucket)] == ["amina/FAST/a.mp4"]
    left = [key for key in keys(client, bucket) if not key.startswith("sonorelay-receipts/")]
    assert left == [".hidden/c.dcm", "b.dcm.part"]
    put(client, bucket, "amina/FAST/a.mp4.json", b'{"sex": "female"}')
    assert field.look() == 1, "a sidecar that came after its object is heard"


def test_only_what_begins_with_the_prefix_is_ours(
    make_field: Callable[..., Field], s3_server: S3Server, client: Minio, bucket: str
) -> None:
    field = make_field(of_bucket(bucket, "goma/in/"), **at(s3_server))
    put(client, bucket, "goma/in/amina/a.dcm", b"one")
    put(client, bucket, "goma/out/b.dcm", b"two")
    assert field.look_and_answer() == 1
    assert [row["file"] for row in answers(client, bucket, "goma/in/")] == ["amina/a.dcm"]
    assert "goma/out/b.dcm" in keys(client, bucket)


def test_more_objects_than_one_page_of_a_list(field: Field, client: Minio, bucket: str) -> None:
    from flows.sources import s3_inbox
    from supervision.sources import S3Inbox, Way

    for number in range(1, 1101):
        put(client, bucket, f"many/{number:04}.dcm", b"%d" % number)
    listed = s3_inbox.bucket_of(S3Inbox(kind=Way.S3_INBOX, bucket=bucket)).list()
    assert len({one.object_name for one in listed}) == 1100
    del field


@pytest.mark.parametrize("versions", [False, True])
def test_an_object_that_is_put_again_meanwhile_is_not_lost(
    field: Field, client: Minio, bucket: str, monkeypatch: pytest.MonkeyPatch, *, versions: bool
) -> None:
    from flows import receive
    from storage.catalogue.models import Scan

    if versions:
        client.set_bucket_versioning(bucket, VersioningConfig("Enabled"))
    put(client, bucket, "a.dcm", b"first")
    really = receive.receive

    def meanwhile(*given: object, **more: object) -> object:
        receipts = really(*given, **more)
        put(client, bucket, "a.dcm", b"second, put while the first was received")
        return receipts

    with monkeypatch.context() as patch:
        patch.setattr(receive, "receive", meanwhile)
        field.look()
    assert field.look() == 1
    assert Scan.objects.count() == 2
    field.look()  # of a bucket with versions, the older one shows when the newer is gone: it was received before
    assert Scan.objects.count() == 2
    assert "a.dcm" not in keys(client, bucket)


def test_an_inbox_that_may_only_be_read_is_read_once(
    make_field: Callable[..., Field], s3_server: S3Server, client: Minio, bucket: str
) -> None:
    field = make_field(of_bucket(bucket, keep=True), **at(s3_server))
    put(client, bucket, "a.dcm", b"one")
    assert [field.look() for _ in range(3)] == [1, 0, 0]
    put(client, bucket, "a.dcm", b"another under this key")
    assert [field.look() for _ in range(2)] == [1, 0]


@pytest.mark.parametrize("wrong", [{"ENDPOINT": "127.0.0.1:9"}, {"SECRET_KEY": "wrong"}])
def test_a_server_that_is_away_or_refuses_keeps_no_other_place_waiting(
    make_field: Callable[..., Field], s3_server: S3Server, bucket: str, wrong: dict[str, str]
) -> None:
    there = at(s3_server) | {f"SONORELAY_INBOX_S3_{name}": value for name, value in wrong.items()}
    field = make_field(of_bucket(bucket) + '[[projects.sources]]\nkind = "watched_folder"\n', **there)
    field.drop("a.dcm", b"one")
    assert field.look_and_answer() == 1


def test_rclone_fills_it(field: Field, s3_server: S3Server, client: Minio, bucket: str, tmp_path: Path) -> None:
    rclone = shutil.which("rclone")
    if rclone is None:
        absent("rclone")
        return
    for name in ("amina/FAST/a.dcm", "amina/FAST/é ü=1.dcm", "b.dcm"):
        field.drop(name, name.encode(), tmp_path / "from")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "RCLONE_CONFIG_HERE_TYPE": "s3",
        "RCLONE_CONFIG_HERE_PROVIDER": "Other",
        "RCLONE_CONFIG_HERE_ENDPOINT": f"http://{s3_server.endpoint}",
        "RCLONE_CONFIG_HERE_ACCESS_KEY_ID": s3_server.access_key,
        "RCLONE_CONFIG_HERE_SECRET_ACCESS_KEY": s3_server.secret_key,
    }
    subprocess.run([rclone, "move", tmp_path / "from", f"here:{bucket}"], env=environment, check=True)
    assert field.look_and_answer() == 3
    assert [row["file"] for row in answers(client, bucket)] == ["amina/FAST/a.dcm", "amina/FAST/é ü=1.dcm", "b.dcm"]
