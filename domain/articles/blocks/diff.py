"""Two bodies compared, block by block: blocks are the same by their ids."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.articles.blocks.plain import block_text
from domain.articles.blocks.shapes import Block
from domain.articles.blocks.words import Comparer, Words


class Difference(StrEnum):
    """What became of a block. One that is CHANGED may have moved too."""

    ADDED = "ADDED"
    REMOVED = "REMOVED"
    MOVED = "MOVED"
    CHANGED = "CHANGED"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockDifference:
    """old_index, new_index: its place in each body, counted from 0. words: what it says in the two
    compared; empty where it says the same."""

    kind: Difference
    block_id: str
    old_index: int | None = None
    new_index: int | None = None
    old: Block | None = None
    new: Block | None = None
    is_moved: bool = False
    words: Sequence[Words] = ()


def differences(
    old: Sequence[Block], new: Sequence[Block], comparer: Comparer
) -> list[BlockDifference]:
    """In the order of the new body, what was removed where it stood; nothing of equal ones."""
    places = {block.id: at for at, block in enumerate(old)}
    kept = [places[block.id] for block in new if block.id in places]
    moved = {old[at].id for at in set(kept) - set(longest_rising(kept))}
    found = list(_removed(old, {block.id for block in new}, comparer))
    for at, block in enumerate(new):
        before = places.get(block.id)
        was = old[before] if before is not None else None
        if was != block or block.id in moved:
            found.append(_one(was, before, block, at, block.id in moved, comparer))
    return sorted(found, key=_place)


def _place(told: BlockDifference) -> tuple[int, bool]:
    """Where both bodies are told of at once: what is gone comes first."""
    is_gone = told.new_index is None
    place = told.old_index if is_gone else told.new_index
    assert place is not None
    return place, not is_gone


def _removed(old: Sequence[Block], kept: set[str], comparer: Comparer) -> Iterator[BlockDifference]:
    for at, block in enumerate(old):
        if block.id not in kept:
            yield BlockDifference(
                kind=Difference.REMOVED,
                block_id=block.id,
                old_index=at,
                old=block,
                words=comparer.words(block_text(block), ""),
            )


def _one(
    old: Block | None, before: int | None, new: Block, at: int, is_moved: bool, comparer: Comparer
) -> BlockDifference:
    was, said = block_text(old) if old else "", block_text(new)
    kind = Difference.MOVED if old == new else Difference.CHANGED
    return BlockDifference(
        kind=kind if old else Difference.ADDED,
        block_id=new.id,
        old_index=before,
        new_index=at,
        old=old,
        new=new,
        is_moved=is_moved,
        words=comparer.words(was, said) if was != said else (),
    )


def longest_rising(numbers: Sequence[int]) -> list[int]:
    """The most of them, in order, each larger than the one before: what stayed where it was."""
    ends: list[int] = []
    before: list[int | None] = []
    at_end: list[int] = []
    for at, number in enumerate(numbers):
        length = bisect_left(ends, number)
        before.append(at_end[length - 1] if length else None)
        ends[length:] = [number, *ends[length + 1 :]]
        at_end[length:] = [at, *at_end[length + 1 :]]
    found: list[int] = []
    last = at_end[-1] if at_end else None
    while last is not None:
        found.append(numbers[last])
        last = before[last]
    return found[::-1]
