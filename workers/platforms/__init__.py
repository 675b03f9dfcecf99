"""The platforms that are asked, each with its adapter.

Every module here that has an ADAPTER is one; nothing else needs to know of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules

from domain.partners.rules import Platform
from workers.platforms.protocol import Adapter


def _adapters() -> Iterator[Adapter]:
    for module in iter_modules(__path__):
        adapter = getattr(import_module(f"{__name__}.{module.name}"), "ADAPTER", None)
        if adapter is not None:
            yield adapter


ADAPTERS: Mapping[Platform, Adapter] = {adapter.platform: adapter for adapter in _adapters()}
