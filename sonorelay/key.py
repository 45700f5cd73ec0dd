"""How do the keys of an organisation leave, arrive or change, without ever being printed?

There are three: of its pseudonyms, of its vault, which opens what lies sealed in the store, and of its signature. They
go together; that of the signature changes alone, as others know it by its fingerprint.
"""

import getpass
import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import Misconfigured
from pipeline.key import Key
from pipeline.text import Text
from pipeline.wrapping import Keys, add, install, key_ring, rotate, unwrap, wrap
from sonorelay import programme
from sonorelay.outcome import ANSWERED, USAGE, fail, language
from storage.keys import signing_file, signing_of, vault_file
from storage.settings import settings
from supervision.codes import CODE

ASKED = Text("Passphrase: ", "Phrase secrète : ")
ASKED_AGAIN = Text("The same once more: ", "La même, encore une fois : ")
DIFFERENT = Text("the two are not the same", "les deux ne sont pas les mêmes")
NOT_A_TERMINAL = Text(
    "nobody is there to be asked for the passphrase; name a file with --passphrase-file",
    "personne n'est là pour donner la phrase secrète ; nommez un fichier avec --passphrase-file",
)
NO_FILE = Text("name the file with {option}", "nommez le fichier avec {option}")
EXPORTED = Text(
    "The keys of {organisation} lie in {file}, locked by the passphrase. Send the two by different ways.",
    "Les clés de {organisation} sont dans {file}, verrouillées par la phrase secrète. Envoyez les deux séparément.",
)
IMPORTED = Text("{organisation} has these keys now.", "{organisation} a maintenant ces clés.")
ROTATED = Text(
    "{organisation} has a new key ({fingerprint}). The next cycles make {count} scans anew; sonorelay status tells how"
    " many are left.",
    "{organisation} a une nouvelle clé ({fingerprint}). Les prochains cycles refont {count} examens ; sonorelay status"
    " dit combien il en reste.",
)
VAULT_ROTATED = Text(
    "The vault of {organisation} has a new key ({fingerprint}). At night every original gets a new header; its bytes"
    " stay.",
    "Le coffre de {organisation} a une nouvelle clé ({fingerprint}). La nuit, chaque original reçoit un nouvel en-tête,"
    " ses octets restent.",
)

SIGNING_CHANGED = Text(
    "{organisation} signs with a new key now: {fingerprint}. Earlier certificates stay valid. Give {file} to whoever "
    "knows the earlier key: it says so, signed with that one.",
    "{organisation} signe maintenant avec une nouvelle clé : {fingerprint}. Les certificats antérieurs restent "
    "valables. Donnez {file} à qui connaît l'ancienne clé : il le dit, signé avec celle-ci.",
)
SIGNS = Text("{organisation} signs with the key {fingerprint}.", "{organisation} signe avec la clé {fingerprint}.")
SIGNED = Text("Earlier certificates: {fingerprint}.", "Certificats antérieurs : {fingerprint}.")
SIGNS_NOT = Text("{organisation} has not signed anything yet.", "{organisation} n'a encore rien signé.")


def export_key(organisation: str, to: Path | None, passphrase_file: Path | None) -> int:
    """Write the organisation's keys into a new file, locked by a passphrase."""
    if to is None:
        return fail(NO_FILE.format(option="--to"), USAGE)
    place = _existing(organisation)
    passphrase = passphrase_of(passphrase_file, twice=True)
    if isinstance(passphrase, Text):
        return fail(passphrase, USAGE)
    if to.exists():
        raise Misconfigured("file_there", file=str(to))
    key = Key.load_or_create(place)
    locked = wrap(Keys(key, key_ring(vault_file(organisation)), signing_of(organisation)), passphrase)
    to.parent.mkdir(parents=True, exist_ok=True)
    _note("key_exported", organisation, key)  # before it leaves
    try:
        with open(to, "x", encoding="ascii", opener=_private) as file:
            file.write(locked.rstrip("\n") + "\n")
    except FileExistsError:
        raise Misconfigured("file_there", file=str(to)) from None
    print(EXPORTED.format(organisation=organisation, file=str(to)).say(language()))
    return ANSWERED


def import_key(organisation: str, source: Path | None, passphrase_file: Path | None, *, replace: bool) -> int:
    """Take keys that were exported elsewhere as the organisation's own; twice changes nothing.

    Misconfigured (`key_present`) where another key of pseudonyms is here already, unless it is to be replaced. The key
    of another vault takes the place of the one here, which goes on opening what it sealed.
    """
    if source is None:
        return fail(NO_FILE.format(option="--from"), USAGE)
    place = _place(organisation)
    passphrase = passphrase_of(passphrase_file, twice=False)
    if isinstance(passphrase, Text):
        return fail(passphrase, USAGE)
    keys = unwrap(_text_of(source), passphrase)
    key = keys.pseudonyms
    if replace and place.exists():
        _name_the_first_key(organisation, Key.load_or_create(place))
    here_already = place.exists() and Key.load_or_create(place) == key
    install(key, place, replace=replace)
    if keys.vault is not None:
        add(keys.vault, vault_file(organisation))
    if keys.signing is not None:
        install(keys.signing, signing_file(organisation), replace=replace)
    if not here_already:
        _note("key_imported", organisation, key)
    print(IMPORTED.format(organisation=organisation).say(language()))
    return ANSWERED


def rotate_key(organisation: str, *, vault_alone: bool) -> int:
    """Put new keys in place of the organisation's; the next cycles make its scans anew, the scrub seals its vault anew.

    vault_alone: the pseudonyms stay.
    """
    place = _existing(organisation)
    _, vault = rotate(vault_file(organisation))
    _note("vault_rotated", organisation, vault)
    print(VAULT_ROTATED.format(organisation=organisation, fingerprint=vault.fingerprint).say(language()))
    if vault_alone:
        return ANSWERED
    count = _name_the_first_key(organisation, Key.load_or_create(place))
    _, new = rotate(place)
    _note("key_rotated", organisation, new)
    print(ROTATED.format(organisation=organisation, count=count, fingerprint=new.fingerprint).say(language()))
    return ANSWERED


def rotate_signing_key(organisation: str, to: Path | None) -> int:
    """Let the organisation sign with a new key; the new file says so, signed with the earlier one."""
    if to is None:
        return fail(NO_FILE.format(option="--to"), USAGE)
    _place(organisation)
    if to.exists():
        raise Misconfigured("file_there", file=str(to))
    programme.apply_programme()
    from storage import signing

    to.parent.mkdir(parents=True, exist_ok=True)
    made = signing.change_key(organisation, datetime.now(UTC))
    to.write_bytes(made.as_json())
    fingerprint = signing.fingerprint_now(organisation)
    print(SIGNING_CHANGED.format(organisation=organisation, fingerprint=fingerprint, file=str(to)).say(language()))
    return ANSWERED


def show_key(organisation: str) -> int:
    """Print with which key the organisation signs, and with which it did before: what others compare."""
    _place(organisation)
    programme.apply_programme()
    from storage import signing

    now, known = signing.fingerprint_now(organisation), signing.keys_known(organisation)
    said = (
        SIGNS.format(organisation=organisation, fingerprint=now) if now else SIGNS_NOT.format(organisation=organisation)
    )
    for line in (said, *(SIGNED.format(fingerprint=one) for one in known if one != now)):
        print(line.say(language()))
    return ANSWERED


def _place(organisation: str) -> Path:
    """Return where the key lies; Misconfigured for an organisation that programme.toml does not know."""
    if settings().programme_file.is_file():
        known = [entry.code for entry in programme.read().organisations]
        if organisation not in known:
            raise Misconfigured("unknown_organisation", organisation=organisation, known=", ".join(known))
    elif not re.fullmatch(CODE, organisation):
        raise Misconfigured("code_invalid")
    return settings().key_file(organisation)


def _existing(organisation: str) -> Path:
    place = _place(organisation)
    if not place.exists():
        raise Misconfigured("no_key", organisation=organisation)
    return place


def _name_the_first_key(organisation: str, key: Key) -> int:
    """Let the catalogue, where there is one, know which key made what it holds; return how many scans will change."""
    if not settings().programme_file.is_file():
        return 0
    programme.apply_programme()
    from storage.catalogue import rekeying
    from storage.catalogue.handovers import at_work
    from storage.catalogue.models import Project, Scan

    rekeying.name_the_first_key(organisation, key.fingerprint)
    theirs = Project.objects.filter(at_work(), organisation__code=organisation)
    return Scan.objects.filter(project__in=theirs).exclude(pseudonymised_with="").count()


def _note(what: str, organisation: str, key: Key) -> None:
    """Write it into the record of what happened, where there is a catalogue; by its name the key cannot be guessed."""
    if not settings().programme_file.is_file():
        return
    programme.apply_programme()
    from storage.catalogue.models import Event

    facts = {"organisation": organisation, "key": key.fingerprint}
    Event.objects.create(at=datetime.now(UTC), what=what, facts=facts)


def passphrase_of(file: Path | None, *, twice: bool) -> str | Text:
    """Return the passphrase, or what is wrong with the way it was given."""
    if file is not None:
        return next(iter(_text_of(file).splitlines()), "")
    if not sys.stdin.isatty():
        return NOT_A_TERMINAL
    said = getpass.getpass(ASKED.say(language()))
    if twice and getpass.getpass(ASKED_AGAIN.say(language())) != said:
        return DIFFERENT
    return said


def _text_of(file: Path) -> str:
    """Return what a file says; Misconfigured for one that cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Misconfigured("file_unreadable", file=str(file)) from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
