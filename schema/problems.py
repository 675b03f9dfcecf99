"""Expected failures as clients see them: members of every mutation's result."""

from __future__ import annotations

import strawberry

from domain import problems


@strawberry.interface(description="An expected failure: the input or the moment was wrong.")
class Problem:
    code: str = strawberry.field(description="For programs, e.g. INVALID.")
    message: str = strawberry.field(description="For people: one sentence that names the fault.")
    path: list[str] = strawberry.field(description="Which part of the input it is about.")


@strawberry.type(description="There is no such thing, or it is not yours.")
class NotFound(Problem):
    pass


@strawberry.type(description="You may not do this.")
class Forbidden(Problem):
    pass


@strawberry.type(description="The input breaks a rule.")
class Invalid(Problem):
    pass


@strawberry.type(description="Something changed since: a stale version, a name already taken.")
class Conflict(Problem):
    pass


TYPES: dict[type[problems.Problem], type[Problem]] = {
    problems.NotFound: NotFound,
    problems.Forbidden: Forbidden,
    problems.Invalid: Invalid,
    problems.Conflict: Conflict,
}


def shown(problem: problems.Problem) -> Problem:
    """A failure of the domain as its GraphQL type."""
    path = ["input", *(_camel(step) for step in problem.path)]
    return TYPES[type(problem)](code=problem.code, message=problem.message, path=path)


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)
