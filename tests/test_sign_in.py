"""Signing in: sessions begin, expire and end; attempts are counted; links work once."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from domain.audit.models import AuditEntry
from domain.problems import Conflict, Forbidden, Invalid, NotFound
from domain.users import hashing
from domain.users.actions import accounts, links, sessions, throttle
from domain.users.actions.forgetting import forget_old
from domain.users.actions.signing_in import change_password, sign_in
from domain.users.models import SignInAttempt, User, UserLink, UserPassword, UserSession
from domain.users.rules import LinkKind, UserState
from domain.users.sessions import Device
from domain.users.throttling import ACCOUNT, HERE, Limit, Throttled, counted, network_of, wait
from tests.rows import EDITOR, NO_SUCH, NOW, STRANGER, nothing_written, refused
from tests.users import LIFETIMES, OFFICE, OTHER_PASSWORD, PASSWORD, active, invited, new_email

pytestmark = pytest.mark.usefixtures("database", "quick_passwords")

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


async def signed_in(user: User, now: datetime = NOW, earlier: str = "") -> sessions.Begun:
    return await sign_in(user.email, PASSWORD, OFFICE, now=now, earlier=earlier)


async def found(begun: sessions.Begun, now: datetime = NOW) -> sessions.Found | None:
    return await sessions.found(begun.secret, LIFETIMES, now=now)


async def test_who_signs_in_is_known_by_the_cookie() -> None:
    user = await active()
    begun = await sign_in(f" {user.email.upper()} ", PASSWORD, OFFICE, now=NOW, request_id="r-1")
    session = await found(begun)
    assert session is not None
    assert (session.user.id, session.until) == (user.id, NOW + LIFETIMES.idle)
    assert (session.session.address, session.session.browser) == ("192.0.2.7", "Firefox")
    entry = await AuditEntry.get(action="user.sign_in", subject=f"User:{user.id}")
    assert (entry.actor, entry.request_id) == (f"王编辑 (User:{user.id})", "r-1")
    assert entry.after == {"session": begun.session_id, "method": "PASSWORD"}


async def test_only_hashes_are_kept() -> None:
    handed = await invited()
    await links.use(handed.secret, PASSWORD, now=NOW, request_id="")
    user = await User.get(id=handed.user_id)
    begun = await signed_in(user)
    kept = [
        await UserPassword.get(user_id=user.id).values(),
        await UserSession.get(id=begun.session_id).values(),
        await UserLink.get(user_id=user.id).values(),
        *await AuditEntry.filter(subject=f"User:{user.id}").values(),
    ]
    for secret in (PASSWORD, begun.secret, handed.secret):
        assert secret not in repr(kept)


async def test_wrong_and_unknown_and_locked_read_the_same() -> None:
    user, locked = await active(), await active()
    await accounts.lock(EDITOR, locked.id)
    never = await User.get(id=(await invited()).user_id)
    refusals = []
    for email, password in [
        (user.email, OTHER_PASSWORD),
        (new_email(), PASSWORD),
        (locked.email, PASSWORD),
        (never.email, PASSWORD),
        ("\x00", PASSWORD),
        ("\ud800", "\ud800"),
    ]:
        with pytest.raises(Forbidden) as caught:
            await sign_in(email, password, Device("192.0.2.99"), now=NOW)
        refusals.append((caught.value.code, caught.value.message, caught.value.path))
    assert set(refusals) == {
        ("WRONG_CREDENTIALS", "the e-mail address and the password do not fit", ())
    }
    assert await UserSession.filter(user_id__in=[user.id, locked.id, never.id]).count() == 0


async def test_unknown_and_wrong_take_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[bool] = []
    verify = hashing._verify

    def counting(password: str, hash_: str) -> tuple[bool, str | None]:
        verified.append(hash_ == hashing.DUMMY)
        return verify(password, hash_)

    monkeypatch.setattr(hashing, "_verify", counting)
    for email in ((await active()).email, new_email(), "\x00"):
        with pytest.raises(Forbidden):
            await sign_in(email, OTHER_PASSWORD, Device("192.0.2.98"), now=NOW)
    assert verified == [False, True, True]


async def test_signing_in_gives_a_new_value_and_ends_the_earlier() -> None:
    user = await active()
    first = await signed_in(user)
    second = await signed_in(user, earlier=first.secret)
    assert first.secret != second.secret
    assert await found(first) is None
    assert await found(second) is not None


async def test_a_session_ends_when_it_is_idle() -> None:
    begun = await signed_in(await active())
    almost = NOW + LIFETIMES.idle - MINUTE
    assert await found(begun, almost) is not None
    assert await found(begun, almost + LIFETIMES.idle - MINUTE) is not None
    assert await found(begun, almost + 2 * LIFETIMES.idle) is None


async def test_a_session_ends_whatever_happens() -> None:
    begun = await signed_in(await active())
    now = NOW
    while now < NOW + LIFETIMES.absolute - HOUR:
        assert await found(begun, now) is not None
        now += HOUR
    last = await found(begun, NOW + LIFETIMES.absolute - MINUTE)
    assert last is not None
    assert last.until == NOW + LIFETIMES.absolute
    assert await found(begun, NOW + LIFETIMES.absolute) is None


async def test_being_seen_is_noted_once_a_minute() -> None:
    begun = await signed_in(await active())
    async with nothing_written():
        await found(begun, NOW + MINUTE - timedelta(seconds=1))
    await found(begun, NOW + MINUTE)
    assert (await UserSession.get(id=begun.session_id)).seen_at == NOW + MINUTE


@pytest.mark.parametrize("secret", ["", "A" * 43, "字" * 43, "A" * 5000, "\ud800"])
async def test_what_is_no_cookie_of_ours_is_nobody(secret: str) -> None:
    assert await sessions.found(secret, LIFETIMES, now=NOW) is None


async def test_signing_out_of_one_and_of_all() -> None:
    user = await active()
    one, two, three = [await signed_in(user) for _ in range(3)]
    act = EDITOR
    await sessions.end(act, user.id, one.session_id)
    assert await found(one) is None
    assert await found(two) is not None
    async with refused(NotFound, "id"):
        await sessions.end(act, user.id, one.session_id)
    async with refused(NotFound, "id"):
        await sessions.end(act, (await User.get(id=user.id)).id + 1, two.session_id)
    listed = await sessions.listed(user.id, LIFETIMES, now=NOW)
    assert [row.id for row in listed] == [three.session_id, two.session_id]
    assert await sessions.end_everywhere(act, user.id) == 2
    assert (await found(two), await found(three)) == (None, None)


async def test_a_lock_ends_sessions_and_links_at_once() -> None:
    user = await active()
    begun = await signed_in(user)
    handed = await accounts.hand_link(EDITOR, user.id)
    async with refused(Conflict, "version", code="STALE_VERSION"):
        await accounts.lock(EDITOR, user.id, version=1)
    await accounts.lock(EDITOR, user.id, version=2)
    assert await found(begun) is None
    async with refused(NotFound, code="NO_LINK"):
        await links.shown(handed.secret, now=NOW)
    async with refused(Conflict, "id", code="WRONG_STATUS"):
        await accounts.lock(EDITOR, user.id)
    async with refused(Conflict, "id", code="WRONG_STATUS"):
        await accounts.hand_link(EDITOR, user.id)
    await accounts.unlock(EDITOR, user.id)
    assert (await User.get(id=user.id)).state is UserState.ACTIVE
    async with refused(NotFound, code="NO_LINK"):
        await links.shown(handed.secret, now=NOW)
    assert (await signed_in(user)).confirmed


async def test_attempts_are_counted_by_account_and_place() -> None:
    user = await active()
    for _ in range(HERE.most):
        with pytest.raises(Forbidden):
            await sign_in(user.email, OTHER_PASSWORD, OFFICE, now=NOW)
    async with nothing_written():
        with pytest.raises(Throttled) as caught:
            await sign_in(user.email, PASSWORD, OFFICE, now=NOW)
    assert caught.value.retry_after_seconds == 900
    # Its owner, who sits elsewhere, is not kept out.
    assert await sign_in(user.email, PASSWORD, Device("198.51.100.1"), now=NOW)
    assert await signed_in(user, now=NOW + HERE.within)


async def test_strangers_who_use_up_an_account_s_attempts_do_not_keep_its_owner_out() -> None:
    user = await active()
    await signed_in(user, now=NOW - HOUR)
    for number in range(ACCOUNT.most):
        with pytest.raises(Forbidden):
            await sign_in(user.email, OTHER_PASSWORD, Device(f"203.0.113.{number}"), now=NOW)
    with pytest.raises(Throttled):
        await sign_in(user.email, PASSWORD, Device("198.51.100.9"), now=NOW)
    assert await signed_in(user)  # from where they were before
    # Of another account at the same place nothing follows: it is known by account and place.
    other = await active()
    for _ in range(HERE.most):
        with pytest.raises(Forbidden):
            await sign_in(other.email, OTHER_PASSWORD, OFFICE, now=NOW)
    with pytest.raises(Throttled):
        await signed_in(other)


async def test_an_unknown_account_is_counted_just_so() -> None:
    email = new_email()
    for _ in range(HERE.most):
        with pytest.raises(Forbidden):
            await sign_in(email, PASSWORD, Device("192.0.2.50"), now=NOW)
    with pytest.raises(Throttled):
        await sign_in(email, PASSWORD, Device("192.0.2.50"), now=NOW)


async def test_many_at_once_are_not_more() -> None:
    user = await active()
    outcomes = await asyncio.gather(
        *(
            sign_in(user.email, OTHER_PASSWORD, Device("192.0.2.60"), now=NOW)
            for _ in range(HERE.most + 4)
        ),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        *["Forbidden"] * HERE.most,
        *["Throttled"] * 4,
    ]


async def test_success_makes_earlier_failures_count_no_more() -> None:
    user = await active()
    for _ in range(HERE.most - 1):
        with pytest.raises(Forbidden):
            await sign_in(user.email, OTHER_PASSWORD, Device("192.0.2.70"), now=NOW)
    await sign_in(user.email, PASSWORD, Device("192.0.2.70"), now=NOW)
    here, _, address = counted(user.email, "192.0.2.70", is_known=False)
    assert await SignInAttempt.filter(key=here.key).count() == 0
    # What was tried on others from the same place stays counted.
    assert await SignInAttempt.filter(key=address.key).count() == HERE.most - 1


async def test_what_is_of_no_use_any_more_is_forgotten() -> None:
    then = NOW - timedelta(days=100)
    user = await active(now=then)
    begun = await sign_in(user.email, PASSWORD, OFFICE, now=then)
    counts = counted("old@example.org", "192.0.2.80", is_known=False)
    await throttle.attempt(counts, now=NOW - HOUR - MINUTE)
    await throttle.attempt(counts, now=NOW - MINUTE)
    recent = await signed_in(await active())
    assert await forget_old(NOW) == 5  # three attempts, a session and its user's invitation
    assert not await UserSession.exists(id=begun.session_id)
    assert not await UserLink.exists(user_id=user.id)
    assert await UserSession.exists(id=recent.session_id)
    assert await forget_old(NOW) == 0


def test_a_subscriber_is_an_address_or_a_64() -> None:
    assert network_of("192.0.2.7") == network_of("::ffff:192.0.2.7") == "192.0.2.7"
    assert (
        network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    )
    assert network_of("unix") == "unix"


def test_how_long_to_wait() -> None:
    limit = Limit(2, HOUR)
    assert wait(limit, [NOW - 2 * HOUR, NOW - MINUTE], NOW) is None
    assert wait(limit, [NOW - 30 * MINUTE, NOW - MINUTE], NOW) == 30 * MINUTE
    assert wait(limit, [NOW - HOUR, NOW - MINUTE], NOW) is None


async def test_an_invitation_works_once_and_in_its_time() -> None:
    handed = await invited()
    assert (handed.kind, handed.expires_at) == (LinkKind.INVITATION, NOW + timedelta(days=7))
    for _ in range(2):
        assert (await links.shown(handed.secret, now=NOW)).user.id == handed.user_id
    async with refused(Invalid, "password", code="TOO_SHORT"):
        await links.use(handed.secret, "short", now=NOW, request_id="")
    async with refused(NotFound, code="NO_LINK"):
        await links.use(handed.secret, PASSWORD, now=handed.expires_at, request_id="")
    await links.use(handed.secret, PASSWORD, now=NOW, request_id="r-2")
    user = await User.get(id=handed.user_id)
    assert (user.state, user.version) == (UserState.ACTIVE, 2)
    async with refused(NotFound, code="NO_LINK"):
        await links.use(handed.secret, OTHER_PASSWORD, now=NOW, request_id="")
    actions = await AuditEntry.filter(subject=f"User:{user.id}").order_by("id")
    assert [entry.action for entry in actions] == [
        "user.invite",
        "user.accept_invitation",
        "user.set_password",
    ]


async def test_a_link_used_twice_at_once_works_once() -> None:
    handed = await invited()
    outcomes = await asyncio.gather(
        *(links.use(handed.secret, PASSWORD, now=NOW, request_id="") for _ in range(3)),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NotFound"] * 2 + ["Shown"]


async def test_a_newer_link_takes_the_place_of_the_older() -> None:
    first = await invited()
    second = await accounts.hand_link(EDITOR, first.user_id)
    assert second.kind is LinkKind.INVITATION
    async with refused(NotFound, code="NO_LINK"):
        await links.use(first.secret, PASSWORD, now=NOW, request_id="")
    assert await links.use(second.secret, PASSWORD, now=NOW, request_id="")


async def test_a_reset_ends_every_session() -> None:
    user = await active()
    begun = await signed_in(user)
    handed = await accounts.hand_link(EDITOR, user.id)
    assert (handed.kind, handed.expires_at) == (LinkKind.PASSWORD_RESET, NOW + 24 * HOUR)
    assert await found(begun) is not None
    await links.use(handed.secret, OTHER_PASSWORD, now=NOW, request_id="")
    assert await found(begun) is None
    with pytest.raises(Forbidden):
        await signed_in(user)
    assert await sign_in(user.email, OTHER_PASSWORD, OFFICE, now=NOW)


async def test_changing_the_password_ends_the_other_sessions() -> None:
    user = await active()
    here, there = await signed_in(user), await signed_in(user)
    with pytest.raises(Forbidden) as caught:
        await change_password(EDITOR, user, here.session_id, OTHER_PASSWORD, OTHER_PASSWORD)
    assert caught.value.code == "WRONG_PASSWORD"
    await change_password(EDITOR, user, here.session_id, PASSWORD, OTHER_PASSWORD)
    assert await found(here) is not None
    assert await found(there) is None
    assert await sign_in(user.email, OTHER_PASSWORD, OFFICE, now=NOW)


async def test_what_is_refused() -> None:
    user = await active()
    async with refused(Conflict, "email", code="TAKEN"):
        await invited(user.email.upper())
    for email in ("", "wang", "wang@", "wang @example.org", "a@b@c"):
        async with refused(Invalid, "email", code="EMPTY" if not email else ""):
            await accounts.invite(EDITOR, accounts.NewUser(email=email, name="王"))
    async with refused(NotFound, "person_id"):
        new = accounts.NewUser(email=new_email(), name="王", person_id=NO_SUCH)
        await accounts.invite(EDITOR, new)
    for work in (accounts.hand_link, accounts.lock, accounts.sign_out, accounts.unlock):
        async with refused(NotFound, "id"):
            await work(EDITOR, NO_SUCH)
        async with refused(Forbidden):
            await work(STRANGER, user.id)
    async with refused(Conflict, "id", code="WRONG_STATUS"):
        await accounts.unlock(EDITOR, user.id)


async def test_an_account_is_changed_by_who_saw_it() -> None:
    user = await active()
    email = new_email()
    changed = accounts.Changed(user_id=user.id, version=2, email=email, name="李", person_id=None)
    await accounts.update(EDITOR, changed)
    assert await sign_in(email, PASSWORD, OFFICE, now=NOW)
    async with refused(Conflict, "version", code="STALE_VERSION"):
        await accounts.update(EDITOR, changed)
