"""What no carrier should send and some do: nothing of it is lost, said twice or answered 500, on both databases."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from bot.build import Program
from tests.conftest import rows
from tests.drivers.handset import NUMBER, SECRET, network

Client = TestClient[web.Request, web.Application]
ODD = ("%00", "a%00b", "%ED%A0%80", "%ff%fe", "x" * 300, "%E2%80%AE", "%0d%0a", "")
CHARSETS = (
    "%00",
    "UTF-8%00",
    "UTF%00-8",
    "idna",
    "undefined",
    "punycode",
    "hex",
    "unicode_escape",
    "raw_unicode_escape",
    "utf-7",
    "utf-16",
    "mbcs",
    "%E4",
    "GSM",
    "..%2f..",
    "x" * 300,
)


async def asks(client: Client, path: str, **raw: str) -> int:
    """The values as they stand in the address, escaped already."""
    told = "&".join(f"{name}={value}" for name, value in ({"secret": SECRET} | raw).items())
    async with client.get(f"{path}?{told}") as answer:
        return answer.status


async def writes(client: Client, **raw: str) -> int:
    return await asks(client, "/sms/in", **({"from": f"%2B86{NUMBER}", "text": "hello", "charset": "UTF-8"} | raw))


async def posts(client: Client, path: str, body: bytes) -> int:
    async with client.post(path, params={"secret": SECRET}, data=body) as answer:
        return answer.status


def kept(program: Program) -> tuple[int, int]:
    """Of what came in: how many were taken, how many of these could not be handled."""
    return len(rows(program, "inbox")), len(rows(program, "quarantine"))


async def test_an_odd_event_id_is_an_event_like_another(program: Program, carrier: Client) -> None:
    for value in ODD:
        assert await writes(carrier, id=value, ts=value) == 200, value
        assert await writes(carrier, id=value, ts=value) == 200, value
    assert kept(program) == (len(ODD), 0)


async def test_a_charset_that_is_none_loses_no_text(program: Program, carrier: Client) -> None:
    for n, charset in enumerate(CHARSETS):
        assert await writes(carrier, charset=charset, id=f"c{n}", text="%E6%98%8E%5Cud800%5Cx00x--9") == 200, charset
    assert kept(program) == (len(CHARSETS), 0)


async def test_a_text_with_characters_that_no_database_takes_becomes_a_report(program: Program) -> None:
    async with network(program) as on_air:
        phone = on_air.phone(f"+86{NUMBER}")
        said = "a\0b\ud800 等了两个小时\r\n没有人"
        for text in ("投诉", "1", "1", "1", said, "#", "#", "#", "1", "9"):
            await phone.says(text)
    assert kept(program)[1] == 0
    [case] = rows(program, "cases")
    assert case["what"] == "ab\ufffd 等了两个小时\n没有人"


@pytest.mark.parametrize("name", ["ref", "type"])
async def test_an_odd_report_changes_nothing(program: Program, carrier: Client, name: str) -> None:
    await writes(carrier, id="a")
    [row] = rows(program, "deliveries")
    for value in (*ODD, "9" * 18, "9" * 30, "1-%00", "1-1", "-", "%D9%A1"):
        assert await asks(carrier, "/sms/report", **({"ref": "77", "type": "1"} | {name: value})) == 200, value
    assert rows(program, "deliveries") == [row]


async def test_one_odd_message_does_not_lose_the_list_that_it_stands_in(program: Program, carrier: Client) -> None:
    told = [
        {"phone_number": NUMBER, "content": f"a{sign}b", "sequence_id": f"s{sign}", "send_time": sign}
        for sign in ("\0", "\ud800", "\u202e", "\x85")
    ]
    told += [{"phone_number": int(NUMBER), "content": 1, "sequence_id": None}, {"phone_number": [1], "content": {}}]
    told += [{"phone_number": NUMBER, "content": None, "sequence_id": "n"}]
    body = json.dumps([*told, 3, None, []]).encode()
    bad = b'[{"phone_number":"%s","content":"hi \xff\xfe","sequence_id":"\xff"}]' % NUMBER.encode()
    for _ in range(2):
        assert await posts(carrier, "/sms/in", body) == 200
        assert await posts(carrier, "/sms/in", b"\xef\xbb\xbf" + bad) == 200
    assert kept(program) == (6, 0)


@pytest.mark.parametrize(
    "sender", ["+86{}", "%2B86{}", "86{}", "0086{}", "0086%20{}", "+86%20138%200013%208000", "%2B86-138-0013-8000"]
)
async def test_a_number_is_the_same_however_it_is_written(program: Program, carrier: Client, sender: str) -> None:
    await writes(carrier, id="a")
    assert await writes(carrier, id="b", **{"from": sender.format(NUMBER)}) == 200
    assert len(rows(program, "contacts")) == 1
    assert kept(program) == (2, 0)


@pytest.mark.parametrize("path", ["/sms/in", "/sms/report"])
async def test_a_body_that_is_too_large_or_broken_is_refused(program: Program, carrier: Client, path: str) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"["
        for _ in range(32):
            yield b" " * 65_536
        yield b"]"

    told = {"secret": SECRET}
    for body in (chunks(), BytesIO(b" " * 2_000_000)):
        async with carrier.post(path, params=told, data=body) as answer:
            assert answer.status == 413
    async with carrier.post(path, params=told, data=b"abc", headers={"Content-Encoding": "gzip"}) as answer:
        assert answer.status == 400
    assert kept(program) == (0, 0)


@pytest.mark.parametrize("path", ["/sms/in", "/sms/report"])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"\xff\xfe\x00", 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 100_000, 400),
        (b"{", 400),
        (b"", 400),
        (b'[{"out_id":' + b"9" * 5000 + b"}]", 400),
        (b'"a"', 200),
        (b"null", 200),
        (b'[{"out_id":[1]},{"out_id":null},{"out_id":1e999},{"out_id":"\\u0000"},{"out_id":"1-\\ud800"}]', 200),
    ],
)
async def test_a_body_that_is_no_list_is_refused(
    program: Program, carrier: Client, path: str, body: bytes, status: int
) -> None:
    assert await posts(carrier, path, body) == status
    assert kept(program) == (0, 0)
