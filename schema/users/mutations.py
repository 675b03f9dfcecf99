"""What administrators do with accounts of people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from domain.users.actions import accounts, links
from domain.users.rules import LinkKind
from schema.execution.context import Info
from schema.inputs import number_of, number_or_none
from schema.payloads import Payload, mutation
from schema.planner.declare import column, to_one
from schema.planner.readings import stands_on
from schema.problems import Conflict, Forbidden, Invalid, NotFound
from schema.users.types import User


@strawberry.input(description="A new account.")
class InviteUserInput:
    email: str = strawberry.field(description="The address under which they sign in.")
    name: str = strawberry.field(description="Their name.")
    person_id: strawberry.ID | None = strawberry.field(
        default=None, description="As whom they write, where they do: a Person's id."
    )


@strawberry.input(description="An account as it is to be.")
class UpdateUserInput:
    id: strawberry.ID = strawberry.field(description="Which: a User's id.")
    version: int = strawberry.field(description="The version you saw.")
    email: str = strawberry.field(description="The address under which they sign in.")
    name: str = strawberry.field(description="Their name.")
    person_id: strawberry.ID | None = strawberry.field(
        default=None, description="As whom they write; null for nobody."
    )


@strawberry.input(description="Which account.")
class UserInput:
    id: strawberry.ID = strawberry.field(description="Its id, e.g. User:3.")


@strawberry.input(description="Which account, as you saw it.")
class UserVersionInput:
    id: strawberry.ID = strawberry.field(description="Its id, e.g. User:3.")
    version: int = strawberry.field(description="The version you saw.")


@stands_on("(SELECT)")
@strawberry.type(description="The account as it now is.")
class UserPayload(Payload):
    user: User | None = to_one("user_id", "The account.")


@stands_on("(SELECT)")
@strawberry.type(description="The account, and a link to hand over to its owner.")
class UserLinkPayload(Payload):
    user: User | None = to_one("user_id", "The account.")
    link: str = column(
        "Where its owner sets a password, once: a path on this host. It is shown this once.",
        "{row}.link",
    )
    link_expires_at: datetime = column(
        "Until when it works.", "to_timestamp({row}.link_expires_at)"
    )


UserResult = Annotated[
    UserPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("UserResult", description="The account, or why nothing changed."),
]
UserLinkResult = Annotated[
    UserLinkPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("UserLinkResult", description="The link, or why there is none."),
]


@strawberry.type
class UserMutations:
    @mutation("Makes an account, and a link by which its owner takes it.")
    async def invite_user(self, info: Info, input: InviteUserInput) -> UserLinkResult:
        person_id = number_or_none("Person", input.person_id, "person_id")
        new = accounts.NewUser(email=input.email, name=input.name, person_id=person_id)
        return _link(await accounts.invite(info.context.act, new))

    @mutation("Makes another link for who has not taken the first, which works no more.")
    async def renew_invitation(self, info: Info, input: UserInput) -> UserLinkResult:
        number = number_of("User", input.id, "id")
        act = info.context.act
        return _link(await accounts.hand_link(act, number, LinkKind.INVITATION))

    @mutation("Makes a link that sets a new password; nothing changes until it is used.")
    async def reset_password(self, info: Info, input: UserInput) -> UserLinkResult:
        number = number_of("User", input.id, "id")
        act = info.context.act
        return _link(await accounts.hand_link(act, number, LinkKind.PASSWORD_RESET))

    @mutation("Changes an account's address, name and person.")
    async def update_user(self, info: Info, input: UpdateUserInput) -> UserResult:
        number = number_of("User", input.id, "id")
        changed = accounts.Changed(
            user_id=number,
            version=input.version,
            email=input.email,
            name=input.name,
            person_id=number_or_none("Person", input.person_id, "person_id"),
        )
        await accounts.update(info.context.act, changed)
        return UserPayload.of(user_id=number)

    @mutation("Locks an account: its sessions and links end at once.")
    async def lock_user(self, info: Info, input: UserVersionInput) -> UserResult:
        number = number_of("User", input.id, "id")
        await accounts.lock(info.context.act, number, input.version)
        return UserPayload.of(user_id=number)

    @mutation("Lets the owner of a locked account sign in again.")
    async def unlock_user(self, info: Info, input: UserVersionInput) -> UserResult:
        number = number_of("User", input.id, "id")
        await accounts.unlock(info.context.act, number, input.version)
        return UserPayload.of(user_id=number)

    @mutation("Ends every session of an account.")
    async def sign_out_user(self, info: Info, input: UserInput) -> UserResult:
        number = number_of("User", input.id, "id")
        await accounts.sign_out(info.context.act, number)
        return UserPayload.of(user_id=number)

    @mutation("Takes an account's second factor away, for who has lost phone and recovery codes.")
    async def remove_second_factor(self, info: Info, input: UserInput) -> UserResult:
        number = number_of("User", input.id, "id")
        await accounts.remove_second_factor(info.context.act, number)
        return UserPayload.of(user_id=number)


def _link(handed: links.Handed) -> UserLinkPayload:
    return UserLinkPayload.of(
        user_id=handed.user_id,
        link=f"/link/{handed.secret}",
        link_expires_at=int(handed.expires_at.timestamp()),
    )
