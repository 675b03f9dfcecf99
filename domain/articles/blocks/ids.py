"""The ids of blocks. What comes without one gets that of the block it was before, where it was one.

So whoever sends a body as HTML or Markdown edits the blocks that are there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

import msgspec
from msgspec.structs import replace

from domain.articles.blocks.plain import block_text
from domain.articles.blocks.shapes import Block

ALIKE = 0.5
"""From this part of equal letters on a block is taken for an edited one."""

LONGEST_COMPARED = 2_000
MOST_COMPARED = 2_500
"""Pairs of blocks looked at more closely; beyond, a block that differs is a new one."""

ID_LETTERS = 10


def identified(new: Sequence[Block], known: Sequence[Block] = ()) -> tuple[Block, ...]:
    """All with an id, each once. known: the blocks before this edit."""
    taken = {block.id for block in new}
    free = [block for block in known if block.id not in taken]
    nameless = [block for block in new if not block.id]
    pairs = _pairs(free, nameless)
    found: list[Block] = []
    for block in new:
        id_ = block.id or pairs.get(id(block)) or _made(block, taken | {b.id for b in known})
        taken.add(id_)
        found.append(replace(block, id=id_))
    return tuple(found)


def _pairs(old: Sequence[Block], new: Sequence[Block]) -> dict[int, str]:
    """The old one's id by the new block's identity."""
    olds, news = [_content(block) for block in old], [_content(block) for block in new]
    pairs: dict[int, str] = {}
    matcher = SequenceMatcher(None, olds, news, autojunk=False)
    rest: list[tuple[Sequence[Block], Sequence[Block]]] = []
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            pairs |= {id(n): o.id for o, n in zip(old[a:b], new[c:d], strict=True)}
        else:
            rest.append((old[a:b], new[c:d]))
    pairs |= _moved(rest)
    for olds_here, news_here in rest:
        pairs |= dict(_edited(olds_here, news_here, pairs))
    return pairs


def _moved(rest: list[tuple[Sequence[Block], Sequence[Block]]]) -> dict[int, str]:
    """Equal ones that stand elsewhere now."""
    waiting: dict[bytes, list[str]] = {}
    for olds, _ in rest:
        for block in olds:
            waiting.setdefault(_content(block), []).append(block.id)
    pairs = {}
    for _, news in rest:
        for block in news:
            ids = waiting.get(_content(block))
            if ids:
                pairs[id(block)] = ids.pop(0)
    return pairs


def _edited(
    olds: Sequence[Block], news: Sequence[Block], pairs: dict[int, str]
) -> Iterator[tuple[int, str]]:
    """Those at one place that are of one type and much alike, in order."""
    gone = set(pairs.values())
    olds = [block for block in olds if block.id not in gone]
    news = [block for block in news if id(block) not in pairs]
    if len(olds) * len(news) > MOST_COMPARED:
        return
    start = 0
    for block in news:
        for at in range(start, len(olds)):
            if type(olds[at]) is type(block) and _are_alike(olds[at], block):
                yield id(block), olds[at].id
                start = at + 1
                break


def _are_alike(old: Block, new: Block) -> bool:
    a, b = (block_text(block)[:LONGEST_COMPARED] for block in (old, new))
    if not a and not b:
        return True
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    return matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _made(block: Block, taken: set[str]) -> str:
    """Of its content: two editors who add the same add one block, and others never meet."""
    number = 0
    while True:
        digest = hashlib.sha256(b"%b %d" % (_content(block), number)).hexdigest()[:ID_LETTERS]
        if digest not in taken:
            return digest
        number += 1


def _content(block: Block) -> bytes:
    return msgspec.json.encode(replace(block, id=""))
