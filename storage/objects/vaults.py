"""Which keys wrap the keys of objects, and which of them is each organisation's today?

`<organisation>.vault` beside the pseudonym key, and `<organisation>.vault.previous-<fingerprint>` for those before it,
which no object needs any more once they are called `<organisation>.vault.unused-<fingerprint>`.
"""

from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pipeline.key import Key
from storage.objects.sealing import NAME, Vault

PURPOSE = b"sonorelay/vault/1"
ENDING = ".vault"


class Vaults:
    """The vaults whose keys lie in a folder."""

    def __init__(self, folder: Path) -> None:
        """Use the folder of keys; nothing is made before the first object."""
        self._folder = folder
        self._known: dict[bytes, Vault] = {}

    def of(self, organisation: str) -> Vault:
        """Return the organisation's vault of today, its key made on first use; read each time, since it may change."""
        place = self._folder / f"{organisation}{ENDING}"
        return self._keep(vault_of(organisation, Key.load_or_create(place)))

    def named(self, name: bytes) -> Vault | None:
        """Return the vault by its name, of today or before; None where its key is not on this machine."""
        if name not in self._known:
            for place in sorted(self._folder.glob(f"*{ENDING}*")):
                self._at(place)
        return self._known.get(name)

    def previous(self) -> tuple[Vault, ...]:
        """Return the vaults that were changed for others and may still be needed."""
        found = (self._at(place) for place in sorted(self._folder.glob(f"*{ENDING}.previous-*")))
        return tuple(vault for vault in found if vault is not None)

    def retire(self, vault: Vault) -> None:
        """Note that no object here needs this vault any more. Its key stays for what was backed up before."""
        for place in self._folder.glob(f"{vault.organisation}{ENDING}.previous-*"):
            if self._at(place) == vault:
                place.rename(place.with_name(place.name.replace(".previous-", ".unused-")))

    def _at(self, place: Path) -> Vault | None:
        """Return the vault whose key lies there; None for a file that is being written, or was renamed meanwhile."""
        if place.name.startswith("."):
            return None
        try:
            return self._keep(vault_of(place.name.partition(ENDING)[0], Key.load(place)))
        except FileNotFoundError:
            return None

    def _keep(self, vault: Vault) -> Vault:
        return self._known.setdefault(vault.name, vault)


def vault_of(organisation: str, key: Key) -> Vault:
    """Return the vault that this key makes."""
    secret = HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(key.secret)
    name = bytes.fromhex(key.fingerprint.replace("-", ""))
    assert len(name) == NAME  # noqa: S101 - what a fingerprint is
    return Vault(organisation, name, secret)
