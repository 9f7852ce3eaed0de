"""An uploaded list as rows of cells, from a text in any usual encoding or from an Excel sheet."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from enum import StrEnum

import msgspec

from media import DEFAULT_LIMITS, Limits, Refused, rows_apart
from services.foundation.refusal import Refusal

LARGEST_LIST = 5 * 1024 * 1024  # bytes of an uploaded list
LIMITS = replace(DEFAULT_LIMITS, file_bytes=LARGEST_LIST, copy_bytes=16 * 2**20, cpu_seconds=20, wall_seconds=60)
AT_ONCE = 2  # lists read at once, each in a process that may take a core and a gigabyte
Rows = list[list[str]]


class TableCode(StrEnum):
    """Why an uploaded list was refused; each subject that takes lists has the words."""

    LIST_TOO_BIG = "list_too_big"
    LIST_UNREADABLE = "list_unreadable"
    LIST_LOCKED = "list_locked"  # by a password
    LIST_SEVERAL = "list_several"  # sheets of a book


_WHY = {"too_big": TableCode.LIST_TOO_BIG, "locked": TableCode.LIST_LOCKED, "several": TableCode.LIST_SEVERAL}


class Tables:
    """Reads lists a few at a time, in a child process: a small file may take any amount of time and memory."""

    def __init__(self) -> None:
        self._reading = asyncio.Semaphore(AT_ONCE)

    async def rows(self, data: bytes, limits: Limits = LIMITS) -> Rows:
        """The rows of a list. Raises Refusal about `list`, a `TableCode`."""
        try:
            async with self._reading:
                lines = await rows_apart(data, limits)
        except Refused as refused:
            raise Refusal(_WHY.get(refused.code, TableCode.LIST_UNREADABLE), "list") from refused
        try:
            return await asyncio.to_thread(_rows, lines)
        except ValueError as error:  # msgspec's too
            raise Refusal(TableCode.LIST_UNREADABLE, "list") from error


def _rows(lines: bytes) -> Rows:
    return [msgspec.json.decode(line, type=list[str]) for line in lines.split(b"\n") if line]
