"""An OpenID provider: where people sign in with an account of their organization.

The flow is that of OpenID Connect Core 1.0, section 3.1, with PKCE (RFC 7636).
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

import aiohttp
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from domain.users.actions.openid import Claimed
from outgoing.guards import Guard, GuardedResolver, LiteralCheck, NotAllowed

SCOPE = "openid email profile"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
"""Signatures by a key that only the provider has: never "none", never with a shared secret."""

KEPT_SECONDS = 3600
TIMEOUT_SECONDS = 10
MOST_BYTES = 1_000_000
LEEWAY_SECONDS = 60


class ProviderError(Exception):
    """The provider does not do as it should, or somebody in its place. Names the fault only."""


class Begun(NamedTuple):
    """A flow that was begun. url: where the browser goes; the rest is needed at its end."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Registration:
    """As whom we are registered there. back_url: where it sends people back to."""

    issuer: str
    client_id: str
    client_secret: str
    back_url: str


class Provider:
    """What it says of itself is asked once an hour, its keys too, and whenever one is not known."""

    def __init__(
        self,
        registration: Registration,
        guard: Guard,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """guard: where the addresses may lead that it names."""
        self._as = registration
        self._guard = guard
        self._clock = clock
        self._kept: dict[str, tuple[float, Mapping[str, Any]]] = {}

    async def begin(self) -> Begun:
        """Raises ProviderError."""
        place = _text(await self._metadata(), "authorization_endpoint")
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        url = prepare_grant_uri(
            place,
            self._as.client_id,
            "code",
            redirect_uri=self._as.back_url,
            scope=SCOPE,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return Begun(url, state, nonce, verifier)

    async def finish(
        self, code: str, *, nonce: str, verifier: str, issuer: str | None, now: datetime
    ) -> Claimed:
        """Who it was. issuer: as the address says by which they came back (RFC 9207).

        Raises ProviderError.
        """
        if issuer not in (None, self._as.issuer):
            raise ProviderError("the answer is another issuer's")
        metadata = await self._metadata()
        given = await self._exchange(_text(metadata, "token_endpoint"), code, verifier)
        token, keys_url = _text(given, "id_token"), _text(metadata, "jwks_uri")
        try:
            return self._claimed(token, await self._keys(keys_url), given, nonce, now)
        except UnknownKey:
            keys = await self._keys(keys_url, anew=True)
        try:
            return self._claimed(token, keys, given, nonce, now)
        except UnknownKey:
            raise ProviderError("the token is signed by no key of the issuer") from None

    def _claimed(
        self, token: str, keys: KeySet, given: Mapping[str, Any], nonce: str, now: datetime
    ) -> Claimed:
        try:
            decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                options={
                    "iss": {"essential": True, "value": self._as.issuer},
                    "aud": {"essential": True, "value": self._as.client_id},
                },
                params={
                    "nonce": nonce,
                    "client_id": self._as.client_id,
                    "access_token": given.get("access_token"),
                },
            )
            claims.validate(now=int(now.timestamp()), leeway=LEEWAY_SECONDS)
        except InvalidKeyIdError:
            raise UnknownKey from None
        except (JoseError, ValueError, TypeError) as error:
            raise ProviderError(f"the token is not valid: {type(error).__name__}") from None
        return _claimed(claims, self._as.issuer)

    async def _exchange(self, url: str, code: str, verifier: str) -> Mapping[str, Any]:
        body = prepare_token_request(
            "authorization_code",
            redirect_uri=self._as.back_url,
            code=code,
            code_verifier=verifier,
        )
        own = f"{quote(self._as.client_id, '')}:{quote(self._as.client_secret, '')}"
        headers = {
            "authorization": "Basic " + base64.b64encode(own.encode()).decode(),
            "content-type": "application/x-www-form-urlencoded",
            "accept": "application/json",
        }
        return await self._ask("POST", url, data=body, headers=headers)

    async def _metadata(self) -> Mapping[str, Any]:
        url = get_well_known_url(self._as.issuer, external=True)
        found = await self._kept_or_asked(url)
        if found.get("issuer") != self._as.issuer:
            raise ProviderError("the issuer calls itself otherwise")
        return found

    async def _keys(self, url: str, *, anew: bool = False) -> KeySet:
        if anew:
            self._kept.pop(url, None)
        try:
            # Whatever JSON it is: import_key_set wants its own type, and checks what it is given.
            return KeySet.import_key_set(await self._kept_or_asked(url))  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError):
            raise ProviderError("the issuer's keys cannot be read") from None

    async def _kept_or_asked(self, url: str) -> Mapping[str, Any]:
        kept = self._kept.get(url)
        if kept is not None and self._clock() < kept[0]:
            return kept[1]
        found = await self._ask("GET", url)
        self._kept[url] = (self._clock() + KEPT_SECONDS, found)
        return found

    async def _ask(self, method: str, url: str, **request: Any) -> Mapping[str, Any]:
        """A JSON object. Redirects are not followed: a provider has none here."""
        try:
            async with (
                self._session() as session,
                session.request(method, url, allow_redirects=False, **request) as response,
            ):
                body, status = await _body(response), response.status
        except NotAllowed as fault:
            raise ProviderError(f"the provider names a private address: {fault}") from None
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            kind = type(error).__name__
            raise ProviderError(f"the provider cannot be reached: {kind}") from None
        return _object(body, status)

    def _session(self) -> aiohttp.ClientSession:
        """One for each question: there are a few in an hour."""
        resolver = GuardedResolver(self._guard, aiohttp.ThreadedResolver())
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False),
            middlewares=(LiteralCheck(self._guard),),
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS),
        )


class UnknownKey(Exception):
    """The token names a key we do not have."""


def _claimed(claims: Mapping[str, Any], issuer: str) -> Claimed:
    subject, email, name = (claims.get(key) for key in ("sub", "email", "name"))
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise ProviderError("the token names nobody")
    verified = claims.get("email_verified") is True and isinstance(email, str)
    return Claimed(
        issuer, subject, str(email) if verified else "", name if isinstance(name, str) else ""
    )


def _object(body: bytes, status: int) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if status != 200 or not isinstance(found, dict):
        raise ProviderError(f"the provider answers with status {status}")
    return found


async def _body(response: aiohttp.ClientResponse) -> bytes:
    body = b""
    async for chunk in response.content.iter_chunked(65_536):
        body += chunk
        if len(body) > MOST_BYTES:
            raise ProviderError("the provider's answer is too long")
    return body


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise ProviderError(f"the provider gives no {name}")
    return value
