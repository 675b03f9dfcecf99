"""Bodies to try, drawn so that each way of writing them meets what is awkward for it."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from domain.articles.blocks import Block, check_blocks
from domain.articles.blocks.spans import MARKS

AWKWARD = "字文，。“”a1 *_~`|\\<>&#-+=.!()[]:\"'\n\u3000\u00a0é😀"
LETTERS = st.one_of(st.sampled_from(AWKWARD), st.characters(codec="utf-8", categories=("L", "P")))
WORDS = st.text(LETTERS, min_size=1, max_size=12)
STARTS = ["1. a", "- b", "# c", "> d", "---", "===", "```", "~~~", "| a |", "&amp;", "&#1;", "<b>"]
SIGNS = ["**", "*", "[a](b)", "![a](b)"]
PIECES = st.sampled_from([*STARTS, *SIGNS])
LINKS = st.sampled_from(
    [
        "https://example.org/a?b=c&d=e",
        "mailto:a@example.org",
        "/columns/要闻",
        "#top",
        "https://a.example/(x)*_",
    ]
)
ADDRESSES = st.sampled_from(
    ["https://example.org/a.jpg?w=1&h=2", "http://a.example/图.png", "https://a.example/(1)_2"]
)


def _seen(value: str) -> bool:
    return any(letter.isalnum() for letter in value)


def line() -> st.SearchStrategy[str]:
    return st.one_of(WORDS, PIECES).filter(_seen).map(lambda words: " ".join(words.split()))


def maybe_line() -> st.SearchStrategy[str]:
    return st.one_of(st.just(""), line())


def spans() -> st.SearchStrategy[list[dict[str, Any]]]:
    span: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
        {"text": st.one_of(WORDS, PIECES)},
        optional={
            "marks": st.lists(st.sampled_from(MARKS), max_size=3),
            "link": LINKS,
        },
    )
    return st.lists(span, min_size=1, max_size=4).filter(_is_seen)


def _is_seen(found: list[dict[str, Any]]) -> bool:
    return any(_seen(each["text"]) for each in found)


def cell() -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.one_of(st.just([]), spans())


def shown() -> st.SearchStrategy[dict[str, str]]:
    return st.one_of(
        st.integers(1, 99).map(lambda number: {"media": f"Media:{number}"}),
        ADDRESSES.map(lambda url: {"url": url}),
    )


def _of(type_: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"type": st.just(type_), **fields})


def _with_file(made: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(made, shown()).map(lambda both: {**both[0], **both[1]})


def _listed(items: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    return {
        "items": st.lists(items, min_size=1, max_size=3),
        "ordered": st.booleans(),
        "start": st.sampled_from([1, 1, 0, 7, 99]),
    }


def items() -> st.SearchStrategy[dict[str, Any]]:
    leaf = st.fixed_dictionaries({"text": spans()})
    return st.recursive(
        leaf,
        lambda below: st.fixed_dictionaries(
            {"text": spans(), "nested": st.fixed_dictionaries(_listed(below))}
        ),
        max_leaves=4,
    )


def tables() -> st.SearchStrategy[dict[str, Any]]:
    rows = st.integers(1, 3).flatmap(
        lambda width: st.lists(
            st.lists(cell(), min_size=width, max_size=width), min_size=1, max_size=3
        )
    )
    return _of("table", rows=rows, header=st.booleans(), caption=maybe_line())


def pictures() -> st.SearchStrategy[dict[str, Any]]:
    return _with_file(st.fixed_dictionaries({"alt": maybe_line(), "caption": maybe_line()}))


def blocks() -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(
        _of("paragraph", text=spans()),
        _of("heading", text=spans(), level=st.integers(2, 6)),
        _of("list", **_listed(items())),
        _of("quote", text=spans(), source=maybe_line()),
        _with_file(_of("image", alt=maybe_line(), caption=maybe_line())),
        _of("gallery", images=st.lists(pictures(), min_size=1, max_size=3), caption=maybe_line()),
        _with_file(_of("video", caption=maybe_line(), poster=st.sampled_from(["", "Media:7"]))),
        _with_file(_of("audio", caption=maybe_line())),
        tables(),
        _of("embed", url=ADDRESSES, title=maybe_line(), caption=maybe_line()),
        _with_file(_of("attachment", name=line())),
    )


def bodies(most: int = 5) -> st.SearchStrategy[tuple[Block, ...]]:
    """Blocks in their one form, without ids."""
    return st.lists(blocks(), max_size=most).map(check_blocks)
