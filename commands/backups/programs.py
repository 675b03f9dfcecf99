"""PostgreSQL's own pg_dump and pg_restore, which come with Xinfeng: started, fed, and their last
words when they fail."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from commands.failures import CommandFailed
from commands.local_postgres import binaries
from commands.parent_death import ends_with_parent

LAST_LINES = 5

Hear = Callable[[str], None]


@asynccontextmanager
async def program(
    name: str, *arguments: str, database_url: str, hear: Hear, is_fed: bool = False
) -> AsyncIterator[Process]:
    """One of PostgreSQL's programs on a database. hear: is told each line it says.

    Raises CommandFailed with its last words when it fails; it is ended when the context ends.
    """
    parts = conninfo_to_dict(database_url)
    secret = {"PGPASSWORD": str(parts.pop("password"))} if parts.get("password") else {}
    place = make_conninfo(**{key: str(value) for key, value in parts.items() if value is not None})
    process = await asyncio.create_subprocess_exec(
        *(str(binaries() / name), *arguments, f"--dbname={place}"),
        stdin=PIPE if is_fed else DEVNULL,
        stdout=DEVNULL if is_fed else PIPE,
        stderr=PIPE,
        env={**os.environ, "LC_ALL": "C", **secret},
        preexec_fn=ends_with_parent(signal.SIGTERM),
    )
    words: deque[str] = deque(maxlen=LAST_LINES)
    listening = asyncio.create_task(_listen(process, words, hear))
    try:
        yield process
        await listening
        if await process.wait() != 0:
            raise CommandFailed(f"{name} failed: {' / '.join(words)}")
    except BrokenPipeError:
        await listening
        raise CommandFailed(f"{name} failed: {' / '.join(words)}") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        listening.cancel()


async def _listen(process: Process, words: deque[str], hear: Hear) -> None:
    assert process.stderr is not None
    async for line in process.stderr:
        text = line.decode(errors="replace").strip()
        words.append(text)
        hear(text)
