"""Standard texts: put into a form, edited and sent; written with blanks that are checked; every version is kept."""

from __future__ import annotations

import html
import re

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import desk
from services.desk import StandardText
from services.foundation.refusal import Refusal
from tests.conftest import rows
from tests.drivers.auditing import is_whole
from tests.drivers.desk_pages import complains, first_report

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NAMES = {"编号": "number", "number": "number", "单位": "unit"}


def area(page: str, id: str) -> str:
    found = re.search(rf'<textarea id="{id}".*?>(.*?)</textarea>', page, re.DOTALL)
    assert found
    return html.unescape(found[1])


async def test_one_is_put_below_what_was_typed_edited_and_sent(clerk, citizen: FakePerson) -> None:
    number = await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    typed = area(await clerk.sends(f"{report}/insert", into="ask", standard="start_when", text="您好。"), "ask-text")
    assert typed.startswith(f"您好。\n为了尽快查清 {number}，请告诉我们")
    assert "{" not in typed
    heard = len(citizen.heard())
    await clerk.sends(f"{report}/ask", text=typed.replace("由谁接待", "谁接待的"))
    assert any("谁接待的" in one.text for one in citizen.heard()[heard:])
    page = await clerk.sends(f"{report}/insert", into="ask", standard="", text="写了一半")
    assert "请先选一条常用语" in page
    assert area(page, "ask-text") == "写了一半"
    await clerk.sends(f"{report}/insert", into="jot", standard="start_when", text="x")
    assert clerk.status == 404


@ON_SQLITE
async def test_what_the_case_does_not_have_is_told_beside_the_field(clerk, citizen: FakePerson) -> None:
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    page = await clerk.sends(f"{report}/insert", into="accept", standard="start_elsewhere", text="还在")
    assert "这一件还没有这条常用语里要填的内容" in page  # no telephone of the office is set
    assert area(page, "decide-text") == "还在"


async def test_an_unknown_blank_is_refused_with_those_that_are_known(clerk, program: Program) -> None:
    await clerk.opens("/console/texts")
    given = {"used_for": "ask", "about": "complaint", "title": "问收据", "version": "0"}
    page = await clerk.sends("/console/texts", **given, text="请发 {收据号} 的照片")
    assert "没有「收据号」这个空格。能写的有：{编号}、{单位}、{期限}、{效能办电话}。" in html.unescape(page)
    assert area(page, "new-text") == "请发 {收据号} 的照片"
    assert "大括号没有成对" in await clerk.sends("/console/texts", **given, text="请发 {编号 的照片")
    assert rows(program, "standard_texts") == []
    page = await clerk.sends("/console/texts", **given, text="关于｛编号｝，请发收据的照片")
    assert "已保存" in page
    [row] = rows(program, "standard_texts")
    assert (row["text"], row["version"]) == ("关于{number}，请发收据的照片", 1)


async def test_every_version_is_kept_and_of_two_writers_the_second_is_told(clerk, program: Program) -> None:
    await clerk.opens("/console/texts")
    given = {"used_for": "decline", "about": "complaint", "title": "正在诉讼"}
    for version, text in (("0", "此事正在诉讼中。"), ("1", "此事正在诉讼或复议中。")):
        assert "已保存" in await clerk.sends("/console/texts/start_court", **given, version=version, text=text)
    page = await clerk.sends("/console/texts/start_court", **given, version="1", text="我晚了一步")
    assert clerk.status == 409
    assert "刚刚有人改过" in page
    assert area(page, "start_court-text") == "我晚了一步"
    assert "以前的版本 (1)" in page
    assert "此事正在诉讼中。" in page
    await clerk.sends("/console/texts/start_court", **given, version="2", text="此事正在诉讼或复议中。", end="1")
    kept = sorted(rows(program, "standard_texts"), key=lambda row: row["version"])
    assert [row["ended"] for row in kept] == [False, False, True]
    assert is_whole(program)


@ON_SQLITE
async def test_what_is_offered_no_more_cannot_be_put_in(clerk, citizen: FakePerson) -> None:
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens("/console/texts")
    given = {"used_for": "ask", "about": "", "title": "问时间"}
    await clerk.sends("/console/texts/start_when", **given, version="0", text="几点？", end="1")
    page = await clerk.opens(report)
    assert 'value="start_when"' not in page
    assert 'value="start_proof"' in page
    assert "请先选一条常用语" in await clerk.sends(f"{report}/insert", into="ask", standard="start_when", text="")


def test_blanks_by_name_and_back() -> None:
    kept = desk.coded("{编号}和 { number }", NAMES)
    assert kept == "{number}和 {number}"
    assert desk.named(kept, {"number": "编号"}) == "{编号}和 {编号}"
    some = [StandardText("a", 1, "ask", "", "t", kept)]
    assert desk.put_in(some, "a", {"number": "20261121-0042"}) == "20261121-0042和 20261121-0042"
    for text in ("{谁}", "{}", "{编号", "编号}", "{{编号}}"):
        with pytest.raises(Refusal):
            desk.coded(text, NAMES)
