"""Raw updates into our own values: only the fields we use, and nothing of what a hostile update may hold besides."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec

from conversation.messages import Incoming, Media, Reply
from conversation.text import inert

CHANNEL = "telegram"
ALLOWED = ("message", "callback_query", "my_chat_member")
LARGEST_ID = 2**63 - 1
_PRESSED = re.compile(r"(\d{1,9}):(.*)", re.DOTALL | re.ASCII)
Id = Annotated[int, msgspec.Meta(ge=-(2**62), le=2**62)]


@dataclass(frozen=True)
class Event:
    """What an update means to us; with neither `incoming` nor `blocked` it means nothing."""

    number: int | None  # its update_id, where it has a usable one
    incoming: Incoming | None = None
    tap: str | None = None  # the id under which the tap is answered
    sender: str | None = None
    blocked: bool | None = None  # the person has stopped the bot (True) or started it again


class Undecodable(ValueError):
    """An update that cannot be understood. `code` is the kind of error, never what the update said."""

    def __init__(self, code: str, raw: bytes, number: int | None = None, sender: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.number = number
        self.sender = sender
        self.event_id = str(number) if number is not None else f"sha256:{hashlib.sha256(raw).hexdigest()}"


class _Struct(msgspec.Struct, gc=False):
    pass


class _Chat(_Struct):
    id: Id
    type: str


class _User(_Struct):
    id: Id
    language_code: str | None = None


class _File(_Struct):
    file_id: str
    file_size: int | None = None
    file_name: str | None = None
    width: int = 0
    height: int = 0


class _Location(_Struct):
    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)]


class _Phone(_Struct):
    phone_number: str


class _Message(_Struct):
    message_id: Id
    chat: _Chat
    sender: _User | None = msgspec.field(name="from", default=None)
    text: str | None = None
    caption: str | None = None
    photo: list[_File] = []
    video: _File | None = None
    video_note: _File | None = None
    animation: _File | None = None
    voice: _File | None = None
    audio: _File | None = None
    document: _File | None = None
    location: _Location | None = None
    contact: _Phone | None = None
    sticker: Any = None  # these say nothing that we could use, but whoever sends them is answered
    dice: Any = None
    poll: Any = None
    story: Any = None


class _Tapped(_Struct):
    message_id: Id
    chat: _Chat


class _Tap(_Struct):
    id: str
    sender: _User = msgspec.field(name="from")
    data: str | None = None
    message: _Tapped | None = None


class _Member(_Struct):
    status: str


class _Membership(_Struct):
    chat: _Chat
    new_chat_member: _Member


class _Update(_Struct):
    update_id: int
    message: _Message | None = None
    callback_query: _Tap | None = None
    my_chat_member: _Membership | None = None


_decoder = msgspec.json.Decoder(_Update)


def decode(raw: bytes) -> Event:
    """What the update means. Raises Undecodable. Edits, groups and unknown kinds mean nothing."""
    try:
        update = _decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        update = _patiently(raw)
    number = update.update_id
    if not 0 <= number <= LARGEST_ID:
        raise Undecodable("update_id", raw)
    if update.message is not None:
        return _said(number, update.message, raw)
    if update.callback_query is not None:
        return _tapped(number, update.callback_query, raw)
    if update.my_chat_member is not None and update.my_chat_member.chat.type == "private":
        change = update.my_chat_member
        return Event(number, sender=str(change.chat.id), blocked=change.new_chat_member.status == "kicked")
    return Event(number)


def _said(number: int, message: _Message, raw: bytes) -> Event:
    if message.chat.type != "private":
        return Event(number)
    media = _media(message)
    location = (message.location.latitude, message.location.longitude) if message.location else None
    text = message.contact.phone_number if message.contact else (message.text or message.caption)
    if not (media or location or text is not None or _is_talk(message)):
        return Event(number)  # a service message: something was pinned, a timer was set
    reply = Reply(text=None if text is None else inert(text), media=media, location=location)
    return _event(number, message.chat.id, message.sender, reply, raw)


def _is_talk(message: _Message) -> bool:
    return any(one is not None for one in (message.sticker, message.dice, message.poll, message.story))


def _media(message: _Message) -> tuple[Media, ...]:
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return (Media(largest.file_id, "photo", largest.file_size),)
    kinds: tuple[tuple[_File | None, str], ...] = (
        (message.video, "video"), (message.video_note, "video"), (message.animation, "video"),
        (message.voice, "voice"), (message.audio, "voice"), (message.document, "file"),
    )  # fmt: skip
    for file, kind in kinds:  # an animation comes with a document that is the same file
        if file is not None:
            return (Media(file.file_id, kind, file.file_size, inert(file.file_name) if file.file_name else None),)
    return ()


def _tapped(number: int, tap: _Tap, raw: bytes) -> Event:
    chat = tap.message.chat if tap.message else _Chat(tap.sender.id, "private")
    if chat.type != "private" or tap.data is None:
        return Event(number, tap=tap.id)
    found = _PRESSED.fullmatch(inert(tap.data))
    turn, press = (int(found[1]), found[2]) if found else (None, inert(tap.data))
    message = str(tap.message.message_id) if tap.message else None
    return _event(number, chat.id, tap.sender, Reply(choice=press, turn=turn), raw, message, tap.id)


def _event(
    number: int, chat: int, sender: _User | None, reply: Reply, raw: bytes, message: str | None = None,
    tap: str | None = None,
) -> Event:  # fmt: skip
    language = sender.language_code if sender else None
    incoming = Incoming(CHANNEL, str(number), str(chat), reply, language=language, message=message, raw=bytes(raw))
    return Event(number, incoming, tap, incoming.sender)


# --- what is not quite right ----------------------------------------------------------------------------------------


def _patiently(raw: bytes) -> _Update:
    """Half surrogates and NaN are no JSON, yet the rest of such an update may be understood."""
    try:
        tree = json.loads(raw, parse_int=_number, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        raise Undecodable("not_json", raw, _written_number(raw)) from None
    try:
        return msgspec.convert(tree, _Update)
    except (msgspec.ValidationError, RecursionError):
        raise Undecodable("shape", raw, _usable_number(tree), _sender_of(tree)) from None


def _number(digits: str) -> int | None:
    return int(digits) if len(digits) <= 19 else None


def _written_number(raw: bytes) -> int | None:
    found = re.match(rb'\s*\{\s*"update_id"\s*:\s*(\d{1,18})\s*[,}]', raw)
    return int(found[1]) if found else None


def _usable_number(tree: Any) -> int | None:
    number = tree.get("update_id") if isinstance(tree, dict) else None
    return number if type(number) is int and 0 <= number <= LARGEST_ID else None


def _sender_of(tree: Any) -> str | None:
    """The private chat of an update whose other parts are of the wrong shape."""
    for path in (("message", "chat"), ("callback_query", "message", "chat")):
        found = tree
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        try:
            chat = msgspec.convert(found, _Chat)
        except msgspec.ValidationError:
            continue
        if chat.type == "private":
            return str(chat.id)
    return None


# --- the answer of getUpdates ---------------------------------------------------------------------------------------


class _Poll(_Struct):
    result: list[msgspec.Raw]
    ok: Literal[True] = True


_polls = msgspec.json.Decoder(_Poll)
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)


def split_poll(body: bytes) -> list[bytes]:
    """The updates of an answer, each as it came. One that is no JSON does not spoil the others."""
    try:
        return [bytes(one) for one in _polls.decode(body).result]
    except (msgspec.MsgspecError, RecursionError):
        return _split_by_brackets(body)


def _split_by_brackets(body: bytes) -> list[bytes]:
    opening = re.search(rb'"result"\s*:\s*\[', body)
    if opening is None:
        return []
    parts, depth, start, end = [], 0, opening.end(), len(body)
    for token in _TOKENS.finditer(body, opening.end()):
        match token[0]:
            case b"[" | b"{":
                depth += 1
            case b"]" | b"}":
                depth -= 1
                if depth < 0:
                    end = token.start()
                    break
            case b"," if depth == 0:
                parts.append(body[start : token.start()])
                start = token.end()
    parts.append(body[start:end])
    return [part.strip() for part in parts if part.strip()]
