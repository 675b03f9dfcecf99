"""How much is tried: little in every run, thousands with XINFENG_SLOW=1 in the environment."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

IS_SLOW = os.environ.get("XINFENG_SLOW") == "1"
MARKS = [pytest.mark.slow] if IS_SLOW else []
"""What a file whose length depends on the switch is marked with."""


def examples(quick: int, slow: int) -> settings:
    """The same examples in every quick run; others in each slow one."""
    return settings(
        max_examples=slow if IS_SLOW else quick,
        derandomize=not IS_SLOW,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
