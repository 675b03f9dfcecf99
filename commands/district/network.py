"""The rows of the civic network: organizations and the volunteer corps."""

from __future__ import annotations

from dataclasses import dataclass

from commands.district import names
from domain.organizations.rules import OrganizationKind
from domain.teams.rules import TeamKind

BRANCHES = 22
POINTS = 582
BASES = 70
MEDIA_CENTRES = 46
CORPS = 12
SQUADRONS = 102
SQUADS = 1_132
GROUPS = 6_673
LECTURE_GROUPS = 20


@dataclass(frozen=True, slots=True)
class OrganizationRow:
    id: int
    parent_id: int | None
    kind: OrganizationKind
    name: str


@dataclass(frozen=True, slots=True)
class TeamRow:
    id: int
    parent_id: int | None
    organization_id: int
    kind: TeamKind
    name: str


@dataclass(frozen=True, slots=True)
class Organizations:
    """All nodes, parents first, and the kinds that others stand on."""

    rows: tuple[OrganizationRow, ...]

    def of(self, kind: OrganizationKind) -> list[OrganizationRow]:
        return [row for row in self.rows if row.kind is kind]

    @property
    def centre(self) -> OrganizationRow:
        return self.rows[0]


def organizations() -> Organizations:
    """One centre; branches below it; points and bases below the branches; media centres below
    the branches too, but for the two of the district itself; agencies below the centre."""
    rows: list[OrganizationRow] = []

    def add(parent: OrganizationRow | None, kind: OrganizationKind, name: str) -> OrganizationRow:
        above = parent.id if parent else None
        row = OrganizationRow(len(rows) + 1, above, kind, names.DISTRICT + name)
        rows.append(row)
        return row

    centre = add(None, OrganizationKind.CENTRE, "新时代文明实践中心")
    branches = [
        add(centre, OrganizationKind.BRANCH, f"{names.town(number)}新时代文明实践所")
        for number in range(BRANCHES)
    ]
    for number in range(POINTS):
        branch, place = number % BRANCHES, number // BRANCHES
        name = f"{names.town(branch)}{names.village(place)}村实践站"
        add(branches[branch], OrganizationKind.POINT, name)
    for number in range(BASES):
        branch = number % BRANCHES
        theme = names.BASES[number % len(names.BASES)]
        name = f"{names.town(branch)}{theme}实践基地"
        add(branches[branch], OrganizationKind.BASE, name)
    add(centre, OrganizationKind.MEDIA_CENTRE, "融媒体中心")
    add(centre, OrganizationKind.MEDIA_CENTRE, "广播电视融媒体分中心")
    for number in range(MEDIA_CENTRES - 2):
        branch = number % BRANCHES
        scope = "" if number < BRANCHES else "社区"
        name = f"{names.town(branch)}{scope}融媒体工作站"
        add(branches[branch], OrganizationKind.MEDIA_CENTRE, name)
    for name in names.AGENCIES:
        add(centre, OrganizationKind.AGENCY, name)
    return Organizations(tuple(rows))


def teams(network: Organizations) -> tuple[TeamRow, ...]:
    """The corps by profession, below each its squadrons by territory, squads and groups; each
    serves an organization of its territory. Parents first."""
    corps = _Corps(network)
    corps.add_corps()
    corps.add_squadrons()
    corps.add_squads()
    corps.add_groups()
    corps.add_lecture_groups()
    return tuple(corps.rows)


class _Corps:
    """The teams as they are added. Numbers go round professions and territories at once, so that
    every branch meets every profession."""

    def __init__(self, network: Organizations) -> None:
        self.rows: list[TeamRow] = []
        self._centre = network.centre
        self._branches = network.of(OrganizationKind.BRANCH)
        self._points = network.of(OrganizationKind.POINT)
        self._squads: list[tuple[TeamRow, OrganizationRow]] = []

    def _add(
        self, parent: TeamRow | None, serves: OrganizationRow, kind: TeamKind, name: str
    ) -> TeamRow:
        above = parent.id if parent else None
        row = TeamRow(len(self.rows) + 1, above, serves.id, kind, names.DISTRICT + name)
        self.rows.append(row)
        return row

    def add_corps(self) -> None:
        for profession in names.PROFESSIONS:
            self._add(None, self._centre, TeamKind.CORPS, f"{profession}志愿服务总队")

    def add_squadrons(self) -> None:
        for number in range(SQUADRONS):
            profession, territory = number % CORPS, number % BRANCHES
            name = f"{names.town(territory)}{names.PROFESSIONS[profession]}志愿服务中队"
            corps, branch = self.rows[profession], self._branches[territory]
            self._add(corps, branch, TeamKind.SQUADRON, name)

    def add_squads(self) -> None:
        for number in range(SQUADS):
            squadron = number % SQUADRONS
            profession, territory = squadron % CORPS, squadron % BRANCHES
            place = (number // SQUADRONS + profession) % (POINTS // BRANCHES)
            point = self._points[territory + BRANCHES * place]
            where = f"{names.town(territory)}{names.village(place)}村"
            name = f"{where}{names.PROFESSIONS[profession]}志愿服务小队"
            squad = self._add(self.rows[CORPS + squadron], point, TeamKind.SQUAD, name)
            self._squads.append((squad, point))

    def add_groups(self) -> None:
        for number in range(GROUPS):
            squad, point = self._squads[number % SQUADS]
            name = f"{squad.name.removeprefix(names.DISTRICT)}第{number // SQUADS + 1}组"
            self._add(squad, point, TeamKind.GROUP, name)

    def add_lecture_groups(self) -> None:
        for number in range(LECTURE_GROUPS):
            name = f"{names.town(number)}理论宣讲组"
            branch = self._branches[number]
            self._add(self.rows[0], branch, TeamKind.LECTURE_GROUP, name)
