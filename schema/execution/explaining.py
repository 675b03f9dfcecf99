"""What an administrator is told of how an operation was answered."""

from __future__ import annotations

import msgspec

from domain.reader import Explanation
from schema.execution.answers import Answer, encode, merged
from schema.execution.engine import Prepared
from schema.execution.trusted import sha256


def explained(
    answer: Answer,
    prepared: Prepared,
    explanation: Explanation | None,
    milliseconds: dict[str, float],
) -> Answer:
    """The answer with `extensions.explain`. Values are told by their types alone.

    explanation: None where the database was not asked.
    """
    plan = prepared.plan
    assert plan is not None
    told = {
        "document": sha256(prepared.document.text),
        "operation": prepared.operation_name,
        "statement": plan.sql or None,
        "types": explanation.types if explanation else [],
        "tables": plan.tables,
        "milliseconds": milliseconds,
    }
    plan_json = explanation.plan if explanation else b"null"
    explain = merged(encode(told), b'{"plan":' + plan_json + b"}")
    return msgspec.structs.replace(
        answer, extensions=merged(answer.extensions or b"{}", b'{"explain":' + explain + b"}")
    )
