"""Numbers as people write them."""

from __future__ import annotations

import pytest

from services.foundation.phones import BadNumber, masked, normalised


@pytest.mark.parametrize(
    "written",
    [
        "13800138000",
        "１３８ 0013-8000",
        "+86 138 0013 8000",
        "008613800138000",
        "8613800138000",
        "(138)0013-8000",
        "\u202d13800138000\u202c",
        " 13800138000\n",
    ],
)
def test_every_way_to_write_a_number_is_the_same_number(written: str) -> None:
    assert normalised(written) == "+8613800138000"


def test_numbers_of_other_countries_need_their_country() -> None:
    assert normalised("+44 7400 123456") == "+447400123456"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "not_a_number"),
        ("12345", "not_a_number"),
        ("138001380001", "not_a_number"),
        ("abc", "not_a_number"),
        ("13800138000 转 5", "not_a_number"),
        ("0797-1234567", "not_mobile"),
        ("10086", "not_a_number"),
        ("1" * 200, "not_a_number"),
    ],
)
def test_what_is_no_mobile_number_is_refused_with_a_code(written: str, code: str) -> None:
    with pytest.raises(BadNumber) as refused:
        normalised(written)
    assert refused.value.code == code


def test_a_number_is_shown_masked() -> None:
    assert masked("+8613800138000") == "138****8000"
    assert masked("+447400123456") == "****3456"
    assert masked("+1234") == "****"
