"""Whether every change of the models has its migration."""

from __future__ import annotations

from tortoise import Tortoise
from tortoise.migrations.autodetector import MigrationAutodetector

from domain.database import tortoise_config


async def missing_migrations() -> list[str]:
    """The operations a new migration would hold; touches no database."""
    config = tortoise_config("postgresql://nobody@nowhere/nothing")
    await Tortoise.init(config=config, init_connections=False)
    assert Tortoise.apps is not None
    writers = await MigrationAutodetector(Tortoise.apps, config["apps"]).changes()
    return [_text(operation) for writer in writers for operation in writer.operations]


def _text(operation: object) -> str:
    subject = getattr(operation, "model_name", "") or getattr(operation, "name", "")
    return f"{type(operation).__name__} {subject}".strip()
