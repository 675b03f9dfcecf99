"""Faults on demand: what shall go wrong, where, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

LONGEST_SLOW_SECONDS = 600.0


class WrongFault(Exception):
    """The description of a fault that nobody can make; the message says why."""


@dataclass(slots=True)
class Fault:
    """kind, argument: see KINDS. after: so many requests are still spared.

    times, until: when it ends by itself; both empty: never.
    """

    kind: str
    argument: str
    path: str
    after: int
    times: int | None
    until: float | None
    retry_after: int | None


@dataclass(slots=True)
class Hit:
    """All that goes wrong with one request."""

    status: int | None = None
    code: int | None = None
    retry_after: int | None = None
    slow_seconds: float = 0.0
    falling_percent: float = 0.0
    deleted: set[int] = field(default_factory=set)
    marks: set[str] = field(default_factory=set)


def _status(hit: Hit, argument: str) -> None:
    hit.status = int(argument)
    if not 400 <= hit.status <= 599:
        raise ValueError


def _code(hit: Hit, argument: str) -> None:
    hit.code = int(argument)


def _slow(hit: Hit, argument: str) -> None:
    hit.slow_seconds = float(argument)
    if not 0 <= hit.slow_seconds <= LONGEST_SLOW_SECONDS:
        raise ValueError


def _falling(hit: Hit, argument: str) -> None:
    hit.falling_percent = float(argument)
    if not 0 <= hit.falling_percent <= 100:
        raise ValueError


def _deleted(hit: Hit, argument: str) -> None:
    hit.deleted.add(int(argument))


KINDS: dict[str, Callable[[Hit, str], None]] = {
    "status": _status,
    "code": _code,
    "slow": _slow,
    "falling": _falling,
    "deleted": _deleted,
}
MARKS = ("truncated", "garbage", "huge", "expired_token", "delayed")


class Faults:
    """The faults that are on. monotonic: seconds that only grow."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._faults: list[Fault] = []

    def add(self, wish: Any) -> None:
        """Raises WrongFault."""
        fault = _read(wish, self._monotonic())
        _apply(fault, Hit())
        self._faults.append(fault)

    def clear(self) -> None:
        self._faults.clear()

    def take(self, path: str) -> Hit:
        """What befalls a request of this path; it uses one of each fault's times."""
        hit = Hit()
        for fault in self._current():
            if not path.startswith(fault.path):
                continue
            if fault.after:
                fault.after -= 1
                continue
            _apply(fault, hit)
            if fault.times is not None:
                fault.times -= 1
        return hit

    def listed(self) -> list[dict[str, Any]]:
        now = self._monotonic()
        return [
            {
                "kind": ":".join(part for part in (fault.kind, fault.argument) if part),
                "path": fault.path,
                "after": fault.after,
                "times": fault.times,
                "seconds": None if fault.until is None else round(fault.until - now, 1),
                "retryAfter": fault.retry_after,
            }
            for fault in self._current()
        ]

    def _current(self) -> list[Fault]:
        now = self._monotonic()
        self._faults = [
            fault
            for fault in self._faults
            if fault.times != 0 and (fault.until is None or fault.until > now)
        ]
        return self._faults


def _read(wish: Any, now: float) -> Fault:
    if not isinstance(wish, dict) or not isinstance(wish.get("kind"), str):
        raise WrongFault('a fault is an object with a "kind"')
    unknown = set(wish) - {"kind", "after", "times", "seconds", "path", "retryAfter"}
    if unknown:
        raise WrongFault(f"unknown: {', '.join(sorted(unknown))}")
    kind, _, argument = wish["kind"].partition(":")
    seconds = _number(wish, "seconds")
    times, retry_after = _number(wish, "times"), _number(wish, "retryAfter")
    after = _number(wish, "after")
    return Fault(
        kind=kind,
        argument=argument,
        path=str(wish.get("path", "/")),
        after=int(after or 0),
        times=None if times is None else int(times),
        until=None if seconds is None else now + seconds,
        retry_after=None if retry_after is None else int(retry_after),
    )


def _number(wish: dict[str, Any], name: str) -> float | None:
    value = wish.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise WrongFault(f"{name} is a number above 0")
    return float(value)


def _apply(fault: Fault, hit: Hit) -> None:
    if fault.kind in MARKS and not fault.argument:
        hit.marks.add(fault.kind)
    elif fault.kind in KINDS:
        try:
            KINDS[fault.kind](hit, fault.argument)
        except ValueError as error:
            raise WrongFault(f"{fault.kind}:{fault.argument} makes no sense") from error
    else:
        known = ", ".join([*(f"{kind}:…" for kind in KINDS), *MARKS])
        raise WrongFault(f"no such fault; known are {known}")
    hit.retry_after = fault.retry_after or hit.retry_after
