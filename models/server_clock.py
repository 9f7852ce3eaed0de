"""The database server's clock: whatever two processes compare, they compare by this one.

Asked with every new connection and every beat of the pulse; between two answers this machine's monotonic clock goes
on from it, so that a wall clock that is wrong here, or is put back, writes no wrong moment.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, event

ASK = "select clock_timestamp()"
SLOW = 1.0  # seconds: an answer that took longer says too little, unless it is the only one


class ServerClock:
    """Tells the moment of a PostgreSQL server; None as long as it was never reached."""

    def __init__(self, engine: Engine) -> None:
        self._told: tuple[datetime, float] | None = None  # a moment, and the monotonic time at which it was
        event.listen(engine, "connect", lambda connection, _: self._ask(connection))

    def __call__(self) -> datetime | None:
        if self._told is None:
            return None
        moment, at = self._told
        return moment + timedelta(seconds=time.monotonic() - at)

    def told(self, moment: datetime, asked: float) -> None:
        """Takes an answer of the server to what was asked at this monotonic time."""
        answered = time.monotonic()
        if self._told is None or answered - asked < SLOW:
            self._told = moment, (asked + answered) / 2

    def _ask(self, connection: Any) -> None:
        asked = time.monotonic()
        with connection.cursor() as cursor:
            self.told(cursor.execute(ASK).fetchone()[0], asked)
        connection.rollback()
