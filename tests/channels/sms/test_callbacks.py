"""What a carrier calls: only with the secret, in any order, never lost."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from bot.build import Program
from channels.sms.intake import CHANNEL
from channels.sms.refs import ref_of
from models.database import DatabaseAway
from models.tables import deliveries
from tests.conftest import rows
from tests.drivers.handset import NUMBER, SECRET

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def writes(client: TestClient[web.Request, web.Application], text: str, **fields: str) -> int:
    told = {"secret": SECRET, "from": f"+86{NUMBER}", "text": text, "charset": "UTF-8", **fields}
    async with client.get("/sms/in", params=told) as answer:
        assert await answer.text() == ""
        return answer.status


async def reports(client: TestClient[web.Request, web.Application], ref: object, kind: object, **fields: str) -> int:
    told = {"secret": SECRET, "ref": str(ref), "type": str(kind), **fields}
    async with client.get("/sms/report", params=told) as answer:
        return answer.status


def id_of(row: Mapping[str, object]) -> int:
    return int(str(row["id"]))


@pytest.mark.parametrize("secret", ["", "wrong", "test-secre", "test-secret1", "密", "%ff"])
async def test_a_wrong_secret_is_403_and_does_nothing(
    program: Program, carrier: TestClient[web.Request, web.Application], secret: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await writes(carrier, "菜单", secret=secret) == 403
    assert await reports(carrier, 1, 1, secret=secret) == 403
    assert capsys.readouterr().out.count("sms_wrong_secret") == 1, "one line a minute, however many come"
    async with carrier.post("/sms/in", params={"secret": secret}, json=[{"phone_number": NUMBER}]) as answer:
        assert answer.status == 403
    assert rows(program, "inbox") == []


async def test_reports_in_any_order(program: Program, carrier: TestClient[web.Request, web.Application]) -> None:
    orders = [*permutations("841"), ("8", "2"), ("2", "8"), ("16",), ("4", "8"), ("1", "2"), ("2", "1")]
    await writes(carrier, "菜单")
    [first] = rows(program, "deliveries")
    for number, order in enumerate(orders, 1000):
        new = {**first, "id": number, "state": "sent"}
        program.database.transact(lambda tx, new=new: tx.execute(deliveries.insert().values(**new)) and None)
        for kind in order:
            assert await reports(carrier, ref_of(program.vault, number), kind) == 200
    states = {
        row["id"]: (row["state"], row["error"]) for row in rows(program, "deliveries") if row["id"] != first["id"]
    }
    assert [*states.values()] == [
        *[("delivered", None)] * 6,
        ("failed", "undelivered"),
        ("failed", "undelivered"),
        ("failed", "rejected"),
        ("sent", None),
        ("delivered", None),
        ("delivered", None),
    ]


async def test_the_first_of_several_messages_does_not_tell_of_the_last(
    program: Program, carrier: TestClient[web.Request, web.Application]
) -> None:
    await writes(carrier, "菜单")
    [row] = rows(program, "deliveries")
    assert await reports(carrier, ref_of(program.vault, id_of(row), 1), 1) == 200
    assert rows(program, "deliveries")[0]["state"] == "queued"
    assert await reports(carrier, ref_of(program.vault, id_of(row), 1), 2) == 200
    assert rows(program, "deliveries")[0]["state"] == "failed"


@pytest.mark.parametrize("ref", ["", "0", "1", "999999", "x", "1" * 40, "²", "-1", "A" * 54])
async def test_a_report_for_an_unknown_message_is_200(
    program: Program, carrier: TestClient[web.Request, web.Application], ref: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await reports(carrier, ref, 1) == 200
    assert "sms_report_unknown" in capsys.readouterr().out
    assert rows(program, "deliveries") == []


async def test_what_comes_in_is_kept_once_whatever_its_charset(
    program: Program, carrier: TestClient[web.Request, web.Application]
) -> None:
    assert await writes(carrier, "窗口中午上班吗", id="a") == 200
    assert await writes(carrier, "窗口中午上班吗", id="a") == 200
    assert len(rows(program, "deliveries")) == 1
    assert await writes(carrier, "等了两小时", ts="1") == 200
    assert await writes(carrier, "等了两小时", ts="1") == 200
    assert len(rows(program, "deliveries")) == 2
    raw = "%4f%60%59%7d"  # UTF-16BE
    address = f"/sms/in?secret={SECRET}&from=%2B86{NUMBER}&text={raw}&charset=UTF-16BE&id=b"
    async with carrier.get(address) as answer:
        assert answer.status == 200
    async with carrier.get(f"/sms/in?secret={SECRET}&from=%2B86{NUMBER}&text=%ff%fe&charset=martian&id=c") as answer:
        assert answer.status == 200
    assert len(rows(program, "deliveries")) == 4
    assert [row["channel"] for row in rows(program, "contacts")][-1] == CHANNEL
    assert NUMBER.encode() not in b"".join(bytes(row["sealed"]) for row in rows(program, "contacts"))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("sender", ["10086", "", "bank", "+8610691234567"])
async def test_who_is_no_person_gets_no_answer(
    program: Program, carrier: TestClient[web.Request, web.Application], sender: str
) -> None:
    assert await writes(carrier, "中奖了", **{"from": sender}) == 200
    assert rows(program, "inbox") == []


async def test_while_the_database_is_away_nothing_is_acknowledged(
    program: Program, carrier: TestClient[web.Request, web.Application], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise DatabaseAway("test")

    for name in ("read", "write", "talk"):
        monkeypatch.setattr(program.database, name, away)
    assert await writes(carrier, "菜单") == 503
    assert await reports(carrier, ref_of(program.vault, 1), 1) == 503


async def test_aliyun_posts_its_lists(program: Program, carrier: TestClient[web.Request, web.Application]) -> None:
    secret = {"secret": SECRET}
    told = [{"phone_number": NUMBER, "content": "菜单", "send_time": "2026-11-21 15:00:00", "sequence_id": 17}]
    for _ in range(2):
        async with carrier.post("/sms/in", params=secret, json=told) as answer:
            assert await answer.json() == {"code": 0, "msg": "OK"}
    [row] = rows(program, "deliveries")
    failed = [{"out_id": ref_of(program.vault, id_of(row)), "success": "false", "err_code": "MK:0001"}]
    async with carrier.post("/sms/report", params=secret, json=failed) as answer:
        assert answer.status == 200
    assert rows(program, "deliveries")[0]["state"] == "failed"
    done = [{**failed[0], "success": True, "err_code": "DELIVERED", "biz_id": "1"}, {"out_id": "77"}]
    async with carrier.post("/sms/report", params=secret, json=done) as answer:
        assert answer.status == 200
    assert rows(program, "deliveries")[0]["state"] == "delivered"
    async with carrier.post("/sms/report", params=secret, data=b"{") as answer:
        assert answer.status == 400
