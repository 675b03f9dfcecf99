"""Signing in by OpenID Connect, against a provider over HTTP that signs real tokens."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from domain.audit.models import AuditEntry
from domain.users.actions import accounts
from domain.users.models import OpenIdIdentity, User, UserSession
from domain.users.rules import UserState
from tests.browser import Browser, Site, error_of, make_site, site, text
from tests.rows import nothing_written
from tests.users import PASSWORD, active, editor_at, invited, new_email

pytestmark = pytest.mark.usefixtures("quick_passwords")

CLIENT, SECRET = "xinfeng", "a secret: with/odd characters"
FAILED = "Signing in with your organization&#39;s account did not work. Try again."
UNKNOWN = "There is no account here for you. Ask an administrator for an invitation."


@dataclass
class Provider:
    """Says that whoever comes is `person`. claims, header: put into the next tokens."""

    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048))
    person: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    signing: Any = None
    algorithm: str = "RS256"
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    now: int = 0

    def application(self) -> web.Application:
        application = web.Application()
        application.add_routes(
            [
                web.get("/.well-known/openid-configuration", self.metadata),
                web.get("/keys", self.keys),
                web.get("/authorize", self.authorize),
                web.post("/token", self.token),
            ]
        )
        return application

    async def metadata(self, request: web.Request) -> web.Response:
        self.asked.append("metadata")
        return web.json_response(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                **self.named,
            }
        )

    async def keys(self, request: web.Request) -> web.Response:
        self.asked.append("keys")
        return web.json_response(KeySet([self.key]).as_dict(private=False))

    async def authorize(self, request: web.Request) -> web.Response:
        asked = dict(request.query)
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["scope"].split() == ["openid", "email", "profile"]
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"], "iss": self.issuer})
        raise web.HTTPFound(f"{asked['redirect_uri']}?{back}")

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        asked = self.codes.pop(str(form.get("code")), None)
        own = base64.b64encode(f"{CLIENT}:a%20secret%3A%20with%2Fodd%20characters".encode())
        challenge = hashlib.sha256(str(form.get("code_verifier")).encode()).digest()
        fits = (
            asked is not None
            and request.headers["authorization"] == f"Basic {own.decode()}"
            and form.get("grant_type") == "authorization_code"
            and form.get("redirect_uri") == asked["redirect_uri"]
            and base64.urlsafe_b64encode(challenge).decode().rstrip("=") == asked["code_challenge"]
        )
        if not fits or asked is None:
            return web.json_response({"error": "invalid_grant"}, status=400)
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "u-1",
            "iat": self.now,
            "exp": self.now + 300,
            "nonce": asked["nonce"],
            **self.person,
            **self.claims,
        }
        signed = {name: value for name, value in claims.items() if value is not None}
        key = self.signing or self.key
        header = {"alg": self.algorithm, "kid": _kid(key)}
        token = jwt.encode(header, signed, key, algorithms=[self.algorithm])
        return web.json_response({"access_token": "x", "token_type": "Bearer", "id_token": token})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running() -> AsyncIterator[Provider]:
    provider = Provider()
    runner = web.AppRunner(provider.application())
    await runner.setup()
    place = web.TCPSite(runner, "127.0.0.1", 0)
    await place.start()
    provider.issuer = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield provider
    await runner.cleanup()


def _kid(key: Any) -> str:
    key.ensure_kid()
    return str(key.kid)


def settings(provider: Provider, **more: Any) -> dict[str, Any]:
    return {
        "openid_issuer": provider.issuer,
        "openid_client_id": CLIENT,
        "openid_client_secret": SECRET,
        "openid_name": "区政务账号",
        **more,
    }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def our_site(database_url: str, running: Provider) -> AsyncIterator[Site]:
    async with site(database_url, **settings(running)) as opened:
        yield opened


@pytest.fixture
def provider(running: Provider, our_site: Site) -> Provider:
    """As it is by itself: it knows somebody new."""
    running.person = {"sub": secrets.token_hex(8), "email": new_email(), "email_verified": True}
    running.claims, running.signing, running.algorithm = {}, None, "RS256"
    running.now = int(our_site.clock().timestamp())
    return running


async def return_path(browser: Browser) -> str:
    """Goes to the provider; the path by which it sends the browser back."""
    went = await browser.get("/sign-in/openid?next=/docs/push")
    assert went.status == 303, text(went)
    async with aiohttp.ClientSession() as session:
        answer = await session.get(went.headers["location"], allow_redirects=False)
        parts = urlsplit(answer.headers["location"])
    assert parts.path == "/sign-in/openid/back"
    return f"{parts.path}?{parts.query}"


async def come_back(browser: Browser, path: str) -> Any:
    return await browser.get(path, **{"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"})


async def sign_in(browser: Browser) -> Any:
    return await come_back(browser, await return_path(browser))


@pytest.fixture
def browser(our_site: Site) -> Browser:
    return Browser(our_site.app, headers={})


async def test_who_has_an_account_is_found_by_the_verified_address(
    our_site: Site, provider: Provider, browser: Browser
) -> None:
    user = await active(provider.person["email"], now=our_site.clock())
    page = text(await browser.get("/sign-in"))
    assert "Sign in with 区政务账号" in page
    answer = await sign_in(browser)
    assert (answer.status, answer.headers["location"]) == (303, "/docs/push")
    assert user.email in text(await browser.get("/account"))
    # Later by the provider's name for them alone, whatever their address is there now.
    provider.person |= {"email": new_email()}
    again = Browser(our_site.app, headers={})
    await sign_in(again)
    assert user.email in text(await again.get("/account"))
    actions = await AuditEntry.filter(subject=f"User:{user.id}").order_by("id")
    assert [entry.action for entry in actions][-3:] == [
        *("user.link_openid", "user.sign_in", "user.sign_in")
    ]
    assert await UserSession.filter(user_id=user.id, method="OPENID").count() == 2


async def test_an_invitation_is_accepted_so(
    our_site: Site, provider: Provider, browser: Browser
) -> None:
    handed = await invited(provider.person["email"], our_site.clock())
    assert (await sign_in(browser)).status == 303
    user = await User.get(id=handed.user_id)
    assert (user.state, user.version) == (UserState.ACTIVE, 2)
    assert "You sign in with your organization" in text(await browser.get("/account"))


@pytest.mark.parametrize("changed", [{"email_verified": False}, {"email_verified": "true"}, {}])
async def test_an_address_that_is_not_verified_opens_nothing(
    our_site: Site, provider: Provider, browser: Browser, changed: dict[str, Any]
) -> None:
    await active(provider.person["email"], now=our_site.clock())
    del provider.person["email_verified"]
    provider.person |= changed
    path = await return_path(browser)
    async with nothing_written():
        answer = await come_back(browser, path)
    assert (answer.status, error_of(answer)) == (403, UNKNOWN)


async def test_strangers_and_the_locked_read_the_same(
    our_site: Site, provider: Provider, browser: Browser
) -> None:
    stranger = await sign_in(browser)
    user = await active(provider.person["email"], now=our_site.clock())
    assert (await sign_in(Browser(our_site.app, headers={}))).status == 303
    await accounts.lock(editor_at(our_site.clock()), user.id)
    locked = await sign_in(browser)
    assert (stranger.status, stranger.body) == (locked.status, locked.body) == (403, stranger.body)
    assert not browser.is_signed_in


async def test_accounts_are_made_where_that_is_allowed(
    our_site: Site, database_url: str, provider: Provider
) -> None:
    open_site = make_site(database_url, **settings(provider, openid_creates_users=True))
    provider.person["name"] = "赵新来"
    browser = Browser(open_site.app, headers={})
    assert (await sign_in(browser)).status == 303
    user = await User.get(email=provider.person["email"])
    assert (user.name, user.state) == ("赵新来", UserState.ACTIVE)
    provider.person["email_verified"] = False
    provider.person["sub"] = "another"
    assert (await sign_in(Browser(open_site.app, headers={}))).status == 403


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another client"},
        {"aud": [CLIENT, "another"]},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"exp": None},
        {"iat": 4_000_000_000},
        {"sub": None},
        {"sub": ""},
    ],
)
async def test_a_token_that_is_not_for_us_now_is_refused(
    our_site: Site, provider: Provider, browser: Browser, claims: dict[str, Any]
) -> None:
    await active(provider.person["email"], now=our_site.clock())
    path = await return_path(browser)
    provider.claims = claims
    async with nothing_written():
        answer = await come_back(browser, path)
    assert (answer.status, error_of(answer)) == (502, FAILED)
    assert not browser.is_signed_in


async def test_a_token_with_another_signature_is_refused(
    our_site: Site, provider: Provider, browser: Browser
) -> None:
    await active(provider.person["email"], now=our_site.clock())
    foreign, kid = RSAKey.generate_key(2048), _kid(provider.key)
    for signing, algorithm in (
        (foreign, "RS256"),
        (RSAKey.import_key(foreign.raw_value, {"kid": kid}), "RS256"),
        (OctKey.import_key(SECRET * 2), "HS256"),
    ):
        path = await return_path(browser)
        provider.signing, provider.algorithm = signing, algorithm
        async with nothing_written():
            assert (await come_back(browser, path)).status == 502


async def test_the_provider_s_keys_may_change(
    our_site: Site, provider: Provider, browser: Browser
) -> None:
    await active(provider.person["email"], now=our_site.clock())
    assert (await sign_in(browser)).status == 303
    provider.key = RSAKey.generate_key(2048)
    asked = len(provider.asked)
    assert (await sign_in(browser)).status == 303
    assert provider.asked[asked:] == ["keys"]  # what it says of itself is still known


async def test_only_the_browser_that_went_comes_back_and_once(
    our_site: Site, provider: Provider, browser: Browser
) -> None:
    await active(provider.person["email"], now=our_site.clock())
    path = await return_path(browser)
    victim = Browser(our_site.app, headers={})
    assert (await come_back(victim, path)).status == 502
    other = await return_path(victim)
    assert (await come_back(victim, path)).status == 502  # with another flow's cookie
    assert (await come_back(victim, other)).status == 502  # which that has used up
    assert (await come_back(browser, path)).status == 303
    assert (await come_back(browser, path)).status == 502


async def test_nobody_stays_away_for_long(
    our_site: Site, provider: Provider, browser: Browser
) -> None:
    path = await return_path(browser)
    our_site.clock.pass_(minutes=10)
    assert (await come_back(browser, path)).status == 502


async def test_another_issuer_s_answer_is_not_taken(
    our_site: Site, provider: Provider, browser: Browser
) -> None:
    await active(provider.person["email"], now=our_site.clock())
    given = parse_qs(urlsplit(await return_path(browser)).query)
    query = urlencode({"code": given["code"][0], "state": given["state"][0], "iss": "https://e.x"})
    assert (await come_back(browser, f"/sign-in/openid/back?{query}")).status == 502


@pytest.mark.parametrize("name", ["jwks_uri", "token_endpoint"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.1.2.3", "169.254.169.254", "[::1]"])
async def test_a_provider_does_not_send_us_to_private_addresses(
    database_url: str,
    our_site: Site,
    provider: Provider,
    capsys: pytest.CaptureFixture[str],
    name: str,
    host: str,
) -> None:
    """Its own host and port, which the operator named, may be private; what it names may not."""
    knocked: list[str] = []

    async def knock(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        knocked.append(host)
        writer.close()

    inside = await asyncio.start_server(knock, "127.0.0.1", 0)
    port = inside.sockets[0].getsockname()[1]
    provider.named = {name: f"http://{host}:{port}/"}
    fresh = make_site(database_url, **settings(provider))
    provider.now = int(fresh.clock().timestamp())
    browser = Browser(fresh.app, headers={})
    answer = await come_back(browser, await return_path(browser))
    provider.named = {}
    inside.close()
    assert (answer.status, error_of(answer), knocked) == (502, FAILED, [])
    assert "the provider names a private address" in capsys.readouterr().out


async def test_the_operator_may_allow_a_private_network(
    database_url: str, our_site: Site, provider: Provider
) -> None:
    provider.now = int(datetime.now(UTC).timestamp())
    await active(provider.person["email"], now=datetime.now(UTC))
    provider.named = {"jwks_uri": provider.issuer.replace("127.0.0.1", "localhost") + "/keys"}
    allowed = settings(provider, private_networks="127.0.0.0/8")
    browser = Browser(make_site(database_url, **allowed).app, headers={})
    answer = await sign_in(browser)
    provider.named = {}
    assert answer.status == 303


async def test_a_provider_that_is_away_says_so(database_url: str, our_site: Site) -> None:
    gone = Provider(issuer="http://127.0.0.1:9")
    browser = Browser(make_site(database_url, **settings(gone)).app)
    answer = await browser.get("/sign-in/openid")
    assert (answer.status, error_of(answer)) == (502, FAILED)


async def test_without_a_provider_there_is_no_such_page(database_url: str, our_site: Site) -> None:
    browser = Browser(make_site(database_url).app)
    assert (await browser.get("/sign-in/openid")).status == 404
    assert (await browser.get("/sign-in/openid/back?code=x&state=y")).status == 404
    assert "openid" not in text(await browser.get("/sign-in"))


async def test_a_password_still_works_beside_it(
    our_site: Site, provider: Provider, browser: Browser
) -> None:
    user = await active(provider.person["email"], now=our_site.clock())
    await sign_in(browser)
    assert await OpenIdIdentity.filter(user_id=user.id).count() == 1
    assert (await browser.sign_in(user.email, PASSWORD)).status == 303
