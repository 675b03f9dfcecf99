"""The documentation holds: its links lead somewhere, its queries are valid."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from graphql import parse, validate

from schema.root import build

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "sandbox" / "data" / "README.md"]
)


def names(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_links_lead_to_files(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text("utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_queries_are_valid(page: Path) -> None:
    for text in re.findall(r"^```graphql\n(.*?)^```", page.read_text("utf-8"), re.M | re.S):
        if re.match(r"\s*(query|mutation|subscription|\{)", text):
            assert validate(build()._schema, parse(text)) == [], text


def test_the_readme_shows_queries_and_mutations() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert re.findall(r"^(query|mutation) (\w+)", readme, re.M) == [
        ("query", "Reads"),
        ("query", "Newsroom"),
        ("mutation", "Write"),
        ("query", "Charts"),
    ]


def test_the_readme_begins_with_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    first = re.search(r"^```\n(.*?)^```", readme, re.M | re.S)
    assert first is not None
    commands = [line.partition("#")[0].strip() for line in first[1].splitlines()]
    assert commands == ["./xinfeng demo", "./xinfeng test"]
