"""What a person at the terminal is told about a failure, in lines, and the exit status."""

from __future__ import annotations

from typing import NamedTuple

from commands.failures import CommandFailed

USAGE = 2
FAILED = 1


class Explanation(NamedTuple):
    lines: list[str]
    status: int


def explain(error: BaseException) -> Explanation:
    """One line, or one per wrong setting. Nothing is imported: a failure's module is there."""
    cause = error.__cause__ or error.__context__
    if type(error).__name__ in ("OperationalError", "DBConnectionError") and cause is not None:
        return explain(cause)  # Tortoise's wrapping says less than what it wraps
    known = {kind.__name__ for kind in type(error).__mro__}
    if "SettingsError" in known:
        return Explanation(str(error).splitlines(), USAGE)
    if isinstance(error, CommandFailed):
        return Explanation([str(error)], FAILED)
    if "Problem" in known:
        path = ".".join(getattr(error, "path", ()))
        return Explanation([f"{path}: {error}" if path else str(error)], FAILED)
    if known & {"UndefinedTableError", "InvalidSchemaNameError"}:
        return Explanation(["the database is not up to date: run ./xinfeng migrate"], FAILED)
    if known & {"InvalidPasswordError", "InvalidAuthorizationSpecificationError"}:
        return Explanation([f"DATABASE_URL: the database refuses: {error}"], FAILED)
    if known & {"InvalidCatalogNameError"}:
        return Explanation([f"DATABASE_URL: {error}: create it first"], FAILED)
    if known & {"ConnectionError", "gaierror", "DBConnectionError"}:
        return Explanation([f"the database cannot be reached (DATABASE_URL): {error}"], FAILED)
    said = " ".join(str(error).split()) or "no more is known"
    line = f"unexpected {type(error).__name__}: {said} (XINFENG_LOG_LEVEL=debug shows where)"
    return Explanation([line], FAILED)
