"""Which fields not everybody may select, and who may: written down once more."""

from __future__ import annotations

from typing import Any

from graphql import FieldNode, GraphQLSchema, TypeInfo, TypeInfoVisitor, Visitor, parse, visit

from domain.access import Kind, Role, Scope, Viewer

Place = tuple[str, str]
"""A type and a field of it."""

OF_THE_NETWORK = frozenset(
    {
        ("Query", "auditEntries"),
        ("Query", "searchSynonyms"),
        ("Query", "tokens"),
        ("Query", "webhookEndpoints"),
    }
)
OF_LIBRARIANS = frozenset(
    {
        ("Query", "mediaLibrary"),
        ("Media", "similar"),
        ("Media", "uploadedBy"),
        ("Organization", "library"),
    }
)
OF_ANALYSTS = frozenset({("Query", "inflationFlags"), ("Post", "discounts")})
OF_ANALYSTS_AND_PARTNERS = frozenset({("Partner", "deliveries"), ("Account", "pullStatus")})
RESTRICTED = OF_THE_NETWORK | OF_LIBRARIANS | OF_ANALYSTS | OF_ANALYSTS_AND_PARTNERS


def closed_to(viewer: Viewer) -> frozenset[Place]:
    """What this viewer may not select."""
    if viewer.kind is Kind.SYSTEM:
        return frozenset()
    if Scope.READ_INTERNAL not in viewer.scopes:
        return RESTRICTED
    if viewer.kind is Kind.PARTNER:
        return RESTRICTED - OF_ANALYSTS_AND_PARTNERS
    if (Role.ADMINISTRATOR, "") in viewer.grants:
        return frozenset()
    roles = {grant.role for grant in viewer.grants}
    if roles & {Role.ANALYST, Role.ADMINISTRATOR}:
        return OF_THE_NETWORK
    return RESTRICTED - OF_LIBRARIANS if roles - {Role.DISPATCHER} else RESTRICTED


class _Seeker(Visitor):
    def __init__(self, info: TypeInfo, closed: frozenset[Place]) -> None:
        super().__init__()
        self._info = info
        self._closed = closed
        self.found = False

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent = self._info.get_parent_type()
        self.found |= parent is not None and (parent.name, node.name.value) in self._closed


def selects(schema: GraphQLSchema, document: str, closed: frozenset[Place]) -> bool:
    """Whether a document selects any of the fields."""
    if not any(name in document for _, name in closed):
        return False
    info = TypeInfo(schema)
    seeker = _Seeker(info, closed)
    visit(parse(document), TypeInfoVisitor(info, seeker))
    return seeker.found
