"""Logs: one line per event, without anybody's words, address or token."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from datetime import UTC, datetime, tzinfo
from typing import Any

import structlog

LONGEST_CHAIN = 8
QUIET = ("aiohttp.access", "apscheduler", "alembic", "telegram", "PIL")


def configure(level: str, zone: tzinfo = UTC) -> None:
    """Sets up the logs: readable on a terminal, JSON into a file or a collector. Moments are told in this time zone."""
    number = logging.getLevelNamesMapping()[level.upper()]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(WithoutWords("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=number, handlers=[handler])
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    drawn = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _Stamped(zone),
            without_words,
            drawn,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


class _Stamped:
    """Adds the moment as the city's clocks show it, with its offset."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def __call__(self, _: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["timestamp"] = datetime.now(self._zone).isoformat(timespec="milliseconds")
        return event


def without_words(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replaces an exception by its types and places. Its message may quote what somebody wrote, so it is left out."""
    found = event.pop("exc_info", None)
    error = sys.exception() if found is True else found[1] if isinstance(found, tuple) else found
    if chain := _places(error):
        event["error"] = chain
    return event


class WithoutWords(logging.Formatter):
    """Removes words from library log lines too: aiohttp quotes the bytes of a broken request and names its sender."""

    def format(self, record: logging.LogRecord) -> str:
        if record.name == "aiohttp.server":
            record.args = tuple("-" for _ in record.args or ())
        return super().format(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return "; ".join(_places(ei[1]))


def _places(error: BaseException | None) -> list[str]:
    chain: list[str] = []
    while isinstance(error, BaseException) and len(chain) < LONGEST_CHAIN:
        frames = traceback.extract_tb(error.__traceback__)
        places = " < ".join(
            f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames[::-1][:8]
        )
        chain.append(f"{type(error).__name__} at {places}")
        error = error.__cause__ or error.__context__
    return chain
