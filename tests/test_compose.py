"""docker-compose.yml and Dockerfile, without a container engine: what they say is done natively.

The image's files are copied as the Dockerfile copies them; each service's own command runs there
with the environment of the compose file, its hosts mapped to loopback.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import yaml

import cli
from commands.local_postgres import binaries, local_postgres
from domain.database import connection_parameters
from tests.conftest import FAST_AND_FORGETFUL
from tests.serving import free_port
from tests.waiting import wait_until

ROOT = Path(__file__).parent.parent
VARIABLES = {"POSTGRES_PASSWORD": "letters0and0digits", "XINFENG_SECRET_KEY": "a key for tests"}
REFERENCE = re.compile(r"\$\{(\w+)(?::([?-])([^}]*))?\}")
Service = dict[str, Any]


class Unset(Exception):
    """A variable that the compose file requires."""


def interpolate(text: str, variables: dict[str, str]) -> str:
    """What docker compose does with ${NAME}, ${NAME:-default} and ${NAME:?message}."""

    def value(match: re.Match[str]) -> str:
        name, kind, word = match.groups()
        if variables.get(name):
            return variables[name]
        if kind == "?":
            raise Unset(f"{name}: {word}")
        return word or ""

    return REFERENCE.sub(value, text)


def services(variables: dict[str, str]) -> dict[str, Service]:
    text = (ROOT / "docker-compose.yml").read_text()
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    document: dict[str, Any] = yaml.safe_load(interpolate("\n".join(lines), variables))
    found: dict[str, Service] = document["services"]
    return found


def instructions(name: str) -> list[str]:
    """The arguments of a Dockerfile instruction, in order, continuation lines joined."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return re.findall(rf"^{name}\s+(.*)$", text, re.MULTILINE)


def copied() -> list[tuple[list[str], str]]:
    """Sources in the repository and their destination, of the final image."""
    pairs = [line.split() for line in instructions("COPY") if not line.startswith("--from")]
    return [(words[:-1], words[-1]) for words in pairs if words[0] != "requirements.lock"]


@dataclass(frozen=True)
class Deployment:
    """The compose file made real on this machine."""

    image: Path
    services: dict[str, Service]
    database_port: int
    api_port: int
    metrics_ports: dict[str, int]

    def environment(self, name: str) -> dict[str, str]:
        words = " ".join(instructions("ENV")).split()
        image = dict(word.split("=", 1) for word in words)
        merged = {**image, **self.services[name].get("environment", {})}
        mapped = {key: self._mapped(str(value)) for key, value in merged.items()}
        port = self.metrics_ports.get(name)
        assert mapped["XINFENG_METRICS_ADDRESS"] == "0.0.0.0:9100"
        mapped["XINFENG_METRICS_ADDRESS"] = f"127.0.0.1:{port}" if port else ""
        if "XINFENG_HOST" in mapped:
            mapped |= {"XINFENG_HOST": "127.0.0.1", "XINFENG_PORT": str(self.api_port)}
        return {"PATH": os.defpath, **mapped}

    def _mapped(self, value: str) -> str:
        return value.replace("@postgres:5432/", f"@127.0.0.1:{self.database_port}/")

    def command(self, name: str) -> list[str]:
        entry, default = (json.loads(instructions(each)[0]) for each in ("ENTRYPOINT", "CMD"))
        return self.native([*entry, *self.services[name].get("command", default)])

    def native(self, words: list[str]) -> list[str]:
        places = {
            "/app/.venv/bin/python": sys.executable,
            "/app/cli.py": str(self.image / "cli.py"),
        }
        return [places.get(word, word) for word in words]

    def start(self, name: str, log: Path) -> subprocess.Popen[bytes]:
        with log.open("wb") as output:
            return subprocess.Popen(
                self.command(name),
                env=self.environment(name),
                cwd=self.image,
                stdout=output,
                stderr=subprocess.STDOUT,
            )


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    directory = tmp_path_factory.mktemp("compose")
    image = directory / "image"
    image.mkdir()
    for sources, destination in copied():
        for source in sources:
            place = image / destination
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, place)
    port = free_port()
    data = directory / "data"
    data.mkdir()
    rules = data / "pg_hba.conf"
    rules.write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
    options = {
        **FAST_AND_FORGETFUL,
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "hba_file": str(rules),
    }
    described = services(VARIABLES)
    wanted = described["postgres"]["environment"]
    with local_postgres(data, report=lambda line: None, options=options) as server:
        asyncio.run(_set_password(server.url, wanted["POSTGRES_PASSWORD"]))
        metrics = {"api": free_port(), "worker": free_port()}
        yield Deployment(image, described, port, free_port(), metrics)


async def _set_password(url: str, password: str) -> None:
    """The image's user and database are ours already; only the password is the file's."""
    connection = await asyncpg.connect(**connection_parameters(url))
    try:
        await connection.execute(f"ALTER USER xinfeng PASSWORD '{password}'")
    finally:
        await connection.close()


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as response:
        return str(response.read().decode())


def tells(url: str, text: str) -> bool:
    with contextlib.suppress(urllib.error.HTTPError):
        return text in get(url)
    return False


def ask(port: int, query: str) -> Any:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        json.dumps({"query": query}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.loads(response.read())["data"]


def wait_for(process: subprocess.Popen[bytes], log: Path, text: str) -> None:
    deadline = time.monotonic() + 40
    while text not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)


def is_healthy(deployment: Deployment, name: str) -> bool:
    _, *words = deployment.services[name]["healthcheck"]["test"]
    done = subprocess.run(
        deployment.native(words), env=deployment.environment(name), capture_output=True, check=False
    )
    return done.returncode == 0


def test_every_service_s_own_command_serves_the_graph(
    deployment: Deployment, tmp_path: Path
) -> None:
    migrate_log, api_log, worker_log = (tmp_path / name for name in ("migrate", "api", "worker"))
    migration = deployment.start("migrate", migrate_log)
    assert migration.wait(60) == 0, migrate_log.read_text()
    assert "applied jobs: procrastinate" in migrate_log.read_text()
    assert not is_healthy(deployment, "api")
    api = deployment.start("api", api_log)
    worker = deployment.start("worker", worker_log)
    try:
        deadline = time.monotonic() + 40
        while not is_healthy(deployment, "api"):
            assert api.poll() is None, api_log.read_text()
            assert time.monotonic() < deadline, api_log.read_text()
        wait_for(worker, worker_log, "worker_started")
        assert is_healthy(deployment, "worker")
        for name, told in {
            "api": "xinfeng_processes 2.0",
            "worker": "xinfeng_jobs_running",
        }.items():
            page = f"http://127.0.0.1:{deployment.metrics_ports[name]}/metrics"
            wait_until(partial(tells, page, told), 40)
        here = f"http://127.0.0.1:{deployment.api_port}"
        assert get(f"{here}/livez") == "ok\n"
        wait_until(partial(tells, f"{here}/readyz", "ok\n"), 40)
        assert ask(deployment.api_port, "{ __typename }") == {"__typename": "Query"}
        query = "{ network { id counts { articles partners } reads { value status } } }"
        assert ask(deployment.api_port, query) == {
            "network": {
                "id": "Network:1",
                "counts": {"articles": 0, "partners": 0},
                "reads": {"value": None, "status": "UNAVAILABLE"},
            }
        }
        assert api.poll() is None
        assert worker.poll() is None
    finally:
        for process in (api, worker):
            process.send_signal(signal.SIGTERM)
        statuses = [process.wait(30) for process in (api, worker)]
    assert statuses == [0, 0], api_log.read_text() + worker_log.read_text()


def test_the_database_s_health_check_works(deployment: Deployment) -> None:
    kind, *words = deployment.services["postgres"]["healthcheck"]["test"]
    assert kind == "CMD"
    assert words[0] == "pg_isready"
    place = ["--host=127.0.0.1", f"--port={deployment.database_port}"]
    done = subprocess.run([binaries() / words[0], *words[1:], *place], capture_output=True)
    assert done.returncode == 0, done.stderr


def test_the_password_is_needed(deployment: Deployment, tmp_path: Path) -> None:
    environment = deployment.environment("migrate")
    wrong = environment["DATABASE_URL"].replace(VARIABLES["POSTGRES_PASSWORD"], "wrong")
    done = subprocess.run(
        deployment.command("migrate"),
        env={**environment, "DATABASE_URL": wrong},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("xinfeng: DATABASE_URL: the database refuses: password")


@pytest.mark.parametrize("missing", sorted(VARIABLES))
def test_a_missing_secret_is_named(missing: str) -> None:
    with pytest.raises(Unset, match=missing):
        services({name: value for name, value in VARIABLES.items() if name != missing})


def test_what_starts_after_what() -> None:
    described = services(VARIABLES)
    assert set(described) == {"postgres", "migrate", "api", "worker"}
    after = {name: service.get("depends_on") for name, service in described.items()}
    migrated = {"migrate": {"condition": "service_completed_successfully"}}
    assert after == {
        "postgres": None,
        "migrate": {"postgres": {"condition": "service_healthy"}},
        "api": migrated,
        "worker": migrated,
    }
    assert described["migrate"]["restart"] == "no"


def test_every_command_and_variable_exists() -> None:
    from settings import Settings, variable

    commands = {command.name for command in cli.COMMANDS}
    known = {variable(name) for name in Settings.model_fields}
    for name in ("migrate", "api", "worker"):
        service = services(VARIABLES)[name]
        assert service["command"][0] in commands
        assert set(service["environment"]) <= known
    assert json.loads(instructions("CMD")[0])[0] in commands


def test_the_image_s_sources_exist_and_are_not_ignored() -> None:
    allowed = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    sources = {source for group, _ in copied() for source in group}
    assert sources | {"requirements.lock"} == allowed
    assert all((ROOT / source).exists() for source in allowed)
    assert instructions("USER") == ["xinfeng"]
