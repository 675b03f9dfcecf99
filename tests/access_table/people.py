"""People, applications, their roles, and the audit trail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.access import Role
from domain.grants import actions as grants
from domain.grants.models import RoleGrant
from domain.tokens import actions as tokens
from domain.users.models import SecondFactor, User, UserSession
from domain.users.rules import SignInMethod, UserState
from tests.access_table.callers import (
    ADMINISTRATORS,
    ELSEWHERE,
    HERE,
    NETWORK,
    NOBODY,
    NOT_THERE,
    ONE,
    ONLY_NETWORK,
    Read,
    Write,
    listed,
    unique,
)
from tests.access_table.district import District

QUERIES: dict[str, list[Read]] = {
    "auditEntries": [
        Read(
            '{ it: auditEntries(filter: {subject: "%(draft)s", action: "article.create"})'
            " { nodes { action } } }",
            NETWORK,
            {"nodes": [{"action": "article.create"}]},
            selected_by=NETWORK,
        )
    ],
    "tokens": [
        Read(
            "{ it: tokens(first: 1, filter: {isRevoked: true}) { totalCount } }",
            NETWORK,
            {"totalCount": 0},
            selected_by=NETWORK,
        )
    ],
    "users": [
        Read(
            '{ it: users(filter: {email: "wang@example.org"}) ' + ONE + " }",
            NETWORK,
            listed("user"),
            selected_by=NETWORK,
        )
    ],
    "roleGrants": [
        Read(
            '{ it: roleGrants(filter: {within: "%(here)s", role: AUTHOR}) { totalCount } }',
            NETWORK | {"administrator", "author"},
            {"totalCount": 1},
            {"totalCount": 0},
        )
    ],
}


async def _new_token(district: District) -> dict[str, Any]:
    return {"name": "新", "scopes": ["READ_PUBLIC"]}


async def _token(district: District) -> dict[str, Any]:
    number, _ = await tokens.create(district.act, "旧", None, None)
    return {"id": f"Token:{number}"}


async def _new_user(district: District) -> dict[str, Any]:
    return {"email": f"u{unique()}@example.org", "name": "新"}


async def _user(state: UserState) -> int:
    now = datetime.now(UTC)
    email = f"u{unique()}@example.org"
    return int((await User.create(email=email, name="旧", state=state, created_at=now)).id)


async def _invited(district: District) -> dict[str, Any]:
    return {"id": f"User:{await _user(UserState.INVITED)}"}


async def _active(district: District) -> dict[str, Any]:
    return {"id": f"User:{await _user(UserState.ACTIVE)}"}


async def _active_as_seen(district: District) -> dict[str, Any]:
    return {**await _active(district), "version": 1}


async def _locked(district: District) -> dict[str, Any]:
    return {"id": f"User:{await _user(UserState.LOCKED)}", "version": 1}


async def _renamed_user(district: District) -> dict[str, Any]:
    return {**await _active_as_seen(district), **await _new_user(district)}


async def _signed_in(district: District) -> dict[str, Any]:
    number, now = await _user(UserState.ACTIVE), datetime.now(UTC)
    await UserSession.create(
        user_id=number,
        sha256=unique().to_bytes(32),
        method=SignInMethod.PASSWORD,
        confirmed=True,
        created_at=now,
        seen_at=now,
    )
    return {"id": f"User:{number}"}


async def _with_second_factor(district: District) -> dict[str, Any]:
    number = await _user(UserState.ACTIVE)
    await SecondFactor.create(user_id=number, secret=b"sealed", created_at=datetime.now(UTC))
    return {"id": f"User:{number}"}


async def _new_grant(district: District) -> dict[str, Any]:
    ids = district.ids
    return {"role": "AUTHOR", "holderId": ids["user"], "organizationId": ids["here"]}


async def _grant(district: District) -> dict[str, Any]:
    new = grants.NewGrant(
        role=Role.AUTHOR,
        holder=grants.Holder(user_id=int(district.ids["user"].split(":")[1])),
        organization_id=district.here.organization_id,
    )
    return {"id": f"RoleGrant:{await grants.grant(district.act, new)}"}


async def _handed_on(district: District) -> dict[str, Any]:
    """The author's own role."""
    held = await RoleGrant.get(token_id=district.numbers["author"])
    ends_at = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    return {"grantId": f"RoleGrant:{held.id}", "holderId": district.ids["user"], "endsAt": ends_at}


WITHOUT_WRITING = frozenset(
    {"anonymous", "application", "public", "partner", "partner elsewhere", "reader"}
)
"""Who may change nothing anywhere."""

MUTATIONS: dict[str, Write] = {
    "grantRole": Write(_new_grant, ADMINISTRATORS, NOBODY, ((ELSEWHERE, HERE),)),
    "delegateRole": Write(
        _handed_on,
        frozenset({"author"}),
        "NOT_FOUND input.grantId",
        (
            (
                WITHOUT_WRITING,
                NOBODY,
            ),
        ),
    ),
    "endRole": Write(
        _grant,
        ADMINISTRATORS,
        NOT_THERE,
        (
            (
                WITHOUT_WRITING,
                NOBODY,
            ),
        ),
    ),
    "createToken": Write(_new_token, ONLY_NETWORK, NOBODY),
    "revokeToken": Write(_token, ONLY_NETWORK, NOBODY),
    "inviteUser": Write(_new_user, ONLY_NETWORK, NOBODY),
    "renewInvitation": Write(_invited, ONLY_NETWORK, NOBODY),
    "resetPassword": Write(_active, ONLY_NETWORK, NOBODY),
    "updateUser": Write(_renamed_user, ONLY_NETWORK, NOBODY),
    "lockUser": Write(_active_as_seen, ONLY_NETWORK, NOBODY),
    "unlockUser": Write(_locked, ONLY_NETWORK, NOBODY),
    "signOutUser": Write(_signed_in, ONLY_NETWORK, NOBODY),
    "removeSecondFactor": Write(_with_second_factor, ONLY_NETWORK, NOBODY),
}
