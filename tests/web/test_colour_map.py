"""The map of colours: a number in every coloured cell, units in the order of the tree, and the numbers as a file."""

from __future__ import annotations

import csv
import io
import re

from bot.build import Program
from channels.fake import FakePerson
from services.desk import Tally
from services.foundation.act import Act
from tests.conftest import Clock
from tests.drivers.desk_pages import WORDS, complains, first_report
from tests.services.desk.test_hot import came_in
from tests.web.conftest import Browser
from web.colour_map import BOUNDS, cell, counted_of, legend

MAP = "/console/figures/map"


def line(page: str, unit: str) -> list[str]:
    """The cells of a unit: shade and number."""
    row = page.partition("<tbody>")[2].partition(f"<bdi>{unit}</bdi>")[2].partition("</tr>")[0]
    cells = re.findall(r'<td class="number( shade\d)?">(.*?)</td>', row, re.DOTALL)
    return [f"{shade.strip()} {re.sub(r'<[^>]+>', '', told).strip()}".strip() for shade, told in cells]


async def test_units_and_months_are_told_in_numbers_and_five_shades(program: Program, clerk: Browser) -> None:
    def fill(act: Act) -> None:
        for month, many in ((7, 1), (8, 4), (9, 5), (10, 10)):
            came_in(act, f"2026-{month:02}-03", many)
        came_in(act, "2026-11-01", 2, unit_id="gaj-1")
        came_in(act, "2025-11-30", 9)

    assert "最近十二个月还没有投诉" in await clerk.opens(MAP)
    program.acts.transact(fill)
    page = await clerk.opens(MAP)
    assert line(page, "市国土局") == ["", "", "", "", "", "", "", "shade1 1", "shade2 4", "shade3 5", "shade5 10", ""]
    assert line(page, "市公安局")[-1] == "shade1 2"
    names = re.findall(r'<th scope="row"><bdi>([^<]+)<', page)
    assert "25年12月" in page
    assert "25年11月" not in page
    address = re.search(r'href="(/console\?unit=gtj[^"]+)">10<', page)
    assert address
    shown = await clerk.opens(address[1].replace("&amp;", "&"))
    assert len(set(re.findall(r"/console/report/[0-9a-f]{20}", shown))) == 10
    whole = await clerk.opens(f"{MAP}?all=1")
    everybody = re.findall(r'<th scope="row"><bdi>([^<]+)<', whole)
    assert everybody == [unit.name for unit in program.units.top]
    assert names == [one for one in everybody if one in ("市国土局", "市公安局")]
    rows = list(csv.DictReader(io.StringIO((await clerk.opens(f"{MAP}.csv")).lstrip("\ufeff"))))
    assert len(rows) == 2 * 12
    assert {(row["单位"], row["月份"]): row["收到"] for row in rows}["市国土局", "'2026-10"] == "10"
    assert "市国土局" in await clerk.opens(f"{MAP}.print")


async def test_shares_are_told_with_what_they_are_of_and_of_fewer_than_three_ratings_none(
    clerk: Browser, citizen: FakePerson, clock: Clock
) -> None:
    for n in range(3):
        await complains(citizen, WORDS)
        report = first_report(await clerk.opens("/console?state=received"))
        await clerk.opens(report)
        await clerk.sends(f"{report}/accept", text="")
        await clerk.sends(f"{report}/answer", text="窗口已经增开")
        for tap in ("评价", "解决了", "满意"):
            await citizen.taps(tap)
        assert line(await clerk.opens(f"{MAP}?of=answered"), "市国土局")[-1] == f"shade5 100%/{n + 1}"
        told = line(await clerk.opens(f"{MAP}?of=content"), "市国土局")[-1]
        assert told == ("不足 3" if n < 2 else "shade5 100%/3")
    assert line(await clerk.opens(f"{MAP}?of=late"), "市国土局")[-1] == ""
    assert line(await clerk.opens(f"{MAP}?of=whatever"), "市国土局")[-1] == "shade5 3"


def test_each_step_of_the_legend_is_the_shade_of_its_numbers() -> None:
    for most in (1, 2, 4, 5, 7, 12, 100, 999):
        for shade, first, last in legend("received", most):
            assert {cell("received", n, n, most).shade for n in range(first, last + 1)} == {shade}
        told = [n for _, first, last in legend("late", most) for n in range(first, last + 1)]
        assert told == list(range(1, most + 1))
    for shade, first, last in legend("answered", 1):
        assert {cell("answered", n, 100, 1).shade for n in range(first, last + 1)} == {shade}
    assert legend("answered", 1)[-1] == (5, BOUNDS[-1], 100)
    assert counted_of("late", Tally(unit_due=5, unit_in_time=3)) == (2, 2)
