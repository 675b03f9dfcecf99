"""Plans made before, found again by everything their text depends on."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from schema.planner.plan import Plan
from schema.planner.statement import Dependency

SCALARS = frozenset({str, int, float})


def shape_of(value: Any) -> Hashable:
    """What of a variable's value decides a statement's text: nulls, booleans, enums, and which
    fields an object has. Other scalars and lists are bound, so their values do not matter."""
    if value.__class__ in SCALARS:
        return "scalar"
    if isinstance(value, dict):
        return tuple([(name, shape_of(value[name])) for name in sorted(value)])
    if value is None or isinstance(value, (bool, Enum)):
        return value
    return "list" if isinstance(value, list) else "scalar"


@dataclass
class _Entry:
    """All plans of one operation for one shape of the viewer and of the variables.

    dependencies: everything any of them depends on beside the shape, e.g. the number for `first`.
    """

    dependencies: list[Dependency] = field(default_factory=list)
    plans: OrderedDict[Hashable, Plan] = field(default_factory=OrderedDict)

    def key(self, variables: Mapping[str, Any]) -> Hashable:
        return tuple(_projected(dependency, variables) for dependency in self.dependencies)


def _projected(dependency: Dependency, variables: Mapping[str, Any]) -> Hashable:
    value: Any = variables
    for step in dependency.path:
        value = value[step]
    projected: Hashable = dependency.project(value)
    return projected


class PlanCache:
    """Bounded: at most `size` operations by shape, each with at most `variants` plans.

    hits, misses: how often a plan was there, and was not.
    """

    def __init__(self, *, size: int = 2_000, variants: int = 110) -> None:
        self.hits = 0
        self.misses = 0
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._size = size
        self._variants = variants

    def find(
        self,
        operation: Hashable,
        viewer_shape: Hashable,
        variables: Mapping[str, Any],
        make: Callable[[], Plan],
    ) -> Plan:
        """The plan for these variables, made by `make` when there is none yet."""
        key = (operation, viewer_shape, shape_of(variables))
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = _Entry()
            if len(self._entries) > self._size:
                self._entries.popitem(last=False)
        else:
            self._entries.move_to_end(key)
        plan = entry.plans.get(entry.key(variables))
        if plan is not None:
            self.hits += 1
            return plan
        self.misses += 1
        plan = make()
        self._keep(entry, plan, variables)
        return plan

    @property
    def kept(self) -> int:
        """How many plans are kept now."""
        return sum(len(entry.plans) for entry in self._entries.values())

    def _keep(self, entry: _Entry, plan: Plan, variables: Mapping[str, Any]) -> None:
        known = {dependency.path for dependency in entry.dependencies}
        fresh = [item for item in plan.dependencies if item.path not in known]
        if fresh:
            # Plans kept so far were told apart by too little: they are found again when needed.
            entry.plans.clear()
            entry.dependencies.extend({item.path: item for item in fresh}.values())
        entry.plans[entry.key(variables)] = plan
        if len(entry.plans) > self._variants:
            entry.plans.popitem(last=False)
