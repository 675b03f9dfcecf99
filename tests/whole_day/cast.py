"""Who is there before the day begins: the operator makes accounts, roles and the usual workflow."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.access import SYSTEM, Act, Role
from domain.grants import actions as grants
from domain.organizations import actions as organizations
from domain.organizations.rules import OrganizationKind
from domain.people import actions as people
from domain.reviews import workflows as usual
from domain.reviews.actions import workflows
from domain.reviews.checks.steps import CheckKind
from domain.tokens import actions as tokens
from domain.users.actions import accounts
from tests.whole_day.centre import Centre

PASSWORDS = {
    "wang": "lotus under the bridge",
    "li": "heron above the reeds",
    "zhao": "seven lanterns at dusk",
    "zhou": "old well by the gate",
}
NAMES = {"wang": "王编辑", "li": "李责编", "zhao": "赵主任", "zhou": "周总编"}


def act() -> Act:
    """The operator's, now."""
    return Act(SYSTEM, datetime.now(UTC))


async def prepare(centre: Centre) -> None:
    """A centre with a desk below it, where 三审三校 holds, and somebody of another organization."""
    top = await _organization(OrganizationKind.MEDIA_CENTRE, "区融媒体中心")
    desk = await _organization(OrganizationKind.MEDIA_CENTRE, "编辑部", top)
    elsewhere = await _organization(OrganizationKind.MEDIA_CENTRE, "邻区融媒体中心")
    centre.known |= {"centre": f"Organization:{top}", "desk": f"Organization:{desk}"}
    held = {
        "wang": [(Role.AUTHOR, desk)],
        "li": [(Role.AUTHOR, desk), (Role.REVIEWER, desk)],
        "zhao": [(Role.REVIEWER, top)],
        "zhou": [(Role.PUBLISHER, top)],
    }
    for who, roles in held.items():
        await _account(centre, who, desk, roles)
    await _token(centre, "operator", Role.ADMINISTRATOR, None)
    await _token(centre, "stranger", Role.PUBLISHER, elsewhere)
    await _usual_workflow(top)


async def _organization(kind: OrganizationKind, name: str, parent: int | None = None) -> int:
    new = organizations.NewOrganization(kind=kind, name=name, parent_id=parent)
    return await organizations.create(act(), new)


async def _account(centre: Centre, who: str, desk: int, roles: list[tuple[Role, int]]) -> None:
    new = people.NewPerson(name=NAMES[who], organization_id=desk)
    person = await people.create(act(), new)
    user = accounts.NewUser(email=f"{who}@example.org", name=NAMES[who], person_id=person)
    handed = await accounts.invite(act(), user)
    holder = grants.Holder(user_id=handed.user_id)
    given = [
        await grants.grant(
            act(), grants.NewGrant(role=role, holder=holder, organization_id=organization)
        )
        for role, organization in roles
    ]
    centre.known |= {
        f"{who}'s link": f"/link/{handed.secret}",
        f"{who}'s person": f"Person:{person}",
        f"{who}'s account": f"User:{handed.user_id}",
        f"{who}'s role": f"RoleGrant:{given[-1]}",
    }


async def _token(centre: Centre, who: str, role: Role | None, organization: int | None) -> None:
    _, text = await tokens.create(act(), who, role, None, organization_id=organization)
    centre.people[who].headers["authorization"] = f"Bearer {text}"


async def _usual_workflow(organization: int) -> None:
    """What `./xinfeng review workflow` makes."""
    new = workflows.NewWorkflow(
        name=usual.NAME,
        organization_id=organization,
        stages=usual.three_reviews(),
        checks=list(CheckKind),
    )
    await workflows.assign(act(), await workflows.create(act(), new), organization)
