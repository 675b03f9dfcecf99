"""What is checked before a stage passes: small named steps in one list. Pure; dead links, which
have to be asked for, are found by a worker (workers/links.py)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from domain.reviews.checks.documents import Document, Known, Term, TermKind
from domain.reviews.checks.typography import faults, mixed_spacing

MOST_OF_A_STEP = 50
"""Findings of one step: whoever has more sees enough."""

LONGEST_EXCERPT = 80


class CheckKind(StrEnum):
    """What is looked for."""

    MISSING_ALT = "MISSING_ALT"
    UNSET_SOURCE = "UNSET_SOURCE"
    TERM = "TERM"
    LEADER = "LEADER"
    TYPOGRAPHY = "TYPOGRAPHY"
    DUPLICATE = "DUPLICATE"
    DEAD_LINK = "DEAD_LINK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """block: where; empty: in the whole. excerpt: the words in question. suggestion: what should
    stand there; empty where nothing is suggested."""

    check: CheckKind
    message: str
    block: str = ""
    excerpt: str = ""
    suggestion: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """The same in the next revision, as long as the same is found there."""
        return self.check.value, self.block, self.excerpt


class Step(NamedTuple):
    check: CheckKind
    find: Callable[[Document, Known], Iterable[Finding]]


def missing_alt(document: Document, known: Known) -> Iterator[Finding]:
    for part in document.parts:
        for picture in part.pictures:
            if not picture.alt.strip() and picture.name not in known.described:
                yield Finding(
                    check=CheckKind.MISSING_ALT,
                    message="the picture says nothing to who cannot see it",
                    block=part.block,
                    excerpt=picture.name[:LONGEST_EXCERPT],
                )


def unset_source(document: Document, known: Known) -> Iterator[Finding]:
    if not document.source:
        yield Finding(check=CheckKind.UNSET_SOURCE, message="nobody said where it comes from")


def terms(document: Document, known: Known) -> Iterator[Finding]:
    listed = [term for term in known.terms if term.kind is not TermKind.LEADER]
    for part in document.parts:
        text = "\n".join(part.texts)
        for term in listed:
            if term.word in text:
                yield Finding(
                    check=CheckKind.TERM,
                    message=f"“{term.word}” is on the list of {term.kind.value.lower()} terms",
                    block=part.block,
                    excerpt=term.word,
                    suggestion=term.suggestion,
                )


def leaders(document: Document, known: Known) -> Iterator[Finding]:
    """Where a leader is named first, the title stands right before the name; and a title is not
    followed by a name that differs from its holder's in one letter."""
    for term in known.terms:
        if term.kind is TermKind.LEADER:
            yield from _first_mention(document, term)
            yield from _misspelt(document, term)


def _first_mention(document: Document, term: Term) -> Iterator[Finding]:
    for part in document.parts:
        text = "\n".join(part.texts)
        at = text.find(term.word)
        if at < 0 or (not part.block and part is document.parts[0]):
            continue  # a headline names people without their titles
        if not text[:at].rstrip().endswith(term.suggestion):
            yield Finding(
                check=CheckKind.LEADER,
                message=f"{term.word} is named without the title “{term.suggestion}”",
                block=part.block,
                excerpt=text[max(0, at - 8) : at + len(term.word)],
                suggestion=term.suggestion + term.word,
            )
        return


def _misspelt(document: Document, term: Term) -> Iterator[Finding]:
    pattern = re.compile(rf"{re.escape(term.suggestion)}\s*(\w{{{len(term.word)}}})")
    for part in document.parts:
        for found in pattern.finditer("\n".join(part.texts)):
            differ = sum(one != other for one, other in zip(found[1], term.word, strict=True))
            if differ == 1:
                yield Finding(
                    check=CheckKind.LEADER,
                    message=f"“{term.suggestion}” is {term.word}",
                    block=part.block,
                    excerpt=found[0],
                    suggestion=term.suggestion + term.word,
                )


def typography(document: Document, known: Known) -> Iterator[Finding]:
    for part in document.parts:
        for excerpt, message, suggestion in faults("\n".join(part.texts)):
            yield Finding(
                check=CheckKind.TYPOGRAPHY,
                message=message,
                block=part.block,
                excerpt=excerpt,
                suggestion=suggestion,
            )
    if excerpt := mixed_spacing(document.text):
        message = "foreign words stand apart here and not elsewhere"
        yield Finding(check=CheckKind.TYPOGRAPHY, message=message, excerpt=excerpt)


def duplicates(document: Document, known: Known) -> Iterator[Finding]:
    for twin in known.twins:
        yield Finding(
            check=CheckKind.DUPLICATE,
            message=f"{twin.id} says nearly the same and is public",
            excerpt=twin.title[:LONGEST_EXCERPT],
        )


STEPS = (
    Step(CheckKind.MISSING_ALT, missing_alt),
    Step(CheckKind.UNSET_SOURCE, unset_source),
    Step(CheckKind.TERM, terms),
    Step(CheckKind.LEADER, leaders),
    Step(CheckKind.TYPOGRAPHY, typography),
    Step(CheckKind.DUPLICATE, duplicates),
)


def findings(checks: Iterable[CheckKind], document: Document, known: Known) -> list[Finding]:
    """Of the checks that are wanted, each once, in the order of the steps."""
    wanted, found = set(checks), dict[tuple[str, str, str], Finding]()
    for step in STEPS:
        if step.check in wanted:
            of_step = {finding.key: finding for finding in step.find(document, known)}
            found |= dict(list(of_step.items())[:MOST_OF_A_STEP])
    return list(found.values())
