"""Two revisions compared: the body by block, everything else by field. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.articles.blocks import loaded
from domain.articles.blocks.diff import BlockDifference, differences
from domain.articles.blocks.words import Comparer, Words
from domain.articles.content import CONTENT

FIELDS = tuple(name for name in CONTENT if name != "blocks")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDifference:
    """name: of the column. old, new: as text; what is no text, as JSON."""

    name: str
    old: str
    new: str
    words: Sequence[Words]


@dataclass(frozen=True, slots=True)
class Comparison:
    fields: Sequence[FieldDifference]
    blocks: Sequence[BlockDifference]


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Comparison:
    """old, new: contents of revisions, by column."""
    comparer = Comparer()
    changed = [name for name in FIELDS if old[name] != new[name]]
    fields = [_field(name, _text(old[name]), _text(new[name]), comparer) for name in changed]
    blocks = differences(loaded(old["blocks"]), loaded(new["blocks"]), comparer)
    return Comparison(fields, blocks)


def _field(name: str, old: str, new: str, comparer: Comparer) -> FieldDifference:
    return FieldDifference(name=name, old=old, new=new, words=comparer.words(old, new))


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)
