"""Messages of the bot: send, edit, delete, answer a tap."""

from __future__ import annotations

from typing import Any

from .chats import Chat, Record
from .errors import bad_request
from .keyboards import inline_only, reply_markup
from .markup import parse_markup
from .params import Params
from .text import CAPTION_UNITS, MESSAGE_UNITS, cleaned, utf16_units
from .world import World

TAP_ANSWER_SECONDS = 900
DELETABLE_SECONDS = 48 * 3600
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}


def send_message(world: World, params: Params) -> Any:
    chat = world.chat_of(params)
    content = formatted(params, "text", "entities", MESSAGE_UNITS)
    return world.post_as_bot(
        chat, content | replied(chat, params) | flags(params), reply_markup(params, world.oddities)
    )


def formatted(params: Params, name: str, entities_name: str, units: int) -> dict[str, Any]:
    """{text or caption, its entities}, checked; {} for a caption that is missing."""
    raw = cleaned(params.text(name))
    mode, given = params.text("parse_mode"), params.tree(entities_name) or []
    if not isinstance(given, list):
        raise bad_request(f"can't parse {entities_name}: expected an Array")
    plain, entities = parse_markup(raw, "" if given else mode)
    trimmed = plain.strip()
    if not trimmed and name == "text":
        raise bad_request("message text is empty")
    if utf16_units(trimmed) > units:
        raise bad_request("message is too long" if name == "text" else "message caption is too long")
    key = "entities" if name == "text" else "caption_entities"
    found = given or entities
    return ({name: trimmed} if trimmed else {}) | ({key: found} if found and trimmed else {})


def flags(params: Params) -> dict[str, Any]:
    return {"has_protected_content": True} if params.flag("protect_content") else {}


def replied(chat: Chat, params: Params) -> dict[str, Any]:
    """The message this one replies to."""
    reply = params.tree("reply_parameters") or {}
    message_id = int(reply.get("message_id", 0)) or params.number("reply_to_message_id")
    if not message_id:
        return {}
    record = chat.records.get(message_id)
    if record:
        return {"reply_to_message": {k: v for k, v in record.message.items() if k != "reply_to_message"}}
    if reply.get("allow_sending_without_reply") or params.flag("allow_sending_without_reply"):
        return {}
    raise bad_request("message to be replied not found")


def edit_message_text(world: World, params: Params) -> Any:
    chat = world.chat_of(params)
    record = _editable(chat, params)
    content = formatted(params, "text", "entities", MESSAGE_UNITS)
    markup = inline_only(reply_markup(params, world.oddities))
    if "text" not in record.message:
        raise bad_request("there is no text in the message to edit")
    same_text = all(record.message.get(key) == content.get(key) for key in ("text", "entities"))
    if same_text and record.markup == (markup or {}):
        raise bad_request(NOT_MODIFIED)
    record.message.pop("entities", None)
    record.message.update(content)
    record.set_markup(markup)
    return world.show_again(chat, record)


def edit_message_reply_markup(world: World, params: Params) -> Any:
    chat = world.chat_of(params)
    record = _editable(chat, params)
    markup = inline_only(reply_markup(params, world.oddities))
    if record.markup == (markup or {}):
        raise bad_request(NOT_MODIFIED)
    record.set_markup(markup)
    return world.show_again(chat, record)


def _editable(chat: Chat, params: Params) -> Record:
    record = _named(chat, params)
    if record is None:
        raise bad_request("message to edit not found")
    if not record.from_bot or (record.markup and "inline_keyboard" not in record.markup):
        raise bad_request("message can't be edited")
    return record


def _named(chat: Chat, params: Params) -> Record | None:
    if not params.text("message_id"):
        raise bad_request("message identifier is not specified")
    return chat.records.get(params.number("message_id"))


def delete_message(world: World, params: Params) -> Any:
    chat = world.chat_of(params)
    record = _named(chat, params)
    if record is None:
        raise bad_request("message to delete not found")
    if world.clock() - record.message["date"] > DELETABLE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    del chat.records[record.message_id]
    world.pulse.beat()
    return True


def answer_callback_query(world: World, params: Params) -> Any:
    tap = world.taps.get(params.text("callback_query_id"))
    if tap is None or world.clock() - tap.at > TAP_ANSWER_SECONDS:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if utf16_units(params.text("text")) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    tap.answers.append({"text": params.text("text"), "show_alert": params.flag("show_alert")})
    world.pulse.beat()
    return True


def send_chat_action(world: World, params: Params) -> Any:
    world.chat_of(params)
    if params.text("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    return True


def send_location(world: World, params: Params) -> Any:
    chat = world.chat_of(params)
    latitude, longitude = params.decimal("latitude"), params.decimal("longitude")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad_request("wrong latitude or longitude specified")
    content = {"location": {"latitude": latitude, "longitude": longitude}}
    return world.post_as_bot(chat, content | replied(chat, params), reply_markup(params, world.oddities))


def caption(params: Params) -> dict[str, Any]:
    return formatted(params, "caption", "caption_entities", CAPTION_UNITS)
