"""What a password may be, and how it is hashed."""

from __future__ import annotations

import asyncio

import pytest
from pwdlib import PasswordHash

from domain.problems import Invalid
from domain.users import hashing
from domain.users.hashing import DUMMY, MOST_WAITING, Busy, hashed, verified
from domain.users.passwords import SHORTEST, check_password, common_passwords


@pytest.mark.parametrize(
    "password",
    [
        "lotus under the bridge",
        "一二三四五六七八九十甲乙丙",
        "x8Kq!mZ2vB9w",
        " begins with a space",
    ],
)
def test_what_is_long_enough_is_taken_as_it_is(password: str) -> None:
    assert check_password(password, "wang@example.org", "王编辑") == password


def test_the_same_characters_are_the_same_password() -> None:
    assert check_password("ｌｏｔｕｓ under the bridge") == "lotus under the bridge"


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("elevenchars", "TOO_SHORT"),
        ("x" * 257, "TOO_LONG"),
        ("lotus\x00under the bridge", "INVALID_TEXT"),
        ("lotus\ud800under the bridge", "INVALID_TEXT"),
        ("passwordpassword", "TOO_COMMON"),
        ("PassWord123456789", "TOO_COMMON"),
        ("1qaz2wsx3edc4rfv", "TOO_COMMON"),
        ("abcabcabcabc", "TOO_COMMON"),
        ("aaaaaaaaaaaaaaaa", "TOO_COMMON"),
        ("123456789012345", "TOO_COMMON"),
        ("qwertyuiop0987654321", "TOO_COMMON"),
        ("wang@example.org1", "TOO_COMMON"),
        ("王编辑xinfeng2026", "TOO_COMMON"),
    ],
)
def test_what_is_refused(password: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_password(password, "wang@example.org", "王编辑")
    assert (caught.value.code, caught.value.path) == (code, ("password",))
    assert password not in str(caught.value)


def test_the_list_holds_only_what_is_not_refused_anyway() -> None:
    assert len(common_passwords()) > 1000
    assert all(len(word) >= SHORTEST and word == word.casefold() for word in common_passwords())


async def test_a_password_fits_its_hash_and_no_other() -> None:
    hash_ = await hashed("lotus under the bridge")
    assert hash_.startswith("$argon2id$")
    assert await verified("lotus under the bridge", hash_) == (True, None)
    assert (await verified("lotus under the ridge", hash_))[0] is False
    assert (await verified("lotus under the bridge", None))[0] is False


def test_the_dummy_costs_what_today_s_hashes_cost() -> None:
    assert not PasswordHash.recommended().current_hasher.check_needs_rehash(DUMMY)


async def test_only_so_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "_hash", lambda password: password)
    answers = await asyncio.gather(
        *(hashed("x") for _ in range(MOST_WAITING + 3)), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [str] * MOST_WAITING + [Busy] * 3
    assert await hashed("y") == "y"
