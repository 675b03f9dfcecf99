"""Writes distributions: the only place that does."""

from domain.distribution.actions.answering import Carried, accept, cancel, refuse
from domain.distribution.actions.offering import Offer, distribute
from domain.distribution.actions.sending import Due, claim, taken, turned_away

__all__ = [
    "Carried",
    "Due",
    "Offer",
    "accept",
    "cancel",
    "claim",
    "distribute",
    "refuse",
    "taken",
    "turned_away",
]
