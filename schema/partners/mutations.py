"""Registering partners and their accounts."""

from __future__ import annotations

from typing import Annotated

import strawberry

from domain.partners import actions
from domain.partners.rules import PartnerKind, Platform
from schema.execution.context import Info
from schema.inputs import number_of
from schema.partners.types import Account, Partner
from schema.payloads import Payload, mutation
from schema.planner.declare import to_one
from schema.planner.readings import stands_on
from schema.problems import Conflict, Forbidden, Invalid, NotFound


@strawberry.input(description="A new partner.")
class RegisterPartnerInput:
    kind: PartnerKind = strawberry.field(description="What it is.")
    name: str = strawberry.field(description="Its name.")
    organization_id: strawberry.ID = strawberry.field(
        description="Who looks after it: an Organization's id."
    )


@strawberry.input(description="A new account of a partner.")
class RegisterAccountInput:
    partner_id: strawberry.ID = strawberry.field(description="Whose it is.")
    platform: Platform = strawberry.field(description="Where it lives.")
    external_id: str = strawberry.field(description="The platform's own identifier.")
    handle: str = strawberry.field(description="The name it shows.")
    base_url: str = strawberry.field(
        default="", description="Its server, where the platform has many (Mastodon)."
    )
    credential: str | None = strawberry.field(
        default=None, description="The platform's token; stored encrypted, never shown again."
    )
    is_media: bool = strawberry.field(
        default=False, description="Weibo: of the media class, so that its reads can be asked for."
    )


@stands_on("(SELECT)")
@strawberry.type(description="The partner as it now is.")
class PartnerPayload(Payload):
    partner: Partner = to_one("partner_id", "The partner.")


@stands_on("(SELECT)")
@strawberry.type(description="The account as it now is.")
class AccountPayload(Payload):
    account: Account = to_one("account_id", "The account.")


RegisterPartnerResult = Annotated[
    PartnerPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("RegisterPartnerResult", description="The partner, or why there is none."),
]
RegisterAccountResult = Annotated[
    AccountPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("RegisterAccountResult", description="The account, or why there is none."),
]


@strawberry.type
class PartnerMutations:
    @mutation("Registers a partner.")
    async def register_partner(
        self, info: Info, input: RegisterPartnerInput
    ) -> RegisterPartnerResult:
        new = actions.NewPartner(
            kind=input.kind,
            name=input.name,
            organization_id=number_of("Organization", input.organization_id, "organization_id"),
        )
        return PartnerPayload.of(partner_id=await actions.register(info.context.act, new))

    @mutation("Registers an account of a partner.")
    async def register_account(
        self, info: Info, input: RegisterAccountInput
    ) -> RegisterAccountResult:
        new = actions.NewAccount(
            partner_id=number_of("Partner", input.partner_id, "partner_id"),
            platform=input.platform,
            external_id=input.external_id,
            handle=input.handle,
            base_url=input.base_url,
            credential=input.credential,
            options={"media": True} if input.is_media else {},
        )
        account_id = await actions.register_account(info.context.act, new, info.context.box)
        return AccountPayload.of(account_id=account_id)
