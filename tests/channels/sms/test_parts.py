"""Lengths as the network counts them, and long texts as several messages."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from channels.sms.parts import is_plain, messages, parts


def test_parts_are_counted_as_the_network_does() -> None:
    assert [parts("a" * n) for n in (1, 160, 161, 306, 307)] == [1, 1, 2, 2, 3]
    assert [parts("字" * n) for n in (70, 71, 134, 135)] == [1, 2, 2, 3]
    assert [parts("€" * n) for n in (80, 81)] == [1, 2]  # two places each
    assert [parts("😀" * n) for n in (35, 36)] == [1, 2]
    assert is_plain("Reply 1, or #. [OK]")
    assert not is_plain("’")


def test_a_long_text_is_cut_at_the_end_of_a_line_or_a_sentence() -> None:
    text = "第一行说明情况，有三十个字左右，说到这里为止就换行了。\n" * 8
    pieces = messages(text.strip(), 1)
    assert all(parts(piece) == 1 for piece in pieces)
    assert all(piece.endswith("。") for piece in pieces)
    assert pieces[0].startswith(f"(1/{len(pieces)})第一行")


def test_an_english_word_stays_whole() -> None:
    text = "extraordinary circumstances " * 30
    joined = " ".join(re.sub(r"^\(\d+/\d+\)", "", piece) for piece in messages(text, 1))
    assert joined.split() == text.split()


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="a字 。\n😀€", min_size=1, max_size=900), st.integers(1, 4))
def test_nothing_is_lost_and_every_message_is_short_enough(text: str, most: int) -> None:
    pieces = messages(text, most)
    assert all(parts(piece) <= most for piece in pieces)
    said = "".join(re.sub(r"^\(\d+/\d+\)", "", piece) for piece in pieces) if len(pieces) > 1 else text
    assert said.split() == text.split() or "".join(said.split()) == "".join(text.split())
