"""A case of several items on the desk's page: split without a script, handed over, answered, closed (C22)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services.people import Grant, Role
from tests.conftest import rows
from tests.drivers.console_browser import picture
from tests.drivers.desk_pages import WORDS, answers, complains, first_report, is_head
from tests.web.conftest import Browser, link, member
from tests.web.desk.test_enclosing import PIECE, TICKED, sends, sent
from tests.web.test_public import filed

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ITEMS = ("窗口中午不要关门", "退还多收的二十元", "公示收费标准")
FIELDS = {"kind": "complaint", "days": "3", "date": ""}


def boxes(page: str) -> dict[str, str]:
    """What stands in the boxes of the form that splits."""
    form = page[page.index('id="split"') :].partition("</form>")[0]
    return dict(re.findall(r'<textarea id="[^"]*" name="([^"]*)"[^>]*>([^<]*)</textarea>', form))


def hidden_boxes(page: str) -> str:
    found = re.search(r'name="boxes" value="(\d+)"', page)
    assert found
    return found.group(1)


def item_ids(program: Program) -> list[str]:
    return [str(row["id"]) for row in sorted(rows(program, "items"), key=lambda row: str(row["position"]))]


async def is_split(clerk: Browser, citizen: FakePerson) -> str:
    """The address of a case that the clerk has accepted and split."""
    await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    await clerk.sends(f"{report}/accept", text="")
    await clerk.sends(f"{report}/split", **{f"new_{n}": text for n, text in enumerate(ITEMS, 1)})
    assert "各项已保存" in clerk.page
    return report


async def test_boxes_are_added_without_a_script_and_keep_what_was_typed(clerk: Browser, citizen: FakePerson) -> None:
    await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    page = await clerk.opens(report)
    assert WORDS in page[page.index('id="split"') :]  # the citizen's text stands at hand
    assert list(boxes(page)) == ["new_1", "new_2", "new_3"]
    typed = {"new_1": ITEMS[0], "new_2": ITEMS[1], "new_3": ITEMS[2], "boxes": hidden_boxes(page), "more": "1"}
    page = await clerk.sends(f"{report}/split", **typed)
    assert boxes(page) == {"new_1": ITEMS[0], "new_2": ITEMS[1], "new_3": ITEMS[2], "new_4": ""}
    page = await clerk.sends(f"{report}/split", new_1=ITEMS[0], new_2="长" * 301, boxes="4")
    assert clerk.status == 422
    assert 'id="split-new_2-wrong">一项最多 300 个字' in page
    assert boxes(page)["new_1"] == ITEMS[0]
    page = await clerk.sends(f"{report}/split", new_1=ITEMS[0], boxes="4")
    assert "至少写 2 项" in page
    page = await clerk.sends(f"{report}/split", boxes="18", more="1", new_1=ITEMS[0])
    assert len(boxes(page)) == 18
    assert 'name="more"' not in page


async def test_a_case_of_three_items_from_splitting_to_its_end(
    program: Program, clerk: Browser, person, citizen: FakePerson
) -> None:
    head = await is_head(program, person("head-1"))
    report = await is_split(clerk, citizen)
    first, second, third = item_ids(program)
    number = str(rows(program, "cases")[0]["number"])
    assert f"{number}-3" in clerk.page
    page = await clerk.opens(f"{report}?item={first}")
    assert f'<input type="hidden" name="item" value="{first}">' in page
    assert f">{ITEMS[0]}</textarea>" in page[page.index('id="hand-text"') :]
    page = await clerk.sends(f"{report}/hand", item=first, unit="", text=ITEMS[0], **FIELDS)
    assert f'name="item" value="{first}"' in page, "a refused form still knows its item"
    page = await clerk.sends(f"{report}/hand", item=first, unit="gtj", text="请安排中午值守。", **FIELDS)
    assert "已交办" in page
    [obligation] = re.findall(r'<a class="item[^"]*" href="(/console/duty/[0-9a-f]{20})"', page)
    assert page.count("单位在办") == 1
    page = await clerk.opens(f"{report}?item={first}")
    assert f'name="item" value="{first}">' not in page[page.index('id="hand"') :].partition("</form>")[0]

    page = await clerk.sends(f"{report}/answer_item", item=third, text="")
    assert (clerk.status, 'id="answer_item-text-wrong"' in page) == (422, True)
    page = await clerk.sends(f"{report}/answer_item", item=third, text="收费标准已贴在大厅。", tell="1")
    assert "已单独告知来件人" in page
    heard = citizen.screen().text
    assert f"第 3 项（{number}-3）有了答复" in heard
    assert "其余 2 项还在办理" in heard

    answers(program, head, obligation[-20:], "中午已经有人。")
    page = await clerk.opens(obligation)
    assert f"来件 {number} 的第 1 项" in page
    assert ITEMS[0] in page
    page = await clerk.sends(f"{obligation}/accept", to="citizen", text="窗口中午有人值守了。")
    assert "这一项的答复已保存" in page

    page = await clerk.opens(report)
    assert "第 2 项还没有答复" in page
    page = await clerk.sends(f"{report}/answer", text="谢谢您的监督。")
    assert clerk.status == 422
    assert f'没有答复的： <span class="tabular">{number}-2</span>' in page
    assert "谢谢您的监督。</textarea>" in page
    await clerk.sends(f"{report}/answer_item", item=second, text="二十元已退到原账户。")
    page = await clerk.sends(f"{report}/answer", text="谢谢您的监督。")
    assert "答复已发出" in page
    closed = citizen.screen().text
    told = [f"{n}. {item}（已答复）" for n, item in enumerate(ITEMS, 1)]
    told.insert(1, "答复：窗口中午有人值守了。")
    told.append("谢谢您的监督。")
    assert [closed.index(one) for one in told] == sorted(closed.index(one) for one in told)

    await citizen.says("/status")
    assert "答复：二十元已退到原账户。" in citizen.screen().text
    assert "市国土局" not in citizen.screen().text.partition("1. ")[2], "no item tells which unit had it"


@ON_SQLITE
async def test_the_unit_sees_its_own_number_and_what_it_was_asked(
    program: Program, clerk: Browser, person, citizen: FakePerson
) -> None:
    head = person("head-1")
    await is_head(program, head)
    report = await is_split(clerk, citizen)
    await clerk.opens(report)
    await clerk.sends(f"{report}/hand", item=item_ids(program)[0], unit="gtj", text="请安排中午值守。", **FIELDS)
    number = str(rows(program, "cases")[0]["number"])
    seen = "\n".join(one.text for one in head.heard())
    assert "请安排中午值守。" in seen
    assert not [one for one in (number, *ITEMS) if one in seen]


@ON_SQLITE
async def test_the_citizens_own_words_reach_no_unit_with_an_item(
    program: Program, clerk: Browser, person, citizen: FakePerson
) -> None:
    """What the form is filled with is looked at as anything else that a clerk writes to a unit."""
    await is_head(program, person("head-1"))
    await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    await clerk.sends(f"{report}/split", new_1=WORDS, new_2=ITEMS[1])
    page = await clerk.sends(f"{report}/hand", item=item_ids(program)[0], unit="gtj", text=WORDS, **FIELDS)
    assert "这里有来件里的原话" in page
    assert rows(program, "items")[0]["obligation_id"] is None


@ON_SQLITE
async def test_of_two_clerks_the_second_sees_what_the_first_has_split(clerk: Browser, citizen: FakePerson) -> None:
    await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    old = re.search(r'name="seen" value="([^"]*)"', await clerk.opens(report))
    assert old
    two: dict[str, Any] = {"new_1": ITEMS[0], "new_2": ITEMS[1]}
    await clerk.sends(f"{report}/split", **two)
    page = await clerk.sends(f"{report}/split", seen=old.group(1), **two)
    assert (clerk.status, "刚刚有变化" in page) == (409, True)


@ON_SQLITE
async def test_a_reader_sees_the_items_and_changes_none(
    program: Program, clerk: Browser, browser, citizen: FakePerson
) -> None:
    report = await is_split(clerk, citizen)
    reader = await browser()
    await reader.sends("/in", code=link(program, member(program, "周复核", Grant(Role.REVIEWER, None))))
    page = await reader.opens(report)
    assert ITEMS[2] in page
    assert not {"split", "answer_item", "tell_item"} & set(re.findall(r'action="[^"]*/(\w+)', page))


@ON_SQLITE
async def test_a_picture_goes_with_the_answer_to_its_item(
    program: Program, clerk: Browser, browser: Any, citizen: FakePerson
) -> None:
    code = await filed(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    await clerk.sends(f"{report}/accept", text="")
    await clerk.sends(f"{report}/split", new_1=ITEMS[0], new_2=ITEMS[1])
    first, second = item_ids(program)
    page = await sends(clerk, f"{report}/answer_item", ("整改后.jpg", picture(1)), item=first, text="")
    assert (clerk.status, len(TICKED.findall(page))) == (422, 1), "what was uploaded is kept, and with one item only"
    await sends(
        clerk, f"{report}/answer_item", pieces=tuple(TICKED.findall(page)), item=first, text="窗口中午有人值守了。"
    )
    await clerk.sends(f"{report}/answer_item", item=second, text="二十元已退到原账户。")
    assert sent(program, "answered_item") == []
    await clerk.sends(f"{report}/answer", text="谢谢您的监督。")
    [[photo]] = sent(program, "answered_item")  # goes out with its item, before the closing words
    assert sent(program, "closed") == [()]
    page = await (await browser()).sends("/track", code=code)
    assert PIECE.findall(page) == [photo.id]
    assert f"{rows(program, 'cases')[0]['number']}-1</p>" in page
