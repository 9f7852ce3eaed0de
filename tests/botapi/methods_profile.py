"""What the bot says of itself: commands, name, descriptions, menu button."""

from __future__ import annotations

import re
from typing import Any

from .errors import bad_request
from .params import Params
from .text import utf16_units
from .world import World

SCOPES = {
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    "chat",
    "chat_administrators",
    "chat_member",
}
COMMANDS_AT_MOST = 100
MENU_BUTTONS = {"default", "commands", "web_app"}


def get_me(world: World, _params: Params) -> Any:
    return world.me | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def set_my_commands(world: World, params: Params) -> Any:
    key = _commands_key(world, params)
    commands = params.tree("commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands: expected an Array of BotCommand")
    if len(commands) > COMMANDS_AT_MOST:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    world.profile[key] = [_command(command) for command in commands]
    return True


def _command(command: Any) -> dict[str, str]:
    if not isinstance(command, dict) or not all(isinstance(command.get(k), str) for k in ("command", "description")):
        raise bad_request("can't parse BotCommand: expected an Object with command and description")
    name, description = command["command"].removeprefix("/"), command["description"].strip()
    if not re.fullmatch(r"[a-z0-9_]{1,32}", name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= utf16_units(description) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


def get_my_commands(world: World, params: Params) -> Any:
    return world.profile.get(_commands_key(world, params), [])


def delete_my_commands(world: World, params: Params) -> Any:
    world.profile.pop(_commands_key(world, params), None)
    return True


def _commands_key(world: World, params: Params) -> tuple[str, ...]:
    scope = params.tree("scope") or {"type": "default"}
    kind = scope.get("type") if isinstance(scope, dict) else None
    if kind not in SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    chat, member = "", ""
    if kind in {"chat", "chat_administrators", "chat_member"}:
        chat = str(world.chat_of(Params(scope)).id)
        member = str(scope.get("user_id", ""))
    return ("commands", kind, chat, member, language(params))


def language(params: Params) -> str:
    code = params.text("language_code")
    if not re.fullmatch(r"([a-z]{2})?", code):
        raise bad_request("invalid language code specified")
    return code


def setter(name: str, units: int) -> Any:
    """The handler of setMyName, setMyDescription or setMyShortDescription."""

    def set_text(world: World, params: Params) -> Any:
        text = params.text(name).strip()
        if utf16_units(text) > units:
            raise bad_request(f"bot {name.replace('_', ' ')} is too long")
        world.profile[(name, language(params))] = text
        return True

    return set_text


def getter(name: str) -> Any:
    """The handler of the matching get; without a text in this language the default one is given."""

    def get_text(world: World, params: Params) -> Any:
        default = world.profile.get((name, "")) or (world.me["first_name"] if name == "name" else "")
        return {name: world.profile.get((name, language(params))) or default}

    return get_text


def set_chat_menu_button(world: World, params: Params) -> Any:
    button: Any = params.tree("menu_button") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in MENU_BUTTONS:
        raise bad_request("can't parse menu button: unsupported type specified")
    if button["type"] == "web_app" and not str((button.get("web_app") or {}).get("url", "")).startswith("https://"):
        raise bad_request("menu button Web App URL is invalid: Only HTTPS links are allowed")
    world.profile[_menu_key(world, params)] = button
    return True


def get_chat_menu_button(world: World, params: Params) -> Any:
    return world.profile.get(_menu_key(world, params)) or world.profile.get(("menu", "")) or {"type": "default"}


def _menu_key(world: World, params: Params) -> tuple[str, ...]:
    return ("menu", str(world.chat_of(params).id) if params.text("chat_id") else "")


def log_out(world: World, _params: Params) -> Any:
    world.logged_out = True
    return True


def close(_world: World, _params: Params) -> Any:
    return True
