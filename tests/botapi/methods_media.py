"""Photos, documents, voices, videos and albums of the bot, and getFile."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from .errors import ApiError, bad_request
from .files import image_size
from .keyboards import reply_markup
from .methods_messages import caption, flags, replied
from .params import Params, Upload
from .world import World

PHOTO_BYTES = 10 * 2**20
UPLOAD_BYTES = 50 * 2**20
ALBUM_KINDS = ("photo", "video", "document", "audio", "live_photo")
PICTURE_HEADS = (b"\xff\xd8", b"\x89PNG", b"GIF8", b"RIFF", b"BM")


def send_media(kind: str) -> Any:
    """The handler of sendPhoto, sendDocument, sendVoice or sendVideo."""

    def send(world: World, params: Params) -> Any:
        chat = world.chat_of(params)
        content = _media(world, kind, params.upload(kind), params)
        content |= caption(params) | replied(chat, params) | flags(params)
        return world.post_as_bot(chat, content, reply_markup(params, world.oddities))

    return send


def _media(world: World, kind: str, upload: Upload | None, params: Params) -> dict[str, Any]:
    if upload is None:
        return _known(world, kind, params.text(kind))
    if len(upload.data) > UPLOAD_BYTES:
        raise ApiError(413, "Request Entity Too Large")
    if not upload.data:
        raise bad_request("file must be non-empty")
    if kind == "photo":
        _check_photo(upload)
        return {"photo": world.files.add_photo(upload.data)}
    stored = world.files.add(kind, upload.data, PurePath(upload.name).suffix)
    return {kind: stored.brief() | _details(kind, upload, params)}


def _check_photo(upload: Upload) -> None:
    if len(upload.data) > PHOTO_BYTES:
        raise bad_request(
            f"file of size {len(upload.data)} bytes is too big for a photo; the maximum size is {PHOTO_BYTES} bytes"
        )
    if not upload.data.startswith(PICTURE_HEADS):
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = image_size(upload.data) or (1, 1)
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")


def _known(world: World, kind: str, reference: str) -> dict[str, Any]:
    """A file the server already has, by its file_id."""
    if not reference or reference.startswith("attach://"):
        raise bad_request(f"there is no {kind} in the request")
    if reference.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    stored = world.files.get(reference)
    if stored is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if stored.kind != kind:
        raise bad_request(f"can't use file of type {stored.kind.capitalize()} as {kind.capitalize()}")
    if kind == "photo":
        width, height = image_size(stored.data) or (1280, 960)
        return {"photo": [stored.brief() | {"width": width, "height": height}]}
    return {kind: stored.brief() | ({"width": 1, "height": 1} if kind == "video" else {}) | _duration(kind, Params())}


def _details(kind: str, upload: Upload, params: Params) -> dict[str, Any]:
    details: dict[str, Any] = {"mime_type": upload.mime}
    if kind != "voice":
        details["file_name"] = upload.name
    if kind == "video":
        details |= {"width": params.number("width", 1), "height": params.number("height", 1)}
    return details | _duration(kind, params)


def _duration(kind: str, params: Params) -> dict[str, Any]:
    return {"duration": params.number("duration")} if kind in {"voice", "video"} else {}


def send_media_group(world: World, params: Params) -> Any:
    chat = world.chat_of(params)
    media = params.tree("media")
    if not isinstance(media, list) or not all(isinstance(item, dict) for item in media):
        raise bad_request("can't parse media JSON object")
    if not 2 <= len(media) <= 10:
        raise bad_request("media group must include 2-10 items")
    kinds = {str(item.get("type")) for item in media}
    if not kinds <= set(ALBUM_KINDS) or (len(kinds) > 1 and kinds & {"document", "audio"}):
        raise bad_request("the media types can't be mixed in a media group")
    album = {"media_group_id": world.next_album_id()}
    head = album | replied(chat, params) | flags(params)
    contents = [head | _album_item(world, item, params) for item in media]
    return [world.post_as_bot(chat, content, None) for content in contents]


def _album_item(world: World, item: dict[str, Any], params: Params) -> dict[str, Any]:
    kind, reference = str(item["type"]), str(item.get("media", ""))
    if kind not in {"photo", "video", "document"}:
        raise bad_request(f"this fake has no {kind} in albums")
    own = Params({**item, kind: reference})
    return _media(world, kind, params.attached(reference), own) | caption(own)


def get_file(world: World, params: Params) -> Any:
    return world.files.open_link(params.text("file_id"))
