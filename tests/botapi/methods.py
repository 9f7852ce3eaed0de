"""The table of methods that only look at the world; updates are in `server`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import methods_media as media
from . import methods_messages as messages
from . import methods_profile as profile
from .params import Params
from .world import World

METHODS: dict[str, Callable[[World, Params], Any]] = {
    "getMe": profile.get_me,
    "sendMessage": messages.send_message,
    "editMessageText": messages.edit_message_text,
    "editMessageReplyMarkup": messages.edit_message_reply_markup,
    "deleteMessage": messages.delete_message,
    "answerCallbackQuery": messages.answer_callback_query,
    "sendLocation": messages.send_location,
    "sendChatAction": messages.send_chat_action,
    "sendPhoto": media.send_media("photo"),
    "sendDocument": media.send_media("document"),
    "sendVoice": media.send_media("voice"),
    "sendVideo": media.send_media("video"),
    "sendMediaGroup": media.send_media_group,
    "getFile": media.get_file,
    "setMyCommands": profile.set_my_commands,
    "getMyCommands": profile.get_my_commands,
    "deleteMyCommands": profile.delete_my_commands,
    "setMyDescription": profile.setter("description", 512),
    "getMyDescription": profile.getter("description"),
    "setMyShortDescription": profile.setter("short_description", 120),
    "getMyShortDescription": profile.getter("short_description"),
    "setMyName": profile.setter("name", 64),
    "getMyName": profile.getter("name"),
    "setChatMenuButton": profile.set_chat_menu_button,
    "getChatMenuButton": profile.get_chat_menu_button,
    "logOut": profile.log_out,
    "close": profile.close,
}
