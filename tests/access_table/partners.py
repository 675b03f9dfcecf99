"""Partners, their accounts and posts, what they pushed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.access_table.callers import (
    ADMINISTRATORS,
    DRAFTS,
    ELSEWHERE,
    EMPTY,
    FIGURES,
    HERE,
    NOBODY,
    NOT_YOURS,
    ONE,
    PUBLISHERS,
    SELECT_DELIVERIES,
    Read,
    Write,
    listed,
    public,
    unique,
)
from tests.access_table.district import District

QUERIES: dict[str, list[Read]] = {
    "node": [
        Read('{ it: node(id: "%(post)s") { id } }', DRAFTS | {"partner"}, {"id": "%(post)s"}),
        Read(
            '{ it: node(id: "%(delivery)s") { id } }', FIGURES | {"partner"}, {"id": "%(delivery)s"}
        ),
    ],
    "post": [Read('{ it: post(id: "%(post)s") { id } }', DRAFTS | {"partner"}, {"id": "%(post)s"})],
    "posts": [
        Read(
            '{ it: posts(filter: {within: "%(here)s"}) ' + ONE + " }",
            DRAFTS | {"partner"},
            listed("post"),
            EMPTY,
        )
    ],
    "partner": [public('{ it: partner(id: "%(partner)s") { name } }', {"name": "这里博主"})],
    "partners": [public("{ it: partners { totalCount } }", {"totalCount": 2})],
    "account": [public('{ it: account(id: "%(account)s") { id } }', {"id": "%(account)s"})],
}

FIELDS: dict[tuple[str, str], Read] = {
    ("Partner", "deliveries"): Read(
        '{ it: partner(id: "%(partner)s") { deliveries ' + ONE + " } }",
        FIGURES | {"partner"},
        {"deliveries": listed("delivery")},
        {"deliveries": EMPTY},
        SELECT_DELIVERIES,
    ),
    ("Account", "pullStatus"): Read(
        '{ it: account(id: "%(account)s") { pullStatus { failures } } }',
        FIGURES | {"partner"},
        {"pullStatus": {"failures": 0}},
        {"pullStatus": None},
        SELECT_DELIVERIES,
    ),
}


async def _new_partner(district: District) -> dict[str, Any]:
    return {"kind": "BLOGGER", "name": "新", "organizationId": district.ids["here"]}


async def _new_account(district: District) -> dict[str, Any]:
    names = {"externalId": f"a{unique()}", "handle": "@new"}
    return {"partnerId": district.ids["partner"], "platform": "OTHER", **names}


async def _new_post(district: District) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    return {"accountId": district.ids["account"], "externalId": f"p{unique()}", "postedAt": now}


async def _account(district: District) -> dict[str, Any]:
    return {"id": district.ids["account"]}


async def _credential(district: District) -> dict[str, Any]:
    return {"id": district.ids["account"], "credential": "secret"}


MUTATIONS: dict[str, Write] = {
    "registerPartner": Write(_new_partner, ADMINISTRATORS, NOBODY, ((ELSEWHERE, HERE),)),
    "registerAccount": Write(
        _new_account, ADMINISTRATORS, NOBODY, ((ELSEWHERE, "FORBIDDEN input.partnerId"),)
    ),
    "registerPost": Write(
        _new_post, PUBLISHERS, NOBODY, ((ELSEWHERE, "FORBIDDEN input.accountId"),)
    ),
    "resumeAccount": Write(_account, ADMINISTRATORS, NOBODY, ((ELSEWHERE, NOT_YOURS),)),
    "setAccountCredential": Write(_credential, ADMINISTRATORS, NOBODY, ((ELSEWHERE, NOT_YOURS),)),
}
