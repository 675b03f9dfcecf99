"""What somebody without an account reads by a link."""

from __future__ import annotations

import strawberry

from domain.previews.access import OPENS
from domain.previews.rules import fingerprint
from schema.planner.arguments import Arguments
from schema.planner.declare import argument, one
from schema.planner.statement import Statement
from schema.previews.types import Preview

SHOWN = (
    "(SELECT l.revision, l.expires_at, r.content, r.body, r.plain_text, r.created_at AS saved_at,"
    " a.public_number IS NOT DISTINCT FROM r.number AS is_public,"
    " p.name AS author, o.name AS organization"
    " FROM preview_link l"
    " JOIN article_revision r ON r.article_id = l.article_id AND r.number = l.revision"
    " JOIN article a ON a.id = l.article_id"
    " JOIN person p ON p.id = a.author_id"
    " JOIN organization o ON o.id = a.organization_id"
    f" WHERE l.sha256 = {{secret}} AND {OPENS.replace('{row}', 'l')})"
)


def _shown(statement: Statement, arguments: Arguments) -> str:
    secret = statement.bind(arguments.get("secret"), "bytea", fingerprint)
    return SHOWN.format(secret=secret)


@strawberry.type
class PreviewQueries:
    preview: Preview | None = one(
        "TRUE",
        "The revision a link shows, to whoever has the link; null for one that is unknown, expired"
        " or revoked. Its files are at /preview/SECRET/media/NUMBER, the number of Media:NUMBER.",
        table=_shown,
        arguments=(
            argument(
                "secret", str, "The last part of the link. Give it as a variable: it opens a draft."
            ),
        ),
    )
