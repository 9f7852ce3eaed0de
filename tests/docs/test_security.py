"""docs/security.md names tests that exist, and every requirement of OWASP ASVS 5.0.0 of levels 1 and 2 once."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "docs" / name for name in ("security.md", "security.zh.md")]
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
LINE = re.compile(r"^\| ((?:V?\d+(?:\.\d+)*(?:, )?)+) \| (.+) \|$", re.MULTILINE)
# How many requirements of levels 1 and 2 each section has: they come first, those of level 3 after them.
SECTIONS = {
    section: int(many)
    for section, many in re.findall(
        r"([\d.]+)=(\d+)",
        """
1.1=2 1.2=9 1.3=11 1.4=3 1.5=2 2.1=3 2.2=3 2.3=4 2.4=1 3.2=2 3.3=4 3.4=6 3.5=5 3.7=2 4.1=3 4.2=1
4.3=2 4.4=4 5.1=1 5.2=3 5.3=2 5.4=3 6.1=3 6.2=12 6.3=4 6.4=4 6.5=5 6.6=3 6.8=4 7.1=3 7.2=4 7.3=2
7.4=5 7.5=2 7.6=2 8.1=2 8.2=3 8.3=1 8.4=1 9.1=3 9.2=4 10.1=2 10.2=2 10.3=4 10.4=11 10.5=5 10.6=2
10.7=3 11.1=2 11.2=3 11.3=3 11.4=4 11.5=1 11.6=1 12.1=3 12.2=2 12.3=4 13.1=1 13.2=5 13.3=2 13.4=5
14.1=2 14.2=4 14.3=3 15.1=3 15.2=3 15.3=7 16.1=1 16.2=5 16.3=4 16.4=3 16.5=3 17.1=1 17.2=4 17.3=2
""",
    )
}
REQUIREMENTS = [f"{section}.{nth + 1}" for section, many in SECTIONS.items() for nth in range(many)]
OPEN = re.compile(r"\*\*(?:Open\*\*:|未做\*\*：)")
by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@cache
def named_in(path: str) -> frozenset[str]:
    """The names of the tests of a file, as it is written."""
    file = ROOT / path
    found = ast.parse(file.read_text(encoding="utf-8")).body if file.is_file() else []
    return frozenset(one.name for one in found if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))


def lines(page: Path) -> list[tuple[str, str]]:
    """The lines about requirements: their numbers, and what is told of them."""
    return LINE.findall(page.read_text(encoding="utf-8"))


def meant(number: str) -> list[str]:
    """The requirements of a number: of a chapter (V17), a section (4.3) or one (1.2.6)."""
    start = number.removeprefix("V")
    return [one for one in REQUIREMENTS if one == start or one.startswith(f"{start}.")]


@by_page
def test_every_test_named_exists(page: Path) -> None:
    named = TEST.findall(page.read_text(encoding="utf-8"))
    assert len(named) > 100
    assert [f"{path}::{test}" for path, test in named if test not in named_in(path) or test[:5] != "test_"] == []


@by_page
def test_every_requirement_of_levels_1_and_2_stands_once(page: Path) -> None:
    assert len(REQUIREMENTS) == 253
    told = [one for numbers, _ in lines(page) for number in numbers.split(", ") for one in meant(number) or [number]]
    assert sorted(told) == sorted(REQUIREMENTS)


def test_both_languages_tell_the_same_of_each() -> None:
    """The same numbers, tests and links in the same order, and as open what is open in the other."""
    one, other = (
        [(numbers, TEST.findall(told), bool(OPEN.search(told))) for numbers, told in lines(page)] for page in PAGES
    )
    assert one == other
    assert sum(is_open for _, _, is_open in one) > 0
    everywhere = [TEST.findall(page.read_text(encoding="utf-8")) for page in PAGES]
    assert everywhere[0] == everywhere[1]
