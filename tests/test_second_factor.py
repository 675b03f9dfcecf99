"""The second factor: set up with a phone, asked for at sign-in, each code taken once."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from pyotp import TOTP

from domain.audit.models import AuditEntry
from domain.problems import Conflict
from domain.users.actions import accounts
from domain.users.codes import recovery_fingerprint, step_of
from domain.users.models import RecoveryCode, SecondFactor, User
from tests.browser import Browser, Site, error_of, site, text
from tests.rows import NOW, nothing_written, refused
from tests.users import OTHER_PASSWORD, PASSWORD, active, editor_at

pytestmark = pytest.mark.usefixtures("quick_passwords")
KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WRONG = "This code does not fit, or was used already."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def our_site(database_url: str) -> AsyncIterator[Site]:
    async with site(database_url) as opened:
        yield opened


class Phone:
    def __init__(self, key: str, our_site: Site) -> None:
        self._codes = TOTP(key)
        self._site = our_site

    def code(self) -> str:
        return self._codes.at(self._site.clock())


async def signed_in(our_site: Site) -> tuple[User, Browser]:
    user, browser = await active(now=our_site.clock()), Browser(our_site.app)
    await browser.sign_in(user.email, PASSWORD)
    return user, browser


async def with_phone(our_site: Site) -> tuple[User, Phone, list[str]]:
    """A user who has set the second factor up, and their recovery codes."""
    user, browser = await signed_in(our_site)
    assert (await browser.submit("/account/second-factor", password=PASSWORD)).status == 303
    page = text(await browser.get("/account/second-factor"))
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert found is not None
    assert "<svg" in page
    phone = Phone(found[1], our_site)
    done = await browser.submit("/account/second-factor/confirm", code=phone.code())
    codes = re.findall(r"<code>([A-Z2-7-]{19})</code>", text(done))
    assert (done.status, len(codes)) == (200, 10)
    our_site.clock.pass_(seconds=30)
    return user, phone, codes


async def test_it_is_set_up_with_the_password_and_a_code(our_site: Site) -> None:
    user, browser = await signed_in(our_site)
    wrong = await browser.submit("/account/second-factor", password=OTHER_PASSWORD)
    assert error_of(wrong) == "This is not the present password."
    assert not await SecondFactor.exists(user_id=user.id)
    await browser.submit("/account/second-factor", password=PASSWORD)
    assert error_of(await browser.submit("/account/second-factor/confirm", code="000000")) == WRONG
    # Not confirmed, it is not asked for.
    again = Browser(our_site.app)
    answer = await again.sign_in(user.email, PASSWORD)
    assert answer.headers["location"] == "/account"


async def test_the_code_is_asked_for_and_taken_once(our_site: Site) -> None:
    user, phone, _ = await with_phone(our_site)
    browser, thief = Browser(our_site.app), Browser(our_site.app)
    answer = await browser.sign_in(user.email, PASSWORD)
    assert answer.headers["location"] == "/sign-in/code?next=/account"
    # The password alone opens nothing.
    assert (await browser.get("/account")).status == 303
    waiting = dict(browser.cookies)
    await thief.sign_in(user.email, PASSWORD)
    code = phone.code()
    assert error_of(await browser.submit("/sign-in/code", code="12 34 5x")) == WRONG
    assert (await browser.submit("/sign-in/code", code=f"{code[:3]} {code[3:]}")).status == 303
    assert browser.cookies != waiting
    assert (await browser.get("/account")).status == 200
    # Whoever looked over the shoulder comes too late, in this half minute and the next.
    assert error_of(await thief.submit("/sign-in/code", code=code)) == WRONG
    our_site.clock.pass_(seconds=30)
    assert error_of(await thief.submit("/sign-in/code", code=code)) == WRONG
    assert (await thief.submit("/sign-in/code", code=phone.code())).status == 303
    methods = [
        entry.after["method"]
        for entry in await AuditEntry.filter(
            subject=f"User:{user.id}", action="user.sign_in"
        ).order_by("id")
        if entry.after
    ]
    assert methods == ["PASSWORD", "SECOND_FACTOR", "SECOND_FACTOR"]


async def test_the_secret_is_sealed_and_in_no_log(our_site: Site) -> None:
    user, _, codes = await with_phone(our_site)
    row = await SecondFactor.get(user_id=user.id)
    assert row.secret.startswith(b"gAAAA")
    kept = repr(await RecoveryCode.filter(user_id=user.id).values())
    entries = repr(await AuditEntry.filter(subject=f"User:{user.id}").values())
    for code in codes:
        assert code not in kept + entries


async def test_waiting_for_a_code_ends(our_site: Site) -> None:
    user, phone, _ = await with_phone(our_site)
    browser = Browser(our_site.app)
    await browser.sign_in(user.email, PASSWORD)
    our_site.clock.pass_(minutes=10)
    answer = await browser.submit("/sign-in/code", code=phone.code())
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in")
    assert (await browser.get("/account")).status == 303


async def test_a_recovery_code_stands_in_once(our_site: Site) -> None:
    user, _, codes = await with_phone(our_site)
    browser = Browser(our_site.app)
    await browser.sign_in(user.email, PASSWORD)
    assert (await browser.submit("/sign-in/code", code=codes[0].lower())).status == 303
    assert "Recovery codes left: 9" in " ".join(text(await browser.get("/account")).split())
    await browser.sign_in(user.email, PASSWORD)
    assert error_of(await browser.submit("/sign-in/code", code=codes[0])) == WRONG
    assert (await browser.submit("/sign-in/code", code=codes[1])).status == 303


async def test_codes_are_not_tried_for_long(our_site: Site) -> None:
    user, phone, _ = await with_phone(our_site)
    browser = Browser(our_site.app)
    await browser.sign_in(user.email, PASSWORD)
    for _ in range(10):
        assert (await browser.submit("/sign-in/code", code="x")).status == 422
    assert (await browser.submit("/sign-in/code", code=phone.code())).status == 429
    our_site.clock.pass_(hours=1)
    await browser.sign_in(user.email, PASSWORD)
    assert (await browser.submit("/sign-in/code", code=phone.code())).status == 303


async def test_it_is_turned_off_with_a_code(our_site: Site) -> None:
    user, phone, _ = await with_phone(our_site)
    browser = Browser(our_site.app)
    await browser.sign_in(user.email, PASSWORD)
    await browser.submit("/sign-in/code", code=phone.code())
    assert error_of(await browser.submit("/account/second-factor/remove", code="x")) == WRONG
    assert await SecondFactor.exists(user_id=user.id)
    our_site.clock.pass_(seconds=30)
    removed = await browser.submit("/account/second-factor/remove", code=phone.code())
    assert removed.status == 303
    assert not await SecondFactor.exists(user_id=user.id)
    assert not await RecoveryCode.exists(user_id=user.id)
    answer = await Browser(our_site.app).sign_in(user.email, PASSWORD)
    assert answer.headers["location"] == "/account"


async def test_an_administrator_takes_it_away(our_site: Site) -> None:
    user, phone, _ = await with_phone(our_site)
    browser = Browser(our_site.app)
    await browser.sign_in(user.email, PASSWORD)
    await browser.submit("/sign-in/code", code=phone.code())
    act = editor_at(our_site.clock())
    await accounts.remove_second_factor(act, user.id)
    assert (await browser.get("/account")).status == 303
    assert (await browser.sign_in(user.email, PASSWORD)).headers["location"] == "/account"
    async with refused(Conflict, "id", code="WRONG_STATUS"):
        await accounts.remove_second_factor(act, user.id)


async def test_a_reset_link_does_not_get_round_it(our_site: Site) -> None:
    user, _, _ = await with_phone(our_site)
    handed = await accounts.hand_link(editor_at(our_site.clock()), user.id)
    browser = Browser(our_site.app)
    await browser.submit(f"/link/{handed.secret}", new=OTHER_PASSWORD, again=OTHER_PASSWORD)
    answer = await browser.sign_in(user.email, OTHER_PASSWORD)
    assert answer.headers["location"] == "/sign-in/code?next=/account"


async def test_nothing_is_confirmed_twice(our_site: Site) -> None:
    user, phone, _ = await with_phone(our_site)
    browser = Browser(our_site.app)
    await browser.sign_in(user.email, PASSWORD)
    await browser.submit("/sign-in/code", code=phone.code())
    attempts = await browser.submit("/account/second-factor", password=PASSWORD)
    assert attempts.status == 303
    async with nothing_written():
        await browser.get("/account/second-factor")
    assert await SecondFactor.filter(user_id=user.id).count() == 1


def test_which_step_a_code_belongs_to() -> None:
    step = int(NOW.timestamp()) // 30
    code = TOTP(KEY).at(NOW)
    assert step_of(KEY, code, now=NOW, last_step=0) == step
    assert step_of(KEY, TOTP(KEY).at(NOW, counter_offset=-1), now=NOW, last_step=0) == step - 1
    assert step_of(KEY, TOTP(KEY).at(NOW, counter_offset=1), now=NOW, last_step=0) == step + 1
    assert step_of(KEY, TOTP(KEY).at(NOW, counter_offset=2), now=NOW, last_step=0) is None
    assert step_of(KEY, code, now=NOW, last_step=step) is None
    for nonsense in ("", "12345", "1234567", "１２３４５６", "abcdef", "-12345"):
        assert step_of(KEY, nonsense, now=NOW, last_step=0) is None


def test_a_recovery_code_is_read_however_it_is_typed() -> None:
    assert recovery_fingerprint("abcd-efgh 2345") == recovery_fingerprint("ABCDEFGH2345")
