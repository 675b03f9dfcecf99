"""Two edits of one body put together, where they touch different blocks. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from domain.articles.blocks.diff import longest_rising
from domain.articles.blocks.shapes import Block


@dataclass(frozen=True, slots=True)
class Merged:
    """conflicts: ids of blocks that both changed, each otherwise; then `blocks` is empty."""

    blocks: tuple[Block, ...] = ()
    conflicts: tuple[str, ...] = ()


def merge(base: Sequence[Block], mine: Sequence[Block], theirs: Sequence[Block]) -> Merged:
    """What both have made of `base`. All blocks have ids, each body each id once.

    A block that one changed, added or took away is as they made it; one that both made the same of,
    too. What both add at one place stands one after the other. The order is that of whoever moved
    blocks; if both did, each otherwise, what both moved is in conflict.
    """
    b, m, t = ({block.id: block for block in body} for body in (base, mine, theirs))
    kept: dict[str, Block] = {}
    conflicts: list[str] = []
    for id_ in dict.fromkeys([*b, *t, *m]):
        was, my, their = b.get(id_), m.get(id_), t.get(id_)
        if my not in (was, their) and their != was:
            conflicts.append(id_)
            continue
        found = their if my == was else my
        if found is not None:
            kept[id_] = found
    order, moved = _order(list(b), list(m), list(t), kept)
    if conflicts or moved:
        return Merged(conflicts=tuple(dict.fromkeys([*conflicts, *moved])))
    return Merged(tuple(kept[id_] for id_ in order))


def _order(
    b: list[str], m: list[str], t: list[str], kept: Iterable[str]
) -> tuple[list[str], list[str]]:
    """The order of the kept, or what both moved."""
    common = set(b) & set(m) & set(t)
    was, my, their = ([id_ for id_ in ids if id_ in common] for ids in (b, m, t))
    if my not in (was, their) and their != was:
        both = _moved(was, my) | _moved(was, their)
        return [], [id_ for id_ in was if id_ in both]
    first, second = (m, t) if their == was else (t, m)
    known = set(kept)
    return _woven([id_ for id_ in first if id_ in known], second, known), []


def _moved(was: list[str], now: list[str]) -> set[str]:
    places = {id_: at for at, id_ in enumerate(was)}
    stayed = {was[at] for at in longest_rising([places[id_] for id_ in now])}
    return set(was) - stayed


def _woven(first: list[str], second: Iterable[str], known: set[str]) -> list[str]:
    """The first order, with what stands only in the second behind what it stands behind there."""
    behind: dict[str, list[str]] = {}
    standing = set(first)
    last = ""
    for id_ in second:
        if id_ in standing:
            last = id_
        elif id_ in known:
            behind.setdefault(last, []).append(id_)
    return list(_unfolded(first, behind))


def _unfolded(first: Iterable[str], behind: dict[str, list[str]]) -> Iterator[str]:
    yield from behind.get("", [])
    for id_ in first:
        yield id_
        yield from behind.get(id_, [])
