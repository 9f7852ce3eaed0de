"""Nothing that took effort is gone by one tap: it can be brought back for as long as the conversation lives."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from conversation.engine import Session
from conversation.messages import Reply
from conversation.questions import Ticks
from tests.drivers.small_report import EVIDENCE, REPORT, STORY, WHAT, asking, reviewing
from tests.drivers.talking import Talker


def refs(citizen: Talker) -> list[str]:
    """The pieces that would be handed in, or that are held by the question asked."""
    assert citizen.session is not None
    held = citizen.session.drafts.get("evidence", citizen.session.answers.get("evidence"))
    return [piece["ref"] for piece in held or ()]


def seven() -> Talker:
    """At the review of a report with seven photos."""
    return Talker(REPORT).says("国土局", STORY, "昨天").sends(*"abcdefg").says("完成", "anonymous")


def tap_piece(citizen: Talker, number: int) -> Talker:
    [mark] = [option.value for option in citizen.screen.options if (option.values or {})["number"] == number]
    return citizen.taps(mark)


class TestPieces:
    def test_edit_and_skip_keeps_all_seven(self) -> None:
        for said in ("跳过", "/skip"):
            citizen = seven().taps("/edit evidence")
            assert "/skip" not in citizen.screen.actions
            assert citizen.says(said).at == "review"
            assert refs(citizen) == list("abcdefg")

    def test_all_removed_and_skipped_come_back_from_the_review(self) -> None:
        citizen = seven().taps("/edit evidence", "/clear", "/skip")
        assert (citizen.at, refs(citizen), citizen.screen.actions) == ("review", [], ("/submit", "/undo", "/cancel"))
        assert citizen.screen.undo is not None
        assert (citizen.screen.undo.key, citizen.screen.undo.value) == ("evidence", ["photo"] * 7)
        citizen.taps("/edit what").says("又等了一个小时没有人").says("找回")  # the words were lost last
        assert citizen.answers["what"] == STORY
        citizen.taps("/edit evidence", "/undo", "/done")
        assert (citizen.at, refs(citizen)) == ("review", list("abcdefg"))

    def test_what_was_removed_comes_back_beside_what_was_sent_since_as_far_as_there_is_room(self) -> None:
        citizen = asking(EVIDENCE).sends(*"abcdefghi").taps("/clear").sends("j", "k").taps("/undo")
        assert refs(citizen) == list("jkabcdefg")
        tap_piece(citizen.taps("/remove"), 1)
        assert refs(citizen.taps("/undo")) == list("kabcdefghi")[:9]
        assert citizen.screen.undo is not None  # one more is waiting still

    def test_single_pieces_are_removed_by_number_and_kind_in_pages(self) -> None:
        citizen = asking(EVIDENCE).sends(*"abcdefghi").taps("/remove")
        assert (citizen.screen.kind, citizen.screen.first) == ("pieces", 1)
        assert [(one.values or {})["number"] for one in citizen.screen.options] == [1, 2, 3, 4]
        assert citizen.screen.actions == ("/next", "/clear", "/back")
        citizen.taps("/next")
        assert [(one.values or {})["number"] for one in citizen.screen.options] == [5, 6, 7, 8]
        assert citizen.screen.actions == ("/previous", "/next", "/back")
        tap_piece(citizen, 7)
        assert refs(citizen) == list("abcdefhi")
        assert refs(citizen.says("1")) == list("bcdefhi")
        assert citizen.says("十").problem == "piece_wanted"
        assert citizen.taps("/undo").taps("/done").at == "review"
        assert refs(citizen) == list("bcdefhiga")

    @pytest.mark.parametrize("number", range(1, 12))
    def test_never_more_than_eight_buttons(self, number: int) -> None:
        citizen = asking(EVIDENCE).sends(*"abcdefghi"[:number])
        seen = [citizen.screen]
        for press in ("/remove", "/next", "/previous"):
            seen += [citizen.taps(press).screen, citizen.says("1").screen, citizen.taps("/remove").screen]
        assert all(len(one.options) + len(one.actions) <= 8 for one in seen)

    def test_two_taps_on_one_piece_remove_one(self) -> None:
        citizen = asking(EVIDENCE).sends("a", "b", "c").taps("/remove")
        mark = citizen.screen.options[0].value
        assert refs(citizen.taps(mark, mark)) == ["b", "c"]
        assert citizen.problem is None

    def test_the_list_closes_when_nothing_is_left_and_a_photo_opens_the_question(self) -> None:
        citizen = tap_piece(asking(EVIDENCE).sends("a").taps("/remove"), 1)
        assert (citizen.screen.kind, citizen.screen.actions) == ("media", ("/skip", "/undo", "/cancel"))
        citizen.sends("b").taps("/remove").sends("c")
        assert (citizen.screen.kind, refs(citizen)) == ("media", ["b", "c"])
        assert citizen.taps("/remove").says("返回").screen.kind == "media"

    def test_photos_sent_while_changing_come_back_after_keep_and_back(self) -> None:
        for away in ("/keep", "/back"):
            citizen = seven().taps("/edit evidence").sends("h").taps(away)
            assert refs(citizen) == list("abcdefg")
            citizen.taps("/edit evidence", "/undo")
            assert refs(citizen) == list("abcdefgh")


class TestWords:
    def test_what_was_written_over_comes_back_and_goes_again(self) -> None:
        citizen = reviewing().taps("/edit what").says("后来又等了一个小时")
        assert citizen.screen.undo is not None
        for expected in (STORY, "后来又等了一个小时", STORY):
            citizen.taps("/undo")
            assert (citizen.at, citizen.answers["what"]) == ("review", expected)

    def test_an_optional_answer_is_removed_by_its_own_button_and_comes_back(self) -> None:
        citizen = reviewing().taps("/edit happened")
        assert citizen.screen.actions == ("/keep", "/drop", "/back", "/cancel")
        citizen.taps("/drop")
        assert (citizen.at, citizen.answers["happened"]) == ("review", None)
        assert citizen.taps("/undo").answers["happened"] == "2026-11-20"
        assert "/drop" not in citizen.taps("/edit what").screen.actions

    def test_right_after_the_loss_it_is_offered_wherever_one_is(self) -> None:
        citizen = Talker(REPORT).says("国土局", STORY, "昨天", "/back")
        assert citizen.taps("/drop").at == "evidence"
        assert "/undo" in citizen.screen.actions
        assert "/undo" not in citizen.says("/skip").screen.actions
        assert citizen.says("anonymous").taps("/undo").answers["happened"] == "2026-11-20"

    def test_a_remark_starts_from_what_was_written_and_comes_back(self) -> None:
        order = Ticks(key="order", values=("messy", "noisy"))
        citizen = asking(order, WHAT).taps("messy").says("一楼没人")
        assert (citizen.screen.written, citizen.screen.actions) == (None, ("/done", "/rewrite", "/cancel"))
        assert citizen.taps("/rewrite").screen.written == "一楼没人"
        citizen.says("2")  # words now, not a number
        assert (citizen.screen.remark, citizen.screen.ticked) == ("2", ("messy",))
        assert citizen.taps("/undo").screen.remark == "一楼没人"
        citizen.taps("/rewrite", "/clear")
        assert citizen.screen.remark is None
        assert citizen.taps("/undo").screen.remark == "一楼没人"
        citizen.says("长" * 1_999)
        assert (citizen.problem, len(citizen.screen.written or "")) == ("text_too_long", 2_004)
        assert citizen.taps("/done").problem == "text_too_long"
        assert citizen.says("长" * 1_999).problem is None
        assert citizen.taps("/done").at == "what"

    def test_a_text_that_is_too_long_stays_until_it_is_short_enough(self) -> None:
        citizen = asking(WHAT).says("长" * 31)
        assert (citizen.problem, citizen.screen.written) == ("text_too_long", "长" * 31)
        citizen.says("后面还有一段")  # at once: the rest of what a device has cut
        assert citizen.screen.written == "长" * 31 + "\n后面还有一段"
        citizen.world.now += timedelta(seconds=11)
        assert citizen.says(STORY).answers["what"] == STORY
        assert citizen.taps("/undo").at == "what"  # too long it was, and is

    def test_changing_an_answer_starts_from_it(self) -> None:
        citizen = reviewing()
        starts = {"what": STORY, "happened": "2026-11-20", "unit": None, "identity": None}
        for key, words in starts.items():
            assert citizen.taps(f"/edit {key}").screen.written == words
        assert citizen.screen.present is not None
        assert citizen.screen.present.value == "anonymous"
        assert citizen.taps("/edit what").says("提交").at == "what"  # too short: what is there stays
        assert citizen.taps("/keep").answers["what"] == STORY

    def test_a_choice_is_one_tap_and_needs_no_way_back(self) -> None:
        assert reviewing().taps("/edit identity", "named").screen.undo is None

    def test_ticks_that_a_change_dropped_come_back(self) -> None:
        order = Ticks(key="order", values=("messy", "noisy"))
        citizen = asking(order, WHAT).taps("messy", "/done").says(STORY).taps("/edit order", "noisy", "/keep")
        assert citizen.answers["order"]["ticked"] == ["messy"]
        assert citizen.taps("/undo").answers["order"]["ticked"] == ["messy", "noisy"]


def test_a_second_tap_on_undo_is_an_old_button() -> None:
    citizen = reviewing().taps("/edit what").says("后来又等了一个小时")
    turn = citizen.screen.turn
    for _ in range(2):
        citizen.replies(Reply(choice="/undo", turn=turn))
    assert citizen.answers["what"] == STORY


YESTERDAY: dict[str, Any] = {
    "flow": "report",
    "turn": 9,
    "answers": {"unit": "u1", "what": STORY, "happened": None, "identity": "anonymous"},
    "drafts": {"evidence": [{"ref": "a", "kind": "photo", "size": None, "name": None, "caption": None}]},
    "editing": "evidence",
    "page": 0,
    "query": "",
}


def test_a_session_of_yesterday_goes_on() -> None:
    session = msgspec.json.decode(json.dumps(YESTERDAY), type=Session)
    citizen = Talker(REPORT, session=session)
    assert (citizen.at, citizen.screen.count) == ("evidence", 1)
    assert refs(citizen.taps("/clear")) == []  # the button that was shown yesterday
    assert refs(citizen.taps("/undo")) == ["a"]
    assert citizen.taps("/done").at == "review"
