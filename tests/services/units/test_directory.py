"""Finding a unit the way people type it."""

from __future__ import annotations

import pytest

from bot.build import Program
from services.units import NewUnit, add_units


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("gtj", "市国土局"),
        ("国土", "市国土局"),
        ("市国土局", "市国土局"),
        ("guotu", "市国土局"),
        ("guotuju", "市国土局"),
        ("shiguotu", "市国土局"),
        ("GTJ", "市国土局"),
        (" 国 土 ", "市国土局"),
        ("sgtj", "市国土局"),
        ("出入境", "市公安局·出入境窗口"),
        ("churujing", "市公安局·出入境窗口"),
        ("法院", "中级法院"),
        ("公安局·车管", "市公安局·车管窗口"),
        ("ＧＴＪ", "市国土局"),
        ("國土局", "市国土局"),
        ("國土", "市国土局"),
        ("国土局办证", "市国土局·办证窗口"),
        ("市国土局办证窗口", "市国土局·办证窗口"),
        ("市国土局 办证窗口", "市国土局·办证窗口"),
        ("市國土局－辦證窗口", "市国土局·办证窗口"),
        ("国土　办证", "市国土局·办证窗口"),
        ("办证 国土", "市国土局·办证窗口"),
        ("land bureau", "市国土局"),
        ("Land-Bureau", "市国土局"),
        ("LAND", "市国土局"),
        ("police", "市公安局"),
        ("国土资源局", "市国土局"),
        ("「国土局」", "市国土局"),
        ("国土局的办证窗口", "市国土局·办证窗口"),
        ("国土的办证", "市国土局·办证窗口"),
    ],
)
def test_a_unit_is_found(program: Program, typed: str, first: str) -> None:
    assert program.units.search(typed)[0].label == first


def test_units_come_before_windows_that_fit_no_better(program: Program) -> None:
    new = [
        one
        for n, street in enumerate(("城东", "城西", "城南"))
        for one in (NewUnit(f"s{n}", f"{street}街道"), NewUnit(f"s{n}-1", "便民窗口", "window", f"s{n}"))
    ]
    program.acts.transact(add_units, new)
    program.load_units()
    streets = ["城东街道", "城西街道", "城南街道"]
    labels = [option.label for option in program.units.search("街道")]
    assert labels == [*streets, *(f"{street}·便民窗口" for street in streets)]
    assert [option.label for option in program.units.nearest("街到")][:3] == streets


def test_initials_that_two_units_share_find_both(program: Program) -> None:
    labels = [option.label for option in program.units.search("gsj")]
    assert {"市国税局", "市工商局"} <= set(labels)


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("工商居", ["市工商局"]),
        ("国图局", ["市国土局"]),
        ("国士局", ["市国土局", "市国税局"]),
        ("国土办证", ["市国土局·办证窗口"]),
        ("工商管理局", ["市工商局"]),
        ("guotoju", ["市国土局"]),
        ("land burau", ["市国土局"]),
        ("公安局户藉窗口", ["市公安局·户籍窗口"]),
        ("出入境大厅", ["市公安局·出入境窗口"]),
    ],
)
def test_where_nothing_fits_the_nearest_names_are_known(program: Program, typed: str, near: list[str]) -> None:
    assert not program.units.search(typed)
    found = [option.label for option in program.units.nearest(typed)]
    assert found[: len(near)] == near
    assert len(found) <= 6


def test_a_long_text_is_near_to_what_it_names(program: Program) -> None:
    story = "周二上午我去國土局辦證窗口办房产证，等了两个小时没有人。" + "第二天又说材料不齐。" * 9
    assert [option.label for option in program.units.nearest(story)] == ["市国土局·办证窗口", "市国土局"]


@pytest.mark.parametrize(
    "typed", ["火星", "zzz", "%", "'; drop table units", "火星局", "qwertyuiop", "你好", "9" * 5_000]
)
def test_nothing_is_near_nonsense(program: Program, typed: str) -> None:
    assert not program.units.nearest(typed)


@pytest.mark.parametrize("typed", ["火星", "zzz", "%", "'; drop table units"])
def test_nothing_is_found_for_nonsense(program: Program, typed: str) -> None:
    assert not program.units.search(typed)


def test_all_18_units_come_first_in_their_order(program: Program) -> None:
    labels = [option.label for option in program.units.search("")]
    assert len(labels) == 18
    assert labels[0] == "市发改委"
    assert labels[-1] == "市外侨办"


def test_in_english_a_unit_bears_its_english_name_and_is_found_by_both(program: Program) -> None:
    english = program.units.spoken("en")
    assert english.name("gtj-1") == "Land Bureau · Registration window"
    for typed in ("国土", "gtj", "land"):
        assert english.search(typed)[0].label == "Land Bureau"
    assert english.nearest("land burau")[0].label == "Land Bureau"
    for one in (english, program.units):
        assert [unit.id for unit in one.named_in("Nobody was at the Land Bureau")] == ["gtj"]
    assert program.units.spoken("zh").name("gtj-1") == "市国土局·办证窗口"


def test_what_has_no_english_name_keeps_its_own(program: Program) -> None:
    new = [NewUnit("zsj", "市招商局"), NewUnit("zsj-1", "大厅", "window", "zsj", english="Hall")]
    program.acts.transact(add_units, [*new, NewUnit("zsj-2", "综合科", "section", "zsj")])
    program.load_units()
    names = [program.units.spoken("en").name(unit) for unit in ("zsj", "zsj-1", "zsj-2")]
    assert names == ["市招商局", "市招商局 · Hall", "市招商局·综合科"]
