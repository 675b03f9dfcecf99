"""What a decision says of single places, each of which must be there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tortoise.backends.base.client import BaseDBAsyncClient

from domain import text
from domain.articles.models import ArticleRevision
from domain.problems import Invalid
from domain.reviews.models import Review

LONGEST_REMARK = 1_000
LONGEST_BLOCK = 64
MOST_REMARKS = 100


@dataclass(frozen=True, slots=True)
class Remark:
    """block: id of the block it is about; empty: of the whole."""

    block: str
    text: str


def checked(remarks: Sequence[Remark]) -> list[dict[str, str]]:
    """As an entry keeps them. Raises Invalid that names the remark."""
    if len(remarks) > MOST_REMARKS:
        message = f"there are {len(remarks)} remarks, {MOST_REMARKS} are the most"
        raise Invalid(message, path=("remarks",), code="TOO_MANY")
    return [_checked(remark, ("remarks", str(index))) for index, remark in enumerate(remarks)]


def _checked(remark: Remark, path: tuple[str, ...]) -> dict[str, str]:
    return {
        "block": text.line(
            remark.block, path=(*path, "block"), longest=LONGEST_BLOCK, required=False
        ),
        "text": text.prose(
            remark.text, path=(*path, "text"), longest=LONGEST_REMARK, required=True
        ),
    }


async def require_blocks(
    client: BaseDBAsyncClient, row: Review, revision: int, remarks: Sequence[dict[str, str]]
) -> None:
    """Raises Invalid for a remark on a block that the revision does not have."""
    if not any(remark["block"] for remark in remarks):
        return
    found = ArticleRevision.filter(article_id=row.subject_id, number=revision).using_db(client)
    blocks = {block["id"] for block in (await found.get()).content["blocks"]}
    for index, remark in enumerate(remarks):
        if remark["block"] and remark["block"] not in blocks:
            message = f"revision {revision} has no block “{remark['block']}”"
            path = ("remarks", str(index), "block")
            raise Invalid(message, path=path, code="UNKNOWN_BLOCK")
