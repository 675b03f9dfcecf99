"""What the models say and no migration makes, and which migration is the newest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path

from tortoise import Tortoise
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import AddConstraint, CreateModel
from tortoise.migrations.writer import MigrationWriter

from domain.database import tortoise_config
from domain.migrated import known


async def missing_migrations() -> list[str]:
    """The operations a new migration would hold; touches no database."""
    return [_text(operation) for writer in await _writers() for operation in writer.operations]


async def write_migration(name: str) -> Path | None:
    """Writes what is missing as a migration of that name, after the newest; its file."""
    for writer in await _writers():
        number, _, _ = writer.name.partition("_")
        writer.name = f"{number}_{name}"
        return Path(writer.write())
    return None


async def _writers() -> list[MigrationWriter]:
    """One, or none where nothing is missing."""
    config = tortoise_config("postgresql://nobody@nowhere/nothing")
    await Tortoise.init(config=config, init_connections=False)
    assert Tortoise.apps is not None
    return await MigrationAutodetector(Tortoise.apps, config["apps"]).changes()


def newest_migrations() -> list[str]:
    """Those that no other comes after: one, unless two were chained to the same."""
    return ends({name: _dependencies(name) for name in known()})


def ends(chain: Mapping[str, Iterable[str]]) -> list[str]:
    """Of migrations and what each comes after, those that nothing comes after, in order."""
    return sorted(set(chain) - {before for befores in chain.values() for before in befores})


def forgotten_constraints() -> list[str]:
    """By name, those that stand among the options of a CreateModel alone: nothing makes them."""
    operations = [each for name in sorted(known()) for each in _migration(name).operations]
    added = {each.constraint.name for each in operations if isinstance(each, AddConstraint)}
    stated = {
        constraint.name
        for each in operations
        if isinstance(each, CreateModel)
        for constraint in (each.options or {}).get("constraints", ())
    }
    return sorted(stated - added)


def _dependencies(name: str) -> list[str]:
    return [before for _, before in _migration(name).dependencies]


def _migration(name: str) -> type[Migration]:
    found: type[Migration] = import_module(f"domain.migrations.{name}").Migration
    return found


def _text(operation: object) -> str:
    subject = getattr(operation, "model_name", "") or getattr(operation, "name", "")
    return f"{type(operation).__name__} {subject}".strip()
