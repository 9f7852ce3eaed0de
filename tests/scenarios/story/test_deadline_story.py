"""A deadline from the complaint to its end, told as one talk between a citizen, a unit and the office."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.build import Program
from channels.fake import FakePerson
from channels.sms.drawing import letter_of
from conversation.messages import Incoming, Media, Reply
from models.tables import grants
from scheduler.jobs import jobs
from services import deliveries, notices, obligations, people
from services.notices import Audience, Written
from services.people import Role
from tests.conftest import Clock, owed, rows
from tests.drivers.auditing import is_whole

ZONE = ZoneInfo("Asia/Shanghai")
CLERK, UNIT, PHONE = "clerk", "gtj", "+8613800138000"


class City:
    """The office, the clock and the jobs that run by themselves."""

    def __init__(self, program: Program, clock: Clock) -> None:
        self.program, self._clock = program, clock
        self.desk = program.acts.by(CLERK)
        made = jobs(program.acts, program.store, sms=True)
        self._jobs = {job.name: job for job in made}

    async def reaches(self, moment: str) -> None:
        """Lets the time come: "2026-11-24 09:00"; what is due by then goes out."""
        self._clock.now = datetime.fromisoformat(moment).replace(tzinfo=ZONE)
        await self._jobs["remind_units"].run()
        await self._jobs["carry_notices"].run()

    def does(self, act: Any, *args: Any, **how: Any) -> Any:
        """As a clerk at the desk."""
        return self.desk.transact(act, self.program.tools.kinds, *args, **how)

    def notice(self, written: Written) -> str:
        """Written and sent at once; with so few recipients no second clerk is asked. Returns the id."""
        notice_id = self.desk.transact(notices.draft, written)
        seen = next(one.seen for one in self.desk.look(notices.listed) if one.id == notice_id)
        above = self.program.tools.limits.second_clerk_above
        sent = self.desk.transact(notices.send, notice_id, seen, None, second_clerk_above=above)
        assert sent == "released"
        return notice_id

    def obligation(self) -> obligations.Dossier:
        [row] = owed(self.program)
        whole = self.program.acts.look(obligations.look, self.program.tools.kinds, str(row["id"]))
        assert whole is not None
        return whole

    def decides(self, act: Any, *args: Any) -> Any:
        """On the obligation as it stands now."""
        whole = self.obligation()
        return self.does(act, whole.obligation.id, whole.seen, *args)

    async def meets(self, role: str) -> FakePerson:
        """Whoever holds the role of the unit, bound by a one-time link."""
        program = self.program
        code = self.desk.transact(people.issue_link, self.who(role), timedelta(days=1))
        person = FakePerson(program.talk, program.acts, program.texts, f"{role}-phone", channel="web")
        await person.says(f"/start k-{code}")
        return person

    def who(self, role: str) -> str:
        held = grants.c.role == role, grants.c.unit_id == UNIT
        return self.program.database.look(lambda tx: tx.execute(select(grants.c.person_id).where(*held)).scalar_one())


class Handset:
    """A phone that only knows text messages."""

    def __init__(self, city: City, number: str) -> None:
        self._program, self._number = city.program, number

    def reads(self) -> list[str]:
        """Everything that has come; from now on it counts as delivered, as a carrier reports it."""
        return [text for letter in self._letters() for text in letter.texts]

    async def replies(self, number: str) -> None:
        """The number stands in the newest message."""
        menu = self._letters()[-1].menu
        assert menu is not None
        press, turn = menu.numbers[number]
        await self._program.talk.handle(
            Incoming("sms", f"mo-{len(self.reads())}", self._number, Reply(choice=press, turn=turn))
        )

    def _letters(self) -> list[Any]:
        program = self._program
        key = people.address_hash(program.vault, "sms", self._number)
        contact_id = program.acts.look(people.contact_of_hash, key)
        if contact_id is None:
            return []
        come = sorted(
            (row for row in rows(program, "deliveries") if row["contact_id"] == contact_id and self._is_here(row)),
            key=lambda row: int(str(row["id"])),
        )
        for row in come:
            program.acts.transact(deliveries.delivered, "sms", int(str(row["id"])))
        bodies = [deliveries.open_body(program.vault, row["sealed"]) for row in come]  # pyright: ignore[reportArgumentType]
        return [letter_of(body, program.texts["zh"], 3) for body in bodies]

    def _is_here(self, row: dict[str, Any]) -> bool:
        return row["state"] not in ("aborted", "superseded") and row["due_at"] <= self._program.clock()


@pytest.fixture
def city(program: Program, clock: Clock) -> City:
    return City(program, clock)


async def complains(citizen: FakePerson) -> None:
    for said in (
        "/complain",
        "gtj",
        "市国土局·办证窗口",
        "办事拖拉",
        "王秘密去办证，等了两个小时没有人理",
        "跳过",
        "昨天",
    ):
        await citizen.says(said)
    for label in ("跳过", "匿名，单位看不到您是谁", "提交"):
        await citizen.taps(label)


async def test_a_deadline_from_the_complaint_to_the_answer(city: City, citizen: FakePerson) -> None:
    await city.reaches("2026-11-23 09:00")  # a Monday
    head, deputy = await city.meets(Role.HEAD), await city.meets(Role.DEPUTY)
    city.desk.transact(people.set_number, city.who(Role.HEAD), PHONE)
    handset = Handset(city, PHONE)

    # A citizen complains, and the office hands it to the unit with a deadline.
    await complains(citizen)
    [case] = rows(city.program, "cases")
    city.does(
        obligations.hand_over,
        unit_id=UNIT,
        kind="complaint",
        asked="请查清办证窗口昨天下午的情况。",
        due=None,
        working_days=3,
        subject_id=str(case["id"]),
        seen="received.0",
    )
    assert f"您反映的 {case['number']} 已经受理" in citizen.screen().text
    assert "市国土局应在 11月26日 周四 18:00 前答复，还有 3 个工作日。" in head.screen().text
    assert "请查清办证窗口昨天下午的情况。" in head.screen().text
    handed = len(head.heard())

    # The head says nothing: four hours later it comes as a text message, a working day later to the deputy.
    await city.reaches("2026-11-23 13:01")
    [short] = handset.reads()
    assert short.startswith(
        "【效能办】市国土局督办事项D20261123-0001-1（新），11月26日到期，剩3个工作日。回复1签收2答复3延期4详情"
    )
    assert len(short) <= 70
    await city.reaches("2026-11-24 09:01")
    assert "负责人还没有签收，所以也发给您。" in deputy.screen().text
    assert "编号 D20261123-0001-1" in deputy.screen().text

    # The head asks for more time, which shows that it was seen: the ladder of silence ends.
    await head.says("/duties")
    await head.taps("1 · 11月26日 周四")
    assert "投诉件的办理结果" in head.screen().text
    await head.taps("申请延期")
    await head.taps("12月1日 周二")
    await head.says("经办人出差，周五才能回来核实")
    await head.taps("提交")
    assert "效能办决定之前，期限仍是 11月26日 周四 18:00" in head.screen().text
    assert city.obligation().obligation.acknowledged_at is not None
    city.decides(obligations.decide_time, True, "同意，请抓紧")
    assert "新期限是 12月1日 周二 18:00" in head.screen().text
    assert "同意，请抓紧" in head.screen().text

    # Nothing on the old deadline; a reminder before the new one; then the answer with a photo.
    before = len(head.heard())
    for day in ("2026-11-26 08:31", "2026-11-26 18:31", "2026-11-27 08:31"):
        await city.reaches(day)
    told = "\n".join(one.text for one in head.heard()[before:])
    assert "逾期" not in told
    await city.reaches("2026-11-30 08:31")
    assert head.screen().text.startswith(
        "⏰ 还有 1 个工作日：投诉件「请查清办证窗口昨天下午的情况。」\n市国土局应在 12月1日 周二 18:00 前答复。"
    )
    await head.taps("现在答复")
    await head.says("当天无人顶岗，已补办并当面致歉")
    await head.sends(Media("photo-1", "photo"))
    await head.taps("完成")
    await head.taps("提交")
    answer = city.obligation().history[-1]
    assert (answer.kind, len(answer.pieces)) == ("unit_answer", 1)

    # The office accepts, and its own word goes to the citizen.
    city.decides(obligations.accept_answer, "已核实：当天无人顶岗，证件已补办，单位当面致歉。")
    assert "答复已通过，D20261123-0001 办结" in head.screen().text
    assert "证件已补办" in citizen.screen().text
    heard = len(head.heard())
    await city.reaches("2026-12-03 08:31")
    assert len(head.heard()) == heard
    assert len(handset.reads()) == 1
    for secret in ("王秘密", "两个小时"):
        assert not any(secret in one.text for one in [*head.heard(), *deputy.heard()])
    assert handed < heard

    # A notice to all heads and deputies; the head acknowledges it with one tap.
    written = Written({"zh": "12月10日 上午九点开效能建设讲评会。"}, Audience(roles=(Role.HEAD, Role.DEPUTY)), True)
    notice = city.notice(written)
    await city.reaches("2026-12-03 08:32")
    assert "12月10日 上午九点开效能建设讲评会。" in head.screen().text
    await head.taps("收到")
    assert "已签收通知" in head.screen().text
    counts = city.program.acts.look(notices.progress, notice).counts
    assert counts.get("acknowledged") == 1
    assert is_whole(city.program), "every change of these weeks has its event"
