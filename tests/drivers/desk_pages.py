"""What citizens, supervisors, clerks and heads do before a page of the desk is looked at, and what is found on it."""

from __future__ import annotations

import re
from typing import Any

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Media
from services import desk, obligations, people
from services.desk import KINDS
from services.people import Contact, Right, Role
from tests.conftest import events, rows
from tests.web.conftest import link

HOSTILE = '=HYPERLINK(1)<script>alert(1)</script>\u202e反向\u202c & "引号"'
REPORT = re.compile(r'href="(/console/report/[0-9a-f]{20})')
OBLIGATION = re.compile(r'href="(/console/duty/[0-9a-f]{20})')
WORDS = "周二上午十点到窗口\uff0c等了两个小时没有人理"
ASKED = "请核实窗口值守情况\uff0c书面说明处理结果。"


async def complains(
    citizen: FakePerson,
    what: str = "周二上午十点到窗口，等了两个小时没有人理",
    unit: str = "gtj",
    as_whom: tuple[str, ...] = (),
) -> str:
    """Files a complaint with a photo, anonymous or under a name and a phone, and returns its number."""
    await citizen.says(f"/complaint {unit}")
    await citizen.taps("跳过")
    await citizen.taps("态度不好")
    await citizen.says(what)
    await citizen.taps("跳过")
    await citizen.taps("跳过")
    await citizen.sends(Media("photo-1", "photo"))
    await citizen.taps("完成")
    await citizen.taps("留姓名和电话" if as_whom else "匿名，单位看不到您是谁")
    for said in as_whom:
        await citizen.says(said)
    [received] = await citizen.taps("提交")
    if any(key.label == "另外提交" for row in received.rows for key in row):
        [received] = await citizen.taps("另外提交")  # told already
    found = re.search(r"\d{8}-\d{4}", received.text)
    assert found
    return found.group()


def first_report(page: str) -> str:
    found = REPORT.search(page)
    assert found, page
    return found.group(1)


def actions(program: Program) -> list[object]:
    return [row["action"] for row in events(program)]


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


async def how_many(clerk, asked: str) -> int:
    return len(REPORT.findall(await clerk.opens(f"/console?{asked}")))


def second_person(program: Program, report_id: str) -> str:
    """A colleague agrees to what somebody has asked about the identity of a report; returns the colleague's id."""
    [asked] = [row for row in rows(program, "openings") if (row["subject_id"], row["state"]) == (report_id, "waiting")]
    able = program.acts.look(people.people_with, Right.ANSWER_OPENINGS)
    other = min(able - {str(asked["asked_by"])})
    program.acts.by(other).transact(desk.answer_identity, str(asked["id"]), "", grant=True)
    return other


async def looks_who(program: Program, clerk: Any, report: str, purpose: str = "电话核实") -> str:
    """Asks to see who filed a report, a colleague agrees, and it is opened; returns the page that tells it."""
    await clerk.opens(report)
    await clerk.sends(f"{report}/identity", purpose=purpose)
    second_person(program, report.rpartition("/")[2])
    await clerk.opens(report)
    return await clerk.sends(f"{report}/identity/open")


def first_obligation(page: str) -> str:
    found = OBLIGATION.search(page)
    assert found, page
    return found.group(1)


def head_of(program: Program, unit_id: str) -> str:
    [person_id] = program.acts.look(people.heads_of, [unit_id])[unit_id]
    return person_id


async def is_head(program: Program, somebody: FakePerson, unit_id: str = "gtj") -> str:
    """The head of the unit comes in by a link; returns the person's id."""
    person_id = head_of(program, unit_id)
    await somebody.says(f"/link {link(program, person_id)}")
    return person_id


def instruct(program: Program, clerk_id: str, unit_id: str = "gtj", days: int = 5) -> str:
    return program.acts.by(clerk_id).transact(
        obligations.hand_over, KINDS, unit_id=unit_id, kind="instruction", asked=ASKED, due=None, working_days=days
    )


def answers(program: Program, person_id: str, obligation_id: str, text: str, *media: Media) -> None:
    account = next(row for row in rows(program, "contacts") if row["person_id"] == person_id)
    contact = Contact(str(account["id"]), str(account["channel"]), "zh", person_id)
    program.acts.by(person_id).transact(obligations.answer, KINDS, contact, obligation_id, text, media)
