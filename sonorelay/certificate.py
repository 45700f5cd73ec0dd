"""Was this certificate changed since it was signed, with whose key, and what does it show? No network is asked."""

from pathlib import Path

from pipeline.errors import Misconfigured
from pipeline.text import Text
from sonorelay.outcome import ANSWERED, FAILED, fail, language, print_json
from supervision.certificate import LARGEST_FILE, Signed, signed_file_in, verify
from supervision.certificates import told
from supervision.plain_text import one_line

UNCHANGED = Text(
    "Nothing in this certificate was changed since it was signed.",
    "Rien n'a été changé dans ce certificat depuis sa signature.",
)
WITHIN = Text(
    "The signed file in this PDF was read, and not its pages: compare them with what follows.",
    "C'est le fichier signé contenu dans ce PDF qui a été lu, et non ses pages : comparez-les à ce qui suit.",
)
KEY = Text(
    "It was signed with the key {fingerprint}. Only the comparison with the key that {organisation} gives out shows "
    "that it was signed there.",
    "Il a été signé avec la clé {fingerprint}. Seule la comparaison avec la clé que communique {organisation} montre "
    "qu'il a été signé là-bas.",
)
OTHER_KEY = Text(
    "It was signed with the key {fingerprint}, not with the one that you named. Do not rely on it.",
    "Il a été signé avec la clé {fingerprint}, pas avec celle que vous avez indiquée. Ne vous y fiez pas.",
)
SAME_KEY = Text("It was signed with the key that you named.", "Il a été signé avec la clé que vous avez indiquée.")
CHAIN = Text(
    "When it was signed, the record of {organisation} ended with {head}. Whether that is still part of it, "
    "sonorelay audit verify --head {head} tells there.",
    "À la signature, le registre de {organisation} se terminait par {head}. S'il en fait toujours partie, "
    "sonorelay audit verify --head {head} le dit là-bas.",
)
SINCE = Text(
    "Whether it was withdrawn since then, only {organisation} can say.",
    "S'il a été retiré depuis, seul {organisation} peut le dire.",
)


def certificate(file: Path, key: str | None, *, as_json: bool) -> int:
    """Verify a file and say what it shows; 1 where another key signed than the one that was named.

    Rejected (`certificate_changed`) where anything in it is not as it was signed.
    """
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST_FILE + 1)
    except OSError:
        raise Misconfigured("file_unreadable", file=str(file)) from None
    held = signed_file_in(data)
    found = verify(held)
    fits, said = key_said(found, key)
    if as_json:
        print_json({"unchanged": True, "key": found.fingerprint, "key_fits": None if key is None else fits})
        return ANSWERED if fits else FAILED
    if not fits:
        return fail(said, FAILED)
    for line in ([] if held is data else [WITHIN]) + _lines(found, said):
        print(one_line(line.say(language())))
    return ANSWERED


def key_said(found: Signed, key: str | None) -> tuple[bool, Text]:
    """Tell whether a certificate was signed with the key that somebody named, if they did; and in words by which."""
    if key is None:
        return True, KEY.format(fingerprint=found.fingerprint, organisation=_organisation(found))
    fits = _plain(key) == _plain(found.fingerprint)
    return fits, SAME_KEY if fits else OTHER_KEY.format(fingerprint=found.fingerprint)


def _lines(found: Signed, key: Text) -> list[Text]:
    by = _organisation(found)
    lines = [UNCHANGED, *told(found), key]
    chain = found.document.get("chain")
    if chain:
        lines.append(CHAIN.format(organisation=by, head=f"{chain['number']}:{chain['hash']}"))
    return [*lines, SINCE.format(organisation=by)]


def _organisation(found: Signed) -> str:
    return str(found.document.get("organisation", {}).get("name", "?"))


def _plain(fingerprint: str) -> str:
    return fingerprint.replace("-", "").replace(" ", "").upper()
