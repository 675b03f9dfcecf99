"""Counts requests beside /graphql, by the route that answered."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics.families import RESPONSES, REST
from api.metrics.tally import Tally
from api.traced import PLACE

NO_ROUTE = "(none)"


class CountedRest:
    """The application in between. routes: whose paths become labels, as they are written there."""

    def __init__(self, app: ASGIApp, routes: Iterable[Any], tally: Tally) -> None:
        self._app = app
        self._tally = tally
        self._paths: Mapping[Any, str] = {
            route.endpoint: route.path for route in routes if isinstance(route, Route)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun_at = time.perf_counter()
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            route = self._paths.get(scope.get("endpoint"), NO_ROUTE)
            self._tally.count(RESPONSES, route, str(status))
            self._tally.observe(REST, time.perf_counter() - begun_at, route)
            if PLACE in scope:
                scope[PLACE].add({"http.route": route})  # a path may hold a secret
