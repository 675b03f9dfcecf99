"""What text may be: checked, stripped and normalised (NFC) before anything else looks at it."""

from __future__ import annotations

import re
import unicodedata

from domain.problems import Invalid

Path = tuple[str, ...]

SURROGATE = re.compile("[\ud800-\udfff]")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
CONTROL_BUT_LAYOUT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
BREAKS = re.compile("[\n\r\t\u2028\u2029]")
UNSEEN = {"Zs", "Zl", "Zp", "Cc", "Cf"}


def line(value: str, *, path: Path, longest: int, required: bool = True) -> str:
    """One line of at most `longest` characters. Raises Invalid that names the fault's place."""
    text = _checked(value, path, CONTROL)
    return _fitted(text, path, longest, required)


def prose(value: str, *, path: Path, longest: int, required: bool = False) -> str:
    """Text of several lines: line feeds and tabs may stand in it. Raises Invalid."""
    text = _checked(value.replace("\r\n", "\n").replace("\r", "\n"), path, CONTROL_BUT_LAYOUT)
    return _fitted(text, path, longest, required)


def shown(value: str, *, longest: int = 300) -> str:
    """A text of somebody else's as a message may quote it: control characters are spelled out, and
    what is too long is cut."""
    spelled = UNPRINTABLE.sub(lambda found: f"U+{ord(found[0]):04X}", value)
    return spelled if len(spelled) <= longest else spelled[: longest - 1] + "…"


def _checked(value: str, path: Path, forbidden: re.Pattern[str]) -> str:
    if SURROGATE.search(value):
        raise Invalid("the text holds half of a surrogate pair", path=path, code="INVALID_TEXT")
    if "\x00" in value:
        raise Invalid("the text holds a NUL character", path=path, code="INVALID_TEXT")
    found = forbidden.search(value) or (BREAKS.search(value) if forbidden is CONTROL else None)
    if found:
        raise Invalid(
            f"the text holds a control character, U+{ord(found[0]):04X}",
            path=path,
            code="INVALID_TEXT",
        )
    return unicodedata.normalize("NFC", value).strip()


def _fitted(text: str, path: Path, longest: int, required: bool) -> str:
    if all(unicodedata.category(character) in UNSEEN for character in text):
        if required:
            raise Invalid("the text is empty", path=path, code="EMPTY")
        return ""
    if len(text) > longest:
        raise Invalid(
            f"the text has {len(text)} characters, {longest} are the most",
            path=path,
            code="TOO_LONG",
        )
    return text
