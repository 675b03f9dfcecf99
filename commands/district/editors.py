"""Who works at the demo's newsroom: accounts to sign in with, each with a role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.access import EVERY_SCOPE, NETWORK, SYSTEM, Act, Grant, Kind, Role, Viewer
from domain.grants import actions as grants
from domain.organizations.models import Organization
from domain.people.models import Person
from domain.users.actions import accounts, links
from domain.users.actions.acting import named
from domain.users.models import User

PASSWORD = "four bridges over one river"
"""Of all of them. The demo listens on this machine only, and what is in it is invented."""

ROLES = {
    "author": Role.AUTHOR,
    "first": Role.REVIEWER,
    "second": Role.REVIEWER,
    "chief": Role.PUBLISHER,
}


def email(who: str) -> str:
    return f"{who}@demo.example"


@dataclass(frozen=True, slots=True)
class Staff:
    """place: the organization at which they work. author: as whom the author writes."""

    place: Organization
    author: Person
    viewers: dict[str, Viewer]

    def act(self, who: str, now: datetime) -> Act:
        return Act(self.viewers[who], now)


async def staff_of(place: Organization, now: datetime) -> Staff:
    """Accounts for all of them, and one that administers the network; `now` is when they begin."""
    author, *others = await Person.filter(organization_id=place.id).order_by("id").limit(3)
    people = {"author": author, "first": others[0], "second": others[1]}
    viewers = {}
    for who, role in ROLES.items():
        user = await _account(who, people.get(who), now)
        holder = grants.Holder(user_id=user.id)
        new = grants.NewGrant(role=role, holder=holder, organization_id=place.id)
        await grants.grant(Act(SYSTEM, now), new)
        held = (Grant(role, place.path),)
        viewers[who] = Viewer(Kind.USER, user.id, named(user), held, EVERY_SCOPE)
    administrator = await _account("admin", None, now, Role.ADMINISTRATOR)
    held = (Grant(Role.ADMINISTRATOR, NETWORK),)
    name = named(administrator)
    viewers["admin"] = Viewer(Kind.USER, administrator.id, name, held, EVERY_SCOPE)
    return Staff(place, author, viewers)


async def _account(
    who: str, person: Person | None, now: datetime, role: Role | None = None
) -> User:
    name = person.name if person else f"{TITLES[who]}（演示）"
    new = accounts.NewUser(
        email=email(who), name=name, person_id=person.id if person else None, role=role
    )
    handed = await accounts.invite(Act(SYSTEM, now), new)
    await links.use(handed.secret, PASSWORD, now=now + timedelta(minutes=1), request_id="")
    return await User.get(id=handed.user_id)


TITLES = {"chief": "总编辑", "admin": "管理员"}
