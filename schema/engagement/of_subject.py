"""Whose derived rows they are: the condition by which every table of counts is narrowed."""

from __future__ import annotations


def of_subject(row: str, kind: str = "'{kind}'", id_: str = "{parent}.id") -> str:
    """SQL: rows of one subject. kind, id_: SQL; without them those of the object that is read."""
    return f"{row}.subject_kind = {kind} AND {row}.subject_id = {id_}"


def of_post(row: str, id_: str) -> str:
    """SQL: rows of one post. id_: SQL."""
    return of_subject(row, "'POST'", id_)


def of_parent(row: str) -> str:
    """SQL: rows of the subject of the row that is read, which is itself one of its figures."""
    return of_subject(row, "{parent}.subject_kind", "{parent}.subject_id")
