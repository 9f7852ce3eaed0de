"""The fields of Telegram's updates that we read; whatever else they hold is skipped unseen."""

from __future__ import annotations

from typing import Annotated

import msgspec

Id = Annotated[int, msgspec.Meta(ge=-(2**62), le=2**62)]


# What happens in a chat without anybody saying anything. Whatever is neither here nor read below is answered: a kind of
# message that is newer than this program has a sender who waits.
SERVICE = frozenset(
    (
        "new_chat_members",
        "left_chat_member",
        "new_chat_title",
        "new_chat_photo",
        "delete_chat_photo",
        "chat_owner_left",
        "chat_owner_changed",
        "group_chat_created",
        "supergroup_chat_created",
        "channel_chat_created",
        "migrate_to_chat_id",
        "migrate_from_chat_id",
        "message_auto_delete_timer_changed",
        "pinned_message",
        "invoice",
        "successful_payment",
        "refunded_payment",
        "users_shared",
        "chat_shared",
        "gift",
        "unique_gift",
        "gift_upgrade_sent",
        "connected_website",
        "write_access_allowed",
        "passport_data",
        "proximity_alert_triggered",
        "boost_added",
        "chat_background_set",
        "checklist_tasks_done",
        "checklist_tasks_added",
        "direct_message_price_changed",
        "paid_message_price_changed",
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_closed",
        "forum_topic_reopened",
        "general_forum_topic_hidden",
        "general_forum_topic_unhidden",
        "giveaway_created",
        "giveaway_completed",
        "suggested_post_approved",
        "suggested_post_approval_failed",
        "suggested_post_declined",
        "suggested_post_paid",
        "suggested_post_refunded",
        "video_chat_scheduled",
        "video_chat_started",
        "video_chat_ended",
        "video_chat_participants_invited",
        "web_app_data",
    )
)


class _Struct(msgspec.Struct, gc=False):
    pass


class Chat(_Struct):
    id: Id
    type: str


class User(_Struct):
    id: Id
    language_code: str | None = None


class File(_Struct):
    file_id: str
    file_size: int | None = None
    file_name: str | None = None
    width: int = 0
    height: int = 0


class Location(_Struct):
    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)]


class Venue(_Struct):
    title: str = ""
    address: str = ""


class Card(_Struct):
    phone_number: str
    first_name: str = ""
    last_name: str = ""


class Entity(_Struct):
    """A stretch of a text that is marked; offset and length count UTF-16 units."""

    type: str
    offset: int
    length: int
    url: str | None = None


class Worded(_Struct):
    text: str = ""


class Poll(_Struct):
    question: str = ""
    options: list[Worded] = []


class Checklist(_Struct):
    title: str = ""
    tasks: list[Worded] = []


class Message(_Struct):
    message_id: Id
    chat: Chat
    sender: User | None = msgspec.field(name="from", default=None)
    text: str | None = None
    caption: str | None = None
    photo: list[File] = []
    video: File | None = None
    video_note: File | None = None
    animation: File | None = None
    voice: File | None = None
    audio: File | None = None
    document: File | None = None
    location: Location | None = None
    venue: Venue | None = None
    contact: Card | None = None
    poll: Poll | None = None
    checklist: Checklist | None = None
    entities: list[Entity] = []
    caption_entities: list[Entity] = []


class Tapped(_Struct):
    message_id: Id
    chat: Chat


class Tap(_Struct):
    id: str
    sender: User = msgspec.field(name="from")
    data: str | None = None
    message: Tapped | None = None


class Member(_Struct):
    status: str


class Membership(_Struct):
    chat: Chat
    new_chat_member: Member


class Update(_Struct):
    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: Tap | None = None
    my_chat_member: Membership | None = None
