"""Which servers does a whole installation talk to in the tests?"""

import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.servers import S3Server, answers_http, free_ports, running


@pytest.fixture
def postgresql_settings(postgresql_url: str) -> dict[str, str]:
    """Give an empty database of its own to one test."""
    name = f"walk_{secrets.token_hex(6)}"
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return {"SONORELAY_DATABASE_URL": f"{postgresql_url.rpartition('/')[0]}/{name}"}


@pytest.fixture
def s3_settings(s3_server: S3Server) -> dict[str, str]:
    """Give buckets of its own to one test."""
    return s3_server.environment(f"walk-{secrets.token_hex(6)}")


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a Prefect server and give the address of its API."""
    (port,) = free_ports(1)
    home: Path = tmp_path_factory.mktemp("prefect")
    command = [sys.executable, "-m", "prefect", "server", "start", "--analytics-off", "--no-ui"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    settings = {"PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "HOME": str(home)}
    with running(command, str(home), settings, lambda: answers_http(port, "/api/health")):
        yield f"http://127.0.0.1:{port}/api"
