"""What the office does about a case among itself: notes, and what nobody else may ever read of it."""

from __future__ import annotations

import asyncio
import re

import pytest

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Body
from services import cases, obligations, people
from services.deliveries import open_body
from services.desk import KINDS
from tests.conftest import rows
from tests.drivers.auditing import is_whole
from tests.drivers.desk_pages import actions, complains, first_report, how_many, is_head
from tests.web.site.test_repeated_forms import arrives, hidden

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's

CANARY = "金丝雀七三一九"


async def test_an_internal_note_is_read_by_the_office_alone(
    program: Program, clerk, browser, citizen: FakePerson, person, clerk_id: str
) -> None:
    number = await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    heard = len(citizen.heard())
    page = await clerk.sends(f"{report}/jot", text=f"{CANARY}，先电话核实")
    assert "备注已保存" in page
    assert f"{CANARY}，先电话核实" in page
    assert '<span class="tag">内部</span>' in page
    assert "钱一" in page
    assert "case_note" in actions(program)

    assert len(citizen.heard()) == heard
    case_id = report.rpartition("/")[2]
    assert CANARY not in repr(program.acts.look(cases.history, case_id))
    assert all(CANARY not in one.text for one in await citizen.says("/status"))

    head = person("head")
    await is_head(program, head)
    await clerk.sends(f"{report}/hand", unit="gtj", kind="complaint", text="请核实窗口值守情况。", days="5")
    assert clerk.status == 200
    assert number in clerk.page
    [duty] = rows(program, "obligations")[-1:]
    await head.says(f"/obligation {duty['id']}")
    assert all(CANARY not in one.text for one in head.heard())
    assert CANARY not in repr(program.acts.look(obligations.look, KINDS, str(duty["id"])))
    for form in ("csv", "print"):
        assert number in await clerk.opens(f"/console/reports.{form}")
        assert CANARY not in clerk.page
    assert not [body for body in _bodies(program) if CANARY in repr(body)]


def _bodies(program: Program) -> list[Body]:
    """Every message that was queued, by whichever channel: what no body holds reaches no chat and no phone."""
    sealed = [row["sealed"] for row in rows(program, "deliveries")]
    assert sealed
    return [open_body(program.vault, one) for one in sealed if isinstance(one, bytes)]


async def test_a_note_is_kept_beside_a_decision_and_holds_up_one_that_has_not_read_it(
    clerk, browser, citizen: FakePerson, program: Program, clerk_id: str
) -> None:
    await complains(citizen)
    other = await browser()
    await other.sends("/in", code=program.acts.by(clerk_id).transact(people.invite, clerk_id, 1)[1])
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    await other.opens(report)
    await asyncio.gather(clerk.sends(f"{report}/jot", text="先别受理"), other.sends(f"{report}/jot", text="正在核实"))
    assert (clerk.status, other.status) == (200, 200)
    page = await clerk.opens(report)
    assert "先别受理" in page
    assert "正在核实" in page
    await other.opens(report)
    await clerk.sends(f"{report}/jot", text="来件人已撤诉")
    page = await other.sends(f"{report}/accept", text="我们会核实")
    assert other.status == 409
    assert "来件人已撤诉" in page
    assert "我们会核实</textarea>" in page


async def test_a_note_that_is_sent_twice_is_one(program: Program, clerk, citizen: FakePerson) -> None:
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    page = await clerk.opens(report)
    form = hidden(page) | {"text": "先电话核实"}
    jot = page.partition("/jot")[2].partition("</form>")[0]
    assert f'name="number" value="{form["number"]}"' in jot
    for times in (3, 1):
        assert len(set(await arrives(clerk, f"{report}/jot", form, times))) == 1
    await arrives(clerk, f"{report}/jot", form | {"text": "又打了一次"})
    await arrives(clerk, f"{report}/jot", hidden(await clerk.opens(report)) | {"text": "先电话核实"})
    notes = [str(row["text"]) for row in rows(program, "entries")]
    assert sorted(notes) == ["先电话核实", "先电话核实", "又打了一次"], (
        "another form with the same words is another note"
    )


@ON_SQLITE
async def test_an_empty_note_is_refused_and_a_long_one_kept(clerk, citizen: FakePerson) -> None:
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    await clerk.sends(f"{report}/jot", text=" ")
    assert clerk.status == 422
    long = "长" * 3001
    page = await clerk.sends(f"{report}/jot", text=long)
    assert clerk.status == 422
    assert f"{long}</textarea>" in page


async def test_unit_and_category_are_put_right_and_the_old_ones_stay_in_the_history(
    program: Program, clerk, citizen: FakePerson, clerk_id: str
) -> None:
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    await clerk.sends(f"{report}/accept", text="")
    heard = len(citizen.heard())
    page = await clerk.sends(f"{report}/put_right", unit="gaj", category="fees")
    assert "已改正" in page
    assert "<del><bdi>市国土局</bdi></del>" in page
    assert "<ins><bdi>市公安局</bdi></ins>" in page
    assert "<del>态度不好</del>" in page
    assert "钱一" in page
    assert len(citizen.heard()) == heard
    assert await how_many(clerk, "unit=gtj") == 0
    assert await how_many(clerk, "unit=gaj&category=fees") == 1
    [counted] = [row for row in rows(program, "happenings") if row["kind"] == "complaint_accepted"]
    assert counted["unit_id"] == "gaj"
    [entry] = [row for row in rows(program, "entries") if row["kind"] == "put_right"]
    assert (entry["actor"], entry["detail"]) == (clerk_id, {"unit_id": ["gtj", "gaj"], "category": ["rude", "fees"]})
    assert "case_put_right" in actions(program)
    assert is_whole(program)
    assert [one.kind for one in program.acts.look(cases.history, report.rpartition("/")[2])] == ["accept"]

    await clerk.opens(report)
    await clerk.sends(f"{report}/put_right", unit="", category="fees")
    assert await how_many(clerk, "unit=unknown") == 1


async def test_what_was_put_right_meanwhile_is_not_put_right_again(
    program: Program, clerk, browser, citizen: FakePerson, clerk_id: str
) -> None:
    await complains(citizen)
    other = await browser()
    await other.sends("/in", code=program.acts.by(clerk_id).transact(people.invite, clerk_id, 1)[1])
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    await other.opens(report)
    await asyncio.gather(
        clerk.sends(f"{report}/put_right", unit="gaj", category="rude"),
        other.sends(f"{report}/put_right", unit="gtj", category="fees"),
    )
    assert sorted([clerk.status, other.status]) == [200, 409]
    loser, kept = (clerk, ("gaj", "rude")) if clerk.status == 409 else (other, ("gtj", "fees"))
    form = loser.page[loser.page.index('id="right-unit"') :]
    for value in kept:  # what was chosen stays chosen
        assert re.search(rf'<option value="{value}"[^>]* selected>', form)


@ON_SQLITE
async def test_a_unit_or_category_that_nobody_knows_is_refused(program: Program, clerk, citizen: FakePerson) -> None:
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    for unit, category in (("nowhere", "rude"), ("gtj", "nothing"), ("gtj", ""), ("gtj", "rude")):
        await clerk.sends(f"{report}/put_right", unit=unit, category=category)
        assert clerk.status == 422, (unit, category)
    assert not [row for row in rows(program, "entries") if row["kind"] == "put_right"]


@ON_SQLITE
async def test_a_form_that_lacks_its_fields_is_refused_in_words(clerk, citizen: FakePerson) -> None:
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    page = await clerk.sends(f"{report}/put_right")
    assert clerk.status == 422
    assert "编号" in page
