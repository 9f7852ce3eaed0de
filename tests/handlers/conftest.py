"""An office, and the head of a unit at the chat."""

from __future__ import annotations

import pytest

from bot.build import Program
from channels.fake import FakePerson
from tests.conftest import Clock
from tests.drivers.chat_screens import Meet
from tests.drivers.told_units import Office


@pytest.fixture
def office(program: Program, clock: Clock) -> Office:
    return Office(program, clock)


@pytest.fixture
def head(office: Office, person: Meet) -> FakePerson:
    office.bind("head", "head")
    return person("head")
