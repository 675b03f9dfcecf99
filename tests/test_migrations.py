"""The chain of migrations has one end, and a database of another chain is refused as it is."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from commands.demo import demo
from commands.local_postgres import local_postgres
from commands.migrate import OtherLine, migrate
from commands.missing_migrations import ends, newest_migrations
from domain.database import connection_parameters
from tests.conftest import other_database
from tests.serving import free_port

ROOT = Path(__file__).parent.parent
BEFORE = """
CREATE TABLE tortoise_migrations (app text, name text, applied_at timestamptz);
INSERT INTO tortoise_migrations VALUES
    ('domain', '0001_initial', now()), ('domain', '0002_constraints', now())
"""
TABLES = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"

SECOND = """
import domain.migrations
from pathlib import Path
domain.migrations.__path__.append({place!r})
from commands.databases import migrate
from commands.failures import CommandFailed
try:
    migrate(check=True)
except CommandFailed as failure:
    print(failure)
"""
FORGETFUL = """
from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

class Migration(migrations.Migration):
    dependencies = [("domain", {before!r})]
    operations = [
        ops.CreateModel(
            name="Hat",
            fields=[("id", fields.BigIntField(primary_key=True))],
            options={{"constraints": [CheckConstraint(check="id > 0", name="hat_sized")]}},
        )
    ]
"""
HAT = """
import asyncio, sys
sys.path.insert(0, {place!r})
from tortoise import fields
from tortoise.models import Model
from commands.missing_migrations import write_migration
from domain.people import models

class Hat(Model):
    id = fields.BigIntField(primary_key=True)

    class Meta:
        table = "hat"

Hat.__module__ = models.__name__
models.Hat = Hat
print(asyncio.run(write_migration("hats")))
print(asyncio.run(write_migration("hats")))
"""
MIGRATION = """
from tortoise import migrations

class Migration(migrations.Migration):
    dependencies = [("domain", {before!r})]
    operations = []
"""


def refusal(fresh: str) -> str:
    return (
        "this database was made before the migrations were begun anew, and this version cannot"
        f" go on with it: {fresh} (the version that made it keeps what is in it with"
        " `./xinfeng backup`)"
    )


@pytest_asyncio.fixture
async def older(server_url: str) -> AsyncIterator[str]:
    """A database that the migrations before these began."""
    name = f"xinfeng_older_{os.getpid()}"
    server = await asyncpg.connect(**connection_parameters(server_url))
    await server.execute(f"CREATE DATABASE {name}")
    url = other_database(server_url, name)
    await begin(url)
    yield url
    await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await server.close()


async def begin(url: str) -> None:
    connection = await asyncpg.connect(**connection_parameters(url))
    await connection.execute(BEFORE)
    await connection.close()


@pytest.fixture(scope="module")
def older_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data directory with such a database in it."""
    directory = tmp_path_factory.mktemp("older")
    with local_postgres(directory, report=lambda line: None) as database:
        asyncio.run(begin(database.url))
        yield directory


async def test_a_database_of_another_line_is_refused_and_left_alone(older: str) -> None:
    said: list[str] = []
    with pytest.raises(OtherLine) as refused:
        await migrate(older, said.append)
    assert str(refused.value) == refusal("name an empty one in DATABASE_URL")
    assert said == []
    connection = await asyncpg.connect(**connection_parameters(older))
    assert await connection.fetchval(TABLES) == 1
    await connection.close()


def test_the_demo_names_the_directory_to_remove(older_directory: Path) -> None:
    with pytest.raises(OtherLine) as refused:
        demo(port=free_port(), data=older_directory)
    assert str(refused.value) == refusal(f"remove {older_directory} and start again")


def test_a_data_directory_names_its_database(older_directory: Path) -> None:
    given = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    given["XINFENG_DATA_DIR"] = str(older_directory)
    done = subprocess.run(
        [sys.executable, "cli.py", "migrate"],
        cwd=ROOT,
        env=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    cluster = older_directory / "postgres"
    assert done.stderr.endswith(f"xinfeng: {refusal(f'remove {cluster} and start again')}\n")


def test_one_migration_is_the_newest() -> None:
    assert len(newest_migrations()) == 1


def test_ends_of_a_chain() -> None:
    assert ends({"1": [], "2": ["1"], "3": ["2"]}) == ["3"]
    assert ends({"1": [], "2": ["1"], "3": ["1"]}) == ["2", "3"]
    assert ends({"1": [], "2": ["1"], "3": ["1"], "4": ["2", "3"]}) == ["4"]


def test_two_newest_migrations_are_named(tmp_path: Path) -> None:
    (newest,) = newest_migrations()
    migration = import_module(f"domain.migrations.{newest}").Migration
    ((_, before),) = migration.dependencies
    (tmp_path / "9999_other.py").write_text(MIGRATION.format(before=before))
    done = subprocess.run(
        [sys.executable, "-c", SECOND.format(place=str(tmp_path))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == (
        f"each of these migrations is the newest: {newest}, 9999_other."
        " Chain them one after the other, by their dependencies\n"
    )


def test_a_constraint_that_is_only_stated_is_named(tmp_path: Path) -> None:
    (newest,) = newest_migrations()
    (tmp_path / "9999_hats.py").write_text(FORGETFUL.format(before=newest))
    done = subprocess.run(
        [sys.executable, "-c", SECOND.format(place=str(tmp_path))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == (
        "no migration makes these constraints: hat_sized."
        " Write CreateTables(ops.CreateModel(…)), which does\n"
    )


def test_what_the_models_lack_is_written(tmp_path: Path) -> None:
    """In a copy of the package, as a file that says what it comes after; then nothing lacks."""
    shutil.copytree(ROOT / "domain", tmp_path / "domain")
    done = subprocess.run(
        [sys.executable, "-c", HAT.format(place=str(tmp_path))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    (newest,) = newest_migrations()
    number = int(newest[:4]) + 1
    made = tmp_path / "domain" / "migrations" / f"{number:04d}_hats.py"
    assert done.stdout == f"{made}\nNone\n"
    text = made.read_text()
    assert f"dependencies = [('domain', '{newest}')]" in text
    assert "name='Hat'" in text
