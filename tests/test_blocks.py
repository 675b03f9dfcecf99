"""Bodies: what they may be, and that nothing is lost on any way in and out."""

from __future__ import annotations

from hypothesis import given, settings

from domain.articles.blocks import (
    Block,
    check_blocks,
    from_html,
    from_markdown,
    loaded,
    stored,
    to_html,
    to_markdown,
)
from domain.articles.html import sanitise
from tests.bodies import bodies


@settings(max_examples=100, deadline=None)
@given(bodies())
def test_html_loses_nothing(blocks: tuple[Block, ...]) -> None:
    html = to_html(blocks)
    assert from_html(html) == blocks
    assert from_html(sanitise(html, path=("body",))) == blocks


@settings(max_examples=100, deadline=None)
@given(bodies())
def test_markdown_loses_nothing(blocks: tuple[Block, ...]) -> None:
    assert from_markdown(to_markdown(blocks)) == blocks


@settings(max_examples=50, deadline=None)
@given(bodies())
def test_what_is_checked_and_stored_stays_as_it_is(blocks: tuple[Block, ...]) -> None:
    assert check_blocks(stored(blocks)) == blocks
    assert loaded(stored(blocks)) == blocks
