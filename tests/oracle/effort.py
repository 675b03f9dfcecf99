"""How much is tried: little in every run, thousands with XINFENG_SLOW=1 in the environment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from random import Random

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


def seeds(quick: int, slow: int) -> Iterator[int]:
    """Of documents to try: the same ones in every quick run, others in each slow one."""
    random = Random()
    for number in range(slow if IS_SLOW else quick):
        yield random.getrandbits(64) if IS_SLOW else number
