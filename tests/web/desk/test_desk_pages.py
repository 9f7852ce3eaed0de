"""The desk as clerk and citizen live it: what comes in, what the office says, what reaches the chat."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Media
from services import desk, evidence, people
from services.foundation import audit
from services.people import Role
from tests.conftest import rows

HOSTILE = '=HYPERLINK(1)<script>alert(1)</script>\u202e反向\u202c & "引号"'
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's
REPORT = re.compile(r'href="(/console/report/[0-9a-f]{20})')


async def complains(
    citizen: FakePerson, what: str = "周二上午十点到窗口，等了两个小时没有人理", unit: str = "gtj"
) -> str:
    """Files an anonymous complaint with a photo and returns its number."""
    await citizen.says(f"/complaint {unit}")
    await citizen.taps("跳过")
    await citizen.taps("态度不好")
    await citizen.says(what)
    await citizen.taps("跳过")
    await citizen.taps("跳过")
    await citizen.sends(Media("photo-1", "photo"))
    await citizen.taps("完成")
    await citizen.taps("匿名，单位看不到您是谁")
    [received] = await citizen.taps("提交")
    found = re.search(r"\d{8}-\d{4}", received.text)
    assert found
    return found.group()


def first_report(page: str) -> str:
    found = REPORT.search(page)
    assert found, page
    return found.group(1)


def actions(program: Program) -> list[object]:
    return [row["action"] for row in rows(program, "audit")]


async def test_ask_answer_in_chat_and_accept(program: Program, clerk, citizen: FakePerson, clerk_id: str) -> None:
    number = await complains(citizen)
    page = await clerk.opens("/console")
    assert number in page
    assert "市国土局" in page
    assert "态度不好" in page
    assert 'class="item unread"' in page
    report = first_report(page)
    page = await clerk.opens(report)
    assert "等了两个小时没有人理" in page
    assert "照片 1" in page
    assert "11月21日 周六 15:00" in page

    page = await clerk.sends(f"{report}/ask", text="请问是几号窗口？")
    assert "询问已发给来件人" in page
    asked = citizen.screen()
    assert number in asked.text
    assert "请问是几号窗口？" in asked.text
    assert 'class="item unread"' not in await clerk.opens("/console")

    await citizen.taps("回答")
    await citizen.says("三号窗口")
    await citizen.sends(Media("photo-2", "photo"))
    await citizen.taps("完成")
    assert 'class="item unread"' in await clerk.opens("/console?unread=1")
    page = await clerk.opens(report)
    assert "三号窗口" in page
    assert "来件人补充" in page

    page = await clerk.sends(f"{report}/accept", text="")
    assert "已受理，来件人会收到通知" in page
    assert f"您反映的 {number} 已经受理" in citizen.screen().text
    shown = await citizen.says("/status")
    assert "已受理" in shown[-1].text
    assert program.database.look(audit.verify) is None
    assert {"complaint_filed", "report_opened", "question_asked", "addition_filed", "case_accepted"} <= set(
        actions(program)
    )
    asked_by = [row for row in rows(program, "audit") if row["action"] == "question_asked"]
    assert [row["actor"] for row in asked_by] == [clerk_id]


@ON_SQLITE
async def test_declining_needs_a_reason_which_reaches_the_citizen(clerk, citizen: FakePerson) -> None:
    number = await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    page = await clerk.sends(f"{report}/decline", text="不办")
    assert clerk.status == 422
    assert "至少 5 个字，例如" in page
    assert "不办</textarea>" in page
    heard = len(citizen.heard())
    page = await clerk.sends(f"{report}/decline", text="此事正在诉讼中，请等法院判决")
    assert "已告知来件人不受理和原因" in page
    [told] = citizen.heard()[heard:]
    assert f"{number} 没有受理" in told.text
    assert "此事正在诉讼中" in told.text


async def test_two_clerks_at_once_one_decides(
    program: Program, clerk, browser, citizen: FakePerson, clerk_id: str
) -> None:
    await complains(citizen)
    other = await browser()
    code = program.acts.by(clerk_id).transact(people.invite, clerk_id, 1)[1]
    await other.sends("/in", code=code)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    await other.opens(report)
    heard = len(citizen.heard())
    await asyncio.gather(
        clerk.sends(f"{report}/accept", text="请等消息"), other.sends(f"{report}/decline", text="不属于受理范围")
    )
    assert sorted([clerk.status, other.status]) == [200, 409]
    loser = clerk if clerk.status == 409 else other
    assert "刚刚有变化" in loser.page
    assert ("不属于受理范围" if loser is other else "请等消息") in re.findall(r'id="typed" [^>]*>(.*?)</p>', loser.page)
    assert len(citizen.heard()) == heard + 1
    await loser.sends(f"{report}/accept", text="再点一次")
    assert loser.status == 409
    assert len(citizen.heard()) == heard + 1


async def test_a_decision_on_unread_words_is_refused(clerk, citizen: FakePerson) -> None:
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    await citizen.taps("查看进展")
    await citizen.taps("补充文字或照片")
    await citizen.says("我弄错了，是另一家单位")
    await citizen.taps("跳过")
    page = await clerk.sends(f"{report}/decline", text="不属于受理范围")
    assert clerk.status == 409
    assert "我弄错了" in page
    assert "不属于受理范围</textarea>" in page


@ON_SQLITE
async def test_a_question_is_answered(clerk, citizen: FakePerson) -> None:
    await citizen.says("/question")
    await citizen.says("办证要带什么材料？")
    await citizen.taps("跳过")
    report = first_report(await clerk.opens("/console?kind=question"))
    await clerk.opens(report)
    page = await clerk.sends(f"{report}/answer", text="带身份证就行")
    assert "答复已发出" in page
    assert "带身份证就行" in citizen.screen().text
    shown = await citizen.says("/status")
    assert "已答复" in shown[-1].text
    assert "办证要带什么材料" in await clerk.opens("/console?state=answered")


async def checks(program: Program, supervisor: FakePerson) -> None:
    """Becomes a supervisor of the land bureau and files a spot check."""
    who = program.acts.transact(people.add_person, "林监督", [people.Grant(Role.SUPERVISOR, "gtj")])
    await supervisor.says(f"/link {program.acts.by(who).transact(people.invite, who, 1)[1]}")
    await supervisor.says("/check")
    for tap in ("市国土局", "跳过", "模拟办事", "窗口无人", "完成", "完成", "完成", "完成", "完成", "跳过"):
        await supervisor.taps(tap)
    await supervisor.says("25")
    await supervisor.sends(location=(25.8, 114.9))
    await supervisor.says("下午没人")
    await supervisor.taps("提交")


async def test_a_visit_stands_in_the_same_list_and_its_identity_is_opened_for_a_purpose(
    program: Program, clerk, person: Callable[..., FakePerson]
) -> None:
    await checks(program, person("supervisor-1"))
    page = await clerk.opens("/console?kind=visit")
    assert "窗口无人" in page or "下午没人" in page
    report = first_report(page)
    page = await clerk.opens(report)
    assert "窗口无人" in page
    assert "25 分钟" in page
    assert "林监督" not in page
    assert "114.9" not in page
    page = await clerk.sends(f"{report}/identity", purpose="")
    assert clerk.status == 422
    page = await clerk.sends(f"{report}/identity", purpose="核实到场")
    assert "林监督" in page
    assert "114.9" in page
    assert actions(program)[-1] == "identity_opened"


async def test_a_visit_is_noted_and_its_supervisor_finds_that_without_a_message(
    program: Program, clerk, browser, person: Callable[..., FakePerson], clerk_id: str
) -> None:
    supervisor = person("supervisor-1")
    await checks(program, supervisor)
    [told] = await supervisor.says("/status")
    assert re.search(r"您的暗访记录：\n20261121-0001 市国土局 11月21日 周六 已收到$", told.text)
    other = await browser()
    code = program.acts.by(clerk_id).transact(people.invite, clerk_id, 1)[1]
    await other.sends("/in", code=code)
    report = first_report(await clerk.opens("/console?state=received"))
    await clerk.opens(report)
    await other.opens(report)
    heard = len(supervisor.heard())
    page = await clerk.sends(f"{report}/note")
    assert "已记为已阅" in page
    assert 'value="note"' not in page
    assert f"{report}/note" not in page
    page = await other.sends(f"{report}/note")
    assert other.status == 409
    assert "刚刚有变化" in page
    assert [row["actor"] for row in rows(program, "audit") if row["action"] == "visit_noted"] == [clerk_id]
    assert await how_many(clerk, "state=received") == 0
    assert await how_many(clerk, "state=noted") == 1
    assert len(supervisor.heard()) == heard
    [told] = await supervisor.says("/status")
    assert "20261121-0001 市国土局 11月21日 周六 效能办已阅" in told.text


@ON_SQLITE
async def test_only_a_visit_is_noted(clerk, citizen: FakePerson) -> None:
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    await clerk.sends(f"{report}/note")
    assert clerk.status == 404


async def test_who_complains_and_checks_finds_both(program: Program, person: Callable[..., FakePerson]) -> None:
    supervisor = person("supervisor-1")
    complaint = await complains(supervisor)
    await checks(program, supervisor)
    [told] = await supervisor.says("/status")
    assert "20261121-0002 市国土局" in told.text
    assert "您有 1 件来件" in told.text
    [shown] = await supervisor.taps(complaint)
    assert "等了两个小时没有人理" in shown.text


@ON_SQLITE
async def test_words_typed_while_the_session_ended_are_shown_again(clerk, citizen: FakePerson, clock) -> None:
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    clock.passes(hours=12, seconds=1)
    heard = len(citizen.heard())
    page = await clerk.sends(f"{report}/decline", text=f" 不属于受理范围 {HOSTILE}")
    assert clerk.status == 401
    assert "您写的话还没有发出" in page
    assert re.search(r"<textarea [^>]*readonly[^>]*>不属于受理范围 =HYPERLINK\(1\)&lt;script&gt;", page)
    assert len(citizen.heard()) == heard
    assert "readonly" not in await clerk.opens(report)


@ON_SQLITE
async def test_an_address_with_a_slash_too_many_leads_to_the_list(clerk) -> None:
    await clerk.opens("/console/")
    assert clerk.path == "/console"


@ON_SQLITE
async def test_filters_search_and_their_addresses(clerk, citizen: FakePerson) -> None:
    await complains(citizen, "办证大厅收费100%不开票")
    await complains(citizen, "窗口_两小时没有人", unit="gsj")
    assert await how_many(clerk, "") == 2
    assert await how_many(clerk, "unit=gtj") == 1
    assert await how_many(clerk, "unit=unknown") == 0
    assert await how_many(clerk, "category=rude&state=received&unread=1&kind=complaint") == 2
    assert await how_many(clerk, "kind=visit") == 0
    assert await how_many(clerk, "q=100%25") == 1
    assert await how_many(clerk, "q=_") == 1
    assert await how_many(clerk, "q=窗口 小时") == 1
    assert await how_many(clerk, "q=国土") == 1
    assert await how_many(clerk, "q=国土 收费") == 1
    assert await how_many(clerk, "q=国土 小时") == 0
    assert await how_many(clerk, "q=gtj") == 1
    assert await how_many(clerk, "q=局") == 0
    assert await how_many(clerk, "from=2026-11-21&to=2026-11-21") == 2
    assert await how_many(clerk, "to=2026-11-20") == 0
    assert await how_many(clerk, "kind=%00&unit=nowhere&from=2026-99-99&state=x&after=1.9.%27") == 2
    page = await clerk.opens("/console?unit=gtj&q=收费")
    assert "/console/report/" in page
    assert "?q=%E6%94%B6%E8%B4%B9&amp;unit=gtj" in page


async def how_many(clerk, asked: str) -> int:
    return len(REPORT.findall(await clerk.opens(f"/console?{asked}")))


@ON_SQLITE
async def test_new_reports_are_announced(program: Program, clerk, citizen: FakePerson, clock) -> None:
    since = program.clock().isoformat().replace("+", "%2B")
    clock.passes(seconds=1)
    assert await clerk.opens(f"/console/fresh?&since={since}") == '{"fresh": 0}'
    await complains(citizen)
    assert await clerk.opens(f"/console/fresh?&since={since}") == '{"fresh": 1}'
    assert await clerk.opens(f"/console/fresh?kind=visit&since={since}") == '{"fresh": 0}'
    await clerk.opens("/console/fresh?since=now")
    assert clerk.status == 400


@ON_SQLITE
async def test_hostile_words_are_inert(clerk, citizen: FakePerson) -> None:
    await complains(citizen, HOSTILE)
    page = await clerk.opens(first_report(await clerk.opens("/console")))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert re.search(r'<p class="words" dir="auto">=HYPERLINK', page)
    assert clerk.answer is not None
    assert "unsafe-inline" not in clerk.answer.headers["Content-Security-Policy"]
    assert clerk.answer.headers["Cache-Control"] == "no-store"
    assert " style=" not in page


@ON_SQLITE
async def test_the_desk_speaks_english(clerk, citizen: FakePerson) -> None:
    await complains(citizen)
    await clerk.opens("/language/en?back=/console")
    page = await clerk.opens(first_report(clerk.page))
    assert "What happened" in page
    assert 'lang="en"' in page


@ON_SQLITE
async def test_a_form_without_its_token_changes_nothing(clerk, citizen: FakePerson) -> None:
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    heard = len(citizen.heard())
    for changed in ({"csrf": ""}, {"csrf": "0" * 64}):
        page = await clerk.sends(f"{report}/accept", text="", **changed)
        assert clerk.status == 403
        assert "什么也没有改动" in page
        await clerk.opens(report)
    answer = await clerk.client.post(f"{report}/accept", headers={"Origin": "https://elsewhere.example"}, data={})
    assert answer.status == 403
    answer = await clerk.client.post(f"{report}/accept", json={"text": ""})
    assert answer.status == 400
    assert len(citizen.heard()) == heard


@ON_SQLITE
async def test_whoever_is_not_signed_in_sees_the_door(browser: Callable[[], Awaitable]) -> None:
    stranger = await browser()
    nothing = "0" * 20
    for path in ("", f"/report/{nothing}", "/people", f"/evidence/{nothing}", "/quarantine", "/fresh?since=x"):
        page = await stranger.opens(f"/console{path}")
        assert stranger.status == 401
        assert "请打开效能办发给您的一次性链接" in page
    await stranger.sends("/console/people", name="某人", role="clerk")
    assert stranger.status == 401


ODD = (
    b"GET /console HTTP/1.1\r\nCookie: mingcha_office=\xff\xfe\x80\r\n",
    b"GET /console?q=%ED%A0%80%00&after=%00 HTTP/1.1\r\nCookie: mingcha_office=%00; mingcha_language=\xff\r\n",
    b"GET /in/%ff%00%ED%A0%80 HTTP/1.1\r\nAccept-Language: \xff,;q=\r\n",
    b"GET /language/zh?back=/%5Celsewhere HTTP/1.1\r\n",
    b"POST /in HTTP/1.1\r\nOrigin: http://[\r\nContent-Length: 0\r\n",
    b"POST /in HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded; charset=x\r\nContent-Length: 6\r\n",
    b"POST /in HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 6\r\n",
)


@ON_SQLITE
async def test_odd_requests_are_no_errors(browser: Callable[[], Awaitable]) -> None:
    server = (await browser()).client.server
    for asked in ODD:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(asked + b"Host: x\r\nConnection: close\r\n\r\ncode=\xff")
        answer = await reader.read()
        writer.close()
        assert 200 <= int(answer.split()[1]) < 500, (asked, answer)


@ON_SQLITE
async def test_what_does_not_exist_says_so(clerk) -> None:
    for path in ("/console/report/" + "0" * 20, "/console/evidence/" + "0" * 20, "/console/report/x%00", "/nowhere"):
        page = await clerk.opens(path, headers={"Accept": "text/html"})
        assert clerk.status == 404
        assert "没有这一页" in page


@ON_SQLITE
async def test_evidence_is_played_in_parts_and_the_original_has_a_purpose(
    program: Program, clerk, citizen: FakePerson, clerk_id: str
) -> None:
    number = await complains(citizen)
    piece_id = str(rows(program, "evidence")[0]["id"])
    stored = await program.store.put(photo(), piece_id)
    program.acts.transact(evidence.keep, stored)
    await clerk.opens(first_report(await clerk.opens("/console")))
    answer = await clerk.client.get(f"/console/evidence/{piece_id}", headers={"Range": "bytes=0-9"})
    assert answer.status == 206
    assert answer.content_type == "image/jpeg"
    assert len(await answer.read()) == 10
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    small = await clerk.client.get(f"/console/evidence/{piece_id}/small")
    assert small.content_type == "image/jpeg"
    assert (await small.read()).startswith(b"\xff\xd8")
    await clerk.sends("/console/original", piece=piece_id, purpose=" ")
    assert clerk.status == 422
    await clerk.opens("/console")
    await clerk.sends("/console/original", piece=piece_id, purpose="固定证据")
    assert clerk.answer is not None
    assert clerk.answer.headers["Content-Disposition"] == f'attachment; filename="{number}-1.png"'
    assert await clerk.answer.read() == photo()
    last = rows(program, "audit")[-1]
    assert (last["action"], last["actor"]) == ("original_opened", clerk_id)
    assert actions(program).count("evidence_opened") == 1
    await clerk.opens("/console")
    await clerk.sends("/console/original", piece="0" * 20, purpose="固定证据")
    assert clerk.status == 404


def photo() -> bytes:
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (64, 48), (30, 90, 160)).save(out, "PNG")
    return out.getvalue()


@ON_SQLITE
async def test_what_was_not_understood_is_shown_inert(program: Program, clerk) -> None:
    raw = b'{"message": "<img src=x onerror=alert(1)>\x00\xff\xe2\x80\xae"}' + b"x" * 30_000
    await program.talk.refuse("telegram", "7", None, raw, "DecodeError")
    page = await clerk.opens("/console/quarantine")
    assert "DecodeError" in page
    kept = rows(program, "quarantine")[0]["id"]
    page = await clerk.sends(f"/console/quarantine/{kept}")
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "\\x00" in page
    assert "\\xff" in page
    assert "\\u202e" in page
    assert len(page) < 30_000
    assert actions(program)[-1] == "quarantine_opened"


@ON_SQLITE
async def test_an_error_has_an_id_and_is_logged(clerk, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(desk, "counts", broken)
    page = await clerk.opens("/console")
    assert clerk.status == 500
    found = re.search(r"编号 ([0-9a-f]{8})", page)
    assert found
    assert "boom" not in page
    written = capsys.readouterr()
    assert found.group(1) in written.out + written.err


@ON_SQLITE
async def test_a_withdrawn_clerk_is_out_at_once(program: Program, clerk, clerk_id: str) -> None:
    program.acts.transact(people.end_role, clerk_id, Role.CLERK, None)
    await clerk.opens("/console")
    assert clerk.status == 401
