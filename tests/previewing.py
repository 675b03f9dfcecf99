"""A newsroom whose drafts are handed out to read by links."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from domain.access import Role
from domain.media.storage import Place, Storage, open_storage
from domain.tokens import actions as tokens
from tests.asgi import Response, call
from tests.graph import Graph, graph
from tests.rows import EDITOR, World, make_world

CREATE = """mutation($input: CreatePreviewLinkInput!) { createPreviewLink(input: $input) {
    ... on NewPreviewLinkPayload { link linkExpiresAt previewLink { id revision state recipient } }
    ... on Problem { code path } } }"""
REVOKE = """mutation($input: RevokePreviewLinkInput!) { revokePreviewLink(input: $input) {
    ... on PreviewLinkPayload { previewLink { id state revokedBy } }
    ... on Problem { code path } } }"""
LINKS = """query($id: ID!) { article(id: $id) { previewLinks { totalCount nodes {
    id revision recipient state maker uses usedAt revokedAt article { id } } } } }"""
PREVIEW = "query($secret: String!) { preview(secret: $secret) { title } }"


@dataclass
class Newsroom:
    """here, elsewhere: two centres. tokens, numbers: of the tokens, by their names."""

    graph: Graph
    storage: Storage
    here: World
    elsewhere: World
    tokens: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    async def hire(self, name: str, role: Role, world: World | None = None, **given: Any) -> int:
        """A token with that role, here unless said otherwise."""
        home = (world or self.here).organization_id
        made = await tokens.create(EDITOR, name, role, None, organization_id=home, **given)
        self.numbers[name], self.tokens[name] = made
        return made[0]

    async def ask(self, who: str, query: str, **given: Any) -> Any:
        """Fresh from the database: word of what was just written may be on its way."""
        headers = {"cache-control": "no-cache"}
        if who:
            headers["authorization"] = f"Bearer {self.tokens[who]}"
        answer = (await self.graph.post(query, given, **headers)).json()
        assert "errors" not in answer, answer
        return answer["data"]

    async def hand_out(self, article_id: int, who: str = "author", **given: Any) -> str:
        """Returns the link's path."""
        wanted = {"articleId": f"Article:{article_id}", "recipient": "张主任", **given}
        made = (await self.ask(who, CREATE, input=wanted))["createPreviewLink"]
        return str(made["link"])

    async def get(self, path: str, **headers: str) -> Response:
        answer = await call(self.graph.app, "GET", path, headers=headers)
        await asyncio.sleep(0)  # asyncpg tells of statements at the loop's next turn
        return answer

    async def links(self, article_id: int, who: str = "author") -> list[dict[str, Any]]:
        found = await self.ask(who, LINKS, id=f"Article:{article_id}")
        nodes: list[dict[str, Any]] = found["article"]["previewLinks"]["nodes"]
        return nodes


@asynccontextmanager
async def newsroom(database_url: str, directory: Path, **given: Any) -> AsyncIterator[Newsroom]:
    async with graph(database_url, media_dir=directory, **given) as opened:
        here, elsewhere = await make_world(), await make_world()
        made = Newsroom(opened, open_storage(Place(directory)), here, elsewhere)
        for role in Role:
            await made.hire(role.value.lower(), role)
        await made.hire("author elsewhere", Role.AUTHOR, elsewhere)
        yield made


def secret_of(link: str) -> str:
    return link.removeprefix("/preview/")
