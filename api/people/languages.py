"""In which of our languages a page speaks."""

from __future__ import annotations

LANGUAGES = ("en", "zh")


def language_of(accept: str) -> str:
    """The one of ours that Accept-Language wants most; English where it says nothing."""
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept.split(",")[:32]):
        tag, _, rest = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        weight = _weight(rest)
        if language in LANGUAGES and weight > 0:
            wanted.append((-weight, place, language))
    return min(wanted, default=(0.0, 0, LANGUAGES[0]))[2]


def _weight(rest: str) -> float:
    name, _, value = rest.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
