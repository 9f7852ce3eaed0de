"""Everything at once: two `serve` and two `work` with clocks apart, killed and frozen while people talk.

`make storm` runs it for half an hour (`MINUTES=3` for three) and prints what it found.
"""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path

import pytest

from bot.build import Program
from tests.drivers.storming import FAULTS, Losses, Storm, storm

MINUTES = float(os.environ.get("MINGCHA_STORM_MINUTES", "0"))
SHORT, LONG = (("kill serve 1", "kill work 1", "freeze"), 1.0), (FAULTS, 12.0)  # faults, and seconds of a frozen line


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_nothing_is_lost_nothing_comes_twice_and_all_keeps_its_order(program: Program, tmp_path: Path) -> None:
    async with storm(program, tmp_path) as blown:
        await blown.blows(*(LONG if MINUTES else SHORT), time.monotonic() + MINUTES * 60)
        await blown.calms()
        found = await blown.counted()
    if MINUTES:
        print(table(blown, found))
    assert (found.lost, found.twice, found.out_of_order) == (0, 0, 0)


def table(blown: Storm, found: Losses) -> str:
    said = sum(one.said for one in (*blown.pages, *blown.chats))
    lines = ["", f"{'fault':<14}{'instants':>9}{'recovery, median s':>20}{'worst s':>9}"]
    for one in blown.faults.values():
        if one.recoveries:
            median, worst = statistics.median(one.recoveries), max(one.recoveries)
            lines.append(f"{one.name:<14}{len(one.recoveries):>9}{median:>20.1f}{worst:>9.1f}")
    told = f"of {said} messages: lost {found.lost}, twice {found.twice}, out of order {found.out_of_order}"
    return "\n".join([*lines, f"{told}; answers repeated after a kill {found.repeated}"])
