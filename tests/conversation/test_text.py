"""What becomes of words at the border: nothing runs together, and no character is lost for being young."""

from __future__ import annotations

import sys

import pytest

from conversation.text import inert, seen, written_out
from services.foundation.wording import readable

LINE_ENDS = ("\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")
YOUNG = {"a character of 2022": "\U0003158e", "a private one": "\ue863", "an emoji of 2022": "\U0001fae8"}
YOUNG |= {"a character that no Unicode has yet": "\U00033fff", "one of the private planes": "\U00100000"}


@pytest.mark.parametrize("end", LINE_ENDS, ids=ascii)
def test_every_line_end_is_a_line_end(end: str) -> None:
    assert inert(f"一号窗口{end}12人") == readable(f"一号窗口{end}12人") == "一号窗口\n12人"


@pytest.mark.parametrize("between", ["\t", "\x1f", "\x07", "\r\x07"], ids=ascii)
def test_cells_stay_apart(between: str) -> None:
    assert inert(f"二号窗口{between}12") == readable(f" 二号窗口{between}12 ") == "二号窗口\t12"


@pytest.mark.parametrize("character", YOUNG.values(), ids=YOUNG)
def test_a_character_is_kept_however_young_it_is(character: str) -> None:
    assert inert(character) == readable(character) == seen(character) == written_out(character) == character


def test_what_is_no_character_leaves_a_mark() -> None:
    assert inert("a\ud83db") == inert("a\ufdd0b") == inert("a\uffffb") == inert("a\U0010fffeb") == "a\ufffdb"


def test_what_nobody_sees_says_nothing() -> None:
    hidden = "\u200b\u2060\ufeff\u00ad\u3164\u2800\ufe0f\U000e0041\x00"
    assert seen(f" {hidden} ") == readable(hidden) == ""
    assert seen(f"林{hidden}森") == "林森"


def test_nothing_that_acts_on_a_screen_is_left_and_nothing_else_is_touched() -> None:
    """Over every character there is: what the border changes is what an inspector sees written as an escape."""
    acting = [one for one in map(chr, range(sys.maxunicode + 1)) if inert(one) != one]
    controls, ends, turning, halves, never = 30 + 33, 2, 12, 2048, 66
    assert len(acting) == controls + ends + turning + halves + never
    assert all(written_out(one).startswith("\\") for one in acting)
    assert written_out("一\t二\n三\x1b[31m") == "一\t二\n三\\x1b[31m"
