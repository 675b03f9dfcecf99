"""Invented documents against a server, each answer judged; what is wrong is made small."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests
from graphql import GraphQLSchema
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st

from conformance.answers import faults
from conformance.generated import documents

GRAPHQL_JSON = "application/graphql-response+json"
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Finding:
    """A document whose answer is wrong, made as small as it could be. signed_in: asked with an
    administrator's token."""

    query: str
    signed_in: bool
    faults: tuple[str, ...]

    @property
    def kind(self) -> str:
        """The first fault without what varies: equal for findings of one cause, mostly."""
        return "".join(" " if letter.isdigit() else letter for letter in self.faults[0])[:80]


@dataclass(frozen=True, slots=True)
class Target:
    """url: of the graph. ids: of what is there."""

    url: str
    token: str
    schema: GraphQLSchema
    ids: list[str]

    def faults(self, session: requests.Session, query: str, *, signed_in: bool) -> list[str]:
        headers = {"accept": GRAPHQL_JSON}
        if signed_in:
            headers["authorization"] = f"Bearer {self.token}"
        try:
            answer = session.post(
                self.url, json={"query": query}, headers=headers, timeout=PATIENCE_SECONDS
            )
        except requests.RequestException as error:
            return [f"no answer: {error}"]
        return faults(self.schema, query, answer.status_code, answer.content)


class _Wrong(Exception):
    pass


def fuzz(
    target: Target, examples: int, number: int, report: Callable[[], object] = lambda: None
) -> Finding | None:
    """The first wrong answer among so many documents; None when all are right.

    number: which documents, where equal numbers give equal ones. report: called for each.
    """
    found: list[Finding] = []

    @seed(number)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        verbosity=Verbosity.quiet,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(query=documents(target.schema, target.ids), signed_in=st.booleans())
    def ask(query: str, signed_in: bool) -> None:
        report()
        if wrong := target.faults(session, query, signed_in=signed_in):
            found.append(Finding(query, signed_in, tuple(wrong)))
            raise _Wrong

    with requests.Session() as session:
        try:
            ask()
        except BaseException as error:
            if not found or not isinstance(error, _Wrong | BaseExceptionGroup):
                raise
    return min(found, key=lambda finding: len(finding.query), default=None)


def keep(finding: Finding, directory: Path, name: str) -> Path:
    """Where it was written; a file of this form in tests/corpus/answers is replayed always."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{name}.json"
    content = {
        "query": finding.query,
        "signedIn": finding.signed_in,
        "was": list(finding.faults),
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return path
