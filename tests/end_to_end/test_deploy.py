"""Does an installation on several hosts, made as the page says, answer, and is only that reached which must be?"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.hosts import namespaces_forbidden
from tests.deploy.site import SECRETS, Site, site
from tests.end_to_end.processes import wait_until
from tests.servers import absent, postgresql_binaries

COMMAND = "/srv/sonorelay/app/deploy/sonorelay"

pytestmark = [pytest.mark.service, pytest.mark.postgresql]


@pytest.fixture(scope="module")
def here() -> Iterator[Site]:
    forbidden = namespaces_forbidden()
    if forbidden is not None:
        pytest.skip(forbidden)
    if postgresql_binaries() is None:
        absent("a PostgreSQL server (Debian package postgresql)")
    if not Path("/usr/sbin/nginx").exists():
        absent("nginx (Debian package nginx-light)")
    with site(workers=2) as installed:
        yield installed


def test_what_was_installed_answers_and_telling_it_again_changes_nothing(here: Site) -> None:
    look = "curl -sf --cacert /srv/sonorelay/tls/authority.pem https://sono.example.org/healthz"
    wait_until(lambda: here.web.run(look, check=False).returncode == 0, 30)
    status = json.loads(here.web.run(f"{COMMAND} status --json").stdout.splitlines()[-1])
    assert status["services"] == {"prefect": True, "web": True}
    before = _prefect(here)
    assert before["pools"] == ["sonorelay"]
    assert set(before["queues"]) >= {"inbox", "scans"}
    assert {"goma inbox", "north-health inbox", "everybody inbox"} <= set(before["deployments"])
    assert [one for one in before["deployments"] if one.endswith(" scans")] == ["goma scans"]
    assert len(before["automations"]) == 1
    here.web.run(f"{COMMAND} deployments")
    assert _prefect(here) == before


def test_only_what_must_be_reached_is_reached(here: Site) -> None:
    listening = here.data.run("ss -Hltn | awk '{print $4}'").stdout.split()
    others = {address for address in listening if not address.startswith(("127.0.0.1:", "[::1]:"))}
    assert others <= {"10.20.0.10:5432", "10.20.0.10:8333", "10.20.0.10:4200", "0.0.0.0:80", "[::]:80"}
    url = "http://data.sono.example.org:4200/api"
    asked = f"curl -s -o /dev/null -w '%{{http_code}}' -X POST {url}/deployments/filter"
    assert here.workers[0].run(asked).stdout == "401", "whoever gives the Prefect server work runs programs on workers"
    assert here.workers[0].run("curl -s http://data.sono.example.org:8333/").stdout.count("AccessDenied") == 1
    assert 'analytics_enabled":false' in _api(here, "GET", "/admin/settings").replace(" ", "")


def _api(here: Site, method: str, path: str, body: str = "{}") -> str:
    url = f"http://data.sono.example.org:4200/api{path}"
    auth = f"$(cat {SECRETS}/sonorelay_prefect_auth)"
    said = "" if method == "GET" else f"-H 'Content-Type: application/json' -d '{body}'"
    return here.web.run(f'curl -sf -u "{auth}" -X {method} {said} {url}').stdout


def _prefect(here: Site) -> dict[str, list[str]]:
    def listed(path: str) -> list[dict[str, object]]:
        said = json.loads(_api(here, "POST", path))
        assert isinstance(said, list)
        return said

    return {
        "pools": [str(one["name"]) for one in listed("/work_pools/filter")],
        "queues": sorted(str(one["name"]) for one in listed("/work_pools/sonorelay/queues/filter")),
        "deployments": sorted(f"{one['name']} {one['work_queue_name']}" for one in listed("/deployments/filter")),
        "automations": [str(one["name"]) for one in listed("/automations/filter")],
    }
