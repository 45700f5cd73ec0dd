"""Is a file that is broken, hostile or no scan the same scan by whatever way it comes, and does none stop the others?

What is answered is a matter of its bytes then; by DICOM and by STOW-RS they come in tests/flows and tests/web.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import secrets
import zipfile
from collections import Counter
from collections.abc import Callable

import pytest
from minio import Minio

from supervision.roles import Role
from tests.flows.conftest import world
from tests.flows.places import Field, make_field
from tests.flows.test_s3_inbox import at, of_bucket, put
from tests.real_files import data_file
from tests.servers import S3Server
from tests.storage.conftest import World
from tests.web.sending import Sender, token_of

__all__ = ["make_field", "world"]
pytestmark = pytest.mark.service
BY_HTTP = '[[projects.sources]]\nkind = "browser"\n'
FOLDER = '[[projects.sources]]\nkind = "watched_folder"\n'
WAYS = 4


def contents() -> list[bytes]:
    """Return the bytes of every file that is hostile, broken or no scan, as a device would send them."""
    files = sorted(one for one in data_file("bad/black.mp4").parent.iterdir() if one.stat().st_size)
    return [gzip.decompress(one.read_bytes()) if one.suffix == ".gz" else one.read_bytes() for one in files]


def test_every_bad_file_comes_in_whole_by_every_way(
    make_field: Callable[..., Field], s3_server: S3Server, world: World
) -> None:
    from storage.catalogue.arrivals import answers_for
    from storage.catalogue.models import Arrival
    from storage.objects import Area
    from storage.objects.chosen import object_store

    bucket = f"inbox-{secrets.token_hex(4)}"
    client = Minio(s3_server.endpoint, s3_server.access_key, s3_server.secret_key, secure=False, region="us-east-1")
    client.make_bucket(bucket)
    field = make_field(FOLDER + of_bucket(bucket) + BY_HTTP, **at(s3_server))
    sender = Sender(token_of(world.person("sender", Role.FACILITATOR)))
    bad = contents()

    for number, content in enumerate(bad):
        field.drop(f"folder {number}", content)
        put(client, bucket, f"{number}.dcm", content)
        sender.patch(sender.begin(len(content)), 0, content)
    field.drop("all of them.zip", zipped(bad))
    field.look()

    came = Counter(Arrival.objects.values_list("scan__digest", flat=True))
    once = Counter(hashlib.sha256(content).hexdigest() for content in bad)
    assert came == Counter({digest: count * WAYS for digest, count in once.items()})
    told = answers_for("goma", list(Arrival.objects.values_list("pk", flat=True)))
    assert Counter(answer.answer for answer in told.values()) == {
        "reading": len(once),
        "duplicate": len(bad) * WAYS - len(once),
    }
    for digest in once:
        with object_store().fetch(Area.RAW, digest) as kept:
            assert kept.read_bytes() in bad
    assert [path.name for path in field.inbox.iterdir() if path.is_file()] == []
    left = [str(one.object_name) for one in client.list_objects(bucket, recursive=True)]
    assert [key for key in left if not key.startswith("sonorelay-receipts/")] == []


def zipped(files: list[bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, content in enumerate(files):
            archive.writestr(f"folder/{number}.dcm", content)
    return packed.getvalue()
