"""A browser as far as signing in needs one: it keeps cookies, sends forms and follows redirects."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from api.app import Application, create_app
from settings import Settings
from tests.asgi import Response, call, lifespan
from tests.graph import KEY

FORM = "application/x-www-form-urlencoded"


@dataclass
class Clock:
    """Goes on only when it is told to; tables are made at the real time, so it begins there."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Site:
    app: Application
    clock: Clock


@asynccontextmanager
async def site(database_url: str, **settings: Any) -> AsyncIterator[Site]:
    """The application, with a clock that is given."""
    made = make_site(database_url, **settings)
    async with lifespan(made.app):
        yield made


def make_site(database_url: str, **settings: Any) -> Site:
    """Not started: its pages answer where Tortoise is open already."""
    clock = Clock()
    given = Settings(DATABASE_URL=database_url, secret_key=KEY, **settings)
    return Site(create_app(given, clock=clock), clock)


@dataclass
class Browser:
    """headers: sent with everything; by themselves those of a page of ours."""

    app: Application
    headers: dict[str, str] = field(default_factory=lambda: {"origin": "http://localhost"})
    cookies: dict[str, str] = field(default_factory=dict)

    async def send(self, method: str, path: str, body: bytes = b"", **headers: Any) -> Response:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"host": "localhost", **self.headers, **headers}
        if cookie:
            sent["cookie"] = cookie
        response = await call(self.app, method, path, headers=sent, body=body)
        for header in response.cookies:
            self._keep(header)
        return response

    def _keep(self, header: str) -> None:
        for name, morsel in SimpleCookie(header).items():
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value

    async def get(self, path: str, **headers: Any) -> Response:
        return await self.send("GET", path, **headers)

    async def submit(self, path: str, /, **fields: str) -> Response:
        """A form, as a page of ours sends it."""
        body = urlencode(fields).encode()
        return await self.send("POST", path, body, **{"content-type": FORM})

    async def sign_in(self, email: str, password: str) -> Response:
        return await self.submit("/sign-in", email=email, password=password)

    @property
    def is_signed_in(self) -> bool:
        return bool(self.cookies)


def text(response: Response) -> str:
    return response.body.decode()


def error_of(response: Response) -> str:
    """What the page says went wrong."""
    found = re.search(r'role="alert" id="error">([^<]*)<', text(response))
    assert found is not None, text(response)
    return found[1]
