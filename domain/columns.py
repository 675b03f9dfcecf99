"""Small helpers the models share: the check that keeps a column to its enumeration."""

from __future__ import annotations

from enum import StrEnum

from tortoise.migrations.constraints import CheckConstraint


def one_of(table: str, column: str, values: type[StrEnum]) -> CheckConstraint:
    """The column holds the name of a member of `values`, and nothing else."""
    names = ", ".join(f"'{value.value}'" for value in values)
    return CheckConstraint(check=f"{column} IN ({names})", name=f"{table}_{column}_known")


def check(table: str, name: str, condition: str) -> CheckConstraint:
    return CheckConstraint(check=condition, name=f"{table}_{name}")
