"""The one table of telephone numbers as people write them: chat, contact cards, lists, pages, settings, carriers."""

from __future__ import annotations

import pytest

from services.foundation.phones import BadNumber, callback, has_mobile, has_number, masked, national, normalised

# What was written: where it is sent to (or why not), and what is dialled to call back (None: no number).
NUMBERS: dict[str, tuple[str, str | None]] = {
    "13800138000": ("+8613800138000", "13800138000"),
    "１３８ 0013-8000": ("+8613800138000", "13800138000"),
    "８６１３８００１３８０００": ("+8613800138000", "13800138000"),
    "+86 138 0013 8000": ("+8613800138000", "13800138000"),
    "86-138-0013-8000": ("+8613800138000", "13800138000"),
    "8613800138000": ("+8613800138000", "13800138000"),
    "008613800138000": ("+8613800138000", "13800138000"),
    "0086 138 0013 8000": ("+8613800138000", "13800138000"),
    "(138)0013-8000": ("+8613800138000", "13800138000"),
    "138—0013—8000": ("+8613800138000", "13800138000"),
    "\u202d13800138000\u202c": ("+8613800138000", "13800138000"),
    " 13800138000\n": ("+8613800138000", "13800138000"),
    "16112345678": ("+8616112345678", "16112345678"),  # a range that the library does not know yet
    "+44 7400 123456": ("+447400123456", "+447400123456"),
    "0044 7400 123456": ("+447400123456", "+447400123456"),
    "手机：13800138000": ("not_a_number", "13800138000"),
    "王小明 8613800138000": ("not_a_number", "13800138000"),
    "13800138000（微信同号）": ("not_a_number", "13800138000"),
    "0797-8391234": ("not_mobile", "0797-8391234"),
    "０７９７８３９１２３４": ("not_mobile", "0797-8391234"),
    "（0797）8391234": ("not_mobile", "0797-8391234"),
    "+86 797 8391234": ("not_mobile", "0797-8391234"),
    "86 0797 8391234": ("not_mobile", "0797-8391234"),
    "010 6552 9988": ("not_mobile", "010-65529988"),
    "0797-8391234转801": ("not_a_number", "0797-8391234-801"),
    "0797-8391234-801": ("not_a_number", "0797-8391234-801"),
    "400 800 1234": ("not_mobile", "4008001234"),
    "+44 20 7946 0958": ("not_mobile", "+442079460958"),
    "8391234": ("not_a_number", None),  # of which town?
    "2380013800": ("not_a_number", None),
    "138001380001": ("not_a_number", None),
    "13800138000 13900139000": ("not_a_number", None),
    "12800138000": ("not_a_number", None),
    "10086": ("not_a_number", None),
    "12345": ("not_a_number", None),
    "138": ("not_a_number", None),
    "电话": ("not_a_number", None),
    "+": ("not_a_number", None),
    "": ("not_a_number", None),
    "1" * 200: ("not_a_number", None),
}


@pytest.mark.parametrize("written", NUMBERS)
def test_whatever_way_a_number_is_written_it_is_the_same_number(written: str) -> None:
    meant, _ = NUMBERS[written]
    try:
        assert normalised(written) == meant
    except BadNumber as refused:
        assert refused.code == meant


@pytest.mark.parametrize("written", NUMBERS)
def test_a_citizen_may_leave_a_landline_and_words_around_it(written: str) -> None:
    assert callback(written) == NUMBERS[written][1]


@pytest.mark.parametrize("number", sorted({dialled for _, dialled in NUMBERS.values() if dialled}))
def test_a_number_that_was_kept_is_read_back_as_itself(number: str) -> None:
    assert callback(number) == number


@pytest.mark.parametrize("text", ["请打１３８－0013－8000", "tel0086 13800138000", "+8613800138000。"])
def test_a_mobile_number_is_found_in_a_text(text: str) -> None:
    assert has_mobile(text)
    assert has_number(text, "13800138000")
    assert has_number(text, "+8613800138000")  # as it was kept before


@pytest.mark.parametrize("text", ["编号 20261121-0042，共 12000 元", "1380013800", "213800138000"])
def test_other_figures_are_no_mobile_number(text: str) -> None:
    assert not has_mobile(text)


def test_a_landline_is_found_with_and_without_its_area_code() -> None:
    assert has_number("家里电话 ０７９７-839 1234", "0797-8391234-801")
    assert has_number("家里电话 8391234", "0797-8391234")
    assert not has_number("家里电话 8391235", "0797-8391234")
    assert not has_number("没有电话", "")


def test_a_number_is_shown_masked_and_dialled_without_its_own_country() -> None:
    assert masked("+8613800138000") == "138****8000"
    assert masked("+447400123456") == "****3456"
    assert masked("+1234") == "****"
    assert [national("+8613800138000"), national("+447400123456")] == ["13800138000", "+447400123456"]
