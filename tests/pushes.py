"""A partner that pushes, as tests see it from outside."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.applications import Starlette

from api import imports, openapi, push, push_log
from api.callers import Callers
from api.metrics.tally import Tally
from api.push_load import Gate
from api.request_ids import Identified
from domain.access import SYSTEM, Act
from domain.engagement.actions.backlog import backlog
from domain.notifications import Changes
from domain.partners.rules import Platform
from domain.partners.secrets import issue_secret
from domain.secrets import SecretBox
from settings import Settings
from tests import asgi
from tests.rows import (
    make_post,
    make_world,
)
from tests.users import RULES

BOX = SecretBox(("key",))
APP = Starlette(routes=[*push.routes, *push_log.routes, *openapi.routes, *imports.routes])
APP.state.secret_box = BOX
APP.state.settings = Settings(push_open_days=36_500)
"""Nothing is settled, so that moments may stand in the tests as they are."""
APP.state.gate = Gate(100, 1_000_000, backlog)
APP.state.tally = Tally()
APP.state.callers = Callers(Changes(), patience_seconds=5, sessions=RULES)
WHOLE = Identified(APP)
HOUR = timedelta(hours=1)


@contextmanager
def state(**given: object) -> Iterator[None]:
    """The application with other settings, or another gate."""
    before = {name: getattr(APP.state, name) for name in given}
    for name, value in given.items():
        setattr(APP.state, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(APP.state, name, value)


@dataclass(frozen=True)
class Sender:
    """A partner with two posts, and what it needs to push."""

    partner_id: int
    account_id: int
    secret: str
    posts: tuple[int, int]


async def make_sender(platform: Platform = Platform.WECHAT) -> Sender:
    world = await make_world(platform)
    return Sender(
        partner_id=world.partner_id,
        account_id=world.account_id,
        secret=await issue_secret(Act(SYSTEM, datetime.now(UTC)), BOX, world.partner_id),
        posts=(await make_post(world.account_id), await make_post(world.account_id)),
    )


def sign(secret: str, webhook_id: str, timestamp: int, body: bytes) -> str:
    """The specification, written once more: nothing here is shared with what is tested."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{webhook_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, content, "sha256")).decode()


def headers(
    sender: Sender, body: bytes, webhook_id: str = "msg_1", *, offset_seconds: int = 0
) -> dict[str, str]:
    timestamp = int(datetime.now(UTC).timestamp()) + offset_seconds
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(sender.secret, webhook_id, timestamp, body),
        "content-length": str(len(body)),
    }


async def send(
    sender: Sender,
    body: bytes | Iterable[bytes],
    webhook_id: str = "msg_1",
    *,
    given: asgi.Headers | None = None,
    partner: str = "",
    disconnects: bool = False,
) -> asgi.Response:
    """given: other headers than those that fit the body."""
    if given is None:
        assert isinstance(body, bytes)
        given = headers(sender, body, webhook_id)
    where = f"/v1/engagement?partner={partner or f'Partner:{sender.partner_id}'}"
    return await asgi.call(WHOLE, "POST", where, headers=given, body=body, disconnects=disconnects)


def item(post: object, value: object = 100, **given: object) -> dict[str, object]:
    return {
        "post": f"Post:{post}" if isinstance(post, int) else post,
        "metric": "READS",
        "value": value,
        "observedAt": "2026-03-01T08:00:00+08:00",
        **given,
    }


def batch(*items: object, **given: object) -> bytes:
    return json.dumps({"items": items, **given}).encode()


def refusal(answer: asgi.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"error"}
    assert set(answer.json()["error"]) == {"code", "message"}
    assert answer.json()["error"]["message"]
    return answer.status, answer.json()["error"]["code"]


def rejections(answer: asgi.Response) -> list[tuple[int, str]]:
    assert answer.status == 200
    return [(entry["index"], entry["code"]) for entry in answer.json()["rejected"]]
