"""What docs/newsroom.md shows of reviewing works as it is shown."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from graphql import OperationDefinitionNode, parse, print_ast

from domain.access import Act, Role
from domain.articles import actions as articles
from domain.ids import parse_id
from domain.reviews.actions import workflows
from domain.reviews.models import Review, ReviewFinding
from domain.tokens import actions as tokens
from tests.graph import Graph, graph
from tests.rows import EDITOR, World, make_article, make_organization, make_world

PAGE = Path(__file__).parent.parent / "docs" / "newsroom.md"
ORDER = (
    *("Workflow", "Word", "Leader", "Submit", "ToDo", "Claim", "Findings", "Override", "Approve"),
    *("SendBack", "Record"),
)


def _shown() -> tuple[dict[str, str], dict[str, Any]]:
    """The operations of the section by name, and the workflow's variables."""
    section = PAGE.read_text("utf-8").split("\n## Reviewing\n")[1].split("\n## ")[0]
    operations = {}
    for text in re.findall(r"```graphql\n(.*?)```", section, re.S):
        for node in parse(text).definitions:
            assert isinstance(node, OperationDefinitionNode)
            assert node.name is not None
            operations[node.name.value] = print_ast(node)
    variables = re.findall(r"```json\n(.*?)```", section, re.S)
    return operations, json.loads(variables[0])


async def _article(world: World) -> str:
    """Of version 3 and revision 3, with a word the page puts on the list, and a block b4."""
    block = {"id": "b4", "type": "paragraph", "text": [{"text": "按装路灯"}]}
    number = await make_article(world, blocks=[block])
    for version in (1, 2):
        changes = articles.ArticleChanges(summary=f"第{version}稿")
        await articles.update(EDITOR, number, version, changes)
    return f"Article:{number}"


async def _asked(
    opened: Graph, token: str, operation: str, ids: dict[str, str], **variables: Any
) -> Any:
    """The answer's data, of what is no problem."""
    for shown, real in ids.items():
        operation = operation.replace(f'"{shown}"', f'"{real}"')
    data = await opened.ask(operation, token=token, **variables)
    told = next(iter(data.values()))
    assert "code" not in told, told
    assert told.get("__typename") in (None, "ReviewPayload", "ReviewTermPayload"), told
    return told


async def test_the_page_is_played_from_top_to_bottom(database_url: str) -> None:
    operations, given = _shown()
    assert set(operations) == set(ORDER)
    async with graph(database_url) as opened:
        world = await make_world()
        now = Act(EDITOR.viewer, datetime.now(UTC))
        tokens_ = {
            role: (await tokens.create(now, role.value, role, None))[1]
            for role in (Role.ADMINISTRATOR, Role.AUTHOR, Role.REVIEWER)
        }
        place = await make_organization(world.organization_id, "编辑部")
        desk = World(place, world.person_id, world.partner_id, world.account_id)
        ids = {"Article:12": await _article(desk), "Organization:7": f"Organization:{place}"}
        told: dict[str, Any] = {}
        for name in ORDER:
            role = Role.REVIEWER
            if name in ("Workflow", "Word", "Leader"):
                role = Role.ADMINISTRATOR
            if name == "Submit":
                role = Role.AUTHOR
            variables = {}
            if name == "Workflow":
                checked = {**given["input"], "checks": ["TERM"]}
                variables = {"input": checked}
            told[name] = await _asked(opened, tokens_[role], operations[name], ids, **variables)
            if name == "Workflow":
                number = parse_id(told[name]["workflow"]["id"])[1]
                await workflows.assign(EDITOR, number, place)
            if name == "Submit":
                ids["Review:7"] = told[name]["review"]["id"]
                (found,) = await ReviewFinding.all()
                ids["ReviewFinding:6"] = f"ReviewFinding:{found.id}"
        assert told["Submit"]["review"]["stageTitle"] == "初审"
        assert [node["id"] for node in told["ToDo"]["nodes"]] == [ids["Review:7"]]
        (finding,) = told["Findings"]["findings"]["nodes"]
        assert (finding["excerpt"], finding["suggestion"]) == ("按装", "安装")
        assert told["Approve"]["review"] == {"state": "RUNNING", "stageTitle": "一校"}
        kinds = [entry["kind"] for entry in told["Record"]["entries"]["nodes"]]
        assert kinds == ["SUBMITTED", "CLAIMED", "OVERRIDDEN", "APPROVED", "REJECTED"]
        assert (await Review.get()).state == "RETURNED"
