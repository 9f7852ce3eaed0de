"""What a citizen said of the answer, on the page of the report, and the two things that the office can do about it."""

from __future__ import annotations

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services.people import Grant, Role
from tests.conftest import rows
from tests.drivers.auditing import is_whole
from tests.drivers.desk_pages import complains, first_report
from tests.web.conftest import Browser, link, member
from tests.web.desk.test_case_answers import acts

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SAID = "去了两次都没有人"


async def answered(clerk: Browser, citizen: FakePerson) -> str:
    """A complaint is answered; the report's address."""
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    await clerk.sends(f"{report}/accept", text="")
    await clerk.sends(f"{report}/answer", text="窗口已经增开")
    return report


async def is_content(citizen: FakePerson) -> None:
    for tap in ("评价", "解决了", "满意"):
        await citizen.taps(tap)


async def is_angry(citizen: FakePerson) -> None:
    for tap in ("评价", "没有解决", "非常不满意", "问题没解决"):
        await citizen.taps(tap)
    await citizen.says(SAID)
    await citizen.taps("完成")


def card(page: str) -> str:
    return page.partition('id="rating"')[2].partition("</section>")[0]


async def test_a_bad_rating_is_put_right_and_the_citizen_is_asked_once_more(
    program: Program, clerk: Browser, citizen: FakePerson
) -> None:
    report = await answered(clerk, citizen)
    assert "还没有评价，" in card(clerk.page)
    assert not {"make_good", "set_aside"} & acts(clerk.page, report)
    await is_angry(citizen)
    page = await clerk.opens(report)
    assert all(told in card(page) for told in ("非常不满意", "没有解决", "问题没解决", SAID, "不要把评价的内容"))
    assert "请考虑「重新办理」" in card(page)
    assert "差评整改期限" in page
    assert '"theirs"' in page.partition("来件人评价</strong>")[0].rpartition("<li")[2]  # in the history
    assert acts(page, report) >= {"make_good", "set_aside", "reopen"}
    page = await clerk.sends(f"{report}/make_good", text="现在每天有人值守")
    assert "已记为整改，来件人会收到消息。" in page
    assert "现在每天有人值守" in citizen.screen().text
    assert ("差评整改期限" in page, "make_good" in acts(page, report)) == (False, False)
    assert "第 2 次" in card(page)
    await is_content(citizen)
    page = card(await clerk.opens(report))
    assert page.index("第 2 次") < page.index("非常不满意")  # the newest first
    assert "已整改" in page
    assert is_whole(program)


async def test_what_is_set_aside_stays_with_its_reason_and_who_did_it(
    program: Program, clerk: Browser, citizen: FakePerson
) -> None:
    report = await answered(clerk, citizen)
    await is_angry(citizen)
    heard = len(citizen.heard())
    await clerk.opens(report)
    page = await clerk.sends(f"{report}/set_aside", text="评的是另一个单位")
    assert "这次评价不再计入。" in page
    assert all(told in card(page) for told in ("非常不满意", SAID, "不计入（钱一）", "评的是另一个单位"))
    assert not {"make_good", "set_aside"} & acts(page, report)
    assert "请考虑「重新办理」" not in card(page)
    assert len(citizen.heard()) == heard
    assert is_whole(program)


@pytest.mark.parametrize(
    ("act", "typed", "told"),
    [
        ("make_good", "好", 'id="make_good-text-wrong">请写清楚'),
        ("make_good", "好" * 3001, 'id="make_good-text-wrong">最多 3000'),
        ("set_aside", "无关", 'id="set_aside-text-wrong">请写明原因'),
        ("set_aside", "无" * 3001, 'id="set_aside-text-wrong">最多 3000'),
    ],
)
@ON_SQLITE
async def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    program: Program, clerk: Browser, citizen: FakePerson, act: str, typed: str, told: str
) -> None:
    report = await answered(clerk, citizen)
    await is_angry(citizen)
    before = rows(program, "ratings")
    await clerk.opens(report)
    page = await clerk.sends(f"{report}/{act}", text=typed)
    assert clerk.status == 422
    form = card(page).partition(f"/{act}")[2].partition("</form>")[0]
    assert told in form
    assert f">{typed}</textarea>" in form
    assert page.count(f">{typed}</textarea>") == 1, "in its own form alone"
    assert f'<details class="no-print"{" open" * (act == "set_aside")}>' in card(page)
    assert rows(program, "ratings") == before


@pytest.mark.parametrize("act", ["make_good", "set_aside"])
@ON_SQLITE
async def test_who_comes_second_is_told_and_what_they_typed_stays(
    clerk: Browser, browser, program: Program, citizen: FakePerson, act: str
) -> None:
    report, other = await answered(clerk, citizen), await browser()
    await other.sends("/in", code=link(program, member(program, "李二", Grant(Role.CLERK, None))))
    await is_angry(citizen)
    for one in (clerk, other):
        await one.opens(report)
    await clerk.sends(f"{report}/{act}", text="已经有人处理过了")
    page = await other.sends(f"{report}/{act}", text="我也是这么想的")
    assert (other.status, "刚刚有变化" in page, "我也是这么想的" in page) == (409, True, True)
    page = await other.sends(f"{report}/{act}", text="我也是这么想的")
    assert (other.status, "不能这样处理" in page, "我也是这么想的" in page) == (409, True, True)


@ON_SQLITE
async def test_a_good_rating_can_be_set_aside_and_has_nothing_to_put_right(clerk: Browser, citizen: FakePerson) -> None:
    report = await answered(clerk, citizen)
    await is_content(citizen)
    page = await clerk.opens(report)
    assert acts(page, report) & {"make_good", "set_aside"} == {"set_aside"}
    page = await clerk.sends(f"{report}/make_good", text="现在每天有人值守")
    assert (clerk.status, "不能这样处理" in page, "现在每天有人值守" in page) == (409, True, True)


@ON_SQLITE
async def test_an_auditor_reads_a_rating_and_does_nothing_about_it(
    program: Program, clerk: Browser, browser, citizen: FakePerson
) -> None:
    report, auditor = await answered(clerk, citizen), await browser()
    await auditor.sends("/in", code=link(program, member(program, "赵审计", Grant(Role.AUDITOR, None))))
    await is_angry(citizen)
    page = await auditor.opens(report)
    assert (SAID in card(page), acts(page, report)) == (True, set())
    for act in ("make_good", "set_aside"):
        await auditor.sends(f"{report}/{act}", text="现在每天有人值守")
        assert auditor.status == 403
