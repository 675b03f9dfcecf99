"""Where secrets stand in the database, sealed, and how all of them come to stand on another key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act, require_administrator
from domain.audit import actions as audit
from domain.database import transaction
from domain.ids import format_id
from domain.secrets import SecretBox, Stand

PORTION = 500

Report = Callable[[int, int], None]
"""Called with how many secrets were looked at, and of how many."""


@dataclass(frozen=True, slots=True)
class Place:
    """A column of sealed secrets; null where there is none. noun: what its row is called."""

    table: str
    column: str
    noun: str


PLACES = (
    Place("account", "credential", "Account"),
    Place("second_factor", "secret", "SecondFactor"),
    Place("signing_secret", "secret", "SigningSecret"),
    Place("second_factor", "secret", "SecondFactor"),
    Place("webhook_endpoint", "secret", "WebhookEndpoint"),
    Place("webhook_endpoint", "older_secret", "WebhookEndpoint"),
)
"""Every one there is: a test compares them with the database's columns."""


@dataclass(frozen=True, slots=True)
class Secret:
    place: Place
    number: int
    sealed: bytes

    def __str__(self) -> str:
        return f"{format_id(self.place.noun, self.number)} {self.place.column}"


Handle = Callable[[BaseDBAsyncClient, list[Secret]], Awaitable[None]]


@dataclass(slots=True)
class Standing:
    """How many secrets stand on the first key, how many on older ones, which on no key of ours."""

    current: int = 0
    older: int = 0
    unreadable: list[str] = field(default_factory=list)

    def count(self, secret: Secret, stand: Stand) -> None:
        match stand:
            case Stand.CURRENT:
                self.current += 1
            case Stand.OLDER:
                self.older += 1
            case Stand.UNREADABLE:
                self.unreadable.append(str(secret))


async def standing(box: SecretBox, *, report: Report) -> Standing:
    """Looks at every secret, and changes none."""
    found = Standing()

    async def look(_client: BaseDBAsyncClient, secrets: list[Secret]) -> None:
        for secret in secrets:
            found.count(secret, box.stand_of(secret.sealed))

    await _portion_by_portion(look, report)
    return found


async def rotate(act: Act, box: SecretBox, *, report: Report) -> int:
    """Seals anew, with the first key, what stands on older ones; how many that were.

    Each portion is a transaction: interrupted, it goes on where it was when it is called again. A
    secret that somebody replaces meanwhile stays theirs.
    """
    require_administrator(act.viewer)
    resealed = 0

    async def seal_anew(client: BaseDBAsyncClient, secrets: list[Secret]) -> None:
        nonlocal resealed
        older = [each for each in secrets if box.stand_of(each.sealed) is Stand.OLDER]
        done = sum([await _reseal(client, box, secret) for secret in older])
        if done:
            after = {"column": f"{older[0].place.table}.{older[0].place.column}", "secrets": done}
            await audit.record(client, act, "secrets.rotate", "Network:1", after=after)
        resealed += done

    await _portion_by_portion(seal_anew, report)
    return resealed


async def _portion_by_portion(handle: Handle, report: Report) -> None:
    """Every secret, each portion of one place in a transaction of its own."""
    total, done = await _total(), 0
    report(done, total)
    for place in PLACES:
        behind = 0
        while True:
            async with transaction() as client:
                secrets = await _portion(client, place, behind)
                await handle(client, secrets)
            if not secrets:
                break
            behind = secrets[-1].number
            done += len(secrets)
            report(done, max(done, total))


async def _total() -> int:
    counted = " + ".join(f"(SELECT count({p.column}) FROM {p.table})" for p in PLACES)
    async with transaction() as client:
        (row,) = await client.execute_query_dict(f"SELECT {counted} AS total")
    return int(row["total"])


async def _portion(client: BaseDBAsyncClient, place: Place, behind: int) -> list[Secret]:
    rows = await client.execute_query_dict(
        f"SELECT id, {place.column} AS sealed FROM {place.table}"
        f" WHERE {place.column} IS NOT NULL AND id > $1 ORDER BY id LIMIT {PORTION}",
        [behind],
    )
    return [Secret(place, row["id"], bytes(row["sealed"])) for row in rows]


async def _reseal(client: BaseDBAsyncClient, box: SecretBox, secret: Secret) -> int:
    """1, or 0 when it is another one by now."""
    place = secret.place
    changed, _ = await client.execute_query(
        f"UPDATE {place.table} SET {place.column} = $1 WHERE id = $2 AND {place.column} = $3",
        [box.reseal(secret.sealed), secret.number, secret.sealed],
    )
    return changed
