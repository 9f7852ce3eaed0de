"""Aliyun's request: signed as its own SDK signs it, and each answer taken for what it is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from alibabacloud_tea_openapi.utils import Utils
from Tea.request import TeaRequest

from channels.sms.aliyun import Aliyun, signed, written
from channels.sms.carrier import Refused, Taken
from channels.sms.forms import Form, templates_of
from templates import load_texts

KEY, SECRET = "testid", "testsecret"
AT = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
QUERY = {
    "PhoneNumbers": "13800138000",
    "SignName": "市效能办",
    "TemplateCode": "SMS_1",
    "OutId": "7",
    "TemplateParam": '{"text":"已收到 20261121-0042, 50% ~*+/=?&😀"}',
}
CODES = {"short": "SMS_1", "reminder": "SMS_2"}
TEMPLATES = templates_of(load_texts(lambda: AT)["zh"])
SHORT = Form("short", TEMPLATES["short"], {})
REMINDER = Form(
    "reminder",
    "市国土局督办事项D20261121-0001-1，11月24日到期，剩1个工作日。回复1签收",
    {
        "unit": "市国土局",
        "number": "D20261121-0001-1",
        "day": "11月24日",
        "left": "剩1个工作日",
        "keys": "回复1签收 ~*+/=?&",
    },
)


def aliyun(url: str, **more: Any) -> Aliyun:
    return Aliyun(url, KEY, SECRET, "市效能办", CODES, TEMPLATES, **more)


def test_the_signature_is_that_of_the_sdk() -> None:
    ours = signed("dysmsapi.aliyuncs.com", "SendSms", QUERY, KEY, SECRET, "2026-11-21T07:00:00Z", "n1")
    theirs = TeaRequest()
    theirs.method, theirs.pathname, theirs.query = "POST", "/", dict(QUERY)
    theirs.headers = {name: value for name, value in ours.items() if name != "Authorization"}
    payload = ours["x-acs-content-sha256"]
    assert payload == Utils.hash(b"", "ACS3-HMAC-SHA256").hex()
    wanted = Utils.get_authorization(theirs, "ACS3-HMAC-SHA256", payload, KEY, SECRET)
    assert ours["Authorization"] == wanted


async def test_the_whole_request_is_that_of_the_sdk(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's own client and ours, with the same time and the same nonce, against one server."""
    from alibabacloud_dysmsapi20170525.client import Client
    from alibabacloud_dysmsapi20170525.models import SendSmsRequest
    from alibabacloud_tea_openapi.utils_models import Config

    monkeypatch.setattr(Utils, "get_timestamp", staticmethod(lambda: "2026-11-21T07:00:00Z"))
    monkeypatch.setattr(Utils, "get_nonce", staticmethod(lambda: "n1"))
    monkeypatch.setenv("NO_PROXY", "*")
    endpoint = asked.url.removeprefix("http://")
    client = Client(Config(access_key_id=KEY, access_key_secret=SECRET, endpoint=endpoint, protocol="http"))
    param = json.dumps(dict(REMINDER.values), ensure_ascii=False, separators=(",", ":"))
    request = SendSmsRequest(
        phone_numbers="13800138000", sign_name="市效能办", template_code="SMS_2", template_param=param, out_id="7"
    )
    await client.send_sms_async(request)
    ours = aliyun(asked.url, clock=lambda: AT, nonce=lambda: "n1")
    assert await ours.send("+8613800138000", REMINDER.text, "7", REMINDER) == Taken("900619746936498440^0")
    await ours.close()
    theirs, mine = asked.requests
    assert mine["query"] == theirs["query"]
    signature = Utils.get_authorization(_as_sdk(mine), "ACS3-HMAC-SHA256", mine["payload"], KEY, SECRET)
    assert mine["authorization"] == signature
    named = ("x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256", "host")
    assert {name: mine["headers"][name] for name in named} == {name: theirs["headers"][name] for name in named}


def _as_sdk(request: dict[str, Any]) -> TeaRequest:
    made = TeaRequest()
    made.method, made.pathname, made.query = "POST", "/", request["query"]
    signed_names = request["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    made.headers = {name: request["headers"][name] for name in signed_names}
    return made


@pytest.mark.parametrize(
    ("code", "again", "at_least"),
    [
        ("isv.MOBILE_NUMBER_ILLEGAL", False, 0),
        ("isv.BUSINESS_LIMIT_CONTROL", True, 60),
        ("Throttling.User", True, 0),
        ("SignatureDoesNotMatch", True, 60),
        ("isv.AMOUNT_NOT_ENOUGH", True, 60),
        ("isp.RAM_PERMISSION_DENY", True, 0),
        ("isv.INVALID_PARAMETERS", False, 0),
    ],
)
async def test_each_answer_is_taken_for_what_it_is(asked: Asked, code: str, again: bool, at_least: int) -> None:
    asked.answer = {"Code": code, "Message": "x", "RequestId": "r"}
    ours = aliyun(asked.url)
    answer = await ours.send("+8613800138000", SHORT.text, "7", SHORT)
    assert isinstance(answer, Refused)
    assert (answer.code, answer.again, answer.wait >= at_least) == (code, again, True)
    assert await ours.trouble() == f"short SMS_1 {code}; reminder SMS_2 {code}"
    await ours.close()


@pytest.mark.parametrize("told", ["x" * 65, "1\0^\u202e0", 17, None, {"a": 1}, ["x"]])
async def test_an_odd_id_or_code_is_an_answer_all_the_same(asked: Asked, told: Any) -> None:
    asked.answer = {"Code": "OK", "BizId": told}
    ours = aliyun(asked.url)
    assert await ours.send("+8613800138000", SHORT.text, "7", SHORT) == Taken(told if isinstance(told, str) else None)
    asked.answer = {"Code": f"isv.{told}", "BizId": told}
    refused = await ours.send("+8613800138000", SHORT.text, "7", SHORT)
    assert isinstance(refused, Refused)
    assert len(refused.code) <= 100
    assert refused.code.isprintable()
    await ours.close()


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"Code":"\xff\xfe"}', b'{"Code":"\\ud800"}', b"\x00"])
async def test_an_answer_that_cannot_be_read_is_tried_again(asked: Asked, body: bytes) -> None:
    asked.raw = body
    ours = aliyun(asked.url)
    refused = await ours.send("+8613800138000", SHORT.text, "7", SHORT)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.again) == ("ServiceUnavailable", True)
    await ours.close()


async def test_a_server_that_is_not_there_is_tried_again() -> None:
    ours = aliyun("http://127.0.0.1:1")
    assert await ours.send("+8613800138000", SHORT.text, "7", SHORT) == Refused("not_reached", again=True, down=True)
    await ours.close()


@pytest.mark.parametrize(
    ("told", "trouble"),
    [
        ({"TemplateStatus": 1, "TemplateContent": TEMPLATES["short"]}, "reminder SMS_2 other_words"),
        (
            {"TemplateStatus": 0, "TemplateContent": TEMPLATES["short"]},
            "short SMS_1 not_approved; reminder SMS_2 not_approved",
        ),
        ({"TemplateStatus": 1}, None),
    ],
)
async def test_doctor_compares_what_is_registered(asked: Asked, told: dict[str, Any], trouble: str | None) -> None:
    asked.answer = {"Code": "OK"} | told
    ours = aliyun(asked.url)
    assert await ours.trouble() == trouble
    assert [one["query"] for one in asked.requests] == [{"TemplateCode": "SMS_1"}, {"TemplateCode": "SMS_2"}]
    await ours.close()


def test_a_query_is_written_as_it_is_signed() -> None:
    assert written({"b": "a b*~/", "a": "字"}) == "a=%E5%AD%97&b=a%20b%2A~%2F"


class Asked:
    """A server that keeps what it was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[dict[str, Any]] = []
        self.raw = b""  # told instead, where it is set
        self.answer: dict[str, Any] = {"Code": "OK", "BizId": "900619746936498440^0", "Message": "OK", "RequestId": "r"}

    async def take(self, request: web.Request) -> web.Response:
        self.requests.append(
            {
                "query": dict(request.query),
                "authorization": request.headers["Authorization"],
                "headers": {name.lower(): value for name, value in request.headers.items()},
                "payload": request.headers["x-acs-content-sha256"],
            }
        )
        return web.Response(body=self.raw) if self.raw else web.json_response(self.answer)


@pytest.fixture
async def asked() -> AsyncIterator[Asked]:
    asked, app = Asked(), web.Application()
    app.router.add_post("/", asked.take)
    async with TestServer(app) as server:
        asked.url = str(server.make_url("")).rstrip("/")
        yield asked
