"""Pictures that pages of others show, got from where they stand: from public addresses only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import unquote

from aiohttp import ClientError
from yarl import URL

from domain.articles.imports.found import PictureFile
from domain.articles.imports.pictures import Fetch, Unavailable
from domain.media.rules import MOST_BYTES, MediaKind
from domain.public_addresses import Network
from outgoing.guards import Guard, NotAllowed
from workers.guarded import guarded_session

MOST_REDIRECTS = 5
MOST = MOST_BYTES[MediaKind.IMAGE]


@asynccontextmanager
async def fetching(networks: tuple[Network, ...]) -> AsyncIterator[Fetch]:
    """networks: which may be asked though they are not public."""
    async with guarded_session(Guard(networks)) as session:

        async def fetch(address: str) -> PictureFile:
            content = bytearray()
            try:
                async with session.get(
                    URL(address), max_redirects=MOST_REDIRECTS, raise_for_status=True
                ) as answer:
                    async for part in answer.content.iter_chunked(2**16):
                        content += part
                        if len(content) > MOST:
                            raise Unavailable(f"it has more than {MOST // 2**20} MiB")
            except (ClientError, NotAllowed, TimeoutError, ValueError) as error:
                why = getattr(error, "message", "") or error or "no answer in time"
                raise Unavailable(f"it cannot be had: {why}") from None
            return PictureFile(unquote(URL(address).name), bytes(content))

        yield fetch
