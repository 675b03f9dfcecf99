"""Plans what becomes public when: the only place that does."""

from domain.publishing.actions.embargoes import lift_embargo, set_embargo
from domain.publishing.actions.plans import NewPlan, cancel, move, plan

__all__ = ["NewPlan", "cancel", "lift_embargo", "move", "plan", "set_embargo"]
