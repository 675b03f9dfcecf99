"""What an account of a person may be."""

from __future__ import annotations

import re
from enum import StrEnum

from domain import text
from domain.problems import Invalid

LONGEST_EMAIL = 254
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)*")


class UserState(StrEnum):
    """Only who is ACTIVE may be signed in."""

    INVITED = "INVITED"
    ACTIVE = "ACTIVE"
    LOCKED = "LOCKED"


def email_of(given: str, *, path: tuple[str, ...] = ("email",)) -> str:
    """The address under which a person signs in, folded so that letter case is no difference.

    Raises Invalid.
    """
    known = text.line(given, path=path, longest=LONGEST_EMAIL).casefold()
    if not EMAIL.fullmatch(known):
        raise Invalid("not an e-mail address, e.g. wang@example.org", path=path)
    return known
