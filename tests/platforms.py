"""A sandbox platform in a process of its own, and accounts and posts that stand on its topics."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from domain.access import SYSTEM, Act
from domain.organizations import actions as organizations
from domain.organizations.rules import OrganizationKind
from domain.partners import actions as partners
from domain.partners.rules import PartnerKind, Platform
from domain.posts import actions as posts
from domain.secrets import SecretBox
from sandbox.main import DATA
from sandbox.topics import Topics, hour_number, load
from tests.serving import free_port
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent
KEY = "a-key-for-tests"
BOX = SecretBox((KEY,))
HOUR = "2025-10-03T08"
RUN = """
import sys
from pathlib import Path
from sandbox.main import run
port, speed, clock, hour, generosity = sys.argv[1:]
run(int(port), speed=float(speed), clock_path=Path(clock) if clock else None,
    start_hour=hour, generosity=int(generosity))
"""


@dataclass(slots=True)
class SandboxProcess:
    url: str
    process: subprocess.Popen[bytes]

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and decoded body; the text where it is no JSON."""
        status, _, raw = self.raw(method, path, body, **headers)
        try:
            return status, json.loads(raw) if raw else None
        except ValueError:
            return status, raw.decode(errors="replace")

    def raw(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = Request(self.url + path, data=data, headers=headers, method=method)
        try:
            with urlopen(request, timeout=10) as answer:
                return answer.status, _lower(answer.headers), answer.read()
        except HTTPError as error:
            with error:
                return error.code, _lower(error.headers), error.read()

    def fault(self, kind: str, **details: Any) -> None:
        status, answer = self.call("POST", "/faults", {"kind": kind, **details})
        assert status == 201, answer

    def reset(self) -> None:
        self.call("DELETE", "/faults")
        self.call("PUT", "/clock", {"hour": HOUR})

    def requests(self, after: int = 0) -> list[dict[str, Any]]:
        seen: list[dict[str, Any]] = self.call("GET", "/requests")[1]
        return seen[after:]


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@contextmanager
def sandbox_process(
    *,
    speed: float = 0,
    clock_path: Path | None = None,
    hour: str = HOUR,
    generosity: int = 1000,
) -> Iterator[SandboxProcess]:
    port = free_port()
    arguments = [str(port), str(speed), str(clock_path or ""), hour, str(generosity)]
    process = subprocess.Popen([sys.executable, "-c", RUN, *arguments], cwd=ROOT)
    sandbox = SandboxProcess(f"http://127.0.0.1:{port}", process)
    try:
        wait_until(lambda: _answers(sandbox), 20)
        yield sandbox
    finally:
        process.terminate()
        process.wait(10)


def _answers(sandbox: SandboxProcess) -> bool:
    assert sandbox.process.poll() is None
    try:
        return sandbox.call("GET", "/clock")[0] == 200
    except (URLError, ConnectionError):
        return False


_topics: list[Topics] = []


def topics() -> Topics:
    if not _topics:
        _topics.append(load(DATA))
    return _topics[0]


def counters(external_id: str, hour: str = HOUR) -> dict[str, int]:
    """What the data set says of a topic at an hour."""
    found = topics().by_id[int(external_id)].at(hour_number(hour))
    assert found is not None
    return found


def seen_ids(count: int, *, start: int = 0, hour: str = HOUR) -> list[str]:
    """Topics that have all their counters at the hour, the same ones every time."""
    number = hour_number(hour)
    found = [str(key) for key, topic in topics().by_id.items() if len(topic.at(number) or {}) == 3]
    return sorted(found)[start : start + count]


def unseen_ids(count: int, hour: str = HOUR) -> list[str]:
    """Topics the data set shows only later."""
    number = hour_number(hour)
    return sorted(str(key) for key, t in topics().by_id.items() if t.hours[0] > number)[:count]


async def make_partner(now: datetime) -> int:
    act = Act(SYSTEM, now)
    kind = OrganizationKind.CENTRE
    organization_id = await organizations.create(
        act, organizations.NewOrganization(kind=kind, name="大兴中心")
    )
    new = partners.NewPartner(
        kind=PartnerKind.BLOGGER, name="一位博主", organization_id=organization_id
    )
    return await partners.register(act, new)


async def make_account(
    partner_id: int,
    external_id: str,
    now: datetime,
    *,
    platform: Platform = Platform.WEIBO,
    token: str | None = "media-1",
    base_url: str = "",
    **options: Any,
) -> int:
    new = partners.NewAccount(
        partner_id=partner_id,
        platform=platform,
        external_id=external_id,
        handle=external_id,
        base_url=base_url,
        credential=token,
        options=options,
    )
    return await partners.register_account(Act(SYSTEM, now), new, BOX)


async def make_post(account_id: int, external_id: str, posted_at: datetime) -> int:
    new = posts.NewPost(account_id=account_id, external_id=external_id, posted_at=posted_at)
    return await posts.register(Act(SYSTEM, posted_at), new)
