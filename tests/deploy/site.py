"""An installation on several hosts, made by the commands of docs/how-to/deploy.md and by nothing else.

What the page leaves to its reader is done here:
PostgreSQL as from the distribution, a certificate, programme.toml, copies.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.hosts import ROOT, Host, hosts
from tests.servers import postgresql_binaries

PAGE = ROOT / "docs/how-to/deploy.md"
BLOCK = re.compile(r"^```bash\n# on (?P<where>[a-z ]+)\n(?P<script>.*?)^```$", re.MULTILINE | re.DOTALL)
HOME = "/srv/sonorelay/home"
SECRETS = "/srv/sonorelay/secrets"
ONLY_ON_DATA = ("postgresql_", "sonorelay_prefect_database_url", "s3.json", "seaweedfs.env")
PROGRAMME = """
[[organisations]]
code = "north-health"
name = "North Health"
[[projects]]
code = "goma"
organisation = "north-health"
name = "Goma"
schedule = "* * * * *"
[review]
second_read_share = 0.0
"""
POSTGRESQL = """
[Service]
User=postgres
WorkingDirectory=/srv/postgresql
KillSignal=SIGINT
ExecStart={binaries}/postgres -D /srv/postgresql/data -k /run/postgresql
"""


@dataclass(frozen=True)
class Step:
    """One block of the page: on which hosts it is run, and what."""

    where: str
    script: str


@dataclass(frozen=True)
class Site:
    """A running installation."""

    hosts: dict[str, Host]

    @property
    def web(self) -> Host:
        return self.hosts["web"]

    @property
    def data(self) -> Host:
        return self.hosts["data"]

    @property
    def workers(self) -> list[Host]:
        return [host for name, host in self.hosts.items() if name.startswith("worker")]

    def follow(self, steps: list[Step]) -> None:
        """Do what the page says, block after block, and what it leaves to its reader when it is due."""
        for number, step in enumerate(steps):
            for host in self._meant(step.where):
                host.run(step.script)
            following = steps[number + 1].where if number + 1 < len(steps) else ""
            if step.where == "every host" != following:
                self._postgresql_from_the_distribution()
            elif step.where == "data" and following == "web":
                self._bring_secrets()
                self._certificate_and_programme()
            elif step.where == "web" and following == "each worker":
                self._bring_keys()

    def _meant(self, where: str) -> list[Host]:
        if where == "every host":
            return list(self.hosts.values())
        return self.workers if where == "each worker" else [self.hosts[where]]

    def status(self) -> dict[str, int]:
        """Return how many scans of the project are in which state."""
        said = json.loads(self.web.run("/srv/sonorelay/app/deploy/sonorelay status --json").stdout.splitlines()[-1])
        counts = said["projects"]["goma"]
        assert isinstance(counts, dict)
        return counts

    def sql(self, query: str) -> list[list[str]]:
        """Return the rows of a query on the catalogue."""
        done = self.data.run(f'runuser -u postgres -- psql -tAq sonorelay <<"END"\n{query};\nEND')
        return [line.split("|") for line in done.stdout.splitlines()]

    def drop(self, files: list[Path]) -> None:
        """Put files into the inbox, as whole as a move on one disk does."""
        folder = "/srv/sonorelay/inbox/goma/amina/FAST"
        self.web.run(f"install -d -o sonorelay -g sonorelay /srv/sonorelay/inbox/goma/amina {folder}")
        for file in files:
            self._bring(file.read_bytes(), self.web, f"{folder}/.{file.name}", owner="sonorelay")
        self.web.run(f'cd {folder}; for name in .[!.]*; do mv "$name" "${{name#.}}"; done')

    def _postgresql_from_the_distribution(self) -> None:
        binaries = postgresql_binaries()
        self.data.run(
            f"""
            install -d -o postgres -g postgres -m 700 /srv/postgresql /run/postgresql
            chmod 755 /run/postgresql
            runuser -u postgres -- {binaries}/initdb -D /srv/postgresql/data \
                --auth-local=peer --auth-host=scram-sha-256 --encoding=UTF8 --no-locale --no-sync >/dev/null
            cd /srv/postgresql/data
            printf '%s\\n' "timezone = 'UTC'" "fsync = off" "synchronous_commit = off" >> postgresql.conf
            rm -f /etc/systemd/system/postgresql.service
            cat > /etc/systemd/system/postgresql.service <<'END'
            {POSTGRESQL.format(binaries=binaries)}
END
            systemctl start postgresql
            until {binaries}/pg_isready -q; do sleep 0.1; done
            """
        )

    def _bring_secrets(self) -> None:
        names = self.data.run(f"ls {SECRETS}").stdout.split()
        for host in (self.web, *self.workers):
            host.run(f"install -d -o root -g sonorelay -m 750 {SECRETS}")
            for name in (one for one in names if not one.startswith(ONLY_ON_DATA)):
                self._carry(self.data, f"{SECRETS}/{name}", host, f"{SECRETS}/{name}", owner="root", group="sonorelay")

    def _certificate_and_programme(self) -> None:
        self.web.run(
            """
            install -d -m 755 /srv/sonorelay/tls
            cd /srv/sonorelay/tls
            openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out authority.pem -days 2 -subj /CN=ca 2>/dev/null
            openssl req -newkey rsa:2048 -nodes -keyout key.pem -out request.pem -subj /CN=sono.example.org 2>/dev/null
            printf 'subjectAltName=DNS:sono.example.org,DNS:objects.sono.example.org' > names
            openssl x509 -req -in request.pem -CA authority.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names \
                -out certificate.pem 2>/dev/null
            """
        )
        self._bring(PROGRAMME.encode(), self.web, f"{HOME}/programme.toml", owner="sonorelay")
        for host in self.workers:
            host.run("install -d -m 755 /srv/sonorelay/tls")
            place = "/srv/sonorelay/tls/authority.pem"
            self._carry(self.web, place, host, place, owner="root", group="root", mode="644")

    def _bring_keys(self) -> None:
        for host in self.workers:
            for name in ("programme.toml", "north-health.locked", "passphrase"):
                self._carry(self.web, f"{HOME}/{name}", host, f"{HOME}/{name}", owner="sonorelay", group="sonorelay")

    def _carry(
        self, source: Host, file: str, target: Host, to: str, *, owner: str, group: str, mode: str = "640"
    ) -> None:
        content = source.run(f"base64 -w0 {file}").stdout
        target.run(f"base64 -d <<<'{content}' | install -o {owner} -g {group} -m {mode} /dev/stdin {to}")

    def _bring(self, content: bytes, host: Host, to: str, *, owner: str) -> None:
        inside = Path(f"/proc/{host.first}/root{to}")
        inside.write_bytes(content)
        host.run(f"chown {owner}:{owner} {to}")


def steps() -> list[Step]:
    """Return the blocks of the page, in its order."""
    return [Step(found["where"], found["script"]) for found in BLOCK.finditer(PAGE.read_text(encoding="utf-8"))]


@contextmanager
def site(workers: int) -> Iterator[Site]:
    """Install on hosts with so many workers, as the page says, for the time of a `with` block."""
    addresses = {"data": "10.20.0.10", "web": "10.20.0.11"}
    addresses |= {f"worker{number}": f"10.20.0.{20 + number}" for number in range(1, workers + 1)}
    with hosts(addresses) as made:
        here = Site(made)
        here.follow(steps())
        yield here
