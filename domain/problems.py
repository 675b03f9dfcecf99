"""Expected failures: what a caller did wrong, said so that a person and a program can act on it."""

from __future__ import annotations


class Problem(Exception):
    """An expected failure.

    code: for programs, stable, upper snake case.
    message: for people, one sentence that names the fault, in English.
    path: where in the input the fault lies, e.g. ("input", "title"); empty when it is the whole.
    """

    code = "PROBLEM"

    def __init__(
        self, message: str, *, path: tuple[str, ...] = (), code: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.code = code or type(self).code


class NotFound(Problem):
    """There is no such thing, or it is not yours to see: the two read the same."""

    code = "NOT_FOUND"


class Forbidden(Problem):
    """You may see it, but not do this to it."""

    code = "FORBIDDEN"


class Invalid(Problem):
    """The input breaks a rule; the path says which part."""

    code = "INVALID"


class Conflict(Problem):
    """The input was right once, but something changed: a stale version, a name already taken."""

    code = "CONFLICT"
