"""The whole network: its totals and how large it is."""

from __future__ import annotations

import strawberry

from domain.articles.access import PUBLISHED
from domain.posts.access import PUBLIC
from schema.engagement.types import Counted
from schema.planner.declare import column, part
from schema.planner.readings import stands_on
from schema.relay import Node


def counted(table: str, condition: str = "") -> str:
    where = f" WHERE {condition.format(row='x')}" if condition else ""
    return f"(SELECT count(*) FROM {table} x{where})"


@strawberry.type(description="How many of everything there are.")
class Counts:
    organizations: int = column("Organizations of all kinds.", counted("organization"))
    teams: int = column("Volunteer teams of all kinds.", counted("team"))
    people: int = column("People credited.", counted("person"))
    articles: int = column("Published articles.", counted("article", PUBLISHED.sql))
    campaigns: int = column("Campaigns.", counted("campaign"))
    partners: int = column("Partners.", counted("partner"))
    accounts: int = column("Accounts of partners.", counted("account"))
    posts: int = column("Posts anybody may see.", counted("post", PUBLIC.sql))


@stands_on("(SELECT 0::bigint AS id)", kind="NETWORK", number="{row}.id + 1")
@strawberry.type(description="The whole network.")
class Network(Counted, Node):
    id: strawberry.ID = column("Always Network:1.", "'Network:1'::text")
    counts: Counts = part("How many of everything there are.")
