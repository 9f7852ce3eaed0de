"""A unit whose people have accounts, a clerk who hands things over, and a clock that goes from reminder to reminder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from bot.build import Program
from models.tables import contacts as accounts
from models.tables import deliveries, grants, reminders
from services import cases, desk, obligations, people
from services.deliveries import open_body
from services.desk import Report
from services.foundation.act import SYSTEM, Act
from services.foundation.refusal import Refusal
from tests.conftest import Clock

PHONE = "+8613800138000"
CLERK, UNIT = "clerk-id", "gtj"
ZONE = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Told:
    """One message that went out."""

    at: datetime  # of the row, in the office's zone
    to: str  # the address
    words: str
    values: Any
    presses: Sequence[str]

    def __str__(self) -> str:
        """11-26 08:30 head D20261121-0001-2, or the block's name for what was said at once."""
        name = "" if self.words == "obligation.reminder" else f" {self.words.removeprefix('obligation.')}"
        late = " late" if self.values.get("late_by") else ""
        return f"{self.at:%m-%d %H:%M} {self.to} {self.values['nth'].rpartition('-')[2]}{name}{late}"


@dataclass
class Office:
    program: Program
    clock: Clock
    _read: set[int] = field(default_factory=set)
    people: dict[str, str] = field(default_factory=dict)

    def at(self, moment: str) -> None:
        """The clock stands at this moment of the office's day: "2026-11-23 09:00"."""
        self.clock.now = datetime.fromisoformat(moment).replace(tzinfo=ZONE)

    def do(self, work: Any, *args: Any, by: str = SYSTEM, **kwargs: Any) -> Any:
        acts = self.program.acts.by(by).at(self.program.clock())
        self.clock.passes(microseconds=1)
        return acts.transact(work, *args, **kwargs)

    def office(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        """As the clerk."""
        return self.do(work, *args, by=CLERK, **kwargs)

    def bind(self, role: str, *addresses: str, unit: str = UNIT, phone: str | None = None) -> str:
        """Whoever holds the role there (somebody new where nobody does) gets these chat accounts."""
        held = grants.c.role == role, grants.c.unit_id == unit, grants.c.until.is_(None)
        person_id = self.do(lambda act: act.tx.execute(select(grants.c.person_id).where(*held)).scalar())
        if person_id is None:
            person_id = self.do(people.add_person, "某人", [people.Grant(role, unit)])
        for address in addresses:
            self.do(people.ensure_contact, "fake", address, "zh", person_id)
        if phone:
            self.office(people.set_number, person_id, phone)
        self.people[role] = person_id
        return person_id

    def hand_over(self, due: str | None = None, working_days: int | None = None, **values: Any) -> str:
        kinds = self.program.tools.kinds
        given = {"unit_id": UNIT, "kind": "instruction", "asked": "请报送整改情况"} | values
        day = date.fromisoformat(due) if due else None
        return self.office(obligations.hand_over, kinds, due=day, working_days=working_days, **given)

    def seen(self, obligation: str) -> str:
        return self.look(obligation).seen

    def look(self, obligation: str) -> obligations.Dossier:
        found = self.program.acts.look(obligations.look, self.program.tools.kinds, obligation)
        assert found is not None
        return found

    def listed(self, **filters: Any) -> list[obligations.Obligation]:
        """As the console lists them."""
        wanted = obligations.ObligationFilters(**filters)
        return self.program.acts.look(obligations.listed, self.program.tools.kinds, wanted)

    def act(self, what: Any, obligation: str, *args: Any) -> None:
        """As the head."""
        self.do(what, obligation, *args, by=self.people["head"])

    def answer(self, obligation: str, text: str = "已经整改", by: str = "head") -> None:
        key = people.address_hash(self.program.vault, "fake", by)
        found = self.do(people.lock_contacts, {key: ("fake", by, "zh")})
        kinds, contact = self.program.tools.kinds, found[key]
        self.do(obligations.answer, kinds, contact, obligation, text, (), by=self.people[by])

    def decide(self, what: Any, obligation: str, *args: Any) -> None:
        """As the clerk, on what stands there now."""
        self.office(what, self.program.tools.kinds, obligation, self.seen(obligation), *args)

    def fire(self, most: int = 100) -> int:
        return self.do(obligations.fire, most) + self.do(desk.remind_clerks, most)

    def until(self, moment: str) -> list[str]:
        """Lets the time pass, firing whenever something is due; what was said on the way."""
        end = datetime.fromisoformat(moment).replace(tzinfo=ZONE)
        coming = select(func.min(reminders.c.due_at)).where(reminders.c.fired_at.is_(None))
        while (due := self.do(lambda act: act.tx.execute(coming).scalar())) and due <= end:
            self.clock.now = max(due, self.clock.now)
            while not self.fire():
                self.clock.now += MINUTE
        self.clock.now = end
        return self.said()

    def said(self) -> list[str]:
        return [str(one) for one in self.told()]

    def told(self) -> list[Told]:
        """What was queued since the last call."""
        return self.do(self._told)

    def _told(self, act: Act) -> list[Told]:
        rows = act.tx.execute(
            select(deliveries, accounts.c.sealed.label("address"))
            .join_from(deliveries, accounts)
            .order_by(deliveries.c.id)
        ).all()
        new = [row for row in rows if row.id not in self._read]
        self._read.update(row.id for row in new)
        return [self._one(row) for row in new]

    def _one(self, row: Any) -> Told:
        say = open_body(self.program.vault, row.sealed).say
        assert say is not None
        address = self.program.vault.identities.open_bytes(row.address, "address").decode()
        presses = [button.press for button in say.buttons]
        return Told(max(row.due_at, row.created_at).astimezone(ZONE), address, say.words, say.values, presses)


def withdraw(office: Office, role: str) -> None:
    office.office(people.end_role, office.people[role], role, UNIT)


def refused(run: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refusal) as caught:
        run(*args, **kwargs)
    return caught.value.code


def complaint(office: Office, what: str = "窗口没有人，我等了两个小时") -> cases.Case:
    citizen = people.address_hash(office.program.vault, "fake", "citizen")
    account = office.do(people.lock_contacts, {citizen: ("fake", "citizen", "zh")})[citizen]
    return office.do(cases.file_complaint, account, cases.Complaint(UNIT, "slow", what))[0]


def report(office: Office, case_id: str) -> Report:
    """A case as the desk shows it."""
    found = office.program.acts.look(desk.look, case_id)
    assert found is not None
    return found


def decide(office: Office, what: Callable[..., Any], case_id: str, *args: Any) -> Any:
    """As the clerk, on what the desk shows of a case now."""
    return office.office(what, case_id, report(office, case_id).seen, *args)
