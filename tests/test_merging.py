"""Bodies compared and merged: pure rules, tried on bodies that are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.articles.blocks import Block, check_blocks
from domain.articles.blocks.diff import Difference, differences, longest_rising
from domain.articles.blocks.merge import merge
from domain.articles.blocks.words import MOST_PAIRS, Comparer, Word

Body = tuple[Block, ...]


def paragraph(id_: str, text: str) -> dict[str, Any]:
    return {"type": "paragraph", "id": id_, "text": [{"text": text}]}


def body(**texts: str) -> Body:
    return check_blocks([paragraph(id_, text) for id_, text in texts.items()])


@st.composite
def edits(draw: st.DrawFn, base: Sequence[Block], names: str, moves: bool = True) -> Body:
    """Some blocks changed, some taken out, some added under these names, perhaps all moved."""
    kept = [
        draw(st.sampled_from([block, block, *body(**{block.id: draw(st.sampled_from("xyz"))})]))
        for block in base
        if draw(st.integers(0, 5))
    ]
    if moves and draw(st.booleans()):
        kept = draw(st.permutations(kept))
    for name in names[: draw(st.integers(0, len(names)))]:
        kept.insert(draw(st.integers(0, len(kept))), *body(**{name: draw(st.sampled_from("uvw"))}))
    return tuple(kept)


BASE = body(a="1", b="2", c="3", d="4", e="5")
SETTINGS = settings(max_examples=100, deadline=None)


@SETTINGS
@given(edits(BASE, "fgh"))
def test_an_edit_alone_is_what_it_is(mine: Body) -> None:
    assert merge(BASE, mine, BASE).blocks == mine
    assert merge(BASE, BASE, mine).blocks == mine
    assert merge(BASE, mine, mine).blocks == mine


@SETTINGS
@given(edits(BASE, "fgh"), edits(BASE, "ijk"))
def test_of_two_edits_nothing_is_lost_or_it_is_a_conflict(mine: Body, theirs: Body) -> None:
    merged = merge(BASE, mine, theirs)
    b, m, t = ({block.id: block for block in each} for each in (BASE, mine, theirs))
    torn = {id_ for id_ in b if m.get(id_) != t.get(id_) and b[id_] not in (m.get(id_), t.get(id_))}
    assert torn <= set(merged.conflicts)
    if merged.conflicts:
        assert merged.blocks == ()
        assert merge(BASE, theirs, mine).conflicts != ()
        return
    found = {block.id: block for block in merged.blocks}
    assert len(found) == len(merged.blocks)
    for id_ in {*b, *m, *t}:
        expected = t.get(id_) if m.get(id_) == b.get(id_) else m.get(id_)
        assert found.get(id_) == expected
    other = {block.id: block for block in merge(BASE, theirs, mine).blocks}
    assert found == other


@SETTINGS
@given(edits(BASE, "fgh", moves=False), edits(BASE, "ijk", moves=False))
def test_without_moves_both_orders_hold(mine: Body, theirs: Body) -> None:
    merged = merge(BASE, mine, theirs)
    order = [block.id for block in merged.blocks]
    for each in (mine, theirs) if not merged.conflicts else ():
        own = [block.id for block in each if block.id in order]
        assert [id_ for id_ in order if id_ in own] == own


def test_conflicts_are_named() -> None:
    base = body(a="1", b="2", c="3")
    mine, theirs = body(a="x", c="3"), body(a="y", b="z", c="3")
    assert merge(base, mine, theirs).conflicts == ("a", "b")
    moved = merge(base, (base[1], base[0], base[2]), (base[0], base[2], base[1]))
    assert moved.conflicts == ("b", "c")


def test_what_both_add_stands_one_after_the_other() -> None:
    base = body(a="1", b="2")
    mine, theirs = body(a="1", m="mine", b="2"), body(a="1", t="theirs", b="2")
    merged = [block.id for block in merge(base, mine, theirs).blocks]
    assert merged in (["a", "m", "t", "b"], ["a", "t", "m", "b"])


# compared


@SETTINGS
@given(edits(BASE, "fgh"))
def test_differences_lead_from_one_body_to_the_other(new: Body) -> None:
    found = differences(BASE, new, Comparer())
    gone = {each.block_id for each in found if each.kind is Difference.REMOVED}
    assert gone == {block.id for block in BASE} - {block.id for block in new}
    told = {each.block_id: each for each in found}
    for at, block in enumerate(new):
        was = next((old for old in BASE if old.id == block.id), None)
        if block.id not in told:
            assert was == block
            continue
        each = told[block.id]
        assert (each.new, each.new_index, each.old) == (block, at, was)
        assert (each.kind is Difference.ADDED) is (was is None)
    assert differences(new, new, Comparer()) == []


@SETTINGS
@given(st.text("志愿者 a1,，\n", max_size=40), st.text("志愿者 a1,，\n", max_size=40))
def test_words_make_up_both_texts(old: str, new: str) -> None:
    words = Comparer().words(old, new)
    assert "".join(w.text for w in words if w.kind is not Word.ADDED) == old
    assert "".join(w.text for w in words if w.kind is not Word.REMOVED) == new
    assert old != new or all(word.kind is Word.SAME for word in words)


def test_chinese_is_compared_by_letter_and_english_by_word() -> None:
    words = Comparer().words("志愿者进社区 volunteers", "志愿者来到社区 volunteer")
    assert [(word.kind.value, word.text) for word in words] == [
        ("SAME", "志愿者"),
        ("REMOVED", "进"),
        ("ADDED", "来到"),
        ("SAME", "社区 "),
        ("REMOVED", "volunteers"),
        ("ADDED", "volunteer"),
    ]


def test_what_would_take_too_long_is_told_as_replaced() -> None:
    long = int(MOST_PAIRS**0.5) + 1
    words = Comparer().words("前" + "甲乙" * long + "后", "前" + "丙丁" * long + "后")
    assert [word.kind for word in words] == [Word.SAME, Word.REMOVED, Word.ADDED, Word.SAME]


@SETTINGS
@given(st.permutations(range(7)))
def test_the_longest_rising_row_rises_and_is_longest(numbers: list[int]) -> None:
    found = longest_rising(numbers)
    assert found == sorted(found)
    best = [0] * 7
    for at, number in enumerate(numbers):
        best[at] = 1 + max((best[b] for b in range(at) if numbers[b] < number), default=0)
    assert len(found) == max(best)
