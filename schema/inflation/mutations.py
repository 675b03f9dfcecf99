"""A person confirms or dismisses a flag."""

from __future__ import annotations

from typing import Annotated

import strawberry

from domain.inflation import actions
from schema.execution.context import Info
from schema.inflation.types import InflationFlag
from schema.inputs import number_of
from schema.payloads import Payload, mutation
from schema.planner.declare import to_one
from schema.planner.readings import stands_on
from schema.problems import Conflict, Forbidden, Invalid, NotFound
from schema.scalars import BigInt


@strawberry.input(description="A flag that is right.")
class ConfirmInflationInput:
    id: strawberry.ID = strawberry.field(description="The flag, e.g. InflationFlag:5.")
    version: int = strawberry.field(description="The version you saw.")
    reason: str = strawberry.field(description="Why; at most 500 characters.")
    discount: BigInt = strawberry.field(
        description="How much of the post's total was bought; at most what is left of it."
    )


@strawberry.input(description="A flag that is wrong.")
class DismissInflationInput:
    id: strawberry.ID = strawberry.field(description="The flag, e.g. InflationFlag:5.")
    version: int = strawberry.field(description="The version you saw.")
    reason: str = strawberry.field(description="Why; at most 500 characters.")


@stands_on("(SELECT)")
@strawberry.type(description="The flag as it now is.")
class InflationFlagPayload(Payload):
    flag: InflationFlag | None = to_one("flag_id", "The flag.")


InflationFlagResult = Annotated[
    InflationFlagPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("InflationFlagResult", description="The flag, or why not."),
]


@strawberry.type
class InflationMutations:
    @mutation("Confirms a flag; the discount stands beside the total, which stays as it is.")
    async def confirm_inflation(
        self, info: Info, input: ConfirmInflationInput
    ) -> InflationFlagResult:
        number = number_of("InflationFlag", input.id, "id")
        await actions.confirm(info.context.act, number, input.version, input.reason, input.discount)
        return InflationFlagPayload.of(flag_id=number)

    @mutation("Dismisses a flag; it is not raised again.")
    async def dismiss_inflation(
        self, info: Info, input: DismissInflationInput
    ) -> InflationFlagResult:
        number = number_of("InflationFlag", input.id, "id")
        await actions.dismiss(info.context.act, number, input.version, input.reason)
        return InflationFlagPayload.of(flag_id=number)
