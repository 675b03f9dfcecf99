"""`./xinfeng audit-dependencies`, with a service on this machine that answers as OSV does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

import cli
from commands.dependencies import judged
from tests.serving import free_port
from tests.test_dependencies import LOCKS, pinned

WEAK = {
    "id": "OSV-2026-1",
    "summary": "a weakness",
    "affected": [
        {
            "package": {"name": "starlette", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.1"}]}],
        }
    ],
}


class Service(ThreadingHTTPServer):
    """asked: name and version, of every question."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str]] = []
        self.weak: dict[str, Any] = {}
        self.status = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1/query"


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        name = body["package"]["name"]
        self.server.asked.append((name, body["version"]))
        vulnerabilities = self.server.weak.get(name)
        answer = json.dumps({"vulns": [vulnerabilities]} if vulnerabilities else {}).encode()
        self.send_response(self.server.status)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is said of a request."""


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as opened:
        threading.Thread(target=opened.serve_forever, daemon=True).start()
        yield opened
        opened.shutdown()


def test_every_pinned_version_is_asked_about(
    service: Service, capfd: pytest.CaptureFixture[str]
) -> None:
    service.weak = {"starlette": WEAK}
    versions = {name: version for name, (version, _) in pinned(LOCKS[1]).items()}
    assert cli.run(["audit-dependencies", "--service", service.url, "--json"]) == 1
    assert dict(service.asked) == versions
    said = capfd.readouterr()
    assert json.loads(said.out) == {
        "audited": len(versions),
        "notAudited": [],
        "vulnerabilities": [
            {
                "name": "starlette",
                "version": versions["starlette"],
                "id": "OSV-2026-1",
                "mendedIn": ["99.1"],
            }
        ],
    }
    assert f"starlette {versions['starlette']}: OSV-2026-1 (mended in 99.1)" in said.err
    ignoring = ["audit-dependencies", "--service", service.url, "--ignore", "OSV-2026-1"]
    assert cli.run(ignoring) == 0
    assert "0 vulnerabilities known" in capfd.readouterr().err


@pytest.mark.parametrize(("more", "status"), [([], 3), (["--if-reachable"], 0)])
def test_who_was_not_asked_is_not_called_clean(
    more: list[str], status: int, service: Service, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nobody listens, or the service fails: the exit status says so, but where that is allowed."""
    service.status = 503
    nobody = f"http://127.0.0.1:{free_port()}/"
    for address in (nobody, service.url):
        assert cli.run(["audit-dependencies", "--service", address, *more]) == status
        said = capfd.readouterr()
        assert said.out == ""
        assert "NOT AUDITED: the vulnerability service cannot be reached" in said.err


def test_what_the_service_skips_is_named() -> None:
    audited = judged(
        {
            "dependencies": [
                {"name": "known", "version": "1", "vulns": []},
                {"name": "unknown", "skip_reason": "not found"},
            ]
        }
    )
    assert (audited.asked, audited.unanswered, audited.weaknesses) == (1, ("unknown",), ())
