"""A carrier that takes no whole texts: blanks of registered templates, with the words of every other carrier."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from string import Template as Blanks
from typing import Any

import pytest

import templates
from bot.build import Program
from bot.preview import NOW
from bot.samples import flows, messages, scenes
from channels.sms.drawing import letter_of
from channels.sms.forms import LONGEST_VALUE, Form, beyond_limits, form_of, templates_of
from conversation.messages import Body, Button, Say
from templates import LANGUAGES, load_texts
from tests.channels.sms.test_sms_settings import ALIYUN
from tests.conftest import Clock, rows, settings_for
from tests.drivers.handset import Recorder, network
from tests.drivers.told_units import Office

NUMBER = "+8613800138000"
TEXTS = load_texts(lambda: datetime(2026, 11, 21, 7, 0, tzinfo=UTC))
ZH = TEXTS["zh"]
TEMPLATES = templates_of(ZH)
ALL = TEMPLATES.keys()
SCENES = [one for one in messages(load_texts(lambda: NOW)["zh"], NOW) if one.body.say is not None]
VALUES: dict[str, Any] = {
    "unit": "市国土局",
    "nth": "D20261121-0001-1",
    "number": "D20261121-0001",
    "kind": "complaint",
    "state": "open",
    "due": "2026-11-26T18:00:00+08:00",
    "days": 3,
    "late_by": None,
}
KEYS = (Button("/seen x", words="acknowledge"), Button("/answer x", words="answer_now"))
REMINDER = Body(say=Say("obligation.reminder", VALUES, KEYS))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_may_be_registered(language: str) -> None:
    found = templates_of(TEXTS[language])
    assert found.keys() == ALL
    assert not [kind for kind, words in found.items() if beyond_limits(words)]


@pytest.mark.parametrize(
    "words",
    [
        "${a}${b}到期",
        "${a}",
        "【效能办】${a}到期",
        "${a}和${a}",
        "${id}到期",
        "${Ab}到期",
        "字" * 501,
        "一\n二",
        "见 https://a.cn",
    ],
)
def test_what_aliyun_would_refuse_is_known(words: str) -> None:
    assert beyond_limits(words)


def test_the_words_are_those_of_every_other_carrier() -> None:
    """All samples of the preview: whatever has a form says, but for the signature, what a whole text says."""
    said = set()
    for scene in SCENES:
        form = form_of(scene.body, ZH, ALL)
        assert form.fits, scene
        assert form.text == Blanks(TEMPLATES[form.kind]).substitute(form.values)
        if form.kind not in ("short", "notice", "notice_short"):
            [whole] = letter_of(scene.body, ZH, 10).texts
            assert whole.removeprefix("【效能办】") == form.text
            said.add(form.kind)
    assert said == ALL - {"short", "notice", "notice_short"}


def test_a_reminder_fills_its_blanks() -> None:
    form = form_of(REMINDER, ZH, ALL)
    assert (form.kind, form.text) == (
        "reminder",
        "市国土局督办事项D20261121-0001-1（新），11月26日到期，剩3个工作日。回复1签收2答复",
    )
    assert form.values == {
        "unit": "市国土局",
        "number": "D20261121-0001-1（新）",
        "day": "11月26日",
        "left": "剩3个工作日",
        "keys": "回复1签收2答复",
    }


@pytest.mark.parametrize("unit", ["局" * (LONGEST_VALUE + 1), "", "【某局】", "某局\n某科"])
def test_what_does_not_fit_is_told_by_the_short_form(unit: str) -> None:
    body = Body(say=Say("obligation.reminder", VALUES | {"unit": unit}, KEYS))
    assert form_of(body, ZH, ALL) == Form("short", TEMPLATES["short"], {})
    fitting = Body(say=Say("obligation.reminder", VALUES | {"unit": "局" * LONGEST_VALUE}, KEYS))
    assert form_of(fitting, ZH, ALL).kind == "reminder"


def test_so_is_what_is_not_registered_and_every_question() -> None:
    assert form_of(REMINDER, ZH, {"short", "notice"}).kind == "short"
    for flow in flows():
        for scene in scenes(flow, ZH, NOW):
            assert form_of(scene.body, ZH, ALL).kind == "short"


def test_a_notice_goes_whole_only_where_it_is_very_short() -> None:
    def told(text: str, *buttons: Button) -> str:
        values = {"number": "N20261121-0003", "texts": {"zh": text}, "acknowledges": bool(buttons)}
        return form_of(Body(say=Say("notice.body", values, buttons)), ZH, ALL).text

    assert told("明天停水。", KEYS[0]) == "通知N20261121-0003：明天停水。回复1表示收到"
    assert told("明天停水。") == "通知N20261121-0003：明天停水。不用回复"
    short = "有给您的通知N20261121-0003，短信里写不下，请在聊天里看；没有账号，请向效能办要链接。"
    assert told("停水" * 18) == told("明天停水。\n后天恢复。") == short


def test_the_settings_name_every_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for language in LANGUAGES:
        words = TEXTS[language].say("channel_sms", "setting_sms_templates")
        assert all(re.search(rf"\b{kind}\b", words, re.ASCII) for kind in ALL)
    everything = " ".join(f"{kind}=SMS_{number}" for number, kind in enumerate(sorted(ALL), 1))
    assert settings_for(tmp_path, **{**ALIYUN, "sms_templates": everything}).sms_codes.keys() == ALL
    monkeypatch.setattr("channels.sms.forms.LONGEST_TEMPLATE", 20)
    with pytest.raises(ValueError, match="sms_template_words"):
        settings_for(tmp_path, **ALIYUN)


@pytest.mark.parametrize("page", ["sms.md", "sms.zh.md"])
def test_the_page_gives_the_words_to_register(page: str) -> None:
    """Each row: kind, words, then what its blanks are."""
    text = (Path(templates.__file__).parents[1] / "docs" / page).read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", text, re.MULTILINE))
    assert {kind: rows.get(kind) for kind in ALL} == TEMPLATES


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_head_acknowledges_where_no_whole_text_is_sent(program: Program, clock: Clock) -> None:
    """No number opens a question, as that could not be sent, and the next words would answer it unseen."""
    office = Office(program, clock)
    office.bind("head", phone=NUMBER)
    office.hand_over(working_days=3)
    while not office.fire():
        clock.passes(minutes=1)
    async with network(program, recorder=Recorder(ALL)) as net:
        head = net.phone(NUMBER)
        [reminder] = await head.hears()
        assert reminder.endswith("。回复1签收2详情")
        [details] = await head.says("2")
        assert details == (
            "市国土局督办事项D20261121-0001：11月25日到期，待签收，剩3个工作日。"
            "内容请在聊天里看；没有账号，请向效能办要链接。回复1签收"
        )
        [acknowledged] = await head.says("签收")
        assert acknowledged == "已签收D20261121-0001，11月25日到期，剩3个工作日。回复1详情"
        assert set(await head.says("菜单")) == {TEMPLATES["short"]}
        assert await head.says("TD") == [TEMPLATES["stopped"]]
        assert (await head.says("恢复"))[0] == TEMPLATES["started"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_words_open_no_question_that_nobody_could_see(program: Program) -> None:
    """They are kept for the office, and whoever wrote them is told where to go on."""
    async with network(program, recorder=Recorder(ALL)) as net:
        citizen = net.phone(NUMBER)
        for words in ("国土局窗口没有人，等了两个小时", "投诉", "市国土局", "提交"):
            assert set(await citizen.says(words)) == {TEMPLATES["short"]}, words
        kept = rows(program, "quarantine")
        said = [program.vault.open_bytes(bytes(one["sealed"]), "quarantine").decode() for one in kept]  # pyright: ignore[reportArgumentType]
        assert sorted(said) == sorted(["国土局窗口没有人，等了两个小时", "市国土局", "提交"])
        assert {one["error"] for one in kept} == {"no_dialogue"}
        assert [one["flow"] for one in rows(program, "sessions")] == [None]
        assert rows(program, "cases") == []
