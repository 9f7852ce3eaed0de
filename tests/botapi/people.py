"""The person at the other end: talks, taps and sends."""

from __future__ import annotations

import itertools
from copy import deepcopy
from pathlib import PurePath
from typing import Any

from .backlog import Pending
from .chats import Chat, Record
from .looking import Looker
from .text import cleaned, split_as_client, user_entities
from .world import Tap, World


class User(Looker):
    """One person in one chat; `at(group)` is the same person in another one."""

    def __init__(self, world: World, profile: dict[str, Any], chat: Chat) -> None:
        super().__init__(world, chat)
        self.profile = profile

    @property
    def id(self) -> int:
        return self.profile["id"]

    def at(self, chat: Chat) -> User:
        return User(self._world, self.profile, chat)

    async def says(self, text: str, reply_to: int | None = None) -> Pending:
        """Type a text; one over 4096 units leaves as several messages, and the last update is returned."""
        text = cleaned(text)
        if not text:
            raise ValueError("the client does not send an empty text")
        updates = [await self.sends(reply_to, **_text(part)) for part in split_as_client(text)]
        return updates[-1]

    async def taps(self, label_or_data: str, message_id: int | None = None) -> Pending:
        """Tap the newest button with this label or data; a button of the reply keyboard says its label.

        With `message_id` the tap may be stale (the button was there once) or forged (it never was).
        """
        if message_id is not None:
            record = self.chat.records.get(message_id)
            return self._tap(message_id, record, _data(record, label_or_data) or label_or_data)
        for record in reversed(self.chat.records.values()):
            if data := _data(record, label_or_data, now_only=True):
                return self._tap(record.message_id, record, data)
        key = next((key for key in self.keys() if key["text"] == label_or_data), None)
        if key is None:
            raise AssertionError(f"no button {label_or_data!r}; on the screen: {self.describe()}")
        return await (self.sends_contact("+8613800000000") if key.get("request_contact") else self.says(key["text"]))

    async def sends(self, reply_to: int | None = None, **content: Any) -> Pending:
        """Any message at all, by its JSON fields: `sends(sticker={...})`."""
        self._acts()
        if reply_to is not None:
            content["reply_to_message"] = deepcopy(self.chat.records[reply_to].message)
        record = self.chat.post(self.profile, self._world.date(), content)
        return self._world.tell_bot("message", deepcopy(record.message), self.chat.id)

    async def edits(self, message_id: int, text: str) -> Pending:
        """Change an own message that is already sent."""
        self._acts()
        message = self.chat.records[message_id].message
        message.pop("entities", None)
        message |= _text(cleaned(text)) | {"edit_date": self._world.date()}
        return self._world.tell_bot("edited_message", deepcopy(message), self.chat.id)

    async def sends_photo(self, data: bytes, caption: str = "") -> Pending:
        return await self.sends(photo=self._world.files.add_photo(data), **_caption(caption))

    async def sends_album(self, photos: list[bytes], caption: str = "") -> list[Pending]:
        """Several photos as one album; the caption is on the first."""
        album = self._world.next_album_id()
        captions = itertools.chain([caption], itertools.repeat(""))
        return [
            await self.sends(media_group_id=album, photo=self._world.files.add_photo(data), **_caption(words))
            for data, words in zip(photos, captions, strict=False)
        ]

    async def sends_document(
        self, data: bytes, name: str, mime: str, caption: str = "", size_bytes: int | None = None
    ) -> Pending:
        """`size_bytes` lets a small file pass for a huge one (over 20 MB the bot cannot fetch it)."""
        stored = self._world.files.add("document", data, PurePath(name).suffix, size_bytes)
        document = stored.brief() | {"file_name": name, "mime_type": mime}
        return await self.sends(document=document, **_caption(caption))

    async def sends_voice(self, data: bytes, duration: int = 3) -> Pending:
        stored = self._world.files.add("voice", data, ".oga")
        return await self.sends(voice=stored.brief() | {"duration": duration, "mime_type": "audio/ogg"})

    async def sends_video(self, data: bytes, caption: str = "", size_bytes: int | None = None) -> Pending:
        stored = self._world.files.add("video", data, ".mp4", size_bytes)
        shape = {"width": 1280, "height": 720, "duration": 5, "mime_type": "video/mp4", "file_name": "video.mp4"}
        return await self.sends(video=stored.brief() | shape, **_caption(caption))

    async def sends_location(self, latitude: float, longitude: float) -> Pending:
        return await self.sends(location={"latitude": latitude, "longitude": longitude})

    async def sends_contact(self, phone: str) -> Pending:
        contact = {"phone_number": phone, "first_name": self.profile["first_name"], "user_id": self.id}
        return await self.sends(contact=contact)

    async def blocks_bot(self) -> Pending:
        return self._sets_membership("member", "kicked")

    async def unblocks_bot(self) -> Pending:
        return self._sets_membership("kicked", "member")

    def _acts(self) -> None:
        if self.chat.blocked:
            raise AssertionError("who has blocked the bot must unblock it first")
        self.chat.started = True
        self.looks_away()

    def _tap(self, message_id: int, record: Record | None, data: str) -> Pending:
        self._acts()
        world = self._world
        query_id = str(self.id * 2**32 + len(world.taps) + 1)
        world.taps[query_id] = Tap(query_id, self.chat.id, world.clock())
        gone = {"message_id": message_id, "chat": self.chat.info, "date": 0}
        query = {
            "id": query_id,
            "from": self.profile,
            "message": deepcopy(record.message) if record else gone,
            "chat_instance": str(self.chat.id * 7919),
            "data": data,
        }
        return world.tell_bot("callback_query", query, self.id)

    def _sets_membership(self, before: str, after: str) -> Pending:
        self.chat.blocked = after == "kicked"
        bot = {key: self._world.me[key] for key in ("id", "is_bot", "first_name", "username")}
        change = {
            "chat": self.chat.info,
            "from": self.profile,
            "date": self._world.date(),
            "old_chat_member": _member(bot, before),
            "new_chat_member": _member(bot, after),
        }
        return self._world.tell_bot("my_chat_member", change, self.chat.id)


def _member(bot: dict[str, Any], status: str) -> dict[str, Any]:
    return {"user": bot, "status": status} | ({"until_date": 0} if status == "kicked" else {})


def _text(text: str) -> dict[str, Any]:
    entities = user_entities(text)
    return {"text": text} | ({"entities": entities} if entities else {})


def _caption(caption: str) -> dict[str, Any]:
    return {"caption": caption} if caption else {}


def _data(record: Record | None, label_or_data: str, now_only: bool = False) -> str | None:
    """The callback data of a button that the message has, or (unless `now_only`) once had."""
    if record is None:
        return None
    versions = [record.markup] if now_only else [record.markup, *reversed(record.earlier)]
    buttons = [key for markup in versions for row in markup.get("inline_keyboard", []) for key in row]
    return next(
        (
            key["callback_data"]
            for key in buttons
            if "callback_data" in key and label_or_data in {key["text"], key["callback_data"]}
        ),
        None,
    )
