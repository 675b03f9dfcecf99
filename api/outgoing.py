"""Where every response leaves, whatever made it: what all of them say is added here, once."""

from __future__ import annotations

from collections.abc import Awaitable

from starlette.types import Message, Scope, Send

from api.cors import Cors
from api.meters import METER, Meter
from api.replies import headers_of
from api.response_headers import lacking


class Outgoing:
    """What the server sends of the answer to one request. The meter is looked for when the answer
    begins: who is refused at the door has none."""

    __slots__ = ("_cors", "_scope", "_send")

    def __init__(self, scope: Scope, send: Send, cors: Cors) -> None:
        self._scope = scope
        self._send = send
        self._cors = cors

    def send(self, message: Message) -> Awaitable[None]:
        if message["type"] != "http.response.start":
            return self._send(message)
        headers = list(message.get("headers", ()))
        meter: Meter | None = self._scope.get(METER)
        if meter is not None:
            headers += meter.told(message["status"])
        headers += lacking(headers)
        headers = self._cors.opened(headers_of(self._scope), headers)
        return self._send({**message, "headers": headers})
