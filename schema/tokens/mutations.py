"""Making bearer tokens and taking them back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from domain.access import Role, Scope
from domain.tokens import actions
from schema.execution.context import Info
from schema.inputs import number_of, number_or_none
from schema.payloads import Payload, mutation
from schema.planner.declare import column, to_one
from schema.planner.readings import stands_on
from schema.problems import Conflict, Forbidden, Invalid, NotFound
from schema.tokens.types import Token


@strawberry.input(description="A new bearer token.")
class CreateTokenInput:
    name: str = strawberry.field(description="Whose it is, or what for.")
    scopes: list[Scope] = strawberry.field(
        description="What it may be used for; each includes those before it."
    )
    role: Role | None = strawberry.field(
        default=None, description="Its first role; more are granted by grantRole."
    )
    organization_id: strawberry.ID | None = strawberry.field(
        default=None, description="Where it has that role; null for the whole network."
    )
    partner_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Whose it is, when it is a partner's: it then sees what that partner may.",
    )
    expires_at: datetime | None = strawberry.field(
        default=None, description="When it expires; null when it does not by itself."
    )


@strawberry.input(description="A token that ends.")
class RevokeTokenInput:
    id: strawberry.ID = strawberry.field(description="Which: a Token's id.")


@stands_on("(SELECT)")
@strawberry.type(description="The token that was made.")
class CreateTokenPayload(Payload):
    token: Token | None = to_one("token_id", "The token.")
    secret: str = column("What to send as bearer token. It is shown this once.", "{row}.secret")


@stands_on("(SELECT)")
@strawberry.type(description="The token as it now is.")
class TokenPayload(Payload):
    token: Token | None = to_one("token_id", "The token.")


CreateTokenResult = Annotated[
    CreateTokenPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("CreateTokenResult", description="The token, or why there is none."),
]
RevokeTokenResult = Annotated[
    TokenPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("RevokeTokenResult", description="The token, or why nothing changed."),
]


@strawberry.type
class TokenMutations:
    @mutation("Makes a bearer token; by administrators of the whole network.")
    async def create_token(self, info: Info, input: CreateTokenInput) -> CreateTokenResult:
        number, secret = await actions.create(
            info.context.act,
            input.name,
            input.role,
            input.expires_at,
            organization_id=number_or_none(
                "Organization", input.organization_id, "organization_id"
            ),
            partner_id=number_or_none("Partner", input.partner_id, "partner_id"),
            scopes=input.scopes,
        )
        return CreateTokenPayload.of(token_id=number, secret=secret)

    @mutation("Revokes a bearer token; it opens nothing from now on.")
    async def revoke_token(self, info: Info, input: RevokeTokenInput) -> RevokeTokenResult:
        number = number_of("Token", input.id, "id")
        await actions.revoke(info.context.act, number)
        return TokenPayload.of(token_id=number)
