"""The fields of Telegram's updates that we read; whatever else they hold is skipped unseen."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

Id = Annotated[int, msgspec.Meta(ge=-(2**62), le=2**62)]


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


class Phone(_Struct):
    phone_number: str


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
    contact: Phone | None = None
    sticker: Any = None  # messages of these kinds say nothing that we could use, but their sender gets an answer
    dice: Any = None
    poll: Any = None
    story: Any = None


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
    callback_query: Tap | None = None
    my_chat_member: Membership | None = None
