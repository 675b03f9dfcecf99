"""Global ids: the one text form in which every interface names a row, e.g. "Article:12"."""

from __future__ import annotations

import re

from domain.problems import Invalid

MAX_ID = 2**63 - 1
SHAPE = re.compile(r"([A-Za-z]{1,40}):([1-9][0-9]{0,18})")


def format_id(type_name: str, number: int) -> str:
    return f"{type_name}:{number}"


def parse_id(text: str, *types: str, path: tuple[str, ...] = ()) -> tuple[str, int]:
    """The type's name and the number; `types` are those that may stand here, none given: any.

    Raises Invalid, and never for an id that `format_id` wrote of one of `types`.
    """
    found = SHAPE.fullmatch(text)
    if found is None or int(found[2]) > MAX_ID:
        example = format_id(types[0] if types else "Article", 12)
        raise Invalid(f"not an id; one looks like {example}", path=path, code="INVALID_ID")
    if types and found[1] not in types:
        raise Invalid(
            f"an id of type {' or '.join(types)} is expected, this is one of type {found[1]}",
            path=path,
            code="INVALID_ID",
        )
    return found[1], int(found[2])
