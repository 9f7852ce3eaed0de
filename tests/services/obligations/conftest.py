"""The office on a Monday morning, before anything is handed over."""

from __future__ import annotations

import pytest

from bot.build import Program
from tests.conftest import Clock
from tests.drivers.told_units import PHONE, Office


@pytest.fixture
def office(program: Program, clock: Clock) -> Office:
    """Monday morning; the unit's head and deputy have an account each, and a number."""
    made = Office(program, clock)
    made.at("2026-11-23 09:00")
    made.bind("head", "head", phone=PHONE)
    made.bind("deputy", "deputy", phone="+8613900139000")
    return made
