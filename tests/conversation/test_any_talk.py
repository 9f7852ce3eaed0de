"""Whatever is said in whatever order: nothing raises, no answer is lost, there is always a question or the review."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from conversation.engine import BACK, SUBMIT, Cancelled, Leaving, Session, Submitted, position, prefilled, screen
from conversation.messages import Media, Reply
from tests.drivers.small_report import REPORT
from tests.drivers.talking import SmallWorld, Talker, through_json

WORLD = SmallWorld()
PRESSES = (
    "/back",
    "/keep",
    "/skip",
    "/submit",
    "/done",
    "/clear",
    "/remove",
    "/drop",
    "/undo",
    "/undo",
    "/cancel",
    "/next",
    "/previous",
    "/edit unit",
    "/edit what",
    "/edit window",
    "/edit identity",
    "/edit evidence",
    "/edit nothing",
    "u1",
    "u2",
    "w1",
    "unknown",
    "named",
    "anonymous",
    "now",
)
SAID = (
    "国土局",
    "工商局",
    "办证窗口",
    "业",
    "昨天下午三点",
    "138 0013 8000",
    "1",
    "8",
    "返回",
    "跳过",
    "完成",
    "找回",
    "放弃",
    "等了两个小时没有人理",
    "短",
)

texts = st.one_of(st.sampled_from((*SAID, *PRESSES)), st.text(max_size=20))
media = st.lists(
    st.builds(Media, st.text(max_size=3), st.just("photo"), st.sampled_from((None, 10, 10**9))), max_size=12
)
good_taps = st.builds(lambda press: ("tap", press), st.sampled_from(PRESSES))
replies = st.one_of(
    good_taps,
    good_taps,
    st.builds(Reply, text=texts),
    st.builds(Reply, choice=st.one_of(st.sampled_from(PRESSES), st.text(max_size=10)), turn=st.integers(-1, 30)),
    st.builds(Reply, text=st.none() | texts, media=media.map(tuple)),
    st.builds(Reply, location=st.tuples(st.floats(), st.floats())),
    st.just(Reply()),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(replies, max_size=25))
def test_any_sequence_of_replies(said: list[Any]) -> None:
    citizen = Talker(REPORT)
    for reply in said:
        before = citizen.session
        assert before is not None
        asked = position(REPORT, before, WORLD)
        undone = screen(REPORT, before, WORLD).undo
        citizen.replies(Reply(choice=reply[1], turn=before.turn) if isinstance(reply, tuple) else reply)
        if citizen.session is None:
            assert isinstance(citizen.effect, Submitted | Cancelled)
            assert isinstance(citizen.effect, Submitted) or not effort(before)
            return
        if isinstance(citizen.effect, Leaving):
            assert (citizen.session.answers, citizen.session.drafts) == (before.answers, before.drafts)
            continue
        lost_or_changed = {key for key in before.answers if citizen.session.answers.get(key) != before.answers[key]}
        assert lost_or_changed <= {key for key in (asked and asked.key, undone and undone.key) if key}
        here = position(REPORT, citizen.session, WORLD)
        assert citizen.screen == screen(REPORT, citizen.session, WORLD, citizen.screen.problem)
        assert citizen.at == (here.key if here else "review")
        assert len(citizen.session.drafts.get("evidence") or []) <= 9


def effort(session: Session) -> set[str]:
    """All that somebody would be sorry to lose, wherever the session holds it: words, and the refs of pieces."""
    lost = [loss["value"] for loss in session.lost.values()]
    held = [part.get(key) for part in (session.answers, session.drafts) for key in ("what", "happened", "evidence")]
    words = {value for value in (*held, *lost) if isinstance(value, str)}
    return words | {piece["ref"] for value in (*held, *lost) if isinstance(value, list) for piece in value}


some_media = st.lists(st.builds(Media, st.sampled_from("abcdefghijklm"), st.just("photo")), max_size=3)
taps_only = st.sampled_from([("tap", press) for press in PRESSES if press not in ("/submit", "/cancel")])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(taps_only, taps_only, st.builds(Reply, media=some_media.map(tuple))), max_size=30))
def test_no_series_of_taps_takes_anything_away_for_good(said: list[Any]) -> None:
    citizen = Talker(REPORT).says("国土局", "等了两个小时没有人理", "昨天").sends(*"nopqr").says("完成", "anonymous")
    taken = {"等了两个小时没有人理", "2026-11-20"} | set("nopqr")
    for reply in said:
        assert citizen.session is not None
        before = effort(citizen.session)
        citizen.replies(Reply(choice=reply[1], turn=citizen.session.turn) if isinstance(reply, tuple) else reply)
        assert citizen.session is not None
        assert effort(citizen.session) >= before >= taken


@settings(max_examples=40, deadline=None)
@given(st.lists(replies, max_size=12))
def test_from_anywhere_the_way_back_to_the_start_and_on_to_the_end_is_open(said: list[Any]) -> None:
    session: Session = prefilled(REPORT, {}, 1)
    citizen = Talker(REPORT, session=session)
    for reply in said:
        assert citizen.session is not None
        citizen.replies(Reply(choice=reply[1], turn=citizen.session.turn) if isinstance(reply, tuple) else reply)
        if citizen.session is None:
            return
    citizen.says(BACK)  # out of the list of pieces, where it is open
    for _ in REPORT.questions:
        citizen.says(BACK)
    assert citizen.at == "unit"
    answers = {
        "unit": "国土局",
        "what": "等了两个小时没有人理",
        "happened": "昨天",
        "evidence": "/done",
        "identity": "anonymous",
        "window": "/skip",
        "phone": "13800138000",
    }
    for _ in range(2 * len(REPORT.questions)):
        if citizen.at == "review":
            break
        said_here = answers[citizen.at]
        if citizen.at == "evidence" and not citizen.screen.count:
            said_here = "/skip"
        citizen.says(said_here)
    assert citizen.says(SUBMIT).at == "submitted"


@given(
    st.dictionaries(st.text(max_size=8), st.none() | st.text(max_size=20) | st.integers(), max_size=5),
    st.integers(0, 10**6),
    st.none() | st.text(max_size=8),
)
def test_a_session_survives_json(answers: dict[str, Any], turn: int, editing: str | None) -> None:
    session = Session("report", turn, answers, {"evidence": [{"ref": "a"}]}, editing, 3, "业")
    assert through_json(session) == session
