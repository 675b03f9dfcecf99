"""The examples of docs/newsroom.md on publishing and what comes after, run as they stand there, one
after the other."""

from __future__ import annotations

import json

from domain.access import Role
from domain.tokens.actions import create as create_token
from tests.graph import graph
from tests.rows import EDITOR, derive, make_article, make_world
from tests.test_newsroom_docs import difference, examples_of


async def test_the_examples_give_what_they_show(database_url: str) -> None:
    async with graph(database_url, public_url="https://news.example") as opened:
        await make_article(await make_world(), body="<p>三百人报名。</p>")
        _, token = await create_token(EDITOR, "desk", Role.ADMINISTRATOR, None)
        for query, answer in examples_of("Publishing, and what comes after", 9):
            found = await opened.ask(query, token=token)
            assert difference(json.loads(answer), found) == "", query
            await derive()  # what a worker does meanwhile
