"""Logging: structlog for our events, the libraries' own through the same pipe, on stderr."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

from settings import Settings

QUIET = ("tortoise", "asyncio", "procrastinate.periodic")


def configure(settings: Settings) -> None:
    """One line an event: a JSON object, or text for people. Call once, at a process's start."""
    level = getattr(logging, settings.log_level.upper())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(settings.log_format),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def _rendering(log_format: str) -> list[Any]:
    if log_format == "text":
        plain = structlog.dev.plain_traceback  # never the values of local variables
        return [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain)]
    return [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
