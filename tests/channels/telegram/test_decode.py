"""What an update means; and that no update, however odd, does worse than land in the quarantine."""

from __future__ import annotations

import json

import pytest

from channels.render import Drawn, Key
from channels.telegram.batches import split_poll
from channels.telegram.decode import Event, Undecodable, decode
from channels.telegram.drawing import letter_of, split
from conversation.messages import Media, Reply
from conversation.text import inert
from tests.drivers.hostile import GOOD, HOSTILE, ODD, update

SILENT = {name: value for name, value in GOOD.items() if name != "text"}


def said(**fields: object) -> Reply:
    event = decode(json.dumps(update(message={**SILENT, **fields})).encode())
    assert event.incoming
    return event.incoming.reply


def test_a_text() -> None:
    raw = json.dumps(update(message={**GOOD, "text": "/start k-ABCD"})).encode()
    incoming = decode(raw).incoming
    assert incoming
    assert (incoming.channel, incoming.event_id, incoming.sender) == ("telegram", "7", "5")
    assert (incoming.reply, incoming.language, incoming.raw) == (Reply(text="/start k-ABCD"), "en", raw)


@pytest.mark.parametrize(
    ("fields", "reply"),
    [
        (
            {
                "photo": [{"file_id": "s", "width": 90, "height": 60}, {"file_id": "l", "width": 900, "height": 600}],
                "caption": "门口",
            },
            Reply(text="门口", media=(Media("l", "photo"),)),
        ),
        ({"video_note": {"file_id": "n", "file_size": 9}}, Reply(media=(Media("n", "video", 9),))),
        ({"voice": {"file_id": "v"}}, Reply(media=(Media("v", "voice"),))),
        ({"audio": {"file_id": "a", "file_name": "a\u202e.mp3"}}, Reply(media=(Media("a", "voice", None, "a.mp3"),))),
        ({"animation": {"file_id": "g"}, "document": {"file_id": "g"}}, Reply(media=(Media("g", "video"),))),
        ({"document": {"file_id": "d", "file_name": "b.pdf"}}, Reply(media=(Media("d", "file", None, "b.pdf"),))),
        ({"location": {"latitude": 25.8, "longitude": 114}}, Reply(location=(25.8, 114.0))),
        (
            {
                "location": {"latitude": 25.8, "longitude": 114},
                "venue": {"title": "政务中心", "address": "长征大道1号"},
            },
            Reply(text="政务中心 长征大道1号", location=(25.8, 114.0)),
        ),
        (
            {"contact": {"phone_number": "0797-1234567", "first_name": "李主任", "last_name": "国土局"}},
            Reply(text="李主任 国土局 0797-1234567", phone="0797-1234567"),
        ),
        ({"poll": {"question": "去不去", "options": [{"text": "去"}]}}, Reply(text="去不去\n- 去")),
        ({"checklist": {"title": "证据", "tasks": [{"id": 1, "text": "收据"}]}}, Reply(text="证据\n- 收据")),
        ({"sticker": {"file_id": "x"}}, Reply(unread=True)),
        ({"paid_media": {"star_count": 1, "paid_media": []}}, Reply(unread=True)),
        ({"a_kind_of_the_future": {"x": 1}}, Reply(unread=True)),
        ({}, Reply(unread=True)),
        ({"text": "a\u0000b\u202e\u2066c\td\r\n"}, Reply(text="abc\td\n")),
        ({"text": "a\ud800b"}, Reply(text="a\ufffdb")),
    ],
)
def test_what_a_message_holds(fields: dict[str, object], reply: Reply) -> None:
    assert said(**fields) == reply


@pytest.mark.parametrize(
    ("text", "links", "words"),
    [
        ("\U0001f4ce 看全文。", [(3, 3, "https://a.cn/7")], "\U0001f4ce 看全文 (https://a.cn/7)。"),
        ("一二", [(0, 1, "https://a.cn"), (1, 1, "https://b.cn")], "一 (https://a.cn)二 (https://b.cn)"),
        ("https://a.cn", [(0, 12, "https://a.cn/")], "https://a.cn"),
        ("一", [(-5, 3, "https://a.cn"), (0, 99, "https://b.cn")], " (https://a.cn)一 (https://b.cn)"),
        ("\U0001f4ce", [(0, 1, "https://a.cn")], "\ufffd (https://a.cn)\ufffd"),
        ("一", [(0, 1, "https://a.cn/\u202e")], "一 (https://a.cn/)"),
    ],
)
def test_the_address_behind_a_word_is_written_out(text: str, links: list[tuple[int, int, str]], words: str) -> None:
    marks = [{"type": "text_link", "offset": offset, "length": many, "url": url} for offset, many, url in links]
    marks.append({"type": "bold", "offset": 0, "length": 1})
    assert said(text=text, entities=marks).text == words
    photo = [{"file_id": "p", "width": 1, "height": 1}]
    assert said(photo=photo, caption=text, caption_entities=marks).text == words


def test_new_words_of_an_old_message() -> None:
    incoming = decode(json.dumps(update(edited_message={**GOOD, "text": "改过"})).encode()).incoming
    assert incoming
    assert (incoming.reply, incoming.origin, incoming.edited) == (Reply(text="改过"), "9", True)


@pytest.mark.parametrize(
    ("data", "reply"),
    [
        ("12:gtj-1", Reply(choice="gtj-1", turn=12)),
        ("/status 8:30", Reply(choice="/status 8:30")),
        ("99999999999999:x", Reply(choice="99999999999999:x")),
    ],
)
def test_a_tap(data: str, reply: Reply) -> None:
    tap = {"id": "t1", "from": {"id": 5}, "data": data, "message": {"message_id": 3, "chat": GOOD["chat"], "date": 0}}
    event = decode(json.dumps(update(callback_query=tap)).encode())
    assert event.tap == "t1"
    assert event.incoming
    assert (event.incoming.reply, event.incoming.message) == (reply, "3")


@pytest.mark.parametrize(
    "fields",
    [
        {"message": {**GOOD, "chat": {"id": -5, "type": "supergroup"}}},
        {"message": {**SILENT, "pinned_message": {"message_id": 1}}},
        {"message": {**SILENT, "message_auto_delete_timer_changed": {"message_auto_delete_time": 9}}},
        {"edited_message": {**SILENT, "location": {"latitude": 25.8, "longitude": 114}}},
        {"edited_message": {**GOOD, "chat": {"id": -5, "type": "supergroup"}}},
        {"a_kind_of_the_future": {"x": [1]}},
        {},
    ],
)
def test_what_is_not_for_us(fields: dict[str, object]) -> None:
    assert decode(json.dumps(update(**fields)).encode()) == Event(7)


@pytest.mark.parametrize(("raw", "number", "sender"), HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_updates(raw: bytes, number: int | None, sender: str | None) -> None:
    with pytest.raises(Undecodable) as found:
        decode(raw)
    assert (found.value.number, found.value.sender) == (number, sender)
    assert found.value.event_id == str(number) if number is not None else found.value.event_id.startswith("sha256:")
    assert len(found.value.event_id) <= 80


def test_one_bad_update_does_not_spoil_a_poll() -> None:
    good = json.dumps(update(message={**GOOD, "text": 'a "[{,\\'})).encode()
    for raw, _, _ in HOSTILE.values():
        if raw.strip() and raw.count(b"{") == raw.count(b"}"):
            assert split_poll(b'{"ok":true,"result":[' + b",".join((good, raw, good)) + b"]}") == [good, raw, good]
    assert split_poll(b'{"ok":true,"result":[]}') == []


@pytest.mark.parametrize("text", ["a\nb\tc", "汉字 😀", "<b>=1+1"])
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert inert(text) is text


def test_texts_are_split_by_utf16_units() -> None:
    text = "😀" * 2048 + "一"
    assert split(text) == ["😀" * 2048, "一"]
    assert split("a" + text) == ["a" + "😀" * 2047, "😀一"]
    assert split("一" * 4096) == ["一" * 4096]
    lines = "\n".join("行" * 99 for _ in range(50))
    assert all(len(piece) <= 4096 and not piece.startswith("\n") for piece in split(lines))
    assert "\n".join(split(lines)) == lines


def test_buttons_fit_into_their_64_bytes() -> None:
    keys = (
        Key("一", "gtj", 7),
        Key("二", f"/discard /complaint {'很长' * 40}"),
        Key("三", "x" * 80, 1),
        Key(" \u202e", "x"),
        Key("四", "", url="https://example.org/a"),
        Key("五", "", url="http://127.0.0.1/a"),
        Key("六", "", url="tg:x"),
    )
    letter = letter_of(Drawn("text", (keys, (Key("七", "y" * 90),)), edits="12"))
    assert letter.markup
    [row] = letter.markup.inline_keyboard
    assert [(button.text, button.callback_data or button.url) for button in row] == [
        ("一", "7:gtj"),
        ("二", "/discard /complaint"),
        ("四", "https://example.org/a"),
        ("五", "http://127.0.0.1/a"),
    ]
    assert letter.edits == 12


@pytest.mark.parametrize("raw", ODD.values(), ids=ODD.keys())
def test_odd_updates_are_answered_all_the_same(raw: bytes) -> None:
    event = decode(raw)
    assert event.incoming
    assert event.sender == "5"
