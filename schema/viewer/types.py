"""Who asks, what they hold, and what they may do: told from the request itself."""

from __future__ import annotations

import strawberry

from domain.access import Kind, Role, Scope, Viewer
from domain.ids import format_id
from domain.permissions import Permission
from schema.organizations.types import Organization
from schema.planner.arguments import Arguments
from schema.planner.declare import column, one, rows
from schema.planner.readings import stands_on
from schema.planner.statement import Statement
from schema.viewer.permissions import permission_pairs

TYPES = {Kind.USER: "User", Kind.APPLICATION: "Token", Kind.PARTNER: "Partner"}


def _id(viewer: Viewer) -> str | None:
    type_name = TYPES.get(viewer.kind)
    return format_id(type_name, viewer.number) if type_name else None


def _viewer(statement: Statement, _: Arguments) -> str:
    bind = statement.bind_viewer
    kind = bind(lambda viewer: viewer.kind.value, "text")
    name = bind(lambda viewer: viewer.name, "text")
    scopes = bind(
        lambda viewer: [scope.value for scope in Scope if scope in viewer.scopes], "text[]"
    )
    is_administrator = bind(lambda viewer: viewer.is_administrator, "boolean")
    return (
        f"(SELECT {kind} AS kind, {bind(_id, 'text')} AS id, {name} AS name, {scopes} AS scopes,"
        f" {is_administrator} AS is_administrator)"
    )


def _roles(statement: Statement, _: Arguments) -> str:
    names = statement.bind_viewer(
        lambda viewer: [each.role.value for each in viewer.grants], "text[]"
    )
    paths = statement.bind_viewer(lambda viewer: [each.path for each in viewer.grants], "text[]")
    return f"(SELECT * FROM unnest({names}, {paths}) AS held (role, path))"


def _permissions(statement: Statement, _: Arguments) -> str:
    pairs = permission_pairs(statement)
    return (
        "(SELECT held.path, array_agg(held.permission ORDER BY held.permission) AS permissions"
        f" FROM {pairs} AS held (permission, path) GROUP BY held.path)"
    )


AT_PATH = "{row}.path = {parent}.path::ltree AND {parent}.path <> ''"


@stands_on("(SELECT)")
@strawberry.type(description="A role you hold now.")
class HeldRole:
    role: Role = column("Which role.")
    organization: Organization | None = one(
        AT_PATH, "Where, with all below it; null for the whole network."
    )


@stands_on("(SELECT)")
@strawberry.type(description="What you may do at an organization and everything below it.")
class HeldPermissions:
    organization: Organization | None = one(AT_PATH, "Where; null for the whole network.")
    permissions: list[Permission] = column("What.", "to_json({row}.permissions)")


@stands_on("(SELECT)")
@strawberry.type(name="Viewer", description="Who asks.")
class ViewerType:
    kind: Kind = column("What kind of caller you are.")
    id: strawberry.ID | None = column("A User's, a Token's or a Partner's id; null for others.")
    name: str = column("What the audit trail calls you.")
    scopes: list[Scope] = column("What you may use your roles for.", "to_json({row}.scopes)")
    is_administrator: bool = column("Whether you administer the whole network.")
    roles: list[HeldRole] = rows(
        "The roles you hold now.", order_by="{row}.path, {row}.role", table=_roles, expected=10
    )
    permissions: list[HeldPermissions] = rows(
        "What you may do, by organization.",
        order_by="{row}.path",
        table=_permissions,
        expected=10,
    )


@strawberry.type
class ViewerQueries:
    viewer: ViewerType = one("TRUE", "Who you are, and what you may do.", table=_viewer)
