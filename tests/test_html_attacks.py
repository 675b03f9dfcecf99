"""What is left of known attacks on cleaners of HTML: nothing that runs, loads, styles or traps.

The corpus html_attacks.json is collected by what they abuse: tags, handlers, addresses, foreign
content whose parsing changes when it is parsed again, comments, styles, names that scripts look up,
letters that look like others. `left` is what was left of each when it was looked through by hand.
"""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.articles.html import ATTRIBUTES, CLEANER, TAGS, sanitise
from domain.problems import Invalid
from tests.oracle.effort import examples


class Attack(NamedTuple):
    name: str
    body: str
    left: str


CORPUS = Path(__file__).parent / "html_attacks.json"
ATTACKS = [Attack(**each) for each in json.loads(CORPUS.read_text(encoding="utf-8"))]
ADDRESSES = ("http:", "https:", "mailto:")


class Looker(HTMLParser):
    """Every tag, attribute, address and comment that a parser finds."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.faults.append(tag)
        for name, value in attrs:
            allowed = {*ATTRIBUTES["*"], *ATTRIBUTES.get(tag, ()), *({"rel"} if tag == "a" else ())}
            if name not in allowed:
                self.faults.append(f"{tag} {name}")
            if name in ("href", "src", "cite") and _scheme(value or "") not in ("", *ADDRESSES):
                self.faults.append(f"{tag} {name}={value}")

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"comment {data}")

    def handle_decl(self, decl: str) -> None:
        self.faults.append(decl)

    def handle_pi(self, data: str) -> None:
        self.faults.append(data)

    def unknown_decl(self, data: str) -> None:
        self.faults.append(data)


def _scheme(address: str) -> str:
    """As a browser finds it: without control characters before, tabs and line feeds within."""
    bare = "".join(letter for letter in address if letter not in "\t\n\r").lstrip(
        "".join(map(chr, range(33)))
    )
    name, colon, _ = bare.partition(":")
    is_scheme = colon and name.isascii() and name[:1].isalpha() and name.isalnum()
    return f"{name.lower()}:" if is_scheme else ""


def faults(body: str) -> list[str]:
    looker = Looker()
    looker.feed(body)
    looker.close()
    return looker.faults


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_what_is_left_of_an_attack(attack: Attack) -> None:
    assert faults(attack.left) == []
    assert sanitise(attack.body, path=()) == attack.left
    assert sanitise(attack.left, path=()) == attack.left


def test_the_corpus_is_one() -> None:
    assert len({attack.body for attack in ATTACKS}) == len(ATTACKS) >= 120


def test_the_looker_finds_what_is_looked_for() -> None:
    """Else the tests above could not fail."""
    unharmed = [attack for attack in ATTACKS if not faults(attack.body)]
    assert len(unharmed) < 25
    for body, fault in (
        ("<p onclick=x>", "p onclick"),
        ("<svg>", "svg"),
        ('<a href=" java\nscript:x">', "a href= java\nscript:x"),
        ('<q cite="data:x">', "q cite=data:x"),
        ("<!-- x -->", "comment  x "),
    ):
        assert faults(body) == [fault]


def test_what_means_something_else_when_it_is_read_again_is_cleaned_again() -> None:
    nested = "<a><table><a>"
    once = CLEANER.clean(nested)
    assert CLEANER.clean(once) != once
    assert sanitise(nested, path=()) == CLEANER.clean(once)


def test_a_form_feed_is_refused() -> None:
    with pytest.raises(Invalid, match="control character"):
        sanitise("<img src=x\x0conerror=alert(1)>", path=())


PIECES = st.lists(
    st.sampled_from(
        sorted(
            {piece for attack in ATTACKS for piece in attack.body.replace(">", ">\0").split("\0")}
        )
    ),
    max_size=12,
).map("".join)


@examples(300, 20_000)
@given(PIECES)
def test_no_mixture_of_attacks_gets_through_and_cleaning_again_changes_nothing(body: str) -> None:
    try:
        cleaned = sanitise(body, path=())
    except Invalid:
        return
    assert faults(cleaned) == []
    assert sanitise(cleaned, path=()) == cleaned
