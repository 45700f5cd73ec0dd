"""What do the generated pages of the reference say? `.venv/bin/python docs/reference/generate.py` writes them anew."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.reasons import REASONS
from pipeline.rule import Rule
from pipeline.text import Text
from qa_rules import rules_in
from storage.catalogue import setup
from storage.settings import PREFIX, Settings
from supervision.action_words import ACTIONS
from supervision.exam_types import ExamType, exam_types
from supervision.exam_types.sources import known_sources
from supervision.probe_questions import PROBE_QUESTIONS, ProbeQuestion
from supervision.roles import ALLOWED, Reach, Role

HERE = Path(__file__).resolve().parent
COMMAND = ".venv/bin/python docs/reference/generate.py"
MADE = f"<!-- Made by {COMMAND}; change the code, not this page. -->"

ROLES: Mapping[Role, Text] = {
    Role.TRAINEE: Text("trainee", "apprenant"),
    Role.REVIEWER: Text("reviewer", "relecteur"),
    Role.ARBITER: Text("arbiter", "arbitre"),
    Role.FACILITATOR: Text("facilitator", "facilitateur"),
    Role.SUPERVISOR: Text("supervisor", "superviseur"),
    Role.BIOMED: Text("biomedical engineer", "ingénieur biomédical"),
    Role.DATA_OFFICER: Text("data officer", "responsable des données"),
    Role.AUDITOR: Text("auditor", "auditeur"),
    Role.PARTNER_OWNER: Text("partner owner", "partenaire propriétaire"),
    Role.ADMINISTRATOR: Text("administrator", "administrateur"),
}
REACHES: Mapping[Reach, Text] = {
    Reach.OWN: Text("own", "les siens"),
    Reach.OTHERS: Text("others'", "ceux des autres"),
    Reach.ALL: Text("all", "tous"),
}
SIDES = {"": "", "left": "left · gauche", "right": "right · droite"}
SETTINGS: Mapping[str, Text] = {
    "home": Text(
        "Folder of catalogue, objects, keys, logs and programme.toml",
        "Dossier du catalogue, des objets, des clés, des journaux et de programme.toml",
    ),
    "inbox": Text(
        "Folder into which scans are dropped, one folder per project",
        "Dossier où l'on dépose les examens, un dossier par projet",
    ),
    "programme": Text("The file programme.toml", "Le fichier programme.toml"),
    "secrets": Text(
        "Folder of secrets, each a file named as its setting in small letters: sonorelay_database_url",
        "Dossier des secrets, chacun dans un fichier nommé comme son réglage en minuscules : sonorelay_database_url",
    ),
    "database_url": Text(
        "PostgreSQL, as postgresql://user:password@host:port/database; without it SQLite in the home folder",
        "PostgreSQL, sous la forme postgresql://user:password@host:port/database ; sinon SQLite dans home",
    ),
    "secret_key": Text(
        "Secret of 32 characters or more that signs sessions and links; without it a file made on first use",
        "Secret d'au moins 32 caractères qui signe sessions et liens ; sans lui, un fichier créé au premier usage",
    ),
    "objects": Text("Where objects are kept: folder or s3", "Où sont gardés les objets : folder ou s3"),
    "s3_endpoint": Text(
        "S3 server, host:port; browsers must reach it too",
        "Serveur S3, hôte:port ; les navigateurs doivent aussi le joindre",
    ),
    "s3_access_key": Text("S3 access key", "Clé d'accès S3"),
    "s3_secret_key": Text("S3 secret key", "Clé secrète S3"),
    "s3_bucket": Text(
        "Name with which the three S3 buckets begin: -raw, -released, -withheld",
        "Début du nom des trois compartiments S3 : -raw, -released, -withheld",
    ),
    "s3_secure": Text("Speak HTTPS with the S3 server", "Parler HTTPS avec le serveur S3"),
    "second_copy": Text(
        "Where a second copy of all objects is kept: the full path of a folder, best on another disk, or `s3:bucket`",
        "Où garder une seconde copie de tous les objets : chemin complet d'un dossier, de préférence sur un autre "
        "disque, ou `s3:compartiment`",
    ),
    "scrub_nightly_mb": Text(
        "Megabytes of stored objects that are read back and checked every night",
        "Mégaoctets d'objets stockés relus et vérifiés chaque nuit",
    ),
    "inbox_s3_endpoint": Text(
        "host:port of the server whose buckets are inboxes; that of the objects where it is not set",
        "hôte:port du serveur dont des compartiments sont des boîtes de dépôt ; celui des objets s'il n'est pas défini",
    ),
    "inbox_s3_access_key": Text("access key for these buckets", "clé d'accès pour ces compartiments"),
    "inbox_s3_secret_key": Text("secret key for these buckets", "clé secrète pour ces compartiments"),
    "inbox_s3_secure": Text("speak TLS with that server", "parler TLS avec ce serveur"),
    "disk_reserve_mb": Text(
        "MiB of the disk that stay free: with less room nothing more is taken in, and files wait where they are",
        "Mio du disque qui restent libres : avec moins, plus rien n'est pris et les fichiers attendent sur place",
    ),
    "smtp_host": Text(
        "SMTP server for mails; without it they are files in the folder mail of home",
        "Serveur SMTP des messages ; sans lui, ce sont des fichiers du dossier mail de home",
    ),
    "smtp_port": Text("Port of the SMTP server", "Port du serveur SMTP"),
    "smtp_security": Text("How SMTP is protected: starttls, tls or none", "Protection de SMTP : starttls, tls ou none"),
    "smtp_user": Text(
        "SMTP user; with the password or not at all", "Compte SMTP ; avec le mot de passe ou pas du tout"
    ),
    "smtp_password": Text("SMTP password", "Mot de passe SMTP"),
    "smtp_from": Text("Address from which mails come", "Adresse d'expédition des messages"),
    "host": Text("Address on which web and Prefect listen", "Adresse où écoutent le web et Prefect"),
    "web_port": Text("Port of the web application", "Port de l'application web"),
    "prefect_port": Text("Port of the Prefect server", "Port du serveur Prefect"),
    "listener_host": Text(
        "Address on which the DICOM listener listens; 0.0.0.0 for devices on the network",
        "Adresse où écoute le récepteur DICOM ; 0.0.0.0 pour des appareils du réseau",
    ),
    "listener_port": Text("Port of the DICOM listener", "Port du récepteur DICOM"),
    "listener_tls_certificate": Text(
        "Certificate (PEM) of the DICOM listener; with its key, who sends must speak TLS 1.2 or newer",
        "Certificat (PEM) du récepteur DICOM ; avec sa clé, qui envoie doit parler TLS 1.2 ou plus récent",
    ),
    "listener_tls_key": Text("Key (PEM) of that certificate", "Clé (PEM) de ce certificat"),
    "listener_tls_ca": Text(
        "Authority (PEM) whose certificates devices must show; without it they show none",
        "Autorité (PEM) dont les appareils doivent présenter un certificat ; sans elle, aucun n'est demandé",
    ),
    "listener_associations": Text(
        "How many devices may be connected to the DICOM listener at once",
        "Nombre d'appareils reliés à la fois au récepteur DICOM",
    ),
    "listener_timeout_seconds": Text(
        "After how many seconds of silence the DICOM listener hangs up",
        "Secondes de silence après lesquelles le récepteur DICOM raccroche",
    ),
    "listener_largest_mb": Text(
        "MiB of the largest DICOM object that is taken", "Mio du plus grand objet DICOM accepté"
    ),
    "trusted_proxies": Text(
        "Addresses or networks of proxies that may say for whom they ask (X-Forwarded-For), with commas between",
        "Adresses ou réseaux des mandataires qui peuvent dire pour qui ils demandent (X-Forwarded-For), séparés par "
        "des virgules",
    ),
    "upload_limit_mb": Text(
        "MiB of the largest file that is taken in by HTTP", "Mio du plus grand fichier accepté par HTTP"
    ),
    "upload_days": Text(
        "For how many days an upload that broke off can be gone on with",
        "Nombre de jours pendant lesquels un envoi interrompu peut être repris",
    ),
    "public_url": Text(
        "Address that people open; with https:// cookies and headers are set for HTTPS",
        "Adresse qu'ouvrent les personnes ; avec https://, cookies et en-têtes sont réglés pour HTTPS",
    ),
    "work_pool": Text(
        "Prefect work pool whose workers share the scans; without it one machine does all",
        "Groupe de travail Prefect dont les machines se partagent les examens ; sans lui, une seule machine fait tout",
    ),
    "runs_at_once": Text(
        "Batches of scans that this machine works on at once", "Lots d'examens traités à la fois par cette machine"
    ),
    "prefect_url": Text(
        "Address of a Prefect server on another machine, with /api at its end; without it, our own",
        "Adresse d'un serveur Prefect sur une autre machine, terminée par /api ; sans elle, le nôtre",
    ),
    "prefect_auth": Text(
        "user:password that the Prefect server asks for; needed beyond one machine",
        "compte:mot de passe que demande le serveur Prefect ; nécessaire au-delà d'une machine",
    ),
    "prefect_database_url": Text(
        "PostgreSQL database of the Prefect server, apart from the catalogue; several workers need it",
        "Base PostgreSQL du serveur Prefect, distincte du catalogue ; nécessaire à plusieurs machines",
    ),
    "sync_url": Text(
        "Address of headquarters (https://) with which this field box exchanges",
        "Adresse du siège (https://) avec lequel cette installation de terrain échange",
    ),
    "sync_token": Text(
        "Token, made at headquarters, of somebody who may exchange with other installations",
        "Jeton, créé au siège, d'une personne autorisée à échanger avec d'autres installations",
    ),
    "sync_minutes": Text("Minutes between two exchanges", "Minutes entre deux échanges"),
    "sync_daily_mb": Text(
        "MB of scans' files over the link on one day (UTC), both ways together; without it no limit",
        "Mo de fichiers d'examens par la liaison en un jour (UTC), deux sens réunis ; sans lui, aucune limite",
    ),
    "sync_originals": Text(
        "Raw originals to headquarters, sealed, if it holds the same vault key: never or all",
        "Originaux bruts vers le siège, scellés, s'il détient la même clé de coffre : never ou all",
    ),
    "metrics_token": Text(
        "What a Prometheus server sends as Bearer to read /metrics; without it only this machine itself may",
        "Ce qu'un serveur Prometheus envoie comme Bearer pour lire /metrics ; sans lui, seule cette machine le peut",
    ),
    "log_megabytes": Text(
        "Size in MB at which a file in logs of the home folder is closed and the next one begun",
        "Taille en Mo à laquelle un fichier de logs du dossier home est fermé et le suivant commencé",
    ),
    "log_files": Text(
        "How many closed files are kept of each service", "Combien de fichiers fermés sont gardés pour chaque service"
    ),
    "debug": Text("Debug pages; never with real scans", "Pages de débogage ; jamais avec de vrais examens"),
    "demo": Text(
        "Offer the simulated accounts without a password; refused unless on this machine only",
        "Offrir les comptes simulés sans mot de passe ; refusé hors de cette seule machine",
    ),
}


def pages() -> dict[str, str]:
    """Return every generated page by its file name."""
    return {
        "reasons.md": _reasons(),
        "rules.md": _rules(rules_in()),
        "exam-types.md": _exam_types(exam_types().values()),
        "roles.md": _roles(),
        "settings.md": _settings(),
        "api.md": _api(),
    }


def _api() -> str:
    with TemporaryDirectory() as home:
        if "DJANGO_SETTINGS_MODULE" not in os.environ:  # nothing of an installation is read for this, nothing made
            os.environ |= {"DJANGO_SETTINGS_MODULE": "web.settings", f"{PREFIX}HOME": home}
        setup.prepare()
        from web.api import reference

        parts = ((f"## {part.capitalize()}", _table(reference.HEAD, rows)) for part, rows in reference.tables().items())
        said = (words for rule in reference.RULES for words in (rule.en, rule.fr))
        return _page(reference.TITLE, reference.LEAD, *said, *(each for part in parts for each in part))


def _page(title: Text, lead: Text, *parts: str) -> str:
    return "\n\n".join((f"# {title.en} · {title.fr}", MADE, lead.en, lead.fr, *parts)) + "\n"


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    lines = [list(head), *([str(cell) for cell in row] for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _reasons() -> str:
    return _page(
        Text("Reasons", "Raisons"),
        Text(
            "Every refusal, every scan held back and every error has a code and a sentence in both languages. Words in "
            "braces are filled in: counts and names of settings or services, never a value from a scan's header.",
            "Chaque refus, chaque examen retenu et chaque erreur a un code et une phrase dans les deux langues. Les "
            "mots entre accolades sont remplis : des nombres et des noms de réglages ou de services, jamais une valeur "
            "de l'en-tête d'un examen.",
        ),
        "Who must act · Qui doit agir : [architecture.md](../explanation/architecture.md#when-something-goes-wrong)",
        _table(("code", "English", "Français"), ((f"`{code}`", text.en, text.fr) for code, text in REASONS.items())),
    )


def _rules(rules: Iterable[Rule]) -> str:
    rules = sorted(rules, key=lambda rule: rule.name)
    limits = _table(
        (
            "rule · règle",
            "version",
            "unit · unité",
            "good up to · bon jusqu'à",
            "poor from · mauvais dès",
            "weight",
            "cap",
        ),
        (
            (
                f"`{rule.name}`",
                rule.version,
                rule.unit,
                f"{rule.limits.good:g}",
                f"{rule.limits.poor:g}",
                f"{rule.weight:g}",
                "–" if rule.cap is None else f"{rule.cap:g}",
            )
            for rule in rules
        ),
    )
    words = "\n\n".join(
        f"### {rule.name}\n\n"
        f"- **{rule.title.en}.** {rule.advice.en}\n"
        f"- **{rule.title.fr}.** {rule.advice.fr}" + _by_side(rule) + _explains(rule)
        for rule in rules
    )
    return _page(
        Text("Quality rules", "Règles de qualité"),
        Text(
            "A value between the two limits is weak. Where the poor limit is below the good one, low values are bad. "
            "The weight is what a full fault takes from the score (1 = all), the cap the highest score that a scan "
            "with this poor finding can have. "
            "How the limits were set: [quality-rules.md](../explanation/quality-rules.md).",
            "Une valeur entre les deux limites est faible. Quand la limite « mauvais » est sous la limite « bon », les "
            "valeurs basses sont mauvaises. Le poids est ce qu'un défaut entier retire au score (1 = tout), le plafond "
            "le score le plus haut possible avec ce mauvais constat.",
        ),
        limits,
        "## Titles and advice · Titres et conseils",
        words,
        "## Asked of many clips of one probe · Demandé à plusieurs clips d'une sonde",
        *_of_probes(PROBE_QUESTIONS),
    )


def _of_probes(questions: Iterable[ProbeQuestion]) -> Iterable[str]:
    yield (
        "Never a remark on a scan: the last clips of one probe are held against its first, and what changed opens a "
        "ticket for the biomedical engineer (`supervision/device_health.py`). With fewer clips nothing is said."
    )
    yield (
        "Jamais une remarque sur un examen : les derniers clips d'une sonde sont comparés aux premiers, et ce qui a "
        "changé ouvre un ticket pour l'ingénieur biomédical. Avec moins de clips, rien n'est dit."
    ).replace(" :", "\N{NO-BREAK SPACE}:")
    yield _table(
        ("question", "clips, first and last · premiers et derniers", "unit · unité", "told from · signalé dès"),
        ((f"`{one.name}`", f"≥ {one.fewest}", one.unit, f"{one.least:g}") for one in questions),
    )
    for one in questions:
        yield (
            f"### {one.name}\n\n- **{one.title.en}.** {one.advice.en} Why many clips: {one.why.en}.\n"
            f"- **{one.title.fr}.** {one.advice.fr} Pourquoi plusieurs clips\N{NO-BREAK SPACE}: {one.why.fr}."
        )


def _by_side(rule: Rule) -> str:
    return "".join(f"\n- {side.value}: {text.en} · {text.fr}" for side, text in rule.advice_by_side.items())


def _explains(rule: Rule) -> str:
    if not rule.explains:
        return ""
    names = ", ".join(f"`{name}*`" if name.endswith(".") else f"`{name}`" for name in rule.explains)
    return f"\n- When poor it explains · Mauvaise, elle explique : {names}"


def _exam_types(known: Iterable[ExamType]) -> str:
    known = list(known)
    return _page(
        Text("Exam types", "Types d'examen"),
        Text(
            "What comes with the software, one file per type in `supervision/exam_types/`; an organisation changes it "
            "for itself under *Exam types* in the browser. The code is the name of the folder in the inbox; capital "
            "and small letters are the same.",
            "Ce qui est livré avec le logiciel, un fichier par type dans `supervision/exam_types/` ; une organisation "
            "le modifie pour elle-même sous *Types d'examen* dans le navigateur. Le code est le nom du dossier dans la "
            "boîte ; majuscules et minuscules sont équivalentes.",
        ),
        "All of it is to be signed off by a clinician. A critical question (!) that is answered wrongly makes the exam "
        "incorrect; a red flag (!!) is answered within 24 h. What a type asks of a clip (good up to, poor from, weight "
        "where it differs) takes the place of the limits in [rules.md](rules.md).",
        "L'ensemble reste à valider par un clinicien. Une question critique (!) mal répondue rend l'examen incorrect ; "
        "un signe d'alerte (!!) reçoit une réponse sous 24 h. Ce qu'un type demande à un clip (bon jusqu'à, mauvais "
        "dès, poids s'il diffère) remplace les limites de [rules.md](rules.md).",
        _table(
            ("code", "English", "Français", "supervised scans · examens supervisés", "asks · demande", "note"),
            (
                (
                    f"[`{one.code}`](#{one.code.lower()})",
                    one.label.en,
                    one.label.fr,
                    "site" if one.supervised_scans is None else one.supervised_scans,
                    _asked(one),
                    _note(one),
                )
                for one in known
            ),
        ),
        *(part for one in known for part in _exam_type(one)),
        "## Sources",
        _table(
            ("code", "English", "Français"),
            ((f"`{code}`", text.en, text.fr) for code, text in known_sources().items()),
        ),
    )


def _exam_type(one: ExamType) -> Iterable[str]:
    yield f"## {one.code}"
    yield f"{one.label.en}. {one.population.en}. · {one.label.fr}. {one.population.fr}."
    yield _table(
        ("view · vue", "English", "Français", "side · côté", "at least · au moins"),
        (
            (
                f"`{v.code}`",
                v.label.en,
                v.label.fr,
                SIDES[v.side],
                "still · image fixe" if v.still else f"{v.seconds:g} s",
            )
            for v in one.views
        ),
    )
    yield _table(
        ("question", "English", "Français", ""),
        (
            (f"`{q.code}`", q.label.en, q.label.fr, "!!" if q.red_flag else "!" if q.critical else "")
            for q in one.questions
        ),
    )
    yield "Sources: " + " · ".join(f"{number} `{source}`" for number, source in one.sources.items())


def _asked(one: ExamType) -> str:
    units = {rule.name: rule.unit for rule in rules_in()}
    return "; ".join(
        f"`{name}` {limits.good:g} → {limits.poor:g} {units[name]}"
        + (f", weight · poids {one.weights[name]:g}" if name in one.weights else "")
        for name, limits in one.limits.items()
    )


def _note(one: ExamType) -> str:
    notes = [] if one.clinical else ["never counted as clinical · jamais compté comme clinique"]
    return "; ".join(notes + (["every scan is read by an expert · tout examen est relu"] if one.expert_read else []))


def _roles() -> str:
    return _page(
        Text("Roles", "Rôles"),
        Text(
            "A role holds in one project or in all projects of an organisation; there it reaches the scans that the "
            "person made (own), those that others made, or all. What is not written is denied. An administrator sees "
            "no scan. Made from `ALLOWED` of `supervision/roles.py`, which pages, API and tokens ask.",
            "Un rôle vaut pour un projet ou pour tous les projets d'une organisation ; il y porte sur les examens que "
            "la personne a faits (les siens), sur ceux des autres ou sur tous. Ce qui n'est pas écrit est refusé. Un "
            "administrateur ne voit aucun examen.",
        ),
        _table(("role · rôle", "name in the data"), ((_said(ROLES[role]), f"`{role.value}`") for role in Role)),
        "## What each may do · Ce que chacun peut faire",
        _table(
            ("action", "name in the data", *(_said(ROLES[role]) for role in Role)),
            (
                (_said(ACTIONS[action]), f"`{action.value}`", *(_reach(granted.get(role)) for role in Role))
                for action, granted in ALLOWED.items()
            ),
        ),
    )


def _reach(reach: Reach | None) -> str:
    return "" if reach is None else _said(REACHES[reach])


def _said(text: Text) -> str:
    return f"{text.en} · {text.fr}"


def _settings() -> str:
    return _page(
        Text("Settings", "Réglages"),
        Text(
            "Read once from the environment. An unknown name that begins with SONORELAY_ stops the start and names the "
            "nearest known one. Relative paths count from the working directory.",
            "Lus une fois dans l'environnement. Un nom inconnu qui commence par SONORELAY_ empêche le démarrage et "
            "indique le plus proche connu. Les chemins relatifs partent du dossier courant.",
        ),
        _table(
            ("setting · réglage", "default · défaut", "English", "Français"),
            (
                (f"`{PREFIX}{name.upper()}`", _default(name), SETTINGS[name].en, SETTINGS[name].fr)
                for name in Settings.model_fields
            ),
        ),
        "Two more are read by the demonstration and the tests: `SONORELAY_DATA`, a folder of further real scans, and "
        "`SONORELAY_REQUIRE_SERVICES=1`, which turns skipped tests into failures. `SONORELAY_DEBUG=1` also lets the "
        "command line print a traceback.",
        "Deux autres servent à la démonstration et aux tests : `SONORELAY_DATA`, un dossier d'autres examens réels, et "
        "`SONORELAY_REQUIRE_SERVICES=1`, qui change un test sauté en échec. `SONORELAY_DEBUG=1` laisse aussi la "
        "ligne de commande imprimer une trace.",
    )


def _default(name: str) -> str:
    value = Settings.model_fields[name].default
    text = value.get_secret_value() if hasattr(value, "get_secret_value") else value
    named = {True: "true", False: "false", None: "–", "": "–"}
    return "`programme.toml` in home" if name == "programme" else str(named.get(text, f"`{text}`"))


if __name__ == "__main__":
    for file_name, text in pages().items():
        (HERE / file_name).write_text(text, encoding="utf-8")
