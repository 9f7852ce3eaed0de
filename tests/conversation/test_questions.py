"""What each kind of question takes for an answer, told as talk."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conversation.amounts import MINUTES
from conversation.engine import Flow, prefilled
from conversation.messages import Problem, Reply
from conversation.questions import Day, Number, Phone, Place, Ticks
from tests.drivers.small_report import EVIDENCE, HAPPENED, IDENTITY, REPORT, STORY, WHAT, asking, reviewing
from tests.drivers.talking import Talker


def told(citizen: Talker) -> dict[str, Any]:
    """What is said about pieces that were not kept, pieces by their refs."""
    assert citizen.screen.problem is not None
    values = citizen.screen.problem.values
    refs = {name: [piece["ref"] for piece in values[name]] for name in ("large", "refused")}
    return {"kept": values["kept"], "over": values["over"], **refs}


class TestChoosing:
    def test_pages_go_on_with_their_numbers(self) -> None:
        citizen = Talker(REPORT)
        assert citizen.options == ["国土局", "工商局", "公安局", "税务局", "交通局", "卫生局", "unknown"]
        assert "/next" in citizen.screen.actions
        citizen.says("下一页")
        assert (citizen.screen.first, citizen.options) == (7, ["林业局", "水利局", "unknown"])
        assert "/next" not in citizen.screen.actions
        assert citizen.taps("/next").screen.first == 7  # forged: there is no page behind
        assert citizen.says("8").answers == {"unit": "u8"}

    def test_a_number_of_another_page_counts_too(self) -> None:
        assert Talker(REPORT).says("8").answers == {"unit": "u8"}

    def test_typing_searches_and_the_whole_name_answers(self) -> None:
        citizen = Talker(REPORT).says("业")
        assert (citizen.at, citizen.options, citizen.answers) == ("unit", ["林业局", "unknown"], {})
        assert citizen.says("1").answers == {"unit": "u7"}
        assert Talker(REPORT).says("水利局").answers == {"unit": "u8"}

    def test_what_is_not_there_is_said(self) -> None:
        citizen = Talker(REPORT).says("火星局")
        assert citizen.problem == "nothing_found"
        assert citizen.options[0] == "国土局"

    def test_the_fixed_option_after_the_list(self) -> None:
        assert Talker(REPORT).says("unknown").answers == {"unit": "unknown"}
        assert Talker(REPORT).taps("unknown").answers == {"unit": "unknown"}

    @pytest.mark.parametrize("typed", ["2", "２", "²", "named", "NAMED", "ｎａｍｅｄ"])
    def test_a_fixed_option_is_typed_by_number_or_name_on_any_keyboard(self, typed: str) -> None:
        assert asking(IDENTITY).says(typed).answers == {"identity": "named"}

    @pytest.mark.parametrize("typed", ["0", "3", "99999999", "perhaps", "", "二百"])
    def test_anything_else_is_refused(self, typed: str) -> None:
        assert asking(IDENTITY).says(typed).problem == "choose_one"

    @pytest.mark.parametrize("forged", ["u99", "", "/next", "w1", "named "])
    def test_a_forged_button_is_refused(self, forged: str) -> None:
        assert asking(IDENTITY).taps(forged).problem == "choose_one"


class TestTicking:
    ORDER = Ticks(key="order", values=("messy", "noisy", "unattended"))

    def test_ticks_are_toggled_and_a_remark_is_added(self) -> None:
        visitor = asking(self.ORDER).taps("messy", "noisy", "messy").says("一楼大厅没人").says("二楼也没有")
        assert (visitor.screen.ticked, visitor.screen.remark) == (("noisy",), "一楼大厅没人\n二楼也没有")
        assert visitor.answers == {}
        assert visitor.says("完成").answers["order"] == {"ticked": ["noisy"], "remark": "一楼大厅没人\n二楼也没有"}

    @pytest.mark.parametrize("typed", ["1 3", "1,3", "1，3", "3、1", "１ ３", "messy unattended"])
    def test_several_typed_at_once(self, typed: str) -> None:
        assert asking(self.ORDER).says(typed).screen.ticked == ("messy", "unattended")

    def test_nothing_ticked_is_an_answer(self) -> None:
        assert asking(self.ORDER).taps("/done").answers["order"] == {"ticked": [], "remark": None}

    def test_an_endless_remark_is_refused_and_the_ticks_stay(self) -> None:
        visitor = asking(self.ORDER).taps("noisy").says("长" * 2_001)
        assert (visitor.problem, visitor.screen.ticked) == ("text_too_long", ("noisy",))


class TestSendingMedia:
    def test_nine_pieces_over_messages_and_albums(self) -> None:
        citizen = asking(EVIDENCE).sends("a").sends("b", "c", "d").sends("e", "f", "g", "h", "i")
        assert (citizen.problem, citizen.screen.count) == (None, 9)
        assert [piece["ref"] for piece in citizen.taps("/done").answers["evidence"]] == list("abcdefghi")

    def test_what_is_beyond_nine_is_told_and_the_first_are_kept(self) -> None:
        citizen = asking(EVIDENCE).sends(*"abcdefghijk")
        assert (citizen.problem, citizen.screen.count) == ("media_not_kept", 9)
        assert told(citizen) == {"kept": 9, "over": 2, "large": [], "refused": ["j", "k"]}
        assert [piece["ref"] for piece in citizen.taps("/done").answers["evidence"]] == list("abcdefghi")

    def test_an_album_that_comes_as_eleven_messages_is_counted_as_one(self) -> None:
        citizen = asking(EVIDENCE)
        for ref in "abcdefghijk":
            citizen.sends(ref)
        assert told(citizen) == {"kept": 9, "over": 2, "large": [], "refused": ["j", "k"]}
        assert citizen.says("好的").sends("l").screen.problem is not None
        assert told(citizen) == {"kept": 9, "over": 1, "large": [], "refused": ["l"]}

    def test_each_that_is_too_large_is_named_and_the_rest_kept(self) -> None:
        citizen = asking(EVIDENCE).sends("a").sends("b", size=1_001).sends("c")
        assert (citizen.problem, citizen.screen.count) == ("media_not_kept", 2)
        assert told(citizen) == {"kept": 2, "over": 0, "large": ["b"], "refused": ["b"]}

    def test_photos_that_have_come_cannot_be_skipped_away_but_replaced(self) -> None:
        citizen = asking(EVIDENCE).sends("a").says("/skip")
        assert (citizen.at, citizen.screen.count) == ("evidence", 1)
        assert citizen.taps("/clear").screen.count == 0
        assert [piece["ref"] for piece in citizen.sends("b").taps("/done").answers["evidence"]] == ["b"]

    def test_words_alone_are_no_evidence_and_those_under_a_photo_stay_with_it(self) -> None:
        assert asking(EVIDENCE).says("提交").problem == "media_wanted"
        assert asking(EVIDENCE).says("看这里").problem == "words_not_kept"  # there is no story to put them into
        captioned = asking(EVIDENCE).sends("a", "b", text="看这里")
        assert (captioned.problem, captioned.screen.count) == (None, 2)
        assert [piece["caption"] for piece in captioned.taps("/done").answers["evidence"]] == ["看这里", None]

    def test_a_photo_that_comes_early_is_kept_for_its_question(self) -> None:
        citizen = Talker(REPORT).says("国土局").sends("early")
        assert (citizen.at, citizen.problem) == ("what", "media_kept")
        citizen.says(STORY, "昨天")
        assert (citizen.at, citizen.screen.count) == ("evidence", 1)
        assert citizen.taps("/done").answers["evidence"][0]["ref"] == "early"

    def test_a_photo_with_the_answer_under_it_answers_and_is_kept(self) -> None:
        citizen = Talker(REPORT).says("国土局").sends("early", text=STORY)
        assert (citizen.at, citizen.answers["what"]) == ("happened", STORY)
        assert citizen.says("/skip").screen.count == 1

    def test_a_photo_at_the_review_opens_its_question_again(self) -> None:
        citizen = reviewing()
        old = citizen.screen.turn
        citizen.sends("late")
        assert (citizen.at, citizen.problem, citizen.screen.count) == ("evidence", "media_kept", 1)
        assert citizen.replies(Reply(choice="/submit", turn=old)).problem == "stale"
        assert citizen.taps("/done").at == "review"
        assert citizen.taps("/submit").answers["evidence"][0]["ref"] == "late"

    def test_where_no_evidence_is_wanted_a_photo_is_no_answer(self) -> None:
        assert asking(WHAT).sends("a").problem == "media_not_here"


class TestMomentPhoneNumberPlace:
    @pytest.mark.parametrize("said", ["明天", "不记得", "tomorrow", "2026-11-22", "16:00", "11月31日", "25:00"])
    def test_no_time_or_a_time_to_come_is_refused(self, said: str) -> None:
        assert asking(HAPPENED).says(said).problem in ("moment_wanted", "moment_in_future")

    def test_what_may_be_two_days_is_asked_again_with_both(self) -> None:
        citizen = asking(HAPPENED).says("3/11/2026")
        assert citizen.screen.problem == Problem("moment_either", {"readings": ["2026-11-03", "2026-03-11"]})
        assert citizen.says("11月3日").answers == {"happened": "2026-11-03"}

    @pytest.mark.parametrize(
        ("said", "problem"),
        [("1900-01-01", "moment_too_long_ago"), ("1926年", "moment_too_long_ago"), ("2月29日", "moment_either")],
    )
    def test_what_is_hardly_meant_is_asked_again(self, said: str, problem: str) -> None:
        assert asking(replace(HAPPENED, roughly=True)).says(said).problem == problem

    def test_what_is_known_roughly_is_kept_where_that_will_do(self) -> None:
        citizen = asking(replace(HAPPENED, roughly=True)).says("大概十月份")
        assert citizen.answers == {"happened": "2026-10-01/2026-10-31"}
        assert asking(HAPPENED).says("大概十月份").problem == "moment_too_rough"
        assert asking(replace(HAPPENED, optional=False)).says("跳过").problem == "moment_roughly"

    def test_the_buttons_of_a_moment(self) -> None:
        assert asking(HAPPENED).taps("yesterday").answers == {"happened": "2026-11-20"}
        assert asking(HAPPENED).says("1").answers == {"happened": "2026-11-21T15:00+08:00"}

    def test_a_phone_number_is_what_the_world_reads(self) -> None:
        assert asking(Phone(key="phone")).says("0086 138 0013 8000").answers == {"phone": "13800138000"}
        assert asking(Phone(key="phone")).says("12800138000").problem == "phone_wanted"

    @pytest.mark.parametrize(("said", "kept"), [("25", 25), ("0", 0), ("25人", 25), ("25 people", 25), ("２５", 25)])
    def test_a_number(self, said: str, kept: int) -> None:
        assert asking(Number(key="visitors", most=600)).says(said).answers == {"visitors": kept}

    @pytest.mark.parametrize("said", ["601", "-5", "2.5", "很久", "10点", "9" * 5_000])
    def test_no_number(self, said: str) -> None:
        assert asking(Number(key="visitors", most=600)).says(said).problem == "number_wanted"

    def test_a_length_of_time_within_its_bounds(self) -> None:
        waited = Number(key="waited", most=600, unit=MINUTES)
        assert asking(waited).says("1个半小时").answers == {"waited": 90}
        assert asking(waited).says("10点").problem == "minutes_wanted"
        assert asking(waited).says("11小时").problem == "minutes_wanted"

    def test_a_place_is_sent_not_written(self) -> None:
        visitor = asking(Place(key="place")).says("人民路1号")
        assert visitor.problem == "location_wanted"
        assert visitor.replies(Reply(location=(float("nan"), 114.9))).problem == "location_wanted"
        assert visitor.replies(Reply(location=(25.8, 114.9))).answers == {"place": [25.8, 114.9]}


class TestWriting:
    @pytest.mark.parametrize(
        "blank",
        [
            "\u200b" * 9,
            "\ufeff",
            "\x00\x07",
            "\u2060 \u200d",
            "\u3164\uffa0\u115f",
            "\u2800" * 9,
            "\ufe0f\U000e0100",
            "\u3000\u00a0",
        ],
    )
    def test_what_shows_nothing_is_no_answer(self, blank: str) -> None:
        assert asking(WHAT).says(blank).problem == "text_wanted"
        assert asking(WHAT).says(f"好{blank}的").problem == "text_too_short"
        assert asking(Ticks(key="order", values=("messy",))).says(blank).problem == "tick_or_write"

    @pytest.mark.parametrize("said", ["👨‍👩‍👧👍👍🏽👌👏", "很好 很好", "می‌خواهم"])
    def test_what_has_invisible_marks_between_is_kept_as_it_is(self, said: str) -> None:
        assert asking(WHAT).says(said).answers == {"what": said}

    def test_words_that_came_before_and_are_too_long_wait_as_a_draft(self) -> None:
        known = "长" * 31
        citizen = Talker(REPORT, session=prefilled(REPORT, {"unit": "u1", "what": known}, 1))
        assert (citizen.at, citizen.problem, citizen.answers) == ("what", "text_too_long", {"unit": "u1"})
        assert citizen.taps("/done").problem is not None  # there is nothing to be done with yet
        assert (citizen.at, citizen.session and citizen.session.drafts) == ("what", {"what": known})

    @pytest.mark.parametrize(
        ("draft", "problem", "answer"), [("长" * 31, "text_too_long", STORY), ("好", None, f"好\n{STORY}")]
    )
    def test_a_draft_that_is_too_long_is_replaced_and_one_that_is_too_short_goes_on(
        self, draft: str, problem: str | None, answer: str
    ) -> None:
        citizen = Talker(REPORT, session=prefilled(REPORT, {"unit": "u1"}, 1, {"what": draft}))
        assert citizen.problem == problem
        citizen.says(STORY)
        assert (citizen.at, citizen.answers["what"]) == ("happened", answer)
        assert citizen.session is not None
        assert citizen.session.drafts == {}


class TestADayAhead:
    FLOW = Flow("short", [Day(key="until", source="none", after="_due", years=2)])

    @pytest.mark.parametrize(
        ("said", "problem"),
        [
            ("不知道", "day_wanted"),
            ("2026-11-20", "day_past"),
            ("2026-11-27", "day_too_early"),
            ("2029-01-01", "day_too_far"),
            ("9999-12-31", "day_too_far"),
        ],
    )
    def test_a_day_that_cannot_be(self, said: str, problem: str) -> None:
        asked = Talker(self.FLOW, session=prefilled(self.FLOW, {"_due": "2026-11-27T18:00+08:00"}, 1))
        assert asked.says(said).problem == problem

    @pytest.mark.parametrize(
        ("due", "said", "until"),
        [
            ("2026-11-27", "三天", "2026-11-30"),
            ("2026-11-27", "再3天", "2026-11-30"),
            ("2026-11-27", "２ weeks", "2026-12-11"),
            ("2026-11-27", "一周后", "2026-11-28"),
            ("2026-11-27", "30日", "2026-11-30"),
            ("2026-11-16", "3 days", "2026-11-24"),
        ],
    )
    def test_days_are_counted_from_the_deadline_or_from_today_where_it_has_passed(
        self, due: str, said: str, until: str
    ) -> None:
        asked = Talker(self.FLOW, session=prefilled(self.FLOW, {"_due": f"{due}T18:00+08:00"}, 1))
        assert asked.says(said).answers["until"] == until

    def test_the_last_day_that_can_be(self) -> None:
        asked = Talker(self.FLOW, session=prefilled(self.FLOW, {"_due": "2026-11-27T18:00+08:00"}, 1))
        assert asked.says("2028-12-31").answers["until"] == "2028-12-31"
