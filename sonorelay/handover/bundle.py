"""How does a whole project leave into a folder, and is a bundle that came what its giver signed?"""

from datetime import UTC, datetime
from pathlib import Path

from pipeline.text import Text
from sonorelay import programme
from sonorelay.certificate import key_said
from sonorelay.handover.named import person_named
from sonorelay.key import passphrase_of
from sonorelay.outcome import ANSWERED, FAILED, USAGE, fail, language, print_json
from supervision.certificates import told
from supervision.plain_text import one_line

MADE = Text(
    "Bundle of {project} in {folder}: {rows} rows in {tables} tables, {objects} stored files, {events} events of the"
    " record. Its digest: {digest}",
    "Paquet de {project} dans {folder} : {rows} lignes dans {tables} tables, {objects} fichiers stockés, {events}"
    " événements du registre. Son empreinte : {digest}",
)
LOST = Text(
    "{count} files that its rows name are lost here. See sonorelay scrub.",
    "{count} fichiers que nomment ses lignes sont perdus ici. Voir sonorelay scrub.",
)
APART = Text(
    "Tell the passphrase another way than the bundle goes, and with it the key that signs here: {key}",
    "Transmettez la phrase secrète par une autre voie que le paquet, avec la clé qui signe ici : {key}",
)
KEY_APART = Text(
    "Tell the receiver another way which key signs here: {key}",
    "Dites au repreneur, par une autre voie, quelle clé signe ici : {key}",
)
NEEDS_KEYS = Text("--passphrase-file is for --keys and --originals", "--passphrase-file va avec --keys ou --originals")
COMPARED = Text(
    "Every one of its {files} files ({mb} MB) is as it was signed.",
    "Chacun de ses {files} fichiers ({mb} Mo) est tel qu'il fut signé.",
)
PROVEN = Text(
    "Each of the {events} events stands in the giver's record, which ends with {head}.",
    "Chacun des {events} événements figure dans le registre du cédant, qui se termine par {head}.",
)
OPENS = Text("The passphrase opens its keys.", "La phrase secrète ouvre ses clés.")
MB = 1_000_000


def export(
    project: str,
    by: str,
    to: Path,
    *,
    keys: bool,
    originals: bool,
    passphrase_file: Path | None,
    speech: str | None,
    as_json: bool,
) -> int:
    """Write the bundle of a project into a folder, or go on with one that was interrupted."""
    passphrase: str | Text | None = None
    if keys:
        passphrase = passphrase_of(passphrase_file, twice=True)
    elif passphrase_file is not None:
        passphrase = NEEDS_KEYS
    if isinstance(passphrase, Text):
        return fail(passphrase, USAGE)
    programme.open_catalogue()
    from storage.handover.exporting import Wanted
    from storage.handover.leaving import into_folder
    from storage.objects.chosen import object_store
    from storage.signing import fingerprint_of, signing_key
    from supervision.certificates.project_bundle import summed

    now = datetime.now(UTC)
    wanted = Wanted(
        project, person_named(by, project), speech or language(), originals=originals, passphrase=passphrase
    )
    made = into_folder(wanted, to, object_store(), now)
    key = fingerprint_of(signing_key(made.project.organisation.code, now))
    counts, lost = summed(made.counts), made.counts["missing"]
    if as_json:
        print_json({"folder": str(to), "bundle": made.digest, **counts, "missing": lost, "key": key})
        return ANSWERED
    print(MADE.format(project=project, folder=str(to), digest=made.digest, **counts).say(language()))
    if lost:
        print(LOST.format(count=lost).say(language()))
    print((APART if keys else KEY_APART).format(key=key).say(language()))
    return ANSWERED


def verify(source: Path, key: str | None, passphrase_file: Path | None, *, as_json: bool) -> int:
    """Compare every byte of a bundle with what was signed, and say what it holds; 1 where another key signed it.

    Misconfigured (`bundle_damaged`) names the first file that is not as it was signed.
    """
    passphrase = None if passphrase_file is None else passphrase_of(passphrase_file, twice=False)
    if isinstance(passphrase, Text):
        return fail(passphrase, USAGE)
    from storage.catalogue import setup

    setup.prepare()
    from storage.handover import arriving, coming

    with coming.lying(source) as folder:
        keys = arriving.keys_in(folder, passphrase) if passphrase is not None else None
        opened = arriving.opened(folder)
        sizes = [file.stat().st_size for file in folder.rglob("*") if file.is_file()]
    signed = opened.signed
    fits, key_in_words = key_said(signed, key)
    if as_json:
        facts = {"files": len(sizes), "bytes": sum(sizes), "events": opened.proven.events, "key": signed.fingerprint}
        print_json({"unchanged": True, "bundle": opened.digest, **facts, "key_fits": None if key is None else fits})
        return ANSWERED if fits else FAILED
    if not fits:
        return fail(key_in_words, FAILED)
    proven = PROVEN.format(events=opened.proven.events, head=opened.said["audit_head"] or "-")
    compared = COMPARED.format(files=len(sizes), mb=sum(sizes) // MB)
    for line in (compared, *told(signed), proven, *([OPENS] if keys else []), key_in_words):
        print(one_line(line.say(language())))
    return ANSWERED
