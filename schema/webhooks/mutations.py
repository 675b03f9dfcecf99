"""Registering addresses, and sending messages again."""

from __future__ import annotations

from typing import Annotated

import strawberry

from domain.engagement.rules import Metric, SubjectKind
from domain.webhooks import actions
from domain.webhooks.rules import WebhookEventType
from schema.execution.context import Info
from schema.inputs import number_of
from schema.payloads import Payload, mutation
from schema.planner.declare import to_one
from schema.planner.readings import stands_on
from schema.problems import Conflict, Forbidden, Invalid, NotFound
from schema.scalars import BigInt
from schema.webhooks.types import WebhookEndpoint, WebhookMessage


@strawberry.input(description="Whose total of which metric must reach what.")
class WebhookThresholdInput:
    kind: SubjectKind = strawberry.field(description="POST, ARTICLE or CAMPAIGN.")
    metric: Metric = strawberry.field(description="Which total.")
    value: BigInt = strawberry.field(description="What it must have reached.")


@strawberry.input(description="A new address.")
class RegisterWebhookEndpointInput:
    url: str = strawberry.field(description="Where messages are sent.")
    events: list[WebhookEventType] = strawberry.field(description="Of what it is told.")
    secret: str = strawberry.field(
        description="What messages are signed with: whsec_ and 24 to 64 bytes in base64; stored "
        "encrypted, never shown again."
    )
    description: str = strawberry.field(default="", description="Whose it is, or what for.")
    threshold: WebhookThresholdInput | None = strawberry.field(
        default=None, description="For ENGAGEMENT_THRESHOLD."
    )


@strawberry.input(description="A new secret for an address.")
class RotateWebhookSecretInput:
    id: strawberry.ID = strawberry.field(description="The address.")
    secret: str = strawberry.field(description="As when registering; the older one signs on a day.")


@strawberry.input(description="Which address.")
class WebhookEndpointInput:
    id: strawberry.ID = strawberry.field(description="Its id, e.g. WebhookEndpoint:2.")


@strawberry.input(description="Which message.")
class ReplayWebhookMessageInput:
    id: strawberry.ID = strawberry.field(description="Its id, e.g. WebhookMessage:91.")


@stands_on("(SELECT)")
@strawberry.type(description="The address as it now is.")
class WebhookEndpointPayload(Payload):
    endpoint: WebhookEndpoint | None = to_one("endpoint_id", "The address.")


@stands_on("(SELECT)")
@strawberry.type(description="The message as it now is.")
class WebhookMessagePayload(Payload):
    webhook_message: WebhookMessage | None = to_one("message_id", "The message.")


WebhookEndpointResult = Annotated[
    WebhookEndpointPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("WebhookEndpointResult", description="The address, or why not."),
]
WebhookMessageResult = Annotated[
    WebhookMessagePayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("WebhookMessageResult", description="The message, or why not."),
]


@strawberry.type
class WebhookMutations:
    @mutation("Registers an address that is told of events from now on.")
    async def register_webhook_endpoint(
        self, info: Info, input: RegisterWebhookEndpointInput
    ) -> WebhookEndpointResult:
        given = input.threshold
        new = actions.NewEndpoint(
            url=input.url,
            events=input.events,
            secret=input.secret,
            description=input.description,
            threshold=actions.Threshold(given.kind, given.metric, given.value) if given else None,
        )
        endpoint_id = await actions.register(info.context.act, new, info.context.box)
        return WebhookEndpointPayload.of(endpoint_id=endpoint_id)

    @mutation("Replaces an address's secret; the older one signs beside it for a day.")
    async def rotate_webhook_secret(
        self, info: Info, input: RotateWebhookSecretInput
    ) -> WebhookEndpointResult:
        number = number_of("WebhookEndpoint", input.id, "id")
        await actions.rotate(info.context.act, number, input.secret, info.context.box)
        return WebhookEndpointPayload.of(endpoint_id=number)

    @mutation("Tells an address nothing more; what waits for it is dead.")
    async def disable_webhook_endpoint(
        self, info: Info, input: WebhookEndpointInput
    ) -> WebhookEndpointResult:
        number = number_of("WebhookEndpoint", input.id, "id")
        await actions.disable(info.context.act, number)
        return WebhookEndpointPayload.of(endpoint_id=number)

    @mutation("Tells an address again, of what happens from now on.")
    async def enable_webhook_endpoint(
        self, info: Info, input: WebhookEndpointInput
    ) -> WebhookEndpointResult:
        number = number_of("WebhookEndpoint", input.id, "id")
        await actions.enable(info.context.act, number)
        return WebhookEndpointPayload.of(endpoint_id=number)

    @mutation("Sends a message again that was taken or given up.")
    async def replay_webhook_message(
        self, info: Info, input: ReplayWebhookMessageInput
    ) -> WebhookMessageResult:
        number = number_of("WebhookMessage", input.id, "id")
        await actions.replay(info.context.act, number)
        return WebhookMessagePayload.of(message_id=number)
