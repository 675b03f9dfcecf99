"""Documents made to take as long as the limits allow: what an enemy would send.

Each fills one limit, or several at once. Which of them is refused, and by what, does not matter
here: refusing takes time too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from schema.execution.engine import Request
from schema.execution.limits import DEFAULTS

LIST = "articles(first: 1)"
TOTALS = "reads { value status } likes { value } "


def worst_documents() -> Iterator[tuple[str, Request]]:
    """A name for each, by what it fills."""
    for name, text in _texts():
        yield name, Request(text, {})
    for name, text, variables in _with_variables():
        yield name, Request(text, variables)


def _texts() -> Iterator[tuple[str, str]]:
    yield "roots", _selected(f"a{n}: {LIST} {{ nodes {{ {_scalars(10)} }} }}" for n in range(30))
    yield "aliases", _below(f"a{n}: reads {{ value status asOf }}" for n in range(97))
    yield "fields", _below("id slug title summary reads { value status }" for _ in range(20))
    yield "duplicates", _selected(f"{LIST} {{ {'nodes { id title } ' * 20} }}" for _ in range(7))
    yield "nested duplicates", _nested_duplicates()
    yield "directives", _below("id @skip(if: false) title @include(if: true)" for _ in range(20))
    yield "series", _below(f"a{n}: series {{ startsAt value }}" for n in range(90))
    yield "comparisons", _below(f"a{n}: comparison {{ value }}" for n in range(90))
    yield "connections", _below(f"a{n}: posts(first: 1) {{ nodes {{ id }} }}" for n in range(90))
    yield "any type", _any_type()
    yield "leaders", _leaders()
    yield "spreads", _spreads()
    yield "fragments in pairs", _pairs()
    yield "operations", _operations()
    yield "unknown fields", _below(f"{'unknown' * 9}{n}" for n in range(480))
    yield "unknown types", _selected(f"... on {'Article' * 9}{n} {{ id }}" for n in range(700))
    yield "unknown arguments", _below(f"reads(asOff{n}: 1) {{ value }}" for n in range(240))
    yield "a list", _selected([f"nodes(ids: [{' 1' * 200}]) {{ id }}"] * 11)
    yield "objects", _selected([f"articles(filter: {{ {_pairs_of(200)} }}) {{ nodes {{ id }} }}"])
    yield "nested lists", _selected([f"nodes(ids: {'[' * 90}{']' * 90}) {{ id }}"] * 19)
    yield "inline fragments", _selected(["... { " * 150 + "__typename" + " }" * 150] * 6)
    yield "deep inline fragments", _below(["... on Node { " * 140 + "id" + " }" * 140] * 3)
    yield "a long text", f'{{ article(slug: "{"a" * 59_000}") {{ id }} }}'
    yield "escapes", '{ article(slug: "%s") { id } }' % (r"\u65b0" * 9_900)
    yield "a block", '{ article(slug: """%s""") { id } }' % ("\n a" * 19_000)
    yield "blanks", "{ __typename" + " ,\n" * 19_000 + "}"
    yield "long names", _selected(f"{'a' * 1_900}{n}" for n in range(30))
    yield "a long number", "{ articles(first: %s) { nodes { id } } }" % ("9" * 59_000)
    yield "comments", "{ __typename }" + "# a comment\n" * DEFAULTS.comments
    yield "introspection", _introspection()
    yield "mutations", _mutations()


def _with_variables() -> Iterator[tuple[str, str, dict[str, Any]]]:
    names = [f"v{n}" for n in range(DEFAULTS.variables)]
    heads = ", ".join(f"${name}: Boolean!" for name in names)
    body = " ".join(f"id @include(if: ${name})" for name in names[:20])
    yield (
        "variables",
        f"query({heads}) {{ {LIST} {{ nodes {{ {body} }} }} }}",
        dict.fromkeys(names, True),
    )
    ids = ["Article:1"] * (DEFAULTS.values - 1)
    yield "a list in a variable", "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ids}
    wrong: list[Any] = [{}] * (DEFAULTS.values - 1)
    yield "a wrong list", "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": wrong}
    fields: dict[str, Any] = {f"{'organizationId'}{n}": n for n in range(DEFAULTS.values - 1)}
    text = "query($filter: ArticleFilter) { articles(filter: $filter) { nodes { id } } }"
    yield "unknown input fields", text, {"filter": fields}


def _selected(fields: Any) -> str:
    return "{ " + " ".join(fields) + " }"


def _below(fields: Any) -> str:
    """Below the rows of a list."""
    return _selected([f"{LIST} {{ nodes {_selected(fields)} }}"])


def _scalars(number: int) -> str:
    names = ("id", "slug", "title", "summary", "language", "version", "createdAt", "status")
    return " ".join((names * 2)[:number])


def _nested_duplicates() -> str:
    inner = "id title "
    for _ in range(4):
        inner = f"organization {{ articles(first: 1) {{ nodes {{ {inner} }} }} }} " * 2
    return _below([inner])


def _any_type() -> str:
    """Planned for each of the types an object may be of, and again below."""
    inner = "id"
    for _ in range(6):
        inner = f"id ... on Article {{ organization {{ articles(first: 1) {{ nodes {{ {inner} }}"
        inner += " } } } ... on Post { article { id } }"
    many = " ".join(f"a{n}: node(id: 1) {{ ... on Counted {{ {TOTALS} }} }}" for n in range(20))
    return f'{{ nodes(ids: ["Article:1"]) {{ {inner} }} {many} }}'


def _leaders() -> str:
    subject = f"... on Counted {{ id {TOTALS} }}"
    return _selected(
        f"a{n}: leaderboard(of: {of}, first: 1) {{ rank value subject {{ {subject} }} }}"
        for n, of in enumerate(["ARTICLES", "PARTNERS", "CAMPAIGNS"] * 10)
    )


def _spreads() -> str:
    """As many spreads as there may be, each of a fragment that spreads the next ones."""
    count = 30
    parts = []
    for n in range(count):
        spread = " ".join(f"...f{m}" for m in range(n + 1, min(n + 3, count, 14)))
        parts.append(f"fragment f{n} on Article {{ {spread} id }}")
    return _below([f"...f{n}" for n in range(10)]) + "\n".join(parts)


def _pairs() -> str:
    """Fragments beside each other are compared in pairs."""
    fragments = [
        f"fragment f{n} on Article {{ id title organization {{ id }} }}" for n in range(99)
    ]
    return _below([f"...f{n}" for n in range(99)]) + "\n".join(fragments)


def _operations() -> str:
    """Each operation uses the same chain of fragments, whose variables are looked up for each."""
    heads = " ".join(f"$v{n}: Int" for n in range(10))
    number = DEFAULTS.operations
    operations = (f"query q{n}({heads}) {{ ...f0 }}" for n in range(number))
    uses = " ".join(f"a{n}: articles(first: $v{n}) {{ nodes {{ id }} }}" for n in range(1))
    count = 90
    chain = (
        f"fragment f{n} on Query {{ ...f{n + 1} {uses if n < 20 else ''} }}" for n in range(count)
    )
    return "\n".join([*operations, *chain, f"fragment f{count} on Query {{ __typename }}"])


def _pairs_of(number: int) -> str:
    return " ".join(f"organizationId{n}: 1" for n in range(number))


def _introspection() -> str:
    inner = "kind name " + "ofType { kind name " * 8 + "}" * 8
    fields = f"name description isDeprecated type {{ {inner} }}"
    return "{ __schema { types { name " + f"fields {{ {fields} }}" * 9 + " } } }"


def _mutations() -> str:
    given = '{ id: "Article:1", version: 1 }'
    read = f"organization {{ id {TOTALS} }} posts(first: 1) {{ nodes {{ id }} }}"
    return "mutation " + _selected(
        f"a{n}: publishArticle(input: {given}) {{ ... on ArticlePayload {{ article {{ {read} }} }}"
        " ... on Problem { code message path } }"
        for n in range(28)
    )
