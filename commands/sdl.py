"""The schema in the schema definition language, and the committed copy of it."""

from __future__ import annotations

from pathlib import Path

from commands.failures import CommandFailed
from commands.runtime import say

COMMITTED = Path(__file__).parent.parent / "schema" / "schema.graphql"


def schema(*, write: bool = False, check: bool = False) -> None:
    """Print the graph's schema (SDL).

    Parameters
    ----------
    write
        Write it to schema/schema.graphql instead.
    check
        Compare it with schema/schema.graphql; exit 1 when they differ.
    """
    text = current_sdl()
    if check:
        if not COMMITTED.exists() or COMMITTED.read_text(encoding="utf-8") != text:
            raise CommandFailed(
                f"{COMMITTED.name} is stale: run ./xinfeng schema --write and commit it"
            )
        say("schema.graphql is current")
    elif write:
        COMMITTED.write_text(text, encoding="utf-8")
        say(f"wrote {COMMITTED}")
    else:
        print(text, end="")


def current_sdl() -> str:
    from schema.root import build

    return build().as_str().rstrip() + "\n"
