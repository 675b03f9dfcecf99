"""What clients are promised, in the languages for that: the graph's schema (SDL), the OpenAPI
description of /v1; and the committed copies of both."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from commands.failures import CommandFailed
from commands.runtime import say

ROOT = Path(__file__).parent.parent


def current_sdl() -> str:
    from schema.root import build

    return build().as_str().rstrip() + "\n"


def current_openapi() -> str:
    from api.openapi import description

    return json.dumps(description(), ensure_ascii=False, indent=1) + "\n"


class Copy(NamedTuple):
    """A committed file, and what makes its text."""

    path: Path
    text: Callable[[], str]

    @property
    def is_current(self) -> bool:
        return self.path.exists() and self.path.read_text(encoding="utf-8") == self.text()


COMMITTED = ROOT / "schema" / "schema.graphql"
COPIES = (Copy(COMMITTED, current_sdl), Copy(ROOT / "docs" / "openapi.json", current_openapi))


def schema(*, write: bool = False, check: bool = False) -> None:
    """Print the graph's schema (SDL).

    Parameters
    ----------
    write
        Write it to schema/schema.graphql instead, and the description of /v1 to docs/openapi.json.
    check
        Compare both files with the code; exit 1 when one differs.
    """
    if check:
        for copy in COPIES:
            if not copy.is_current:
                raise CommandFailed(
                    f"{copy.path.name} is stale: run ./xinfeng schema --write and commit it"
                )
            say(f"{copy.path.name} is current")
    elif write:
        for copy in COPIES:
            copy.path.write_text(copy.text(), encoding="utf-8")
            say(f"wrote {copy.path}")
    else:
        print(current_sdl(), end="")
