"""Accounts of people, as administrators see them. What they sign in with is never shown."""

from __future__ import annotations

from datetime import datetime

import strawberry

from domain.users.access import visible
from domain.users.rules import UserState
from schema.people.types import Person
from schema.planner.declare import column, to_one
from schema.planner.readings import stands_on


@stands_on("app_user", visible)
@strawberry.type(description="An account of a person who signs in.")
class User:
    id: strawberry.ID = column("Global id, e.g. User:3.", "'User:' || {row}.id")
    email: str = column("The address under which they sign in.")
    name: str = column("Their name; the audit trail shows it.")
    person: Person | None = to_one("person_id", "As whom they write, where they do.")
    state: UserState = column("Where the account stands.")
    version: int = column("Goes up with every change; give it back when changing.")
    created_at: datetime = column("When it was made.")
    has_password: bool = column(
        "Whether a password was set.",
        "EXISTS (SELECT FROM user_password p WHERE p.user_id = {row}.id)",
    )
    has_second_factor: bool = column(
        "Whether signing in with the password asks for a code too.",
        "EXISTS (SELECT FROM second_factor f"
        " WHERE f.user_id = {row}.id AND f.confirmed_at IS NOT NULL)",
    )
    last_seen_at: datetime | None = column(
        "When they last asked anything, to the minute; null when never.",
        "(SELECT max(s.seen_at) FROM user_session s WHERE s.user_id = {row}.id AND s.confirmed)",
    )
