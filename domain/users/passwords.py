"""What a password may be: NIST SP 800-63B, section 3.1.1. Length counts, composition does not."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from domain.problems import Invalid

SHORTEST = 12
LONGEST = 256
OWN_AT_LEAST = 8
"""So many characters must be left when what everybody knows of the account is taken away."""

COMMON = Path(__file__).parent / "common_passwords.txt"
RUNS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
PATH = ("password",)


def normalized(password: str) -> str:
    """The same for every keyboard that writes the same characters (NFKC); nothing is cut off."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, *known: str) -> str:
    """The password as it is hashed. known: what others know, e.g. the e-mail address, the name.

    Raises Invalid, which never shows the password.
    """
    text = normalized(password)
    if len(text) < SHORTEST:
        raise Invalid(f"at least {SHORTEST} characters", path=PATH, code="TOO_SHORT")
    if len(text) > LONGEST:
        raise Invalid(f"at most {LONGEST} characters", path=PATH, code="TOO_LONG")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise Invalid("it holds a control character", path=PATH, code="INVALID_TEXT")
    folded = text.casefold()
    if folded in common_passwords() or _repeats(folded) or _is_run(folded):
        raise Invalid("too many people use this password", path=PATH, code="TOO_COMMON")
    if len(_without(folded, known)) < OWN_AT_LEAST:
        message = "it is hardly more than the name or the address"
        raise Invalid(message, path=PATH, code="TOO_COMMON")
    return text


@cache
def common_passwords() -> frozenset[str]:
    """Folded; all of the least length or longer, as shorter ones are refused anyway."""
    return frozenset(COMMON.read_text(encoding="utf-8").split())


def _repeats(text: str) -> bool:
    """Made of one short part again and again, e.g. abcabcabcabc."""
    return any(
        text == (text[:length] * len(text))[: len(text)] for length in range(1, SHORTEST // 2)
    )


def _is_run(text: str) -> bool:
    """Neighbours on the keyboard or in the alphabet throughout, forwards or back."""
    pairs = {run[at : at + 2] for run in RUNS for at in range(len(run) - 1)}
    pairs |= {pair[::-1] for pair in pairs}
    steps = [text[at : at + 2] in pairs for at in range(len(text) - 1)]
    return steps.count(False) <= len(steps) // 6


def _without(text: str, known: tuple[str, ...]) -> str:
    """The text without the words of what is known, the longest first."""
    words = {"xinfeng", "新风"}
    for part in known:
        words |= set(part.casefold().replace("@", " ").replace(".", " ").split())
    for word in sorted((word for word in words if len(word) > 1), key=len, reverse=True):
        text = text.replace(word, "")
    return text
