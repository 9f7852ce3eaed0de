"""Which parameters each method knows (Bot API as aiogram 3.31 models it)."""

from __future__ import annotations

_SEND = (
    "chat_id business_connection_id message_thread_id direct_messages_topic_id disable_notification protect_content "
    "allow_paid_broadcast message_effect_id reply_parameters allow_sending_without_reply reply_to_message_id"
)
_SEND_ONE = (
    f"{_SEND} suggested_post_parameters reply_markup ephemeral_message_parameters receiver_user_id callback_query_id"
)
_CAPTION = "caption parse_mode caption_entities"
_EDIT = "business_connection_id chat_id message_id inline_message_id reply_markup"

_METHODS = {
    "getMe": "",
    "getUpdates": "offset limit timeout allowed_updates",
    "setWebhook": "url certificate ip_address max_connections allowed_updates drop_pending_updates secret_token",
    "deleteWebhook": "drop_pending_updates",
    "getWebhookInfo": "",
    "sendMessage": f"{_SEND_ONE} text parse_mode entities link_preview_options disable_web_page_preview",
    "editMessageText": (f"{_EDIT} text parse_mode entities link_preview_options rich_message disable_web_page_preview"),
    "editMessageReplyMarkup": _EDIT,
    "deleteMessage": "chat_id message_id",
    "answerCallbackQuery": "callback_query_id text show_alert url cache_time",
    "sendPhoto": f"{_SEND_ONE} {_CAPTION} photo show_caption_above_media has_spoiler",
    "sendDocument": f"{_SEND_ONE} {_CAPTION} document thumbnail disable_content_type_detection",
    "sendVoice": f"{_SEND_ONE} {_CAPTION} voice duration",
    "sendVideo": (
        f"{_SEND_ONE} {_CAPTION} video duration width height thumbnail cover start_timestamp "
        "show_caption_above_media has_spoiler supports_streaming"
    ),
    "sendMediaGroup": f"{_SEND} media",
    "sendLocation": f"{_SEND_ONE} latitude longitude horizontal_accuracy live_period heading proximity_alert_radius",
    "sendChatAction": "chat_id action business_connection_id message_thread_id",
    "getFile": "file_id",
    "setMyCommands": "commands scope language_code",
    "getMyCommands": "scope language_code",
    "deleteMyCommands": "scope language_code",
    "setMyDescription": "description language_code",
    "getMyDescription": "language_code",
    "setMyShortDescription": "short_description language_code",
    "getMyShortDescription": "language_code",
    "setMyName": "name language_code",
    "getMyName": "language_code",
    "setChatMenuButton": "chat_id menu_button",
    "getChatMenuButton": "chat_id",
    "logOut": "",
    "close": "",
}
PARAMETERS = {method: frozenset(names.split()) for method, names in _METHODS.items()}
BY_LOWER = {method.lower(): method for method in PARAMETERS}
