"""Where does this installation keep its data, and how does it reach its servers? Read once from the environment."""

import ipaddress
import os
import re
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipeline.errors import Misconfigured
from supervision.codes import CODE

PREFIX = "SONORELAY_"
# what the tests and the demonstration read for themselves
FOR_OTHERS = ("SONORELAY_DATA", "SONORELAY_REQUIRE_SERVICES")
FOR_THE_DEMONSTRATION = "SONORELAY_DEMO_"
SHORTEST_SECRET = 32
BUCKET = re.compile(r"^[a-z0-9][a-z0-9-]{1,40}[a-z0-9]$")


def _postgresql(url: SecretStr) -> SecretStr:
    parts = urlsplit(url.get_secret_value())
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise ValueError("must be postgresql://user:password@host:port/database")
    return url


def _networks(listed: str) -> str:
    for one in filter(None, (part.strip() for part in listed.split(","))):
        ipaddress.ip_network(one)  # ValueError, which says what is wrong
    return listed


def _second_copy(place: str) -> str:
    bucket = place.removeprefix("s3:")
    if not (Path(place).is_absolute() if bucket == place else BUCKET.fullmatch(bucket)):
        raise ValueError("must be the full path of a folder, or s3:bucket")
    return place


def _headquarters(url: str) -> str:
    parts = urlsplit(url)
    here = parts.scheme == "http" and loopback(parts.hostname or "")
    if not parts.hostname or (parts.scheme != "https" and not here):
        raise ValueError("must be https://host")  # a token must not travel readable
    return url.rstrip("/")


class Settings(BaseSettings):
    """Secrets and addresses, all named SONORELAY_*; relative paths count from the working directory."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", env_ignore_empty=True)

    home: Path = Path("var")
    inbox: Path = Path("inbox")
    programme: Path | None = None
    secrets: Path | None = None  # a folder with a file for each secret, named as its setting
    database_url: Annotated[SecretStr, AfterValidator(_postgresql)] | None = None
    secret_key: SecretStr | None = None

    objects: Literal["folder", "s3"] = "folder"
    s3_endpoint: str = "127.0.0.1:8333"
    s3_access_key: SecretStr = SecretStr("")
    s3_secret_key: SecretStr = SecretStr("")
    s3_bucket: str = Field(default="sonorelay", pattern=BUCKET.pattern)
    s3_secure: bool = True
    # a second copy of all objects: a folder, best on another disk, or s3:bucket
    second_copy: Annotated[str, AfterValidator(_second_copy)] | None = None
    scrub_nightly_mb: int = Field(default=20_000, ge=1)  # of objects that are read back every night

    inbox_s3_endpoint: str | None = None  # of the buckets that are inboxes; without it that of the objects
    inbox_s3_access_key: SecretStr = SecretStr("")
    inbox_s3_secret_key: SecretStr = SecretStr("")
    inbox_s3_secure: bool = True

    disk_reserve_mb: int = Field(default=1024, ge=0)  # with less room than this nothing more is taken in

    smtp_host: str | None = None  # without it mails are files in the folder mail of home
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_from: str = ""

    host: str = "127.0.0.1"
    web_port: int = Field(default=8080, ge=1, le=65535)
    prefect_port: int = Field(default=4200, ge=1, le=65535)
    listener_host: str = "127.0.0.1"
    listener_port: int = Field(default=11112, ge=1, le=65535)
    listener_tls_certificate: Path | None = None  # with its key: who sends by DICOM must speak TLS
    listener_tls_key: Path | None = None
    listener_tls_ca: Path | None = None  # only who has a certificate of this authority may send
    listener_associations: int = Field(default=16, ge=1, le=256)
    listener_timeout_seconds: float = Field(default=60, ge=1, le=3600)
    listener_largest_mb: int = Field(default=4096, ge=1)
    public_url: str | None = None
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = ""  # who may say for whom they ask: 10.0.0.5, ...
    upload_limit_mb: int = Field(default=4096, ge=1)  # the largest file that is taken in by HTTP
    upload_days: int = Field(default=7, ge=1, le=90)  # for which an upload that broke off can be gone on with
    # several machines: batches are runs of this pool instead of threads of one program
    work_pool: str | None = Field(default=None, pattern=CODE)
    runs_at_once: int = Field(default=2, ge=1, le=64)  # on this machine
    prefect_url: str | None = None  # of a Prefect server elsewhere, with /api at its end
    prefect_auth: SecretStr | None = None  # user:password that the Prefect server asks for
    prefect_database_url: Annotated[SecretStr, AfterValidator(_postgresql)] | None = None  # several workers need it
    # a field box exchanges with headquarters: see docs/how-to/field-box.md
    sync_url: Annotated[str, AfterValidator(_headquarters)] | None = None
    sync_token: SecretStr | None = None  # of somebody there who may exchange
    sync_minutes: int = Field(default=15, ge=1, le=24 * 60)  # between two exchanges
    sync_daily_mb: int | None = Field(default=None, ge=0)  # files of scans over the link on one day (UTC), both ways
    sync_originals: Literal["never", "all"] = "never"  # raw originals, sealed, to headquarters with the same vault
    metrics_token: SecretStr | None = None  # who sends it reads /metrics; without it this machine alone
    log_megabytes: int = Field(default=10, ge=1, le=1024)  # of one file in logs, before the next is begun
    log_files: int = Field(default=5, ge=1, le=100)  # kept of each service beside the one that is written
    debug: bool = False
    demo: bool = False  # the sign-in page offers the simulated accounts, without a password

    @property
    def programme_file(self) -> Path:
        """The programme.toml that says who and what this installation serves."""
        return self.programme or self.home / "programme.toml"

    @property
    def objects_folder(self) -> Path:
        """Where the local object store lies."""
        return self.home / "objects"

    @property
    def layouts_read(self) -> Path:
        """Where it is kept which layouts of screens were read and hold no writing."""
        return self.home / "layouts-read"

    @property
    def uploads_folder(self) -> Path:
        """Where that lies which is being sent by HTTP and is not complete yet."""
        return self.home / "uploads"

    @property
    def mail_folder(self) -> Path:
        """Where mails are written as long as there is no SMTP server."""
        return self.home / "mail"

    @property
    def base_url(self) -> str:
        """The address that people open, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.web_port}").rstrip("/")

    @property
    def keys_folder(self) -> Path:
        """Where the keys of organisations lie: of pseudonyms, and of what is sealed."""
        return self.home / "keys"

    def key_file(self, organisation: str) -> Path:
        """The pseudonym key of one organisation."""
        return self.keys_folder / f"{organisation}.key"

    def signing_key(self) -> str:
        """Return the secret that signs sessions and links, made on first use in a file of mode 0600.

        Misconfigured when the file can be read by other users of the machine, or the secret is too short.
        """
        if self.secret_key is not None:
            return _long_enough(self.secret_key.get_secret_value(), PREFIX + "SECRET_KEY")
        path = self.home / "secret_key"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _write_once(path, secrets.token_urlsafe(48))
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise Misconfigured("key_file_unsafe")
        return _long_enough(path.read_text(encoding="ascii").strip(), "secret_key")


def _long_enough(secret: str, name: str) -> str:
    if len(secret) < SHORTEST_SECRET:
        raise Misconfigured("setting_invalid", name=name, problem=f"shorter than {SHORTEST_SECRET} characters")
    return secret


def _write_once(path: Path, secret: str) -> None:
    """Write a whole file that only we can read; whoever is first wins, and nobody ever sees half of it."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with open(draft, "x", encoding="ascii", opener=_private) as file:
        file.write(secret)
    try:
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@cache
def settings() -> Settings:
    """Return the settings of this process; Misconfigured if one is not valid or not known."""
    folders = secret_folders(os.environ)
    files = {file.name.upper(): "" for folder in folders for file in folder.iterdir()}
    refuse_unknown({**files, **os.environ})
    try:
        here = Settings(_secrets_dir=folders)  # type: ignore[call-arg]  # pydantic-settings knows it
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise Misconfigured("setting_invalid", name=name, problem=first["msg"]) from None
    if here.demo and not loopback(here.host):
        raise Misconfigured("demo_exposed")
    if here.objects == "s3" and not (here.s3_access_key.get_secret_value() and here.s3_secret_key.get_secret_value()):
        raise Misconfigured("setting_invalid", name=PREFIX + "S3_ACCESS_KEY", problem="S3 needs both of its keys")
    _refuse_half_of_smtp(here)
    _refuse_an_open_pool(here)
    _refuse_half_of_tls(here)
    return here


def _refuse_half_of_smtp(here: Settings) -> None:
    said = {name for name in here.model_fields_set if name.startswith("smtp_")}
    if said and not here.smtp_host:
        raise Misconfigured(
            "setting_invalid", name=PREFIX + "SMTP_HOST", problem="needed beside the other SMTP settings"
        )
    if here.smtp_host and "@" not in here.smtp_from:
        raise Misconfigured("setting_invalid", name=PREFIX + "SMTP_FROM", problem="SMTP needs the sender's address")
    if bool(here.smtp_user) != bool(here.smtp_password.get_secret_value()):
        missing = "SMTP_PASSWORD" if here.smtp_user else "SMTP_USER"
        raise Misconfigured("setting_invalid", name=PREFIX + missing, problem="SMTP needs both user and password")


def _refuse_an_open_pool(here: Settings) -> None:
    """Refuse a Prefect server that the network reaches without a password: who may ask it may run programs here."""
    alone = here.prefect_url is None and loopback(here.host)
    if here.work_pool is not None and here.prefect_auth is None and not alone:
        problem = "needed where the Prefect server is not on this machine alone"
        raise Misconfigured("setting_invalid", name=PREFIX + "PREFECT_AUTH", problem=problem)


def _refuse_half_of_tls(here: Settings) -> None:
    if (here.listener_tls_certificate is None) != (here.listener_tls_key is None):
        name, problem = "LISTENER_TLS_KEY", "TLS needs both certificate and key"
    elif here.listener_tls_ca is not None and here.listener_tls_key is None:
        name, problem = "LISTENER_TLS_CA", "needs a certificate and a key beside it"
    else:
        return
    raise Misconfigured("setting_invalid", name=PREFIX + name, problem=problem)


def loopback(host: str) -> bool:
    """Tell whether nobody but programs of this machine can reach this host."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def secret_folders(environment: Mapping[str, str]) -> list[Path]:
    """Return where secrets lie as files named like settings: our own folder, or what a container is given."""
    own = environment.get(PREFIX + "SECRETS")
    return [folder for folder in (Path("/run/secrets"), *([Path(own)] if own else [])) if folder.is_dir()]


def refuse_unknown(environment: Mapping[str, str]) -> None:
    """Raise Misconfigured for a SONORELAY_* name that does not exist, with the nearest one that does."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} | set(FOR_OTHERS)
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known and not name.startswith(FOR_THE_DEMONSTRATION):
            nearest = get_close_matches(name, sorted(known), n=1, cutoff=0.0)[0]
            raise Misconfigured("setting_unknown", name=name, nearest=nearest)
