"""The part of Django's settings that the catalogue needs, without any web page; web/settings.py builds on it."""

from urllib.parse import parse_qsl, unquote, urlsplit

from storage.settings import settings

# Our queries end sooner than PostgreSQL compiles them: without jit "next" took 51 ms instead of 64 with 100,000 scans.
# A host that lost its power says no goodbye. Both ends notice within two minutes instead of hours, so that the locks of
# a dead host are let go (see storage.catalogue.sole), and nobody waits for a server that is gone.
SESSION = "-c jit=off -c tcp_keepalives_idle=60 -c tcp_keepalives_interval=15 -c tcp_keepalives_count=4"
NOTICED_WHEN_GONE = {
    "keepalives_idle": 60,
    "keepalives_interval": 15,
    "keepalives_count": 4,
    "tcp_user_timeout": 120_000,
}


def database(url: str | None, home: str) -> dict[str, object]:
    """Return Django's description of a `postgresql://` address, or of the SQLite file in `home` when there is none."""
    if url is None:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": f"{home}/catalogue.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        # to connect took 27 ms (median, on a busy machine): each thread keeps one, and tries it before use
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        # ?sslmode=verify-full, ?host=/var/run/postgresql and the like
        "OPTIONS": {"connect_timeout": 10, **NOTICED_WHEN_GONE, "options": SESSION, **dict(parse_qsl(parts.query))},
    }


_here = settings()
_here.home.mkdir(mode=0o700, parents=True, exist_ok=True)
_url = _here.database_url

SECRET_KEY = _here.signing_key()
DEBUG = _here.debug
DATABASES = {"default": database(_url.get_secret_value() if _url else None, str(_here.home.absolute()))}
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "storage.catalogue"]
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _here.smtp_host else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = str(_here.mail_folder.absolute())
EMAIL_HOST, EMAIL_PORT = _here.smtp_host or "", _here.smtp_port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _here.smtp_user, _here.smtp_password.get_secret_value()
EMAIL_USE_TLS, EMAIL_USE_SSL = _here.smtp_security == "starttls", _here.smtp_security == "tls"
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = _here.smtp_from or "sonorelay@localhost"
AUTH_USER_MODEL = "catalogue.Person"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
