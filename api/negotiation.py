"""In which form an answer is wanted: the header Accept, as RFC 9110 has it, with its weights.

Of equal weight, what stands first wins: clients that list a stream last do not mean it first.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from api.asked import GRAPHQL_JSON, JSON, BadRequest

EVENT_STREAM = b"text/event-stream"
OFFERED = (JSON, GRAPHQL_JSON, EVENT_STREAM)
"""What `*/*` means comes first."""

MAX_LENGTH = 2_000


class Wanted(NamedTuple):
    """answer: the media type of an answer. takes_stream: whether events may come one by one."""

    answer: bytes
    takes_stream: bool


class Range(NamedTuple):
    """One of the header's media ranges. place: its position in the header."""

    name: bytes
    weight: float
    place: int


@lru_cache(1_000)
def wanted(accept: bytes | None) -> Wanted:
    """Raises BadRequest, 406, when nothing that is offered is accepted."""
    if not accept or accept.isspace():
        return Wanted(JSON, False)
    if len(accept) > MAX_LENGTH:
        raise BadRequest(f"the header Accept is longer than {MAX_LENGTH} bytes", 406)
    ranges = _read(accept)
    found = [(media_type, _best(media_type, ranges)) for media_type in OFFERED]
    taken = [(media_type, match) for media_type, match in found if match and match.weight > 0]
    if not taken:
        names = b", ".join(OFFERED).decode()
        raise BadRequest(f"none of the media types in Accept is served; there are {names}", 406)
    answer = min(taken, key=lambda pair: (-pair[1].weight, pair[1].place))[0]
    return Wanted(answer, any(match.name == EVENT_STREAM for _, match in taken))


def _read(accept: bytes) -> list[Range]:
    ranges = []
    for place, part in enumerate(accept.lower().split(b",")):
        name, *parameters = (piece.strip() for piece in part.split(b";"))
        if name:
            ranges.append(Range(name, _weight(parameters), place))
    return ranges


def _weight(parameters: list[bytes]) -> float:
    """1 where none is given or it makes no sense."""
    for parameter in parameters:
        name, _, value = parameter.partition(b"=")
        if name.strip() == b"q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 1.0
    return 1.0


def _best(media_type: bytes, ranges: list[Range]) -> Range | None:
    """The most specific range that fits; of equally specific ones, the first."""
    general = (media_type, media_type.partition(b"/")[0] + b"/*", b"*/*")
    for name in general:
        for given in ranges:
            if given.name == name:
                return given
    return None
