"""What does the person at the prompt want?"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from sonorelay.handover import options as handover_options
from sonorelay.outcome import FAILED, USAGE, fail, language

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when everything was answered, 2 for wrong usage, 1 for our own failure."""
    options = _parser().parse_args(arguments)
    if os.environ.get("SONORELAY_DEBUG", "").lower() not in {"1", "true", "yes", "on"}:
        sys.excepthook = _without_traceback
    from pipeline.errors import Misconfigured, SonorelayError

    command: Command = options.command
    try:
        return command(options)
    except Misconfigured as error:
        return fail(error.text, USAGE)
    except SonorelayError as error:
        return fail(error.text, FAILED)
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return 130


def _without_traceback(kind: type[BaseException], _error: BaseException, _trace: object) -> None:
    from pipeline.reasons import REASONS

    print(f"sonorelay: {REASONS['internal'].say(language())} ({kind.__name__})", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sonorelay", description="Relay ultrasound scans to the expert, and the expert's advice back."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    inspect = commands.add_parser("inspect", help="measure scans: sector, findings, quality")
    inspect.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a scan, or a folder of scans")
    inspect.add_argument("--json", action="store_true", help="one JSON object per line and file")
    inspect.set_defaults(command=_inspect)

    deidentify = commands.add_parser("deidentify", help="write copies that identify nobody")
    deidentify.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a scan, or a folder of scans")
    deidentify.add_argument("--to", required=True, type=Path, metavar="DIR", help="where the copies go")
    deidentify.add_argument("--project", required=True, metavar="CODE", help="whose key makes the pseudonyms")
    deidentify.add_argument("--layouts", type=Path, metavar="JSON", help="sectors that a person drew")
    deidentify.add_argument("--again", action="store_true", help="also what has a copy already")
    deidentify.add_argument("--json", action="store_true", help="one JSON object per line and file")
    deidentify.set_defaults(command=_deidentify)

    ingest = commands.add_parser("ingest", help="bring new files of the inbox to the review queue, now")
    ingest.add_argument("--project", metavar="CODE", help="one project only")
    ingest.add_argument("--again", action="store_true", help="also what failed, was withheld or refused before")
    ingest.add_argument("--json", action="store_true", help="one JSON object per line and project")
    ingest.set_defaults(command=_ingest)

    calibrate = commands.add_parser("calibrate", help="learn what is usual on each device, judge anew, look at probes")
    reassess = commands.add_parser("reassess", help="judge all scans anew, as after an update of rules or exam types")
    for command, run in ((calibrate, _calibrate), (reassess, _reassess)):
        command.add_argument("--organisation", metavar="CODE", help="one organisation only, as in programme.toml")
        command.add_argument("--json", action="store_true", help="one JSON object per line and organisation")
        command.set_defaults(command=run)

    status = commands.add_parser("status", help="what waits where, and what is running")
    status.add_argument("--json", action="store_true", help="one JSON object")
    status.set_defaults(command=_status)

    doctor = commands.add_parser("doctor", help="what is wrong with this installation, and how to mend it")
    doctor.add_argument("--json", action="store_true", help="one JSON object, in both languages")
    doctor.add_argument("--language", choices=["en", "fr"], help="in place of the environment's")
    doctor.set_defaults(command=_doctor)

    administrator = commands.add_parser("administrator", help="make an administrator's account, and print its password")
    administrator.add_argument("username", metavar="USERNAME")
    administrator.add_argument("--organisation", required=True, metavar="CODE", help="as in programme.toml")
    administrator.set_defaults(command=_administrator)

    key = commands.add_parser("key", help="hand over, take over or change the keys of an organisation")
    key.add_argument("action", choices=["export", "import", "rotate", "show"])
    key.add_argument("--organisation", required=True, metavar="CODE", help="as in programme.toml")
    key.add_argument("--to", type=Path, metavar="FILE", help="export, rotate --signing: the file to write")
    key.add_argument("--from", dest="source", type=Path, metavar="FILE", help="import: the file to read")
    key.add_argument("--passphrase-file", type=Path, metavar="FILE", help="its first line; else it is asked for")
    key.add_argument("--replace", action="store_true", help="import: in place of another key that is here")
    key.add_argument("--vault", action="store_true", help="rotate: the key of what lies sealed alone")
    key.add_argument("--signing", action="store_true", help="rotate: the key of certificates alone")
    key.set_defaults(command=_key)

    audit = commands.add_parser("audit", help="check, note or export the record of what happened here")
    audit.add_argument("action", choices=["verify", "head", "export"])
    audit.add_argument("--head", metavar="NUMBER:HASH", help="verify: a head noted earlier that must still be there")
    audit.add_argument("--to", type=Path, metavar="FILE", help="export: the file to write; else it is printed")
    audit.add_argument("--csv", action="store_true", help="export: CSV in place of JSON lines")
    audit.add_argument("--json", action="store_true", help="verify: one JSON object")
    audit.set_defaults(command=_audit)

    certificate = commands.add_parser("certificate", help="is a certificate unchanged, and what does it show?")
    certificate.add_argument("file", type=Path, metavar="FILE", help="signed JSON, or a PDF that holds it")
    certificate.add_argument("--key", metavar="FINGERPRINT", help="that the organisation gave out: must have signed it")
    certificate.add_argument("--json", action="store_true", help="one JSON object")
    certificate.set_defaults(command=_certificate)

    scrub = commands.add_parser("scrub", help="look after the stored files now, without waiting for the night")
    scrub.add_argument("--json", action="store_true", help="one JSON object")
    scrub.set_defaults(command=_scrub)

    report = commands.add_parser("report", help="make a report of a period, keep it, and write its files to a folder")
    report.add_argument("--kind", required=True, choices=["weekly", "monthly", "quarterly", "annual"])
    report.add_argument("--period", metavar="PERIOD", help="2026-W07, 2026-02, 2026-Q1 or 2026; else the last over")
    report.add_argument("--to", required=True, type=Path, metavar="DIR", help="where the files go")
    about = report.add_mutually_exclusive_group()
    about.add_argument("--project", metavar="CODE", help="one project; else the whole programme")
    about.add_argument("--organisation", metavar="CODE", help="all projects of one organisation")
    report.add_argument("--language", action="append", choices=["en", "fr"], help="else both; may be repeated")
    forms = ["pdf", "docx", "pptx", "xlsx", "csv"]
    report.add_argument("--format", action="append", choices=forms, help="else all; may be repeated")
    report.add_argument("--outside", action="store_true", help="may leave the organisation: small numbers are not told")
    report.add_argument("--json", action="store_true", help="one JSON object per line and file")
    report.set_defaults(command=_report)

    up = commands.add_parser("up", help="start everything: catalogue, schedules, web; Ctrl-C stops it")
    up.add_argument("--demo", action="store_true", help="load the demonstration programme first")
    up.set_defaults(command=_up)

    deployments = commands.add_parser("deployments", help="several machines: bring pool and schedules to Prefect")
    deployments.add_argument("--json", action="store_true", help="one JSON object")
    deployments.set_defaults(command=_deployments)

    sync = commands.add_parser("sync", help="field box: exchange with headquarters, every few minutes until Ctrl-C")
    sync.add_argument("--once", action="store_true", help="one exchange")
    sync.add_argument("--status", action="store_true", help="no exchange: when was the last, and what waits")
    sync.add_argument("--json", action="store_true", help="one JSON object per line and exchange")
    sync.set_defaults(command=_sync)

    serve = commands.add_parser("serve", help="run one service alone, as systemd and containers start it")
    serve.add_argument("service", choices=["prefect", "web", "inbox", "worker", "listener", "schedules"])
    serve.set_defaults(command=_serve)

    backup = commands.add_parser("backup", help="add a backup of everything to a folder, while all goes on")
    backup.add_argument("--to", required=True, type=Path, metavar="DIR", help="what is there is not copied anew")
    backup.add_argument("--keep", type=int, metavar="N", help="leave the newest N backups of the folder only")
    restore = commands.add_parser("restore", help="make a new installation of a backup, or of a project's bundle")
    restore.add_argument(
        "--from", dest="source", required=True, type=Path, metavar="DIR", help="backups, or a bundle (also a ZIP)"
    )
    for command, run in ((backup, _backup), (restore, _restore)):
        command.add_argument("--passphrase-file", type=Path, metavar="FILE", help="first line; else asked for")
        command.set_defaults(command=run)
    handover_options.add_restore(restore)

    handover = commands.add_parser("handover", help="hand a project over to another organisation, or take it along")
    handover_options.add(handover)

    export = commands.add_parser("export", help="write readings and figures as files for other systems")
    export.add_argument("kind", choices=["dhis2", "measures", "fhir", "sr"])
    export.add_argument("--period", required=True, metavar="PERIOD", help="2026-W07, 2026-02, 2026-Q1 or 2026")
    export.add_argument("--to", required=True, type=Path, metavar="DIR", help="the folder to write into")
    export.add_argument("--project", metavar="CODE", help="one project only, as in programme.toml")
    export.add_argument("--json", action="store_true", help="one JSON object")
    export.set_defaults(command=_export)

    demo = commands.add_parser("demo", help="load the demonstration programme (real and simulated scans)")
    demo.set_defaults(command=_demo)
    return parser


def _inspect(options: argparse.Namespace) -> int:
    from sonorelay.inspect import inspect

    return inspect(options.files, as_json=options.json)


def _deidentify(options: argparse.Namespace) -> int:
    from sonorelay.deidentify import deidentify

    return deidentify(
        options.files,
        to=options.to,
        project=options.project,
        as_json=options.json,
        layouts=options.layouts,
        again=options.again,
    )


def _ingest(options: argparse.Namespace) -> int:
    from sonorelay.ingest import ingest

    return ingest(options.project, again=options.again, as_json=options.json)


def _calibrate(options: argparse.Namespace) -> int:
    from sonorelay.calibrate import calibrate

    return calibrate(options.organisation, as_json=options.json)


def _reassess(options: argparse.Namespace) -> int:
    from sonorelay.calibrate import reassess

    return reassess(options.organisation, as_json=options.json)


def _status(options: argparse.Namespace) -> int:
    from sonorelay.status import status

    return status(as_json=options.json)


def _doctor(options: argparse.Namespace) -> int:
    from sonorelay.doctor import doctor

    return doctor(as_json=options.json, speech=options.language)


def _administrator(options: argparse.Namespace) -> int:
    from sonorelay.administrator import invite

    return invite(options.username, options.organisation)


def _key(options: argparse.Namespace) -> int:
    from sonorelay.key import export_key, import_key, rotate_key, rotate_signing_key, show_key

    if options.action == "export":
        return export_key(options.organisation, options.to, options.passphrase_file)
    if options.action == "import":
        return import_key(options.organisation, options.source, options.passphrase_file, replace=options.replace)
    if options.action == "show":
        return show_key(options.organisation)
    if options.signing:
        return rotate_signing_key(options.organisation, options.to)
    return rotate_key(options.organisation, vault_alone=options.vault)


def _certificate(options: argparse.Namespace) -> int:
    from sonorelay.certificate import certificate

    return certificate(options.file, options.key, as_json=options.json)


def _report(options: argparse.Namespace) -> int:
    from sonorelay.report import report

    return report(
        options.kind,
        options.period,
        options.to,
        project=options.project,
        organisation=options.organisation,
        languages=options.language or (),
        forms=options.format or (),
        outside=options.outside,
        as_json=options.json,
    )


def _scrub(options: argparse.Namespace) -> int:
    from sonorelay.scrub import scrub

    return scrub(as_json=options.json)


def _audit(options: argparse.Namespace) -> int:
    from sonorelay.audit import export, head, verify

    if options.action == "head":
        return head()
    if options.action == "export":
        return export(options.to, as_csv=options.csv)
    return verify(options.head, as_json=options.json)


def _up(options: argparse.Namespace) -> int:
    from sonorelay.up import up

    return up(with_demo=options.demo)


def _deployments(options: argparse.Namespace) -> int:
    from sonorelay.deployments import deployments

    return deployments(as_json=options.json)


def _sync(options: argparse.Namespace) -> int:
    from sonorelay.sync import sync

    return sync(once=options.once, status=options.status, as_json=options.json)


def _serve(options: argparse.Namespace) -> int:
    from sonorelay.serve import serve

    return serve(options.service)


def _backup(options: argparse.Namespace) -> int:
    from sonorelay.backup import backup

    return backup(options.to, options.passphrase_file, newest=options.keep)


def _restore(options: argparse.Namespace) -> int:
    from sonorelay.restore import restore

    return restore(
        options.source,
        options.passphrase_file,
        organisation=options.organisation,
        name=options.name,
        receipt=options.receipt,
        as_json=options.json,
    )


def _export(options: argparse.Namespace) -> int:
    from sonorelay.export import export

    return export(options.kind, options.period, options.to, project=options.project, as_json=options.json)


def _demo(_options: argparse.Namespace) -> int:
    from sonorelay.demo import load

    load()
    return 0


if __name__ == "__main__":
    sys.exit(main())
