"""Where does this installation keep its data, and how does it reach its servers? Read once from the environment."""

import os
import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipeline.errors import Misconfigured


class Settings(BaseSettings):
    """Secrets and addresses, all named SONORELAY_*; relative paths count from the working directory."""

    model_config = SettingsConfigDict(env_prefix="SONORELAY_", extra="ignore")

    home: Path = Path("var")
    inbox: Path = Path("inbox")
    programme: Path | None = None
    database_url: SecretStr | None = None
    secret_key: SecretStr | None = None

    objects: Literal["folder", "s3"] = "folder"
    s3_endpoint: str = "127.0.0.1:8333"
    s3_access_key: SecretStr = SecretStr("")
    s3_secret_key: SecretStr = SecretStr("")
    s3_bucket: str = Field("sonorelay", pattern=r"^[a-z0-9][a-z0-9-]{1,40}[a-z0-9]$")
    s3_secure: bool = True

    host: str = "127.0.0.1"
    web_port: int = Field(8080, ge=1, le=65535)
    prefect_port: int = Field(4200, ge=1, le=65535)
    public_url: str | None = None
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
    def base_url(self) -> str:
        """The address that people open, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.web_port}").rstrip("/")

    def key_file(self, organisation: str) -> Path:
        """The pseudonym key of one organisation."""
        return self.home / "keys" / f"{organisation}.key"

    def signing_key(self) -> str:
        """Return the secret that signs sessions and links, made on first use in a file of mode 0600."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        path = self.home / "secret_key"
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError), open(path, "x", encoding="ascii", opener=_private) as file:
            file.write(secrets.token_urlsafe(48))
        return path.read_text(encoding="ascii")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@cache
def settings() -> Settings:
    """Return the settings of this process; Misconfigured if one is not valid."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "SONORELAY_" + "_".join(str(part) for part in first["loc"]).upper()
        raise Misconfigured("setting_invalid", name=name, problem=first["msg"]) from None
