"""The thresholds of the rules: one TOML file for each version, beside this one."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import msgspec

from domain.engagement.rules import Metric
from domain.partners.rules import Platform

FILES = Path(__file__).parent


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """source: who says so. grade: how good that is: W practice notes, O our own choice."""

    grade: str
    source: str


class Residual(Rule, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """score: how many spreads above its group's median is a flag. least_spread: of logarithms; a
    group that agrees better than this is taken to agree this well."""

    score: float
    least_spread: float


class Step(Rule, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`after` buckets that all gain `factor` times the median of the `before` ones, the least of
    them `flatness` times the most, are a step that does not decay."""

    before: int
    after: int
    factor: float
    flatness: float


class Ratio(Rule, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What part / whole is unusual on a platform. least_expected: nothing is said of a post of
    which, at `low`, fewer of the part are expected."""

    platform: Platform
    part: Metric
    whole: Metric
    low: float
    high: float
    least_expected: int


class Thresholds(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"ratios": "ratio"},
):
    """One version.

    age_bands_hours: where one band of age since publication ends and the next begins.
    least_group: how many posts a group must have. least_steps: how many steps of its own rounding a
    gain must be. most_untold: which part of a group's gains may be too small to be told from none;
    where more are, rounding makes the group look as if it agreed. Margins: how long around a break
    or a restatement nothing is judged.
    """

    version: str
    age_bands_hours: tuple[int, ...]
    least_group: int
    least_steps: int
    most_untold: float
    break_margin_hours: int
    restatement_margin_hours: int
    level: Residual
    jump: Residual
    step: Step
    ratios: tuple[Ratio, ...] = ()


class FaultyThresholds(ValueError):
    """A file is not what it must be; the message names the file and the fault."""


@cache
def current() -> Thresholds:
    """The newest version. Raises FaultyThresholds."""
    newest = max(FILES.glob("*.toml"))
    found = read_file(newest.name, newest.read_text("utf-8"))
    if newest.stem != found.version:
        raise FaultyThresholds(f"{newest.name} says it is version {found.version}")
    return found


def read_file(name: str, text: str) -> Thresholds:
    """Raises FaultyThresholds."""
    try:
        return msgspec.convert(tomllib.loads(text), Thresholds)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise FaultyThresholds(f"{name}: {error}") from error
