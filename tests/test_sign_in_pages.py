"""The pages on which people sign in, over HTTP: every rule as a browser meets it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
import pytest_asyncio

from api.people.languages import language_of
from api.people.own_pages import is_own
from api.people.pages import HEADERS
from api.people.signing_in import destination
from domain.access import Role
from domain.audit.models import AuditEntry
from domain.grants.models import RoleGrant
from domain.users.actions import accounts
from domain.users.models import User, UserSession
from domain.users.rules import UserState
from tests.asgi import Response
from tests.browser import FORM, Browser, Site, error_of, make_site, site, text
from tests.rows import EDITOR, nothing_written
from tests.users import OTHER_PASSWORD, PASSWORD, active, editor_at, invited, new_email
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("quick_passwords")

WHO = "{ auditEntries(first: 1) { totalCount } }"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def our_site(database_url: str) -> AsyncIterator[Site]:
    async with site(database_url) as opened:
        yield opened


@pytest.fixture
def browser(our_site: Site) -> Browser:
    return Browser(our_site.app)


async def administrator(our_site: Site) -> User:
    user = await active(now=our_site.clock())
    await RoleGrant.create(
        role=Role.ADMINISTRATOR,
        user_id=user.id,
        starts_at=our_site.clock(),
        granted_by="tests",
        created_at=our_site.clock(),
    )
    return user


async def audited(browser: Browser, **headers: Any) -> tuple[int, int]:
    """Status, and how many audit entries this browser may see; -1 where it may not ask."""
    body = json.dumps({"query": WHO}).encode()
    sent = {"content-type": "application/json", **headers}
    response = await browser.send("POST", "/graphql", body, **sent)
    data = response.json().get("data")
    return response.status, data["auditEntries"]["totalCount"] if data else -1


async def nothing_asked(browser: Browser) -> Response:
    body = b'{"query": "{ __typename }"}'
    return await browser.send("POST", "/graphql", body, **{"content-type": "application/json"})


async def is_signed_out(browser: Browser) -> bool:
    return (await nothing_asked(browser)).status == 401


async def test_a_person_signs_in_and_out(our_site: Site, browser: Browser) -> None:
    user = await active(now=our_site.clock())
    page = await browser.get("/sign-in?next=/docs/push")
    assert (page.status, 'name="next" value="/docs/push"' in text(page)) == (200, True)
    answer = await browser.submit(
        "/sign-in", email=user.email, password=PASSWORD, next="/docs/push"
    )
    assert (answer.status, answer.headers["location"]) == (303, "/docs/push")
    cookie = answer.headers["set-cookie"]
    name, *attributes = cookie.split("; ")
    assert name.startswith("xinfeng=")
    assert sorted(attributes) == ["HttpOnly", "Max-Age=604800", "Path=/", "SameSite=lax"]
    account = await browser.get("/account")
    assert account.status == 200
    assert user.email in text(account)
    out = await browser.submit("/sign-out")
    assert (out.status, out.headers["location"]) == (303, "/sign-in?done=ended")
    assert not browser.is_signed_in
    actions = await AuditEntry.filter(actor_id=f"User:{user.id}").order_by("id")
    assert [entry.action for entry in actions][-2:] == ["user.sign_in", "user.sign_out"]


async def test_the_session_is_who_asks_the_graph(our_site: Site, browser: Browser) -> None:
    user = await administrator(our_site)
    assert await audited(browser) == (200, -1)
    await browser.sign_in(user.email, PASSWORD)
    status, count = await audited(browser)
    assert (status, count > 0) == (200, True)
    # Ended elsewhere, it opens nothing as soon as the database has told of it.
    await accounts.sign_out(EDITOR, user.id)
    await until(partial(is_signed_out, browser), seconds=5)
    response = await nothing_asked(browser)
    assert response.json()["errors"][0] == {
        "message": "this session is not known, has expired or was revoked",
        "extensions": {"code": "UNAUTHENTICATED"},
    }


async def test_a_role_that_ends_ends_at_once(our_site: Site, browser: Browser) -> None:
    user = await administrator(our_site)
    await browser.sign_in(user.email, PASSWORD)
    assert (await audited(browser))[1] > 0
    await RoleGrant.filter(user_id=user.id).update(ended_at=our_site.clock(), ended_by="tests")

    async def has_ended() -> bool:
        return await audited(browser) == (200, -1)

    await until(has_ended, seconds=5)


async def test_behind_tls_the_cookie_is_for_this_host_alone(
    our_site: Site, database_url: str
) -> None:
    behind = make_site(database_url, public_url="https://xinfeng.example.org")
    user = await active(now=behind.clock())
    browser = Browser(behind.app, headers={"origin": "https://xinfeng.example.org"})
    cookie = (await browser.sign_in(user.email, PASSWORD)).headers["set-cookie"]
    name, *attributes = cookie.split("; ")
    assert name.startswith("__Host-xinfeng=")
    assert sorted(attributes) == [
        *("HttpOnly", "Max-Age=604800", "Path=/", "SameSite=lax", "Secure")
    ]
    assert (await browser.get("/account")).status == 200
    foreign = Browser(behind.app, headers={"origin": "http://xinfeng.example.org"})
    assert (await foreign.sign_in(user.email, PASSWORD)).status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:9"},
        {"origin": "http://localhost", "sec-fetch-site": "cross-site"},
        {"origin": "http://localhost", "sec-fetch-site": "same-site"},
    ],
)
async def test_another_site_s_page_can_do_nothing(
    our_site: Site, browser: Browser, headers: dict[str, str]
) -> None:
    user = await administrator(our_site)
    await browser.sign_in(user.email, PASSWORD)
    foreign = Browser(our_site.app, headers=headers, cookies=dict(browser.cookies))
    async with nothing_written():
        for path in ("/sign-in", "/sign-out", "/sign-out/everywhere", "/account/password"):
            answer = await foreign.submit(path, email=user.email, password=PASSWORD)
            assert (answer.status, "set-cookie" in answer.headers) == (403, False), path
        assert await audited(foreign) == (403, -1)
        assert (await foreign.get("/account")).status == 403
    assert (await browser.get("/account")).status == 200


async def test_a_link_from_another_site_may_be_followed(our_site: Site, browser: Browser) -> None:
    user = await active(now=our_site.clock())
    await browser.sign_in(user.email, PASSWORD)
    followed = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert (await browser.get("/account", **followed)).status == 200
    answer = await browser.send("POST", "/sign-out", b"", **followed)
    assert (answer.status, browser.is_signed_in) == (403, True)


async def test_a_form_of_another_type_is_not_read(our_site: Site, browser: Browser) -> None:
    user = await active(now=our_site.clock())
    await browser.sign_in(user.email, PASSWORD)
    body = b'{"query": "{ __typename }"}'
    for kind in (FORM, "text/plain", "multipart/form-data; boundary=x"):
        answer = await browser.send("POST", "/graphql", body, **{"content-type": kind})
        assert answer.status == 415
    answer = await browser.send("POST", "/sign-in", b"{}", **{"content-type": "application/json"})
    assert answer.status == 415
    long = b"email=" + b"x" * 20_000
    assert (await browser.send("POST", "/sign-in", long, **{"content-type": FORM})).status == 413


def test_which_requests_are_our_own() -> None:
    host = {b"host": b"a.example:8000"}
    assert is_own(host)
    assert is_own({**host, b"origin": b"http://a.example:8000"})
    assert not is_own({**host, b"origin": b"http://a.example"})
    assert is_own({**host, b"origin": b"https://b.example"}, "https://b.example")
    assert not is_own({**host, b"origin": b"http://a.example:8000"}, "https://b.example")
    allowed = {**host, b"origin": b"https://b.example", b"sec-fetch-site": b"same-site"}
    assert is_own(allowed, "", frozenset({b"https://b.example"}))
    assert not is_own(allowed, "", frozenset({b"https://c.example"}))
    assert is_own({**host, b"sec-fetch-site": b"none"})
    assert not is_own({**host, b"sec-fetch-site": b"cross-site"})


async def test_a_session_ends_when_nobody_uses_it(our_site: Site, browser: Browser) -> None:
    user = await active(now=our_site.clock())
    await browser.sign_in(user.email, PASSWORD)
    our_site.clock.pass_(hours=11)
    assert (await browser.get("/account")).status == 200
    our_site.clock.pass_(hours=11, minutes=59)
    assert (await browser.get("/account")).status == 200
    our_site.clock.pass_(hours=12)
    answer = await browser.get("/account")
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in?next=/account")


async def test_a_session_ends_after_a_week_whatever_happens(
    our_site: Site, browser: Browser
) -> None:
    user = await active(now=our_site.clock())
    await browser.sign_in(user.email, PASSWORD)
    for _ in range(16):
        our_site.clock.pass_(hours=10)
        assert (await browser.get("/account")).status == 200
    our_site.clock.pass_(hours=8)
    assert (await browser.get("/account")).status == 303


async def test_signing_in_gives_a_new_cookie(our_site: Site, browser: Browser) -> None:
    user = await active(now=our_site.clock())
    await browser.sign_in(user.email, PASSWORD)
    planted = Browser(our_site.app, cookies=dict(browser.cookies))
    await browser.sign_in(user.email, PASSWORD)
    assert browser.cookies != planted.cookies
    assert (await planted.get("/account")).status == 303
    assert (await browser.get("/account")).status == 200


async def test_out_on_every_device(our_site: Site, browser: Browser) -> None:
    user = await active(now=our_site.clock())
    phone, desk = Browser(our_site.app), Browser(our_site.app)
    for device in (browser, phone, desk):
        await device.sign_in(user.email, PASSWORD)
    page = text(await browser.get("/account"))
    assert page.count("/end") == 2
    ids = await UserSession.filter(user_id=user.id).order_by("id").values_list("id", flat=True)
    assert (await browser.submit(f"/account/sessions/{ids[1]}/end")).status == 303
    assert (await phone.get("/account")).status == 303
    assert (await desk.get("/account")).status == 200
    assert (await browser.submit("/sign-out/everywhere")).status == 303
    assert (await desk.get("/account")).status == 303
    assert await UserSession.filter(user_id=user.id, ended_at=None).count() == 0


async def test_nobody_ends_another_s_session(our_site: Site, browser: Browser) -> None:
    user, other = await active(now=our_site.clock()), await active(now=our_site.clock())
    victim = Browser(our_site.app)
    await victim.sign_in(other.email, PASSWORD)
    await browser.sign_in(user.email, PASSWORD)
    session = await UserSession.get(user_id=other.id)
    assert (await browser.submit(f"/account/sessions/{session.id}/end")).status == 404
    assert (await victim.get("/account")).status == 200


async def test_too_many_attempts_wait(our_site: Site, browser: Browser) -> None:
    known, unknown = (await active(now=our_site.clock())).email, new_email()
    pages = {}
    for email in (known, unknown):
        for _ in range(5):
            answer = await browser.sign_in(email, OTHER_PASSWORD)
            assert answer.status == 422
        said = text(answer).replace(email, "")
        limited = await browser.sign_in(email, PASSWORD)
        assert (limited.status, limited.headers["retry-after"]) == (429, "900")
        pages[email] = (said, text(limited).replace(email, ""))
    assert pages[known] == pages[unknown]  # nobody learns who has an account
    assert not browser.is_signed_in
    our_site.clock.pass_(minutes=15)
    assert (await browser.sign_in(known, PASSWORD)).status == 303


async def test_behind_a_proxy_everybody_has_an_address(our_site: Site, database_url: str) -> None:
    behind = make_site(database_url, trusted_proxies=("127.0.0.0/8",))
    user = await active(now=behind.clock())
    headers = {"x-forwarded-for": "203.0.113.9", "user-agent": "Mozilla/5.0\x01"}
    await Browser(behind.app, headers=headers).sign_in(user.email, PASSWORD)
    forged = Browser(our_site.app, headers=headers)
    await forged.sign_in(user.email, PASSWORD)
    sessions = await UserSession.filter(user_id=user.id).order_by("id")
    assert [row.address for row in sessions] == ["203.0.113.9", "127.0.0.1"]
    assert {row.browser for row in sessions} == {"Mozilla/5.0"}


async def test_an_invitation_is_accepted(our_site: Site, browser: Browser) -> None:
    handed = await invited(now=our_site.clock())
    user, path = await User.get(id=handed.user_id), f"/link/{handed.secret}"
    page = await browser.get(path)
    assert (page.status, user.email in text(page)) == (200, True)
    differ = await browser.submit(path, new=PASSWORD, again=OTHER_PASSWORD)
    assert (differ.status, error_of(differ)) == (422, "The two passwords differ.")
    weak = await browser.submit(path, new="password1234", again="password1234")
    assert error_of(weak) == "This password is too easy to guess. Choose another."
    assert (await User.get(id=user.id)).state is UserState.INVITED
    answer = await browser.submit(path, new=PASSWORD, again=PASSWORD)
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in?done=password")
    for again in (
        await browser.get(path),
        await browser.submit(path, new=OTHER_PASSWORD, again=OTHER_PASSWORD),
        await browser.get("/link/" + "A" * 43),
    ):
        assert again.status == 404
        assert error_of(again).startswith("This link opens nothing any more")
    assert (await browser.sign_in(user.email, PASSWORD)).status == 303


async def test_a_link_expires(our_site: Site, browser: Browser) -> None:
    user = await active(now=our_site.clock())
    handed = await accounts.hand_link(editor_at(our_site.clock()), user.id)
    our_site.clock.pass_(hours=23, minutes=59)
    assert (await browser.get(f"/link/{handed.secret}")).status == 200
    our_site.clock.pass_(minutes=1)
    answer = await browser.submit(f"/link/{handed.secret}", new=PASSWORD, again=PASSWORD)
    assert answer.status == 404


async def test_the_password_is_changed(our_site: Site, browser: Browser) -> None:
    user = await active(now=our_site.clock())
    other = Browser(our_site.app)
    for device in (browser, other):
        await device.sign_in(user.email, PASSWORD)
    fields = {"new": OTHER_PASSWORD, "again": OTHER_PASSWORD}
    wrong = await browser.submit("/account/password", old=OTHER_PASSWORD, **fields)
    assert (wrong.status, error_of(wrong)) == (422, "This is not the present password.")
    assert (await browser.submit("/account/password", old=PASSWORD, **fields)).status == 303
    assert (await browser.get("/account")).status == 200
    assert (await other.get("/account")).status == 303


async def test_pages_speak_chinese_and_escape(our_site: Site, browser: Browser) -> None:
    answer = await browser.send(
        "POST",
        "/sign-in",
        b"email=%22%3E%3Cscript%3E&password=x",
        **{"content-type": FORM, "accept-language": "zh-CN,zh;q=0.9,en;q=0.8"},
    )
    assert error_of(answer) == "邮箱地址或密码不正确。"
    assert '<html lang="zh">' in text(answer)
    assert "<script" not in text(answer)


async def test_pages_bring_no_script_and_are_not_kept(browser: Browser) -> None:
    for path in ("/sign-in", "/link/x"):
        page = await browser.get(path)
        assert {name: page.headers[name] for name in HEADERS} == HEADERS
        assert "style=" not in text(page)
    assert page.headers["x-frame-options"] == "DENY"
    assert "default-src 'none'" in HEADERS["content-security-policy"]


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("de,zh;q=0.2", "zh"),
        ("fr", "en"),
        ("zh;q=0", "en"),
        ("zh;q=x,en;q=0.1", "en"),
    ],
)
def test_the_language_is_the_browser_s(accept: str, language: str) -> None:
    assert language_of(accept) == language


@pytest.mark.parametrize(
    "given",
    ["", "https://evil.example", "//evil.example", "/\\evil.example", "/a\\b", "account", "/a b"],
)
def test_nobody_is_sent_to_another_site(given: str) -> None:
    assert destination(given) == "/account"
    assert destination("/docs/push?x=1") == "/docs/push?x=1"
