"""Ids in inputs of mutations: a wrong one is an Invalid problem at its place, not an error."""

from __future__ import annotations

from domain.ids import parse_id


def number_of(type_name: str, id_: str, field: str) -> int:
    """The number in a global id of that type. Raises Invalid that names the field."""
    return parse_id(id_, type_name, path=(field,))[1]


def number_or_none(type_name: str, id_: str | None, field: str) -> int | None:
    return None if id_ is None else number_of(type_name, id_, field)
