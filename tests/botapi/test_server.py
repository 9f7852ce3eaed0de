"""What the fake refuses, and what both sides see of it."""

from __future__ import annotations

import pytest
from aiohttp import ClientSession, FormData

from . import BotApi
from .files import TINY_JPEG
from .harness import Clock, keyboard, talking
from .markup import parse_markup

pytestmark = pytest.mark.asyncio


REFUSED = [
    ("sendMessage", {"chat_id": 1, "text": " \n"}, "message text is empty"),
    ("sendMessage", {"chat_id": 1, "text": "😀" * 2048 + "a"}, "message is too long"),
    ("sendMessage", {"chat_id": 9, "text": "a"}, "chat not found"),
    ("sendMessage", {"chat_id": "abc", "text": "a"}, "chat not found"),
    ("sendMessage", {"text": "a"}, "chat_id is empty"),
    ("editMessageText", {"chat_id": 1, "text": "a"}, "message identifier is not specified"),
    ("sendMessage", {"chat_id": 1, "text": "a\ud800"}, "strings must be encoded in UTF-8"),
    ("sendMessage", {"chat_id": 1, "text": "a", "reply_parameters": {"message_id": 5}}, "message to be replied not"),
    ("sendMessage", {"chat_id": 1, "text": "<b>a", "parse_mode": "HTML"}, "can't parse entities: Can't find end"),
    ("sendMessage", {"chat_id": 1, "text": "a < b", "parse_mode": "HTML"}, "can't parse entities: Unsupported"),
    ("sendMessage", {"chat_id": 1, "text": "a_b", "parse_mode": "Markdown"}, "can't parse entities"),
    ("sendMessage", {"chat_id": 1, "text": "1.", "parse_mode": "MarkdownV2"}, "can't parse entities: Character '.'"),
    (
        "sendMessage",
        {"chat_id": 1, "text": "a", "reply_markup": keyboard({"text": "x", "callback_data": "键" * 22})},
        "BUTTON_DATA_INVALID",
    ),
    (
        "sendMessage",
        {"chat_id": 1, "text": "a", "reply_markup": keyboard({"text": "x", "callback_data": ""})},
        "BUTTON_DATA_INVALID",
    ),
    ("sendMessage", {"chat_id": 1, "text": "a", "reply_markup": keyboard({"text": "x"})}, "can't parse inline"),
    ("editMessageText", {"chat_id": 1, "message_id": 77, "text": "a"}, "message to edit not found"),
    ("deleteMessage", {"chat_id": 1, "message_id": 77}, "message to delete not found"),
    ("answerCallbackQuery", {"callback_query_id": "1"}, "query is too old and response timeout expired or query ID"),
    ("sendPhoto", {"chat_id": 1, "photo": "nonsense"}, "wrong file identifier/HTTP URL specified"),
    ("sendMediaGroup", {"chat_id": 1, "media": [{"type": "photo", "media": "x"}]}, "media group must include 2-10"),
    ("sendChatAction", {"chat_id": 1, "action": "dancing"}, "wrong parameter action in request"),
    ("getFile", {"file_id": "x"}, "wrong file_id"),
    ("setMyCommands", {"commands": [{"command": "Start", "description": "d"}]}, "BOT_COMMAND_INVALID"),
    ("setMyCommands", {"commands": [{"command": "a", "description": ""}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
    ("setMyCommands", {"commands": [], "language_code": "zh-CN"}, "invalid language code"),
    ("setWebhook", {"url": "http://x", "secret_token": "a b"}, "secret token contains unallowed characters"),
]


async def test_refuses_in_the_real_servers_words() -> None:
    async with talking() as (_, ask):
        for method, params, words in REFUSED:
            answer = await ask(method, **params)
            assert answer["error_code"] == 400, (method, params, answer)
            assert answer["description"].startswith(f"Bad Request: {words}"), answer
        assert (await ask("sendMessage", chat_id=1, text="😀" * 2048))["ok"]
        assert await ask("noSuchMethod") == {"ok": False, "error_code": 404, "description": "Not Found"}


async def test_wrong_token_is_unauthorized() -> None:
    async with BotApi() as api, ClientSession() as http, http.get(f"{api.url}/bot43:X/getMe") as answer:
        assert answer.status == 401
        assert (await answer.json())["description"] == "Unauthorized"


@pytest.mark.parametrize(
    ("text", "mode", "plain"),
    [
        ("<b>a</b> &lt;c&gt; &copy;", "HTML", "a <c> &copy;"),
        ("*a* _b_ `c_d` [e](http://f.g) \\*", "Markdown", "a b c_d e *"),
        ("*a _b_* ||c|| `d.e` [f\\.](http://g.h) \\! __i__", "MarkdownV2", "a b c d.e f. ! i"),
    ],
)
async def test_markup_is_taken_off(text: str, mode: str, plain: str) -> None:
    assert parse_markup(text, mode)[0] == plain


async def test_every_body_encoding_and_oddities() -> None:
    async with BotApi() as api, ClientSession(f"{api.url}/bot42:TEST/") as http:
        api.user(1, started=True)
        form = FormData({"chat_id": "1", "caption": "图"})
        form.add_field("photo", TINY_JPEG + b"\r\n--x\r\n", filename="照片.jpg", content_type="image/jpeg")
        async with http.post("sendPhoto", data=form) as answer:
            photo = (await answer.json())["result"]
        assert photo["caption"] == "图"
        async with http.post("SENDMESSAGE", data={"chat_id": "1", "text": "a+b 好"}) as answer:
            assert (await answer.json())["result"]["text"] == "a+b 好"
        async with http.get("sendMessage", params={"chat_id": "1", "text": "c", "txet": "d"}) as answer:
            assert (await answer.json())["ok"]
        assert api.oddities == ["sendMessage: unknown parameter txet"]
        assert [call.method for call in api.calls] == ["sendPhoto", "sendMessage", "sendMessage"]


async def test_edits_and_taps() -> None:
    async with talking() as (api, ask):
        user, markup = api.user(1), keyboard({"text": "甲", "callback_data": "a"})
        message_id = (await ask("sendMessage", chat_id=1, text="q", reply_markup=markup))["result"]["message_id"]
        again = await ask("editMessageText", chat_id=1, message_id=message_id, text="q ", reply_markup=markup)
        assert "message is not modified" in again["description"]
        assert (await ask("editMessageText", chat_id=1, message_id=message_id, text="q2"))["ok"]
        with pytest.raises(AssertionError, match="no button '甲'"):
            await user.taps("甲")
        await user.taps("甲", message_id=message_id)
        await user.taps("forged", message_id=message_id)
        await ask("deleteMessage", chat_id=1, message_id=message_id)
        await user.taps("a", message_id=message_id)
        stale, forged, gone = [update["callback_query"] for update in (await ask("getUpdates"))["result"]]
        assert (stale["data"], forged["data"], gone["data"]) == ("a", "forged", "a")
        assert (stale["message"]["text"], gone["message"]["date"]) == ("q2", 0)
        await ask("answerCallbackQuery", callback_query_id=stale["id"], text="晚了")
        assert user.notices == ["晚了"]


async def test_reply_keyboard_says_its_label() -> None:
    async with talking() as (api, ask):
        keys = [["是"], [{"text": "电话", "request_contact": True}]]
        await ask("sendMessage", chat_id=1, text="?", reply_markup={"keyboard": keys})
        assert api.user(1).screen().buttons == [["是"], ["电话"]]
        await api.user(1).taps("是")
        await api.user(1).taps("电话")
        said, contact = [update["message"] for update in (await ask("getUpdates"))["result"]]
        assert said["text"] == "是"
        assert contact["contact"]["user_id"] == 1


async def test_user_updates_look_real() -> None:
    async with talking(clock=Clock()) as (api, ask):
        user = api.user(1)
        await user.says("😀 /start@fake_test_bot x" + "长" * 5000)
        await user.sends_album([TINY_JPEG, b"not a picture"], caption="c")
        first, rest, one, two = [update["message"] for update in (await ask("getUpdates"))["result"]]
        assert first["entities"] == [{"type": "bot_command", "offset": 3, "length": 20}]
        assert len(first["text"]) == 4095
        assert rest["text"] == "长" * (len("😀 /start@fake_test_bot x") + 5000 - 4095)
        assert one["media_group_id"] == two["media_group_id"]
        assert [size["width"] for size in two["photo"]] == [90, 320, 800, 1280]
        assert (one["caption"], "caption" in two, one["date"]) == ("c", False, 1_700_000_000)


async def test_files_have_a_size_limit_and_a_lifetime() -> None:
    clock = Clock()
    async with talking(clock=clock) as (api, ask), ClientSession() as http:
        await api.user(1).sends_document(b"x", "big.bin", "application/x", size_bytes=20 * 2**20 + 1)
        await api.user(1).sends_photo(b"the photo")
        big, photo = [update["message"] for update in (await ask("getUpdates"))["result"]]
        refused = await ask("getFile", file_id=big["document"]["file_id"])
        assert refused["description"] == "Bad Request: file is too big"
        path = (await ask("getFile", file_id=photo["photo"][-1]["file_id"]))["result"]["file_path"]
        async with http.get(f"{api.url}/file/bot42:TEST/{path}") as answer:
            assert await answer.read() == b"the photo"
        clock.now += 3601
        async with http.get(f"{api.url}/file/bot42:TEST/{path}") as answer:
            assert answer.status == 404


async def test_the_same_person_in_a_group() -> None:
    async with talking() as (api, ask):
        group = api.group(-100, "街道办", username="jdb")
        there = api.user(1).at(group)
        await there.says("/help")
        message = (await ask("getUpdates"))["result"][0]["message"]
        assert (message["chat"]["type"], message["from"]["id"]) == ("supergroup", 1)
        await ask("sendMessage", chat_id="@jdb", text="在此", reply_parameters={"message_id": message["message_id"]})
        assert (await there.waits_for("在此")).raw["reply_to_message"]["text"] == "/help"
        assert api.user(1).history() == []
