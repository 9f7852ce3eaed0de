"""Finding a unit the way people type it."""

from __future__ import annotations

import pytest

from bot.build import Program


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
    ],
)
def test_a_unit_is_found(program: Program, typed: str, first: str) -> None:
    assert program.units.search(typed)[0].label == first


def test_initials_that_two_units_share_find_both(program: Program) -> None:
    labels = [option.label for option in program.units.search("gsj")]
    assert {"市国税局", "市工商局"} <= set(labels)


@pytest.mark.parametrize("typed", ["火星", "zzz", "%", "'; drop table units"])
def test_nothing_is_found_for_nonsense(program: Program, typed: str) -> None:
    assert not program.units.search(typed)


def test_all_18_units_come_first_in_their_order(program: Program) -> None:
    labels = [option.label for option in program.units.search("")]
    assert len(labels) == 18
    assert labels[0] == "市发改委"
    assert labels[-1] == "市外侨办"
