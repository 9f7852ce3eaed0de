"""Windows of a list are known by their names, wherever they stand."""

from __future__ import annotations

import pytest

from services.units.pairing import in_order, paired


@pytest.mark.parametrize(
    ("there", "listed", "known", "instead", "missing"),
    [
        ("甲乙", "新甲乙", "甲乙", [], ""),
        ("甲乙丙", "丙甲", "丙甲", [], "乙"),
        ("甲乙丙", "新甲丙", "甲丙", [], "乙"),
        ("甲乙丙", "甲新丙", "甲丙", [("乙", "新")], ""),
        ("甲乙", "新旧", "", [("甲乙", "新旧")], ""),
        ("Ａ國", "a国", "a国", [], ""),
        ("甲甲", "甲", "甲", [], "甲"),
        ("甲甲", "新甲", "甲", [("甲", "新")], ""),
        ("甲乙", "乙新", "乙", [], "甲"),
    ],
)
def test_each_is_found_by_its_name(
    there: str, listed: str, known: str, instead: list[tuple[str, str]], missing: str
) -> None:
    found = paired(there, listed)
    assert "".join(listed[place] for place in sorted(found.known)) == known
    told = [("".join(there[n] for n in gone), "".join(listed[n] for n in new)) for gone, new in found.other_names]
    assert told == instead
    assert "".join(there[place] for place in found.missing) == missing


@pytest.mark.parametrize(
    ("there", "listed", "order"),
    [
        ("abc", "xabc", "xabc"),
        ("abc", "abxc", "abxc"),
        ("abc", "cb", "acb"),
        ("abc", "x", "abcx"),
        ("abc", "xb", "axbc"),
        ("", "xy", "xy"),
    ],
)
def test_the_order_follows_the_list_and_what_it_leaves_out_stays_in_place(there: str, listed: str, order: str) -> None:
    assert "".join(in_order(there, listed)) == order
