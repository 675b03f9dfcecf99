"""Every setting: its variable, its value now, its default, what it is for."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import SecretStr
from pydantic_core import PydanticUndefined
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from commands.runtime import Json
from settings import Settings, load_settings, variable

WIDTH = 140
SECRET = "(set, not shown)"


def settings(*, as_json: Json = False) -> None:
    """Show every setting: its variable, its value, its default and what it is for.

    Parameters
    ----------
    as_json
        A list of objects instead of a table.
    """
    rows = _rows(load_settings())
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    plain = Console()
    console = plain if plain.is_terminal else Console(width=WIDTH)
    console.print(_table(rows))


def _table(rows: list[dict[str, str]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("Variable", no_wrap=True)
    table.add_column("Value, default", overflow="fold")
    table.add_column("What it is for", ratio=1)
    for row in rows:
        value = Text(row["value"] or "(empty)")
        if row["value"] != row["default"]:
            value.stylize("bold")
            value.append(f"\ndefault {row['default'] or '(empty)'}", style="dim not bold")
        table.add_row(row["variable"], value, Text(row["description"]))
    return table


def _rows(current: Settings) -> list[dict[str, str]]:
    return [
        {
            "variable": variable(name),
            "value": _shown(name, getattr(current, name)),
            "default": _default(name),
            "description": field.description or "",
        }
        for name, field in Settings.model_fields.items()
    ]


def _default(name: str) -> str:
    field = Settings.model_fields[name]
    value = field.get_default(call_default_factory=True, validated_data={})
    return "" if value is PydanticUndefined else _shown(name, value)


def _shown(name: str, value: object) -> str:
    if isinstance(value, SecretStr):
        return SECRET if value.get_secret_value() else ""
    if name == "database_url" and value:
        return _without_password(str(value))
    if isinstance(value, dict):
        return json.dumps(value) if value else ""
    return str(value) if isinstance(value, Path | str | int | float) else repr(value)


def _without_password(database_url: str) -> str:
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    parts = conninfo_to_dict(database_url)
    if "password" in parts:
        parts["password"] = "..."
    return make_conninfo("", **parts)
