"""Enters sheets while their clerks look on: each in one transaction, which can be stopped until it ends."""

from __future__ import annotations

import asyncio

import structlog

from models.database import DatabaseAway
from services.cases.importing import Course, Stopped, enter_sheet
from services.foundation.act import Acts
from services.foundation.refusal import Refusal

STOPPED, FAILED = "stopped", "failed"
log = structlog.get_logger()


class Entering:
    """The sheets that this process is entering. After a kill a sheet waits for its clerk's word again."""

    def __init__(self) -> None:
        self._courses: dict[str, Course] = {}
        self._errands: set[asyncio.Task[None]] = set()
        self._ended: dict[str, str] = {}

    def begin(self, acts: Acts, import_id: str, many: int) -> None:
        """Begins to enter a sheet, as this clerk; one that is under way goes on."""
        if import_id in self._courses:
            return
        self._ended.pop(import_id, None)
        course = self._courses[import_id] = Course(many)
        errand = asyncio.create_task(self._enter(acts, import_id, course))
        self._errands.add(errand)
        errand.add_done_callback(self._errands.discard)

    def course(self, import_id: str) -> Course | None:
        """How far the entering of a sheet is; None where it is not under way in this process."""
        return self._courses.get(import_id)

    def stop(self, import_id: str) -> None:
        if course := self._courses.get(import_id):
            course.stopped = True

    def ended(self, import_id: str) -> str:
        """Why the last try entered nothing: STOPPED, FAILED, or empty."""
        return self._ended.get(import_id, "")

    async def _enter(self, acts: Acts, import_id: str, course: Course) -> None:
        try:
            await acts.write(enter_sheet, import_id, course)
        except Stopped:
            self._ended[import_id] = STOPPED
        except (DatabaseAway, Refusal):
            self._ended[import_id] = FAILED
        except Exception:
            self._ended[import_id] = FAILED
            log.exception("sheet_not_entered")
        finally:
            del self._courses[import_id]
