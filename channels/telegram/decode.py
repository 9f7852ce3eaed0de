"""Decodes raw updates into our own values: only the fields we use, so that a hostile update brings in nothing else."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import msgspec

from channels.telegram.settings import CHANNEL
from channels.telegram.wire import SERVICE, Chat, File, Message, Tap, Update, User
from channels.telegram.wording import words_of
from conversation.messages import Incoming, Media, Reply
from conversation.text import inert
from conversation.values import value

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
LARGEST_ID = 2**63 - 1
_PRESSED = re.compile(r"(\d{1,9}):(.*)", re.DOTALL | re.ASCII)


@value
class Event:
    """What an update means to us. With neither `incoming` nor `blocked` set it means nothing."""

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


_decoder = msgspec.json.Decoder(Update)


def decode(raw: bytes) -> Event:
    """Decodes one update. Raises Undecodable. Groups and kinds of update that we do not know mean nothing."""
    try:
        update = _decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        update = _patiently(raw)
    number = update.update_id
    if not 0 <= number <= LARGEST_ID:
        raise Undecodable("update_id", raw)
    if update.message is not None:
        return _said(number, update.message, raw)
    if update.edited_message is not None:
        return _changed(number, update.edited_message, raw)
    if update.callback_query is not None:
        return _tapped(number, update.callback_query, raw)
    if update.my_chat_member is not None and update.my_chat_member.chat.type == "private":
        change = update.my_chat_member
        return Event(number, sender=str(change.chat.id), blocked=change.new_chat_member.status == "kicked")
    return Event(number)


def _said(number: int, message: Message, raw: bytes) -> Event:
    if message.chat.type != "private":
        return Event(number)
    reply = _reply(message)
    if reply == Reply():
        if _is_service(raw):
            return Event(number)  # something was pinned, a timer was set
        reply = Reply(unread=True)
    return _event(number, message.chat.id, message.sender, reply, raw, origin=str(message.message_id))


def _changed(number: int, message: Message, raw: bytes) -> Event:
    """The new words of an earlier message. A shared location changes while its owner walks: that says nothing new."""
    reply = _reply(message)
    if message.chat.type != "private" or reply == Reply() or message.location is not None:
        return Event(number)
    return _event(number, message.chat.id, message.sender, reply, raw, origin=str(message.message_id), edited=True)


def _reply(message: Message) -> Reply:
    place = message.location
    return Reply(
        text=words_of(message),
        media=_media(message),
        location=(place.latitude, place.longitude) if place else None,
        phone=inert(message.contact.phone_number) if message.contact else None,
    )


def _is_service(raw: bytes) -> bool:
    """Whether a message without anything that we read tells of an event in the chat, which nobody has said."""
    return not SERVICE.isdisjoint(_raw_message(raw))


def _media(message: Message) -> tuple[Media, ...]:
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return (Media(largest.file_id, "photo", largest.file_size),)
    kinds: tuple[tuple[File | None, str], ...] = (
        (message.video, "video"),
        (message.video_note, "video"),
        (message.animation, "video"),
        (message.voice, "voice"),
        (message.audio, "voice"),
        (message.document, "file"),
    )
    for file, kind in kinds:  # an animation comes with a document that is the same file
        if file is not None:
            return (Media(file.file_id, kind, file.file_size, inert(file.file_name) if file.file_name else None),)
    return ()


def _tapped(number: int, tap: Tap, raw: bytes) -> Event:
    chat = tap.message.chat if tap.message else Chat(tap.sender.id, "private")
    if chat.type != "private" or tap.data is None:
        return Event(number, tap=tap.id)
    found = _PRESSED.fullmatch(inert(tap.data))
    turn, press = (int(found[1]), found[2]) if found else (None, inert(tap.data))
    message = str(tap.message.message_id) if tap.message else None
    return _event(number, chat.id, tap.sender, Reply(choice=press, turn=turn), raw, tap.id, message=message)


def _event(
    number: int, chat: int, sender: User | None, reply: Reply, raw: bytes, tap: str | None = None, **more: Any
) -> Event:
    language = sender.language_code if sender else None
    incoming = Incoming(CHANNEL, str(number), str(chat), reply, language=language, raw=bytes(raw), **more)
    return Event(number, incoming, tap, incoming.sender)


# --- what is not quite right ----------------------------------------------------------------------------------------


def _patiently(raw: bytes) -> Update:
    """Reads an update that holds half surrogates or NaN, which are not JSON; the rest of it may be understood."""
    try:
        tree = json.loads(raw, parse_int=_number, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        raise Undecodable("not_json", raw, _written_number(raw)) from None
    try:
        return msgspec.convert(tree, Update)
    except (msgspec.ValidationError, RecursionError):
        raise Undecodable("shape", raw, _usable_number(tree), _sender_of(tree)) from None


def _raw_message(raw: bytes) -> frozenset[str]:
    """The names of all fields of the update's message, those that we do not read among them."""
    tree = json.loads(raw, parse_int=_number, parse_constant=lambda _: None)
    return frozenset(tree.get("message") or ())


def _number(digits: str) -> int | None:
    return int(digits) if len(digits) <= 19 else None


def _written_number(raw: bytes) -> int | None:
    found = re.match(rb'\s*\{\s*"update_id"\s*:\s*(\d{1,18})\s*[,}]', raw)
    return int(found[1]) if found else None


def _usable_number(tree: Any) -> int | None:
    number = tree.get("update_id") if isinstance(tree, dict) else None
    return number if type(number) is int and 0 <= number <= LARGEST_ID else None


def _sender_of(tree: Any) -> str | None:
    """The sender's private chat, read from an update whose other parts have the wrong shape."""
    for path in (("message", "chat"), ("edited_message", "chat"), ("callback_query", "message", "chat")):
        found = tree
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        try:
            chat = msgspec.convert(found, Chat)
        except msgspec.ValidationError:
            continue
        if chat.type == "private":
            return str(chat.id)
    return None
