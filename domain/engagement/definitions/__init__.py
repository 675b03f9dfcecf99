"""What the platforms count: one TOML file for each, beside this one, and pure look-ups in them.

Nothing here is read from the database. `./xinfeng migrate` copies the files into the table
metric_definition, so that the graph can tell them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache, lru_cache
from itertools import combinations
from pathlib import Path
from types import MappingProxyType

import msgspec

from domain.engagement.rules import Basis, Metric, Population
from domain.partners.rules import Platform

FILES = Path(__file__).parent


class Definition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a platform counts under one metric, during one time.

    code: stands in every observation, e.g. "weibo.reads/2013-03"; begins with the platform's name.
    counts: what is counted, in English, with the platform's own word.
    valid_from, valid_until: first and last day, both included, of the platform's own calendar.
    by_name_only: used where an item names it; whoever asks for the metric gets another.
    counts_reposts: what a repost of the post earns is in the post's own value too.
    rounds_to: the platform shows multiples of it only.
    newest_for_hours: how long after the moment it stands for a value may still be the newest that
    the platform tells; 0 where it tells what is so now.
    source: where that is said, with its grade of evidence (docs/engagement.md).
    """

    platform: Platform
    code: str
    metric: Metric
    population: Population
    basis: Basis
    counts: str
    source: str
    valid_from: date | None = None
    valid_until: date | None = None
    by_name_only: bool = False
    counts_reposts: bool = False
    rounds_to: int | None = None
    newest_for_hours: int = 0
    notes: str = ""

    def holds_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


class NoDefinition(LookupError):
    """The files do not say what a platform counts under a metric on a day."""


class FaultyDefinitions(ValueError):
    """A file is not what it must be; the message names the file and the fault."""


def definition(platform: Platform, metric: Metric, on_day: date) -> Definition:
    """What a value of that day counts. Raises NoDefinition."""
    found = definitions_on(platform, on_day).get(metric)
    if found is None:
        raise NoDefinition(f"what {platform} counts under {metric} on {on_day} is said nowhere")
    return found


@lru_cache(maxsize=100)
def definitions_on(platform: Platform, on_day: date) -> Mapping[Metric, Definition]:
    """What values of that day count, for each metric the platform has. Every answer asks it."""
    usual = (each for each in all_definitions() if not each.by_name_only)
    return MappingProxyType(
        {each.metric: each for each in usual if each.platform == platform and each.holds_on(on_day)}
    )


def by_code(code: str) -> Definition | None:
    """None for a partner's own wording, which no file describes."""
    return _by_code().get(code)


@cache
def all_definitions() -> tuple[Definition, ...]:
    """Every definition of every file, by platform, in the order of the files."""
    read = (read_file(path.stem, path.read_text("utf-8")) for path in sorted(FILES.glob("*.toml")))
    return tuple(each for definitions in read for each in definitions)


@cache
def _by_code() -> dict[str, Definition]:
    return {each.code: each for each in all_definitions()}


def read_file(name: str, text: str) -> list[Definition]:
    """The definitions of the file `<name>.toml`. Raises FaultyDefinitions."""
    try:
        rows = tomllib.loads(text)["definition"]
        found = [msgspec.convert({"platform": name.upper(), **row}, Definition) for row in rows]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, msgspec.ValidationError) as error:
        raise FaultyDefinitions(f"{name}.toml: {error}") from error
    for fault in _faults(name, found):
        raise FaultyDefinitions(f"{name}.toml: {fault}")
    return found


def _faults(name: str, found: list[Definition]) -> Iterable[str]:
    for each in found:
        yield from _own_faults(name, each)
    for one, other in combinations(found, 2):
        if one.code == other.code:
            yield f"{one.code} stands there twice"
        elif _answer_together(one, other):
            yield f"{one.code} and {other.code} hold at the same time"


def _own_faults(name: str, each: Definition) -> Iterable[str]:
    if not (each.code.startswith(f"{name}.") and each.code.isprintable() and len(each.code) <= 100):
        yield f"the code {each.code!r} is not {name}.… of at most 100 printable characters"
    if not (each.counts and each.source):
        yield f"{each.code} does not say what it counts, or who says so"
    if each.valid_from and each.valid_until and each.valid_from > each.valid_until:
        yield f"{each.code} ends before it begins"


def _answer_together(one: Definition, other: Definition) -> bool:
    """Whether there is a day on which both would be the answer for one metric."""
    if one.metric != other.metric or one.by_name_only or other.by_name_only:
        return False
    starts = max(one.valid_from or date.min, other.valid_from or date.min)
    return starts <= min(one.valid_until or date.max, other.valid_until or date.max)
