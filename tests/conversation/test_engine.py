"""The way through the questions to the review, told as talk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from conversation.engine import Flow, prefilled
from conversation.messages import Reply
from conversation.questions import Choice, Ticks, YesNo
from tests.drivers.small_report import (
    EVIDENCE,
    HAPPENED,
    IDENTITY,
    PHONE,
    REPORT,
    STORY,
    UNIT,
    WHAT,
    WINDOW,
    asking,
    reviewing,
)
from tests.drivers.talking import SmallWorld, Talker


def test_questions_come_in_their_order_and_the_review_at_the_end() -> None:
    citizen = Talker(REPORT)
    seen = [citizen.at]
    for said in ("国土局", STORY, "昨天下午三点", "/skip", "anonymous"):
        seen.append(citizen.says(said).at)
    assert seen == ["unit", "what", "happened", "evidence", "identity", "review"]
    assert [(line.key, line.form, line.value) for line in citizen.screen.lines] == [
        ("unit", "label", "国土局"),
        ("what", "text", STORY),
        ("happened", "moment", "2026-11-20T15:00+08:00"),
        ("evidence", "none", None),
        ("identity", "option", "anonymous"),
    ]
    assert citizen.says("提交").at == "submitted"
    assert citizen.answers == {
        "unit": "u1",
        "what": STORY,
        "happened": "2026-11-20T15:00+08:00",
        "evidence": None,
        "identity": "anonymous",
    }


def test_a_source_that_has_nothing_any_more_says_so() -> None:
    world = SmallWorld()
    supervisor = Talker(Flow("short", [Choice(key="unit", source="units"), WHAT]), world).says("国土局")
    world.units = {}
    for said in (STORY, "国土局", "1", "/next"):
        supervisor.says(said)
        assert supervisor.at == "unit"
        assert supervisor.problem == "nothing_to_choose"
    assert supervisor.screen.actions == ("/cancel",)
    lost = Talker(REPORT, SmallWorld(units={}))
    assert (lost.at, lost.problem) == ("unit", None)  # "I do not know" is left
    assert lost.says("国土局").problem == "nothing_found"


def test_progress_counts_the_questions_that_are_asked_and_the_review() -> None:
    citizen = Talker(REPORT)
    assert (citizen.screen.number, citizen.screen.total) == (1, 6)
    assert (citizen.says("工商局").screen.number, citizen.screen.total) == (2, 7)  # it has windows
    assert (reviewing().screen.number, reviewing().screen.total) == (6, 6)


def test_without_a_review_the_last_answer_submits() -> None:
    assert asking(WHAT, review=False).says(STORY).answers == {"what": STORY}


def test_a_refused_answer_keeps_the_place_and_says_why() -> None:
    citizen = Talker(REPORT).says("国土局").says("短")
    assert (citizen.at, citizen.problem, citizen.answers) == ("what", "text_too_short", {"unit": "u1"})
    assert citizen.says("长" * 31).problem == "text_too_long"
    assert citizen.screen.problem is not None
    assert citizen.screen.problem.values == {"longest": 30, "length": 31}
    assert citizen.screen.written == "长" * 31  # it stays, to be shortened
    citizen.world.now += timedelta(minutes=1)
    assert citizen.says(STORY).at == "happened"


def test_back_goes_one_question_at_a_time_to_the_first_and_loses_nothing() -> None:
    citizen = reviewing()
    seen = [citizen.says("返回").at for _ in range(5)]
    assert seen == ["identity", "evidence", "happened", "what", "unit"]
    assert citizen.says("/back").at == "unit"  # there is nothing before it
    assert citizen.taps("/keep").at == "review"
    assert citizen.answers["what"] == STORY


def test_keep_leaves_the_old_answer_and_what_was_begun_instead_is_dropped() -> None:
    citizen = asking(Ticks(key="order", values=("messy", "noisy")), WHAT).taps("messy", "/done").says(STORY)
    citizen.taps("/edit order", "noisy").says("一楼更吵").taps("/keep")
    assert citizen.at == "review"
    assert citizen.answers["order"] == {"ticked": ["messy"], "remark": None}


def test_editing_from_the_review_comes_straight_back_to_it() -> None:
    citizen = reviewing().taps("/edit what")
    assert (citizen.at, citizen.screen.editing) == ("what", True)
    assert citizen.says("后来又等了一个小时").at == "review"
    assert citizen.answers["what"] == "后来又等了一个小时"


def test_an_edit_that_opens_a_question_asks_it_and_one_that_closes_it_submits_without() -> None:
    citizen = reviewing().taps("/edit identity", "named")
    assert citizen.at == "phone"
    assert citizen.says("138 0013 8000").at == "review"
    citizen.taps("/edit identity", "anonymous", "/submit")
    assert "phone" not in citizen.answers


def test_an_answer_that_another_change_made_void_is_asked_again() -> None:
    citizen = Talker(REPORT).says("工商局", "测绘科", STORY, "/skip", "/skip", "anonymous")
    assert citizen.at == "review"
    assert citizen.taps("/edit unit").says("国土局").at == "review"  # this one has no windows
    assert "window" not in citizen.taps("/submit").answers


def test_a_unit_that_is_closed_meanwhile_is_asked_again() -> None:
    citizen = reviewing()
    del citizen.world.units["u1"]
    assert citizen.says("提交").at == "unit"


def test_skipping_needs_an_optional_question() -> None:
    citizen = Talker(REPORT).says("国土局", "/skip")
    assert (citizen.at, citizen.problem) == ("what", "text_wanted")
    assert citizen.says(STORY).says("跳过").at == "evidence"
    assert citizen.answers["happened"] is None


@pytest.mark.parametrize("said", [(), ("国土局",), ("工商局", "测绘科")])
def test_cancel_works_everywhere_at_once_where_nothing_took_effort(said: tuple[str, ...]) -> None:
    citizen = Talker(REPORT).says(*said).says("放弃")
    assert (citizen.at, citizen.session) == ("cancelled", None)


@pytest.mark.parametrize("said", [("国土局", STORY), ("国土局", STORY, "昨天", "/skip", "anonymous")])
def test_what_took_effort_is_asked_about_before_it_is_given_up(said: tuple[str, ...]) -> None:
    citizen = Talker(REPORT).says(*said)
    before = citizen.session
    for _ in range(2):
        assert (citizen.says("放弃").at, citizen.session) == ("leaving", before)
    assert Talker(REPORT).says("国土局").sends("early").says("/cancel").at == "leaving"


def test_a_question_that_a_deployment_adds_in_the_middle_is_asked_of_whoever_is_past_it() -> None:
    before = reviewing()
    longer = Flow("report", [UNIT, WINDOW, YesNo(key="again"), WHAT, HAPPENED, EVIDENCE, IDENTITY, PHONE])
    after = Talker(longer, session=before.session)
    assert after.at == "again"
    assert after.says("yes").at == "review"
    assert after.answers["what"] == STORY


def test_an_old_button_shows_the_current_question_and_changes_nothing() -> None:
    citizen = Talker(REPORT)
    old = citizen.screen.turn
    citizen.says("国土局").replies(Reply(choice="u3", turn=old))
    assert (citizen.at, citizen.problem, citizen.answers) == ("what", "stale", {"unit": "u1"})


@pytest.mark.parametrize("command", ["/submit", "/done", "/edit", "/edit unit2", "/next", "/nonsense", "/"])
def test_a_command_out_of_place_is_never_kept_as_an_answer(command: str) -> None:
    citizen = Talker(REPORT).says("国土局", command)
    assert (citizen.at, citizen.answers) == ("what", {"unit": "u1"})
    assert citizen.says("提交这两个字").answers["what"] == "提交这两个字"


def test_what_was_known_before_is_not_asked_and_hidden_answers_are_handed_on() -> None:
    flow = Flow("report", [UNIT, WHAT], review=False)
    citizen = Talker(flow, session=prefilled(flow, {"unit": "u4", "_began": "now"}, 7))
    assert (citizen.at, citizen.screen.turn) == ("what", 7)
    assert citizen.says(STORY).answers == {"unit": "u4", "_began": "now", "what": STORY}


def test_what_is_assumed_is_not_asked_but_shown_as_such_and_changed_in_the_review() -> None:
    began = "2026-11-21T15:00:00+08:00"
    flow = Flow("report", [WHAT, replace(HAPPENED, optional=False, assumed="_began"), IDENTITY])
    visitor = Talker(flow, session=prefilled(flow, {"_began": began}, 1)).says(STORY)
    assert (visitor.at, visitor.screen.number, visitor.screen.total) == ("identity", 2, 3)
    assert visitor.says("返回").at == "what"
    visitor.says("/keep", "anonymous")
    assert [(line.key, line.assumed) for line in visitor.screen.lines if line.assumed] == [("happened", True)]
    assert (visitor.taps("/edit happened").at, visitor.says("/keep").at) == ("happened", "review")
    assert visitor.screen.lines[1].assumed
    assert visitor.screen.actions == ("/submit", "/cancel"), "nothing was lost by looking at it"
    visitor.taps("/edit happened").says("昨天")
    assert not any(line.assumed for line in visitor.screen.lines)
    assert visitor.says("提交").answers["happened"] == "2026-11-20"


def test_at_the_review_words_that_tell_nothing_are_asked_for_a_button() -> None:
    citizen = reviewing().says("跳过").says("2").says("？？")
    assert (citizen.at, citizen.problem) == ("review", "choose_action")
    assert citizen.says("修改 what").at == "what"
    assert citizen.world == SmallWorld()
