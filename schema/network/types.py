"""The whole network: its totals and how large it is."""

from __future__ import annotations

import strawberry

from schema.engagement.types import Counted
from schema.planner.declare import column, part
from schema.planner.readings import stands_on
from schema.planner.sizes import size_sql
from schema.relay import Node


def counted(table: str) -> str:
    """Those that everybody may see, whoever asks."""
    return size_sql(table, "0", "public")


@strawberry.type(description="How many of everything there are.")
class Counts:
    organizations: int = column("Organizations of all kinds.", counted("organization"))
    teams: int = column("Volunteer teams of all kinds.", counted("team"))
    people: int = column("People credited.", counted("person"))
    articles: int = column("Published articles.", counted("article"))
    campaigns: int = column("Campaigns.", counted("campaign"))
    partners: int = column("Partners.", counted("partner"))
    accounts: int = column("Accounts of partners.", counted("account"))
    posts: int = column("Posts anybody may see.", counted("post"))


@stands_on("(SELECT 0::bigint AS id)", kind="NETWORK", number="{row}.id + 1")
@strawberry.type(description="The whole network.")
class Network(Counted, Node):
    id: strawberry.ID = column("Always Network:1.", "'Network:1'::text")
    counts: Counts = part("How many of everything there are.")
