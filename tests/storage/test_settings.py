"""Are settings read once, refused loudly when they are wrong, and secrets kept to ourselves?"""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.errors import Misconfigured
from storage.django_settings import NOTICED_WHEN_GONE, SESSION, database
from storage.objects.chosen import object_store
from storage.objects.folder import FolderShelf
from storage.objects.s3 import S3Shelf
from storage.settings import Settings, settings


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONORELAY_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    object_store.cache_clear()


def test_an_unknown_setting_is_refused_with_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONORELAY_WEBPORT", "8081")
    with pytest.raises(Misconfigured) as refused:
        settings()
    assert refused.value.facts == {"name": "SONORELAY_WEBPORT", "nearest": "SONORELAY_WEB_PORT"}


@pytest.mark.parametrize("name", ["SONORELAY_DATA", "SONORELAY_REQUIRE_SERVICES", "SONORELAY_DEMO_SCANS"])
def test_what_the_tests_and_the_demonstration_read_is_known(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "x")
    settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WEB_PORT", "70000"),
        ("WEB_PORT", "eighty"),
        ("OBJECTS", "ftp"),
        ("S3_BUCKET", "Not_A_Bucket"),
        ("DEBUG", "perhaps"),
        ("DATABASE_URL", "mysql://root:very-secret@db/sonorelay"),
        ("DATABASE_URL", "postgresql://user:very-secret@db"),
        ("SMTP_SECURITY", "perhaps"),
    ],
)
def test_a_wrong_value_names_its_setting_and_not_the_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"SONORELAY_{name}", value)
    with pytest.raises(Misconfigured, match=f"SONORELAY_{name}") as refused:
        settings()
    assert "very-secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"SMTP_HOST": "mail"}, "SMTP_FROM"),
        ({"SMTP_HOST": "mail", "SMTP_FROM": "nobody"}, "SMTP_FROM"),
        ({"SMTP_FROM": "a@b.org"}, "SMTP_HOST"),
        ({"SMTP_HOST": "mail", "SMTP_FROM": "a@b.org", "SMTP_USER": "me"}, "SMTP_PASSWORD"),
        ({"SMTP_HOST": "mail", "SMTP_FROM": "a@b.org", "SMTP_PASSWORD": "very-secret"}, "SMTP_USER"),
    ],
)
def test_half_of_a_mail_server_is_refused_and_a_whole_one_is_not(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], named: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"SONORELAY_{name}", value)
    with pytest.raises(Misconfigured, match=f"SONORELAY_{named}") as refused:
        settings()
    assert "very-secret" not in str(refused.value)
    for name in ("HOST", "USER", "PASSWORD"):
        monkeypatch.setenv(f"SONORELAY_SMTP_{name}", "whole")
    monkeypatch.setenv("SONORELAY_SMTP_FROM", "a@b.org")
    assert settings().smtp_host == "whole"


def test_an_empty_setting_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "WEB_PORT", "PUBLIC_URL", "SECRET_KEY"):
        monkeypatch.setenv(f"SONORELAY_{name}", "")
    here = settings()
    assert (here.database_url, here.web_port, here.base_url) == (None, 8080, "http://127.0.0.1:8080")


def test_the_secret_is_made_once_for_us_alone(tmp_path: Path) -> None:
    here = Settings()
    with ThreadPoolExecutor(8) as threads:
        secrets = set(threads.map(lambda _: here.signing_key(), range(16)))
    (secret,) = secrets
    assert len(secret) >= 48
    path = tmp_path / "home" / "secret_key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret_key"]
    path.chmod(0o640)
    with pytest.raises(Misconfigured, match="key_file_unsafe"):
        here.signing_key()


def test_a_short_secret_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONORELAY_SECRET_KEY", "short")
    with pytest.raises(Misconfigured, match="SONORELAY_SECRET_KEY") as refused:
        settings().signing_key()
    assert "'short'" not in str(refused.value)
    monkeypatch.delenv("SONORELAY_SECRET_KEY")
    settings.cache_clear()
    settings().home.mkdir()
    (settings().home / "secret_key").write_text("")
    (settings().home / "secret_key").chmod(0o600)
    with pytest.raises(Misconfigured, match="secret_key"):
        settings().signing_key()


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "S3_ACCESS_KEY", "S3_SECRET_KEY"):
        monkeypatch.setenv(f"SONORELAY_{name}", "very-secret" * 4)
    monkeypatch.setenv("SONORELAY_DATABASE_URL", "postgresql://user:very-secret@db/sonorelay")
    assert "very-secret" not in repr(settings()) + str(settings())


def test_the_settings_choose_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(object_store().shelf, FolderShelf)
    assert object_store() is object_store()
    object_store.cache_clear()
    settings.cache_clear()
    monkeypatch.setenv("SONORELAY_OBJECTS", "s3")
    with pytest.raises(Misconfigured, match="SONORELAY_S3_ACCESS_KEY"):
        object_store()
    monkeypatch.setenv("SONORELAY_S3_ACCESS_KEY", "a")
    monkeypatch.setenv("SONORELAY_S3_SECRET_KEY", "b")
    assert isinstance(object_store().shelf, S3Shelf)


def test_an_address_of_postgresql_is_understood() -> None:
    described = database("postgresql://us%40er:p%2Fw@db.example:5433/sono?sslmode=verify-full", "/unused")
    assert described == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "sono",
        "USER": "us@er",
        "PASSWORD": "p/w",
        "HOST": "db.example",
        "PORT": "5433",
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 10, **NOTICED_WHEN_GONE, "options": SESSION, "sslmode": "verify-full"},
    }
