"""The table "Where do I add …" is whole: twelve lines in their order, each with its places; and these are there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from templates import LANGUAGES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
LINES = (  # what is added, as each of the twins calls it
    ("a flow", "一个对话流程"),
    ("a kind of obligation", "一种督办类型"),
    ("a channel", "一个渠道"),
    ("a page", "一个页面"),
    ("a rule", "一条规则"),
    ("a kind of evidence", "一种材料"),
    ("a language", "一种语言"),
    ("a job", "一个定时任务"),
    ("a right", "一项权限"),
    ("a table", "一张数据表"),
    ("an export", "一种导出"),
    ("a figure", "一个统计数字"),
)
ENGLISH, CHINESE = zip(*LINES, strict=True)


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    adds: str
    places: tuple[str, ...]  # paths from the root, a folder with a slash at its end; `<subject>` stands for any name
    told: str


def table(page: str, heading: str) -> list[Line]:
    """The lines of the one table under this heading, without its head."""
    _, _, below = (DOCS / page).read_text(encoding="utf-8").partition(f"\n## {heading}\n")
    section = below.partition("\n## ")[0]
    _head, _rule, *rows = re.findall(r"^\|(.+)\|$", section, re.MULTILINE) or ["", ""]
    return [line_of(*(cell.strip() for cell in row.split("|"))) for row in rows]


def line_of(adds: str, places: str, told: str) -> Line:
    return Line(adds, tuple(re.findall(r"`([^`]+)`", places)), told)


def missing(place: str) -> list[str]:
    """The place in each language of which there is nothing; names that begin with an underscore do not count."""
    wanted = {place.replace("<language>", language) for language in LANGUAGES}
    return sorted(one for one in wanted if not any(fits(one, found) for found in ROOT.glob(pattern(one))))


def pattern(place: str) -> str:
    return re.sub(r"<\w+>", "[!_]*", place.rstrip("/"))


def fits(place: str, found: Path) -> bool:
    return found.is_dir() if place.endswith("/") else found.is_file()


IN_ENGLISH = table("architecture.md", "Where do I add …")
IN_CHINESE = table("architecture.zh.md", "要加东西，加在哪里")
EVERY_LINE = pytest.mark.parametrize("line", [*IN_ENGLISH, *IN_CHINESE], ids=lambda line: line.adds)


def test_the_table_has_its_twelve_lines_in_their_order() -> None:
    assert tuple(line.adds for line in IN_ENGLISH) == ENGLISH
    assert tuple(line.adds for line in IN_CHINESE) == CHINESE


@EVERY_LINE
def test_a_line_names_one_or_two_places_and_what_it_takes(line: Line) -> None:
    assert 1 <= len(line.places) <= 2
    assert line.told.endswith((".", "。"))


@EVERY_LINE
def test_every_place_is_there(line: Line) -> None:
    assert [gone for place in line.places for gone in missing(place)] == []


def test_both_languages_name_the_same_places() -> None:
    assert [line.places for line in IN_CHINESE] == [line.places for line in IN_ENGLISH]
