"""Opens a picture with the reader of exactly its type, so that no other reader of Pillow ever sees the bytes."""

import io
import struct
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import ImageFile

_READERS = {  # how Pillow calls them
    "image/avif": "Avif",
    "image/bmp": "Bmp",
    "image/gif": "Gif",
    "image/jpeg": "Jpeg",
    "image/png": "Png",
    "image/tiff": "Tiff",
    "image/webp": "WebP",
}


def opened(data: bytes, mime: str) -> "ImageFile.ImageFile":
    """The picture with its header read; its pixels are decoded by `load`. Raises whatever Pillow raises."""
    if mime == "image/heic":
        from pillow_heif import HeifImageFile

        return HeifImageFile(io.BytesIO(data))
    if mime == "image/avif":
        from PIL import AvifImagePlugin

        AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # every further one takes memory of its own
    name = _READERS[mime]
    return getattr(import_module(f"PIL.{name}ImagePlugin"), f"{name}ImageFile")(io.BytesIO(data))


def webp_size(data: bytes) -> tuple[int, int]:
    """Width and height of a WebP from its first chunk, in pixels; (0, 0) for an unknown kind of chunk."""
    if data[12:16] == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if data[12:16] == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if data[12:16] == b"VP8 ":
        return struct.unpack("<HH", data[26:30].ljust(4, b"\0"))
    return 0, 0
