"""What became of a request, as an HTTP reply."""

from __future__ import annotations

from graphql import GraphQLError

from api.asked import GRAPHQL_JSON, BadRequest
from api.callers import CrossSite, Unauthorized
from api.deadlines import TooSlow
from api.encodings import NotAcceptable
from api.etags import tag_of
from api.exchange import Exchange
from api.rates import RateLimited
from api.replies import Pairs, Reply, TooLarge
from domain.access import ANONYMOUS
from domain.outages import OUTAGES, TimedOut
from domain.problems import Forbidden
from schema.execution.answers import Answer

MORE: dict[int, Pairs] = {
    401: ((b"www-authenticate", b"Bearer"),),
    408: ((b"connection", b"close"),),
    405: ((b"allow", b"GET, HEAD, POST"),),
    503: ((b"retry-after", b"2"),),
}
VARIES = (b"vary", b"accept, accept-encoding, authorization, cookie")
PRIVATE = (VARIES, (b"cache-control", b"private, no-cache"))
"""A token's holder may write, and must read what they wrote: asked anew, but mostly not sent."""

UNKEPT = (VARIES, (b"cache-control", b"no-store"))
FAILURES = {"LIMIT_EXCEEDED": 400, "UNAVAILABLE": 503, "TIMED_OUT": 504}
EXPECTED: tuple[type[BaseException], ...] = (
    BadRequest,
    Forbidden,
    NotAcceptable,
    RateLimited,
    TimedOut,
    TooLarge,
    TooSlow,
    Unauthorized,
    *OUTAGES,
)


def reply_to(answer: Answer, exchange: Exchange, max_age_seconds: int = 0) -> Reply:
    """The status says what went wrong under application/graphql-response+json; under
    application/json a well-formed request is answered with 200, whatever became of it.

    max_age_seconds: how long it may be kept outside, when anybody may see it; 0: by nobody.
    """
    body, media_type = answer.body, exchange.media_type
    if answer.errors:
        status = status_of(answer, media_type)
        unkept = UNKEPT if exchange.is_safe else ()
        headers = (*unkept, *MORE.get(status, ()))
        return Reply(status, media_type, body, headers, codes=answer.codes)
    if not exchange.is_safe:
        return Reply(200, media_type, body)
    if not max_age_seconds:
        return Reply(200, media_type, body, UNKEPT)
    tag = tag_of(body)
    kept = PRIVATE
    if exchange.viewer is ANONYMOUS:
        kept = (VARIES, (b"cache-control", b"public, max-age=%d" % max_age_seconds))
    return Reply(200, media_type, body, (*kept, (b"etag", tag)), tag)


def status_of(answer: Answer, media_type: bytes) -> int:
    """Of an answer to a well-formed request."""
    for code in answer.codes:
        if code in FAILURES:
            return FAILURES[code]
    return 400 if answer.data is None and media_type == GRAPHQL_JSON else 200


def refusal_of(error: BaseException, limit: int) -> tuple[str, str, int]:
    """Message, code and status for one of EXPECTED. limit: of a body, in bytes."""
    match error:
        case BadRequest():
            return str(error), "BAD_REQUEST", error.status
        case TooLarge():
            return f"the request is longer than {limit} bytes", "TOO_LARGE", 413
        case TooSlow():
            return "the request's body did not come in time", "TOO_SLOW", 408
        case TimedOut():
            return "this took too long; ask for less", "TIMED_OUT", 504
        case RateLimited():
            return str(error), "RATE_LIMITED", 429
        case CrossSite():
            return str(error), "CROSS_SITE", 403
        case Unauthorized():
            return str(error), "UNAUTHENTICATED", 401
        case Forbidden():
            return error.message, error.code, 403
        case NotAcceptable():
            message = "there is no content coding that you accept; there are zstd, br and gzip"
            return message, "NOT_ACCEPTABLE", 406
        case _:
            return "the database cannot be reached now; try again soon", "UNAVAILABLE", 503


def refused(message: str, code: str, status: int, media_type: bytes) -> Reply:
    """A request error: nothing was run."""
    answer = Answer(None, [GraphQLError(message, extensions={"code": code})])
    return Reply(status, media_type, answer.body, MORE.get(status, ()), codes=(code,))
