"""Recorded exchanges, a file for each platform; tests/test_adapters.py holds adapters to them.

Every module here that has SAMPLES is one; nothing else needs to know of it.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from tests.adapters.sample import Sample

SAMPLES: dict[str, Sample] = {
    name: sample
    for module in iter_modules(__path__)
    for name, sample in getattr(import_module(f"{__name__}.{module.name}"), "SAMPLES", {}).items()
}
