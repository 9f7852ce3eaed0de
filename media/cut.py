"""Makes what is left of a picture that breaks off look to its reader like a whole one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from media.values import Limits

if TYPE_CHECKING:
    from PIL import Image

_SHORTEST_SCAN = 16  # bytes with which a JPEG's scan begins to show anything
_HEAD = 8  # bytes of length and kind before each box of a HEIC, of kind and length before each chunk of a WebP


def mended(data: bytes, mime: str, limits: Limits) -> bytes:
    """The picture with zeros for what is missing, where the reader of its type wants a whole file."""
    if mime == "image/heic":
        return data.ljust(min(_end_of_boxes(data), limits.file_bytes), b"\0")
    if mime == "image/webp":
        return _webp_of_pixels(data, limits)
    return data


def _end_of_boxes(data: bytes) -> int:
    """Where the last box ends that has begun; 0 when it ends with the file."""
    at = 0
    while len(data) - at >= _HEAD:
        length = int.from_bytes(data[at : at + 4], "big")
        if length < _HEAD:
            return 0
        at += length
    return at


def _webp_of_pixels(data: bytes, limits: Limits) -> bytes:
    """The chunk with the pixels alone: what else its head announces may be among the missing."""
    at = 12
    while len(data) - at >= _HEAD:
        kind, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + _HEAD], "little")
        end = at + _HEAD + length + length % 2
        if kind in (b"VP8 ", b"VP8L"):
            chunk = data[at:end].ljust(min(end - at, limits.file_bytes), b"\0")
            return b"RIFF" + (len(chunk) + 4).to_bytes(4, "little") + b"WEBP" + chunk
        at = end
    return data


@contextmanager
def ends_forgiven() -> Iterator[None]:
    """Within it Pillow takes what breaks off; no other picture may be read in this process meanwhile."""
    from PIL import ImageFile

    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def shows_anything(image: "Image.Image", data: bytes, mime: str) -> bool:
    """Whether a picture that breaks off has begun at all: what is missing is all of one colour."""
    if any(channel.getextrema()[0] != channel.getextrema()[1] for channel in image.split()):
        return True
    return mime == "image/jpeg" and len(data) - data.rfind(b"\xff\xda") > _SHORTEST_SCAN
