"""What every action stands in: the gate, one transaction, and the database's refusals in words."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

import asyncpg
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.models import Model

from domain.access import Act, require_administrator
from domain.database import transaction
from domain.permissions import Permission, places
from domain.problems import Conflict, Forbidden, Invalid, NotFound, Problem

TAKEN = {
    "article_slug_key": ("this slug is taken", "slug"),
    "article_column_slug": ("this slug is taken", "slug"),
    "category_slug": ("this slug is taken", "slug"),
    "account_known": ("this account is registered already", "external_id"),
    "post_known": ("this post is registered already", "external_id"),
    "review_open_once": ("it is being reviewed already", "id"),
    "review_term_once": ("this word is in the list already", "word"),
    "distribution_standing": ("this account has the article already", "account_ids"),
    "app_user_email_taken": ("this address has an account already", "email"),
}
OVERTAKEN = {"post_article_organization"}
"""Broken only when what a row refers to changed while the row was being written."""

ACYCLIC = {"category_acyclic", "organization_acyclic", "team_acyclic"}
Row = TypeVar("Row", bound=Model)
ENTANGLED = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
REFERENCE = re.compile(r"_([a-z]+_id)_fkey$")


@asynccontextmanager
async def change(
    act: Act, permission: Permission | None = None
) -> AsyncIterator[BaseDBAsyncClient]:
    """One transaction of somebody who may; whatever refuses leaves nothing behind.

    permission: what the action needs; where the row stands, the action itself asks (gates.py).
    Without one it needs an administrator of the whole network. Raises Forbidden.
    """
    if permission is None:
        require_administrator(act.viewer)
    elif not places(act.viewer, permission):
        raise Forbidden(f"this needs a role with the permission {permission}")
    async with changing() as client:
        yield client


@asynccontextmanager
async def changing() -> AsyncIterator[BaseDBAsyncClient]:
    """One transaction whose action has gates of its own.

    A constraint that the checks before it could not see broken, because another writer came
    between, leaves as a Problem too.
    """
    try:
        async with transaction() as client:
            yield client
    except (OperationalError, asyncpg.PostgresError) as error:
        problem = problem_of(error)
        if problem is None:
            raise
        raise problem from error


def problem_of(error: Exception) -> Problem | None:
    """What a refusal of the database means to the caller; None when it is no such refusal."""
    cause = error.args[0] if isinstance(error, IntegrityError) and error.args else error
    if isinstance(cause, ENTANGLED):
        return overtaken()
    if not isinstance(cause, asyncpg.IntegrityConstraintViolationError):
        return None
    name = cause.constraint_name or ""
    if name in OVERTAKEN:
        return overtaken()
    if name in TAKEN:
        message, place = TAKEN[name]
        return Conflict(message, path=(place,), code="TAKEN")
    if name in ACYCLIC:
        return cyclic()
    reference = REFERENCE.search(name)
    if isinstance(cause, asyncpg.ForeignKeyViolationError) and reference:
        return missing(reference[1])
    if isinstance(cause, asyncpg.UniqueViolationError):
        return overtaken()
    return Invalid(f"this breaks the rule {name or cause.column_name or 'of the database'}")


def missing(place: str, noun: str = "") -> NotFound:
    """What an action says of an id that leads nowhere; `place` is the input that holds it."""
    what = noun or place.removesuffix("_id").replace("_", " ")
    return NotFound(f"there is no such {what}", path=(place,))


def overtaken() -> Conflict:
    return Conflict("another change came between; try again", code="OVERTAKEN")


def cyclic() -> Invalid:
    return Invalid("a node cannot stand below itself", path=("parent_id",), code="CYCLE")


async def locked(
    client: BaseDBAsyncClient, model: type[Row], number: int, version: int | None = None
) -> Row:
    """The row an action is about, held until the transaction ends.

    version: the one the caller saw, where the action is an edit. Raises NotFound, Conflict.
    """
    row = await model.select_for_update(no_key=True, using_db=client).get_or_none(id=number)
    if row is None:
        raise missing("id", model.__name__.lower())
    if version is not None:
        check_version(row, version)
    return row


def check_version(row: Model, seen: int) -> None:
    """Raises Conflict when the row changed since the caller saw it."""
    current: int = row.version  # type: ignore[attr-defined]
    if seen != current:
        raise Conflict(
            f"this changed since you saw it: it is version {current} now, you saw {seen}",
            path=("version",),
            code="STALE_VERSION",
        )


async def must_exist(
    client: BaseDBAsyncClient, model: type[Model], number: int | None, place: str
) -> None:
    """Raises NotFound that names `place`. None is no reference and always there."""
    if number is not None and not await model.filter(id=number).using_db(client).exists():
        raise missing(place)
