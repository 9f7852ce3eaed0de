"""Looks at every rulebook of the installation before anything starts: a fault there would end reminders weeks later."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from channels.channel import Found
from rulebooks.reading import BadRules, Fault
from services import calendar, cases, demo, desk, evidence, obligations, oversight


def faults() -> list[Fault]:
    """Everything that is wrong in them, file by file. Raises OSError where one cannot be read."""
    found: list[Fault] = []
    for read in _readers():
        try:
            read()
        except BadRules as bad:
            found += [fault for fault in bad.faults if fault not in found]
    return found


def told(faults: Sequence[Fault]) -> list[Found]:
    """The faults as lines for the person at the terminal."""
    return [Found("bad", f"fault_{fault.code}", {"fault": fault, "file": _near(fault.file)}) for fault in faults]


def _readers() -> Iterator[Callable[[], object]]:
    yield calendar.limits
    yield cases.read_secrecy
    yield oversight.keeping
    yield evidence.upload_limits
    own = cases.ACCEPTANCE, cases.HANDLING, cases.RIGHTING, cases.REVIEWING
    yield partial(obligations.read_rules, kinds=[*desk.KINDS, *own])
    yield demo.read_city
    yield lambda: demo.read_day(known=[window for unit in demo.read_city().unit for window in unit.ids()])


def _near(file: Path) -> str:
    """The file as one would type it here."""
    here = Path.cwd()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)
