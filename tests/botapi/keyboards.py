"""reply_markup: what the real server refuses in a keyboard."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from .errors import ApiError, bad_request
from .params import Params

BUTTONS_AT_MOST = 100
INLINE_ACTIONS = {
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
}
INLINE_FIELDS = INLINE_ACTIONS | {"text", "icon_custom_emoji_id", "style", "disabled"}
REPLY_FIELDS = {
    "text",
    "icon_custom_emoji_id",
    "style",
    "request_users",
    "request_chat",
    "request_managed_bot",
    "request_contact",
    "request_location",
    "request_poll",
    "web_app",
    "request_user",
}
MARKUP_FIELDS = {
    "inline_keyboard": set(),
    "keyboard": {"is_persistent", "resize_keyboard", "one_time_keyboard", "input_field_placeholder", "selective"},
    "remove_keyboard": {"selective"},
    "force_reply": {"input_field_placeholder", "selective"},
}


def reply_markup(params: Params, oddities: list[str]) -> dict[str, Any] | None:
    """The checked markup: {'inline_keyboard': rows} or another of the four kinds; None without one."""
    markup = params.tree("reply_markup")
    if markup is None or markup == {}:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    kind = next((kind for kind in MARKUP_FIELDS if kind in markup), None)
    if kind is None:
        raise bad_request("can't parse reply markup: unknown kind of keyboard")
    _note(oddities, "reply_markup", markup, MARKUP_FIELDS[kind] | {kind})
    if kind == "inline_keyboard":
        rows = _rows(markup, kind, lambda button: _inline_button(button, oddities))
        return {"inline_keyboard": rows} if rows else None
    if kind == "keyboard":
        return markup | {"keyboard": _rows(markup, kind, lambda button: _reply_button(button, oddities))}
    return markup


def inline_only(markup: dict[str, Any] | None) -> dict[str, Any] | None:
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return markup


def _rows(markup: dict[str, Any], kind: str, check: Any) -> list[list[dict[str, Any]]]:
    rows = markup[kind]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(f'can\'t parse reply markup: field "{kind}" must be an Array of Arrays')
    checked = [[check(button) for button in row] for row in rows if row]
    if sum(map(len, checked)) > BUTTONS_AT_MOST:
        raise bad_request("reply markup is too long")
    return checked


def _inline_button(button: Any, oddities: list[str]) -> dict[str, Any]:
    cannot = "can't parse inline keyboard button"
    if not isinstance(button, dict):
        raise bad_request(f"{cannot}: InlineKeyboardButton must be an Object")
    if not isinstance(button.get("text"), str) or not button["text"].strip():
        raise bad_request(f'{cannot}: Field "text" must be of type non-empty String')
    _note(oddities, "InlineKeyboardButton", button, INLINE_FIELDS)
    actions = [name for name in INLINE_ACTIONS if button.get(name) is not None]
    if not actions:
        raise bad_request(f"{cannot}: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        oddities.append(f"InlineKeyboardButton: several actions at once: {sorted(actions)}")
    if "callback_data" in actions and not 1 <= len(str(button["callback_data"]).encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in actions:
        _check_url(str(button["url"]))
    if "web_app" in actions and urlsplit(str(button["web_app"].get("url"))).scheme != "https":
        raise bad_request("inline keyboard button Web App URL is invalid: Only HTTPS links are allowed")
    return button


def _reply_button(button: Any, oddities: list[str]) -> dict[str, Any]:
    button = {"text": button} if isinstance(button, str) else button
    if not isinstance(button, dict) or not isinstance(button.get("text"), str) or not button["text"].strip():
        raise bad_request("can't parse keyboard button: KeyboardButton must be a String or an Object with a text")
    _note(oddities, "KeyboardButton", button, REPLY_FIELDS)
    return button


def _check_url(url: str) -> None:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in {"http", "https", "tg", "ton"} or ("." not in parts.netloc and parts.scheme != "tg"):
        raise _wrong_url(url)


def _wrong_url(url: str) -> ApiError:
    return bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _note(oddities: list[str], what: str, given: dict[str, Any], known: set[str]) -> None:
    oddities += [f"{what}: unknown field {name}" for name in given if name not in known]
