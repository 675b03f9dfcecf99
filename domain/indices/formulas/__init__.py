"""The formulas of indices: one TOML file for each version, beside this one."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import msgspec

from domain.indices.rules import Formula

FILES = Path(__file__).parent


class FaultyFormula(ValueError):
    """A file is not what it must be; the message names the file and the fault."""


@cache
def all_formulas() -> tuple[Formula, ...]:
    """By code and version. Raises FaultyFormula."""
    found = [read_file(path.name, path.read_text("utf-8")) for path in FILES.glob("*.toml")]
    if len({(each.code, each.version) for each in found}) < len(found):
        raise FaultyFormula("two files hold the same version of a formula")
    return tuple(sorted(found, key=lambda each: (each.code, each.version)))


def read_file(name: str, text: str) -> Formula:
    """Raises FaultyFormula."""
    try:
        return msgspec.convert(tomllib.loads(text), Formula)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise FaultyFormula(f"{name}: {error}") from error
