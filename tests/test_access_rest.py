"""Who gets what from every address under /v1: by a token, a session, a signature, or nothing."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from starlette.routing import Route

from domain.access import SYSTEM, Act, Role
from domain.engagement.models import Observation
from domain.partners.secrets import issue_secret
from tests.access_table.callers import CALLERS
from tests.access_table.district import BOX, District, make_district
from tests.asgi import call
from tests.graph import Graph, graph
from tests.pushes import sign
from tests.test_access_sessions import _signed_in

SESSION = "administrator in a session"
Outcome = tuple[int, str]
"""Status, and code of the error, if there is one."""

DONE, FORBIDDEN = (200, ""), (403, "FORBIDDEN")
UNKNOWN, UNSIGNED = (401, "UNAUTHENTICATED"), (401, "UNSIGNED")


@dataclass(frozen=True)
class Row:
    """others: what all get who are not in `some`. body: sent by everybody."""

    method: str
    path: str
    others: Outcome
    some: tuple[tuple[frozenset[str], Outcome], ...] = ()
    body: bytes = b""

    def outcome(self, caller: str) -> Outcome:
        return next((told for callers, told in self.some if caller in callers), self.others)


UPLOADERS = frozenset(
    {
        *("author", "author elsewhere", "publisher"),
        *("administrator", "administrator elsewhere", "network", SESSION),
    }
)
PARTNER = "?partner=%(partner)s"
CSV = "链接,阅读量\nhttps://m.weibo.cn/1/2,5\n".encode()
ROWS = {
    "/v1/engagement": Row("POST", f"/v1/engagement{PARTNER}", UNSIGNED, body=b'{"items": []}'),
    "/v1/engagement/import": Row(
        "POST",
        f"/v1/engagement/import{PARTNER}&dryRun=true&platform=WEIBO&account=%(account)s",
        FORBIDDEN,
        (
            (frozenset({"anonymous"}), UNKNOWN),
            (frozenset({"administrator", "network", SESSION}), DONE),
        ),
        CSV,
    ),
    "/v1/media": Row(
        "POST",
        "/v1/media?unknown=1",
        FORBIDDEN,
        # Whoever may upload somewhere is heard, and told that there is no such field.
        ((UPLOADERS, (422, "INVALID_PARAMETER")),),
        b"text",
    ),
    "/v1/deliveries": Row("GET", f"/v1/deliveries{PARTNER}", UNSIGNED),
    "/v1/deliveries/{webhook_id:path}": Row("GET", f"/v1/deliveries/push-1{PARTNER}", UNSIGNED),
    "/v1/openapi.json": Row("GET", "/v1/openapi.json", DONE),
}
"""By route. Where only a partner's signature opens, no token and no session does."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as it:
        yield it


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def district(opened: Graph) -> District:
    return await make_district()


async def outcome(opened: Graph, row: Row, path: str, **headers: str) -> Outcome:
    answer = await call(opened.app, row.method, path, headers=headers, body=row.body)
    error = answer.json().get("error", {})
    return answer.status, error.get("code", "")


@pytest.mark.parametrize("route", ROWS)
async def test_who_gets_what(opened: Graph, district: District, route: str) -> None:
    row = ROWS[route]
    path = row.path % district.ids
    before = await Observation.all().count()
    for caller in CALLERS:
        token = district.tokens[caller]
        given = {"authorization": f"Bearer {token}"} if token else {}
        assert await outcome(opened, row, path, **given) == row.outcome(caller), caller
    cookie = await _signed_in(district, Role.ADMINISTRATOR, district.here.organization_id)
    assert await outcome(opened, row, path, cookie=cookie) == row.outcome(SESSION)
    assert await Observation.all().count() == before


@pytest.mark.parametrize("route", [name for name, row in ROWS.items() if row.others == UNSIGNED])
async def test_only_the_partner_s_own_signature_opens(
    opened: Graph, district: District, route: str
) -> None:
    row = ROWS[route]
    path, now = row.path % district.ids, int(time.time())
    act = Act(SYSTEM, district.act.now)
    own = await issue_secret(act, BOX, district.here.partner_id)
    other = await issue_secret(act, BOX, district.elsewhere.partner_id)
    for secret, expected in ((own, 200), (other, 401)):
        headers = {
            "webhook-id": "push-1",
            "webhook-timestamp": str(now),
            "webhook-signature": sign(secret, "push-1", now, row.body),
        }
        status, _ = await outcome(opened, row, path, **headers)
        assert status == expected, secret is own


def test_every_address_has_a_row(opened: Graph) -> None:
    rest = opened.app.rest._app._app  # type: ignore[attr-defined]  # through what stands around it
    paths = {route.path for route in rest.routes if isinstance(route, Route)}
    assert {path for path in paths if path.startswith("/v1")} == set(ROWS)
