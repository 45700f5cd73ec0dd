"""What did the channel know of a scan that its file does not say, under the key of today?"""

from dataclasses import replace

from pipeline.deidentify import Identity, Key
from storage.catalogue.models import Scan
from storage.objects import Area, ObjectStore
from storage.reception import device_pseudonym
from supervision.sidecar import read_sidecar


def as_the_channel_knew(identity: Identity, scan: Scan, key: Key, store: ObjectStore) -> Identity:
    """Return the identity with the device that the sidecar names, where the file names none."""
    sidecar = None if identity.device else scan.objects_stored.filter(role="sidecar", area=Area.RAW).first()
    if sidecar is None:
        return identity
    with store.fetch(Area.RAW, sidecar.digest) as path:
        said = read_sidecar(path)
    return identity if said is None or not said.device else replace(identity, device=device_pseudonym(key, said.device))
