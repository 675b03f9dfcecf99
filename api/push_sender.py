"""Which partner sent a request to /v1, and that it did: the query parameter and the signature."""

from __future__ import annotations

from datetime import datetime

from starlette.requests import Request

from api.push_refusals import Refusal
from api.push_signature import Signed, read_headers, verify
from domain.ids import parse_id
from domain.partners.secrets import current_secrets
from domain.problems import Forbidden, Invalid
from domain.secrets import SecretBox


def partner_of(request: Request) -> int:
    try:
        return parse_id(request.query_params.get("partner", ""), "Partner", path=("partner",))[1]
    except Invalid as problem:
        message = f"the query parameter partner names who sends this: {problem.message}"
        raise Refusal(400, problem.code, message) from None


def signature_of(request: Request, now: datetime) -> Signed:
    """Well formed and of this moment, but not verified yet."""
    try:
        return read_headers(request.headers, now=now)
    except Invalid as problem:
        status = 401 if problem.code == "UNSIGNED" else 400
        raise Refusal(status, problem.code, problem.message) from None


async def check_signature(
    box: SecretBox, partner_id: int, signed: Signed, body: bytes, *, now: datetime
) -> None:
    """body: unpacked. Raises Refusal."""
    secrets = await current_secrets(box, partner_id, now=now)
    try:
        verify(signed, body, secrets)
    except UnicodeDecodeError:
        raise Refusal(400, "NOT_UTF8", "the body is not UTF-8") from None
    except Forbidden as problem:
        raise Refusal(401, problem.code, problem.message) from None
