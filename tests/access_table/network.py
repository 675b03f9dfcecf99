"""The network itself: everybody sees it."""

from __future__ import annotations

from tests.access_table.callers import Read, public

QUERIES: dict[str, list[Read]] = {
    "organization": [public('{ it: organization(id: "%(here)s") { name } }', {"name": "这里"})],
    "organizations": [public("{ it: organizations { totalCount } }", {"totalCount": 4})],
    "campaign": [public('{ it: campaign(id: "Campaign:1") { id } }', None)],
    "campaigns": [public("{ it: campaigns { totalCount } }", {"totalCount": 0})],
    "teams": [public("{ it: teams { totalCount } }", {"totalCount": 0})],
    "network": [
        public(
            "{ it: network { counts { articles posts } } }", {"counts": {"articles": 1, "posts": 0}}
        )
    ],
}
