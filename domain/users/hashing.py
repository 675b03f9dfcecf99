"""argon2, beside the event loop: each hash takes 64 MiB and a good part of a tenth of a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

from pwdlib import PasswordHash

from domain.problems import Problem

AT_ONCE = 2
MOST_WAITING = 32
DUMMY = (
    "$argon2id$v=19$m=65536,t=3,p=4$3/e/k3Evp6srMeaCB0mLNA"
    "$wfZOzKvB+dd9udujk87S+UJabXiBz1DAgDteRrS8ltU"
)
"""Of a password nobody knows: verified for whom there is no account, so that it takes as long."""

_HASHES = PasswordHash.recommended()
_threads = ThreadPoolExecutor(AT_ONCE, "argon2")
_waiting = 0


class Busy(Problem):
    """So many passwords wait to be hashed that one more would only wait in vain."""

    code = "BUSY"


T = TypeVar("T")
Ts = TypeVarTuple("Ts")


async def hashed(password: str) -> str:
    return await _aside(_hash, password)


async def verified(password: str, hash_: str | None) -> tuple[bool, str | None]:
    """Whether it fits, and a new hash where the old one was made more cheaply than today's are.
    None: it fits nothing, which takes as long."""
    fits, newer = await _aside(_verify, password, hash_ or DUMMY)
    return fits and hash_ is not None, newer


def _hash(password: str) -> str:
    return _HASHES.hash(_bytes(password))


def _verify(password: str, hash_: str) -> tuple[bool, str | None]:
    return _HASHES.verify_and_update(_bytes(password), hash_)


def _bytes(password: str) -> bytes:
    """Also of a text that is none: it fits nothing, and takes as long to say so."""
    return password.encode("utf-8", "surrogatepass")


async def _aside(work: Callable[[*Ts], T], *given: *Ts) -> T:
    """Raises Busy. What has begun goes on to its end, whoever still waits for it."""
    global _waiting
    if _waiting >= MOST_WAITING:
        raise Busy("too many people sign in at this moment; try again soon")
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, work, *given)
    finally:
        _waiting -= 1
