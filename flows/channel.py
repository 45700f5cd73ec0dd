"""What did the channel know of a scan that its file does not say, under the key of today?"""

from dataclasses import replace

from flows.sources.watched_folder import read_sidecar
from pipeline.deidentify import Identity, Key
from storage.catalogue.models import Scan
from storage.objects import Area, ObjectStore


def as_the_channel_knew(identity: Identity, scan: Scan, key: Key, store: ObjectStore) -> Identity:
    """Return the identity with the device that the sidecar names, where the file names none."""
    sidecar = None if identity.device else scan.objects_stored.filter(role="sidecar", area=Area.RAW).first()
    if sidecar is None:
        return identity
    with store.fetch(Area.RAW, sidecar.digest) as path:
        said = read_sidecar(path)
    return identity if said is None or not said.device else replace(identity, device=device_pseudonym(key, said.device))


def device_pseudonym(key: Key, named: str) -> str:
    """Return what stands for a device, whoever names it."""
    return key.pseudonym("device", named, length=12)
