"""What a person does for an account whose pulls have stopped."""

from __future__ import annotations

from typing import Annotated

import strawberry

from domain.pulling.actions import accounts
from schema.execution.context import Info
from schema.inputs import number_of
from schema.partners.mutations import AccountPayload
from schema.payloads import mutation
from schema.problems import Conflict, Forbidden, Invalid, NotFound


@strawberry.input(description="An account whose pause ends.")
class ResumeAccountInput:
    id: strawberry.ID = strawberry.field(description="Which: an Account's id.")


@strawberry.input(description="A new credential of an account.")
class SetAccountCredentialInput:
    id: strawberry.ID = strawberry.field(description="Which: an Account's id.")
    credential: str = strawberry.field(
        description="The platform's token, or a JSON object of texts where it has several parts;"
        " stored encrypted, never shown again."
    )


ResumeAccountResult = Annotated[
    AccountPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("ResumeAccountResult", description="The account, or why nothing changed."),
]
SetAccountCredentialResult = Annotated[
    AccountPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union(
        "SetAccountCredentialResult", description="The account, or why nothing changed."
    ),
]


@strawberry.type
class PullingMutations:
    @mutation("Ends an account's pause, whatever its reason: it is asked again at once.")
    async def resume_account(self, info: Info, input: ResumeAccountInput) -> ResumeAccountResult:
        number = number_of("Account", input.id, "id")
        await accounts.resume(info.context.act, number)
        return AccountPayload.of(account_id=number)

    @mutation("Replaces an account's credential; a pause because the old one expired ends.")
    async def set_account_credential(
        self, info: Info, input: SetAccountCredentialInput
    ) -> SetAccountCredentialResult:
        number = number_of("Account", input.id, "id")
        await accounts.set_credential(info.context.act, number, input.credential, info.context.box)
        return AccountPayload.of(account_id=number)
