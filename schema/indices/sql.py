"""From a formula to SQL: what domain/indices/rules.py says of rows, said of tables.

tests/oracle holds the two to be equal, for whatever is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from domain.engagement.rules import Metric
from domain.indices.formulas import all_formulas
from domain.indices.rules import (
    ADDING_UP,
    NO_POSTS,
    NOT_COUNTED,
    PARTS_OF_ONE,
    PEOPLE,
    RECENT_DAYS,
    Formula,
    IndexMeasure,
    Input,
    inputs_of,
    metric_of,
    why_never,
)
from schema.engagement.series import period_sql
from schema.planner.arguments import Arguments
from schema.planner.statement import Statement

INPUT_COLUMNS = (
    "place int, measure text, counter text, value float8, missing text,"
    " known int, counted int, at_least int, provisional int, people int, reposts int"
)
"""Of a row of `inputs`, which comes along as JSON."""


def scores_table(of_subject: str) -> Callable[[Statement, Arguments], str]:
    """FROM text of one row for each formula about a platform the subject has an account on.

    of_subject: SQL that ties the account's row `a` to the subject's, `{parent}`.
    """

    def table(statement: Statement, arguments: Arguments) -> str:
        since, until = period_sql(statement, arguments)
        zone = statement.bind(statement.zone, "text")
        days = f"(SELECT {since} AS since, {until} AS until, {zone} AS zone)"
        scores = " UNION ALL ".join(_score(formula, of_subject) for formula in all_formulas())
        code = arguments.get("code")
        wanted = "TRUE" if code is None else f"s.code = {statement.bind(code, 'text')}"
        # OFFSET 0 keeps the period's ends from being worked out again wherever they are used.
        return (
            f"(SELECT s.* FROM (SELECT * FROM {days} given OFFSET 0) d"
            f" CROSS JOIN LATERAL ({scores}) s WHERE {wanted})"
        )

    return table


def formulas_table() -> str:
    """FROM text of all formulas, for people to read."""
    names = ("code", "version", "name", "platform", "expression", "grade", "source", "notes")
    rows = (
        ", ".join(quoted(getattr(formula, name)) for name in names) for formula in all_formulas()
    )
    listed = ", ".join(f"({row})" for row in rows)
    return f"(SELECT * FROM (VALUES {listed}) f ({', '.join(names)}))"


def quoted(text: str) -> str:
    """An SQL literal. Text of ours: what a client sends is bound."""
    assert "{" not in text, "tables are templates"
    assert "\\" not in text
    return "'" + text.replace("'", "''") + "'"


def _score(formula: Formula, of_subject: str) -> str:
    asked = inputs_of(formula)
    accounts = f"account a WHERE a.platform = {quoted(formula.platform)} AND {of_subject}"
    figures = [_figures(each, formula) for each in asked]
    known, counted = (_names(name, asked) for name in ("known", "counted"))
    return (
        f"SELECT {quoted(formula.code)} AS code, {quoted(formula.version)} AS version,"
        f" d.since, d.until, {_total(formula, asked)} AS score, {_inputs(asked)} AS inputs,"
        f" greatest({known})::int AS known, least({counted})::int AS counted,"
        f" greatest({_names('at_least', asked)})::int AS at_least,"
        f" greatest({_names('provisional', asked)})::int AS provisional,"
        f" greatest({_names('people', asked)})::int AS people,"
        f" greatest({_names('reposts', asked)})::int AS reposts"
        f" FROM ({_published(asked, accounts)}) p CROSS JOIN ({_recent(asked, accounts)}) r"
        f" CROSS JOIN LATERAL (SELECT {', '.join(figures)}) i{_values(asked)}"
        f" WHERE EXISTS (SELECT FROM {accounts})"
    )


def _names(name: str, asked: Iterable[Input]) -> str:
    return ", ".join(f"i.{name}_{place}" for place, _ in enumerate(asked))


def _metrics(asked: Iterable[Input], *, recent: bool) -> list[Metric]:
    """Of the inputs that can be known."""
    chosen = (each for each in asked if (each.measure is IndexMeasure.GAINED) is recent)
    metrics = (metric_of(each) for each in chosen if not why_never(each))
    return list(dict.fromkeys(metric for metric in metrics if metric is not None))


def _published(asked: Iterable[Input], accounts: str) -> str:
    """One row: the posts published in the period, and sums over their totals. Of each metric:
    `all` posts of which it is known, and those whose value is `added`."""
    sums = ["count(DISTINCT p.id) AS posts"]
    for metric in _metrics(asked, recent=False):
        known = f"t.metric = '{metric}' AND t.value IS NOT NULL"
        sums.append(f"max(t.value) FILTER (WHERE {known})::float8 AS {metric}_highest")
        sums += _sums(f"{metric}_all", "t.value", known)
        sums += _sums(f"{metric}_added", "t.value", f"{known} AND {_adds('t')}")
        sums += [
            f"count(*) FILTER (WHERE {known} AND t.addition = 'NEVER') AS {metric}_people",
            f"count(*) FILTER (WHERE {known} AND {_repeats('t')}) AS {metric}_reposts",
        ]
    return f"SELECT {', '.join(sums)} FROM {_posts(accounts, 'd.since')}"


def _recent(asked: Iterable[Input], accounts: str) -> str:
    """One row: the posts that were recent on some day of the period, and sums over their gains."""
    metrics = _metrics(asked, recent=True)
    if not metrics:
        return "SELECT"
    sums = ["count(DISTINCT p.id) AS posts"]
    for metric in metrics:
        of = f"t.metric = '{metric}' AND g.value IS NULL"
        sums += _sums(
            f"{metric}_added", "g.value", f"t.metric = '{metric}' AND g.value IS NOT NULL"
        )
        sums += [
            f"count(*) FILTER (WHERE {of} AND g.people) AS {metric}_people",
            f"count(*) FILTER (WHERE {of} AND NOT g.people AND g.repeats) AS {metric}_reposts",
        ]
    last = f"(p.posted_at AT TIME ZONE d.zone)::date + {RECENT_DAYS - 1}"
    gains = (
        f"SELECT sum(e.value) FILTER (WHERE {_adds('e')}) AS value,"
        " coalesce(bool_or(e.addition = 'NEVER'), FALSE) AS people,"
        f" coalesce(bool_or({_repeats('e')}), FALSE) AS repeats"
        " FROM engagement_daily e WHERE e.subject_kind = 'POST'"
        " AND e.subject_id = p.id AND e.metric = t.metric"
        f" AND e.day BETWEEN d.since AND least(d.until, {last})"
    )
    first = f"d.since - {RECENT_DAYS - 1}"
    return f"SELECT {', '.join(sums)} FROM {_posts(accounts, first, gains)}"


def _sums(name: str, value: str, condition: str) -> list[str]:
    of = f"FILTER (WHERE {condition})"
    return [
        f"sum({value}) {of}::float8 AS {name}",
        f"count(*) {of} AS {name}_counted",
        f"coalesce(sum(t.at_least) {of}, 0) AS {name}_at_least",
        f"coalesce(sum(t.provisional) {of}, 0) AS {name}_provisional",
    ]


def _adds(row: str) -> str:
    """Whether a row's value is added to others, as the ledger says."""
    return f"({row}.addition = 'ALWAYS' OR ({row}.addition = 'UNLESS_ORIGINAL' AND NOT o.stands))"


def _repeats(row: str) -> str:
    return f"({row}.addition = 'UNLESS_ORIGINAL' AND o.stands)"


def _posts(accounts: str, since: str, gains: str = "") -> str:
    """Each post of the days from `since` on, once for each metric; o.stands: whether the post it
    repeats is one of them."""

    def chosen(row: str) -> str:
        return (
            f"{row}.account_id IN (SELECT a.id FROM {accounts})"
            f" AND {row}.posted_at >= ({since})::timestamp AT TIME ZONE d.zone"
            f" AND {row}.posted_at < (d.until + 1)::timestamp AT TIME ZONE d.zone"
        )

    original = f"SELECT FROM post q WHERE q.id = p.repost_of_id AND {chosen('q')}"
    return (
        "post p JOIN engagement_total t ON t.subject_kind = 'POST' AND t.subject_id = p.id"
        f" CROSS JOIN LATERAL (SELECT EXISTS ({original}) AS stands) o"
        f"{f' CROSS JOIN LATERAL ({gains}) g' if gains else ''} WHERE {chosen('p')}"
    )


COVERAGE = ("known", "counted", "at_least", "provisional", "people", "reposts")


def _figures(asked: Input, formula: Formula) -> str:
    """Columns of an input: what is missing, how many posts are known and counted."""
    place = inputs_of(formula).index(asked)
    metric, never = metric_of(asked), why_never(asked)
    if metric is None or never:
        counted = "p.posts" if asked.measure is IndexMeasure.POSTS else "0"
        figures = [quoted(never), "p.posts", counted, "0", "0", "0", "0"]
    else:
        row, sums = _row(asked), _sums_of(asked, metric)
        left_out = [f"{row}.{metric}_people", f"{row}.{metric}_reposts"]
        figures = [
            _missing(asked, metric),
            f"{row}.posts",
            *(f"{sums}_{name}" for name in COVERAGE[1:4]),
            *(left_out if asked.measure in ADDING_UP else ["0", "0"]),
        ]
    columns = zip(figures, ("missing", *COVERAGE), strict=True)
    return ", ".join(f"{sql} AS {name}_{place}" for sql, name in columns)


def _row(asked: Input) -> str:
    return "r" if asked.measure is IndexMeasure.GAINED else "p"


def _sums_of(asked: Input, metric: Metric) -> str:
    return f"{_row(asked)}.{metric}_{'added' if asked.measure in ADDING_UP else 'all'}"


def _missing(asked: Input, metric: Metric) -> str:
    row, adds_up = _row(asked), asked.measure in ADDING_UP
    people = f" WHEN {row}.{metric}_people > 0 THEN {quoted(PEOPLE)}" if adds_up else ""
    return (
        f"CASE WHEN {_sums_of(asked, metric)}_counted > 0 THEN ''"
        f" WHEN {row}.posts = 0 THEN {quoted('' if adds_up else NO_POSTS)}{people}"
        f" ELSE {quoted(NOT_COUNTED)} END"
    )


def _values(asked: list[Input]) -> str:
    """A lateral row of the inputs' values, null where one is missing."""
    values = (
        f"CASE WHEN i.missing_{place} = '' THEN {_value(each)} END AS x{place}"
        for place, each in enumerate(asked)
    )
    return f" CROSS JOIN LATERAL (SELECT {', '.join(values)}) v"


def _value(asked: Input) -> str:
    metric = metric_of(asked)
    if asked.measure is IndexMeasure.POSTS:
        return "p.posts::float8"
    if metric is None or why_never(asked):
        return "NULL::float8"
    added = f"coalesce({_sums_of(asked, metric)}, 0)"
    if asked.measure is IndexMeasure.PER_DAY:
        return f"{added} / (d.until - d.since + 1)"
    if asked.measure is IndexMeasure.PER_POST:
        return f"p.{metric}_all / p.{metric}_all_counted"
    return f"p.{metric}_highest" if asked.measure is IndexMeasure.HIGHEST else added


def _total(formula: Formula, asked: list[Input]) -> str:
    """The score; null as soon as one input is."""
    terms = []
    for part in formula.parts:
        for term in part.terms:
            value = f"v.x{asked.index(Input(term.measure, term.of))}"
            grown = value if term.log_factor is None else f"ln({term.log_factor} * {value} + 1)"
            terms.append(f"{part.weight}::float8 * {term.weight}::float8 * {grown}")
    total = f"power({' + '.join(terms)}, {formula.power})"
    return f"round({formula.scale}::float8 * {total} * {PARTS_OF_ONE}) / {PARTS_OF_ONE}"


def _inputs(asked: list[Input]) -> str:
    """All inputs as a JSON array, see INPUT_COLUMNS."""
    objects = []
    for place, each in enumerate(asked):
        pairs = [f"'place', {place}", f"'measure', '{each.measure}'", f"'value', v.x{place}"]
        pairs.append(f"'counter', {'NULL' if each.of is None else quoted(each.of)}")
        pairs += [f"'{name}', i.{name}_{place}" for name in ("missing", *COVERAGE)]
        objects.append(f"jsonb_build_object({', '.join(pairs)})")
    return f"jsonb_build_array({', '.join(objects)})"
