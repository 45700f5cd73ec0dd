"""What does the person at the prompt want of a hand-over? Nothing else is loaded to read that."""

import argparse
from pathlib import Path

STEPS = ("shadow", "switched", "read_only", "revoked", "abandoned")


def add(handover: argparse.ArgumentParser) -> None:
    """Add the actions of `sonorelay handover`, in the order in which they are needed."""
    actions = handover.add_subparsers(required=True, metavar="ACTION")
    _begin(actions.add_parser("begin", help="begin with the dry run"))
    _people(actions.add_parser("people", help="say who goes along, or who does"))
    _export(actions.add_parser("export", help="write the whole project into a folder, at any time"))
    _verify(actions.add_parser("verify", help="is a bundle whole and as it was signed? Without any installation"))
    _confirm(actions.add_parser("confirm", help="take the receipt of whoever restored a bundle"))
    _step(actions.add_parser("step", help="take the next step, or abandon the hand-over"))
    _status(actions.add_parser("status", help="how far it is, and what the next step needs"))
    _certificate(actions.add_parser("certificate", help="write the signed statement of the last step into a file"))


def add_restore(restore: argparse.ArgumentParser) -> None:
    """Add what `sonorelay restore` wants of a bundle beside what it wants of a backup."""
    restore.add_argument("--organisation", metavar="CODE", help="bundle: whose the project is from now on")
    restore.add_argument("--name", metavar="NAME", help="bundle: how that organisation is called")
    restore.add_argument("--receipt", type=Path, metavar="FILE", help="bundle: the receipt; else in SONORELAY_HOME")
    restore.add_argument("--json", action="store_true", help="bundle: one JSON object, with what each table holds")


def _begin(action: argparse.ArgumentParser) -> None:
    _of_project(action)
    action.add_argument("--to", required=True, metavar="CODE", help="the organisation that takes over")
    action.add_argument("--name", required=True, metavar="NAME", help="how it is called")
    action.set_defaults(command=_run_begin)


def _people(action: argparse.ArgumentParser) -> None:
    _of_project(action)
    action.add_argument(
        "--goes", action="append", metavar="USERNAME", help="all who go along, again and again; else they are told"
    )
    action.set_defaults(command=_run_people)


def _export(action: argparse.ArgumentParser) -> None:
    _of_project(action)
    action.add_argument("--to", required=True, type=Path, metavar="DIR", help="empty, or of an interrupted export")
    action.add_argument("--keys", action="store_true", help="with the keys, locked by a passphrase")
    action.add_argument("--originals", action="store_true", help="with the originals; their key is among the keys")
    action.add_argument("--passphrase-file", type=Path, metavar="FILE", help="first line; else asked for")
    action.add_argument("--language", choices=["en", "fr"], help="of the tables, in place of the environment's")
    action.add_argument("--json", action="store_true", help="one JSON object")
    action.set_defaults(command=_run_export)


def _verify(action: argparse.ArgumentParser) -> None:
    action.add_argument("bundle", type=Path, metavar="BUNDLE", help="the folder, or the ZIP that a browser took")
    action.add_argument("--key", metavar="FINGERPRINT", help="that the giver told: must have signed it")
    action.add_argument("--passphrase-file", type=Path, metavar="FILE", help="does its first line open the keys?")
    action.add_argument("--json", action="store_true", help="one JSON object")
    action.set_defaults(command=_run_verify)


def _confirm(action: argparse.ArgumentParser) -> None:
    _of_project(action)
    action.add_argument("receipt", type=Path, metavar="RECEIPT", help="the file that the receiver's restore wrote")
    action.add_argument("--json", action="store_true", help="one JSON object")
    action.set_defaults(command=_run_confirm)


def _step(action: argparse.ArgumentParser) -> None:
    _of_project(action)
    action.add_argument("to", choices=STEPS, metavar="STEP", help=", ".join(STEPS))
    action.set_defaults(command=_run_step)


def _status(action: argparse.ArgumentParser) -> None:
    action.add_argument("--project", required=True, metavar="CODE", help="as in programme.toml")
    action.add_argument("--json", action="store_true", help="one JSON object")
    action.set_defaults(command=_run_status)


def _certificate(action: argparse.ArgumentParser) -> None:
    action.add_argument("--project", required=True, metavar="CODE", help="as in programme.toml")
    action.add_argument("--to", required=True, type=Path, metavar="FILE", help="as .json; the last of all also as .pdf")
    action.set_defaults(command=_run_certificate)


def _of_project(action: argparse.ArgumentParser) -> None:
    action.add_argument("--project", required=True, metavar="CODE", help="as in programme.toml")
    action.add_argument("--by", required=True, metavar="USERNAME", help="the account in whose name it is done")


def _run_begin(options: argparse.Namespace) -> int:
    from sonorelay.handover.passing import begin

    return begin(options.project, options.by, options.to, options.name)


def _run_people(options: argparse.Namespace) -> int:
    from sonorelay.handover.passing import people

    return people(options.project, options.by, options.goes)


def _run_export(options: argparse.Namespace) -> int:
    from sonorelay.handover.bundle import export

    return export(
        options.project,
        options.by,
        options.to,
        keys=options.keys or options.originals,
        originals=options.originals,
        passphrase_file=options.passphrase_file,
        speech=options.language,
        as_json=options.json,
    )


def _run_verify(options: argparse.Namespace) -> int:
    from sonorelay.handover.bundle import verify

    return verify(options.bundle, options.key, options.passphrase_file, as_json=options.json)


def _run_confirm(options: argparse.Namespace) -> int:
    from sonorelay.handover.passing import confirm

    return confirm(options.project, options.by, options.receipt, as_json=options.json)


def _run_step(options: argparse.Namespace) -> int:
    from sonorelay.handover.passing import step

    return step(options.project, options.by, options.to)


def _run_status(options: argparse.Namespace) -> int:
    from sonorelay.handover.status import status

    return status(options.project, as_json=options.json)


def _run_certificate(options: argparse.Namespace) -> int:
    from sonorelay.handover.passing import certificate

    return certificate(options.project, options.to)
