"""The kinds of node in the civic network."""

from __future__ import annotations

from enum import StrEnum


class OrganizationKind(StrEnum):
    """What a node of the network is."""

    CENTRE = "CENTRE"
    BRANCH = "BRANCH"
    POINT = "POINT"
    BASE = "BASE"
    MEDIA_CENTRE = "MEDIA_CENTRE"
    AGENCY = "AGENCY"
