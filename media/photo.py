"""Photos: decoded to pixels, and only the pixels are written into a new JPEG.

Nothing but pixels survives: no EXIF, XMP, GPS, ICC profile, comment, text chunk, embedded preview,
maker note or byte after the end. The orientation is turned into pixels, colours become sRGB,
transparency becomes white, an animation or a live photo is its first frame, a scan its first page. A picture without
its end is shown as far as it goes.
"""

import io
import re
import struct
import warnings
from typing import TYPE_CHECKING

from media import cut
from media.colour import plain, to_srgb
from media.fingerprint import fingerprint
from media.readers import opened, webp_size
from media.values import Cleaned, Flaw, Limits, Refused, is_long

if TYPE_CHECKING:
    from PIL import Image

_COPY_QUALITY = 85
_THUMBNAIL_QUALITY = 75
_LONGEST_SIDE_PX = 30_000  # libjpeg ends at 65,500, many a viewer at 32,767
_ORIENTATION_TAG = 0x0112
_SCAN_BEGINS, _ENDS = 0xDA, 0xD9
_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")  # those within a scan's data left out
_COSTS = {"image/webp": 1.55, "image/avif": 1.55}  # their decoders take that much more memory for a pixel
_SAMPLES_FOR_A_PIXEL = 2.5
"""What the numbers in a JPEG may be to `Limits.pixels`: the decoder may keep each in two bytes, however small the
picture it is asked for."""
_SAMPLES_IN_ONE_PASS = 10
"""The same of a JPEG that is read in one pass, of which it keeps a few lines at a time: this bounds its time alone."""
_LOOKS_AT_A_PIXEL = 50
"""How often a JPEG's scans may go over `Limits.pixels`: a camera's go over theirs some ten times, and a file may have a
million scans of a dozen bytes."""
_SHOWN_IN_PART = ("image/jpeg", "image/png", "image/gif", "image/tiff", "image/bmp", "image/webp", "image/heic")


def clean(data: bytes, mime: str, limits: Limits) -> Cleaned:
    """The copy of a photo of one of the types in `sniffing.PHOTOS`; always a JPEG.

    Raises Refused("too_many_pixels") before decoding, and whatever Pillow raises on broken bytes.
    """
    with warnings.catch_warnings():
        _bombs_are_errors()
        image, flaw = _as_much_as_there_is(data, mime, limits)
    return Cleaned(
        kind="photo",
        mime="image/jpeg",
        extension="jpg",
        copy=jpeg(image, _COPY_QUALITY),
        thumbnail=thumbnail(image, limits),
        width=image.width,
        height=image.height,
        fingerprint=fingerprint(image),
        flaw=flaw,
    )


def thumbnail(image: "Image.Image", limits: Limits) -> bytes:
    """A small JPEG of an RGB image; of a long image only its beginning, which shows what it is."""
    side = min(image.size)
    small = image.crop((0, 0, side, side)) if is_long(*image.size) else image.copy()
    small.thumbnail((limits.thumbnail_edge_px, limits.thumbnail_edge_px))
    return jpeg(small, _THUMBNAIL_QUALITY)


def jpeg(image: "Image.Image", quality: int) -> bytes:
    """The pixels of an RGB image as JPEG. A fresh image is saved: `save` would write `image.info`."""
    from PIL import Image

    fresh = Image.new("RGB", image.size)
    fresh.paste(image)
    buffer = io.BytesIO()
    fresh.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _bombs_are_errors() -> None:
    from PIL import Image

    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def _as_much_as_there_is(data: bytes, mime: str, limits: Limits) -> "tuple[Image.Image, Flaw | None]":
    """The picture, and what it lacks. Raises as `clean`, also where nothing of a picture is there."""
    try:
        return _picture(data, mime, limits)
    except Refused:
        raise
    except Exception:  # each reader has its own word for what breaks off
        if mime not in _SHOWN_IN_PART:
            raise
    with cut.ends_forgiven():
        image, _ = _picture(cut.mended(data, mime, limits), mime, limits)
    if not cut.shows_anything(image, data, mime):
        raise Refused("unreadable")
    return image, "cut"


def _picture(data: bytes, mime: str, limits: Limits) -> "tuple[Image.Image, Flaw | None]":
    from PIL import Image

    cost = _COSTS.get(mime, 1)
    if mime == "image/webp":  # this decoder allocates the canvas on opening
        _check_pixels(*webp_size(data), limits, cost)
    image = opened(data, mime)
    box = _box(*image.size, limits)
    if mime == "image/jpeg":
        _check_samples(image, data, limits)
        _check_scans(image, data, limits)
        image.draft(None, box)  # decode at 1/2, 1/4 or 1/8 when that is enough
    _check_pixels(*image.size, limits, cost)
    image.load()
    _check_pixels(*image.size, limits, cost)
    flaw = "pages" if mime == "image/tiff" and getattr(image, "is_animated", False) else None
    profile, orientation = image.info.get("icc_profile"), _orientation(image)
    image = plain(image)
    image.thumbnail(box, Image.Resampling.LANCZOS)
    return _upright(to_srgb(image, profile), orientation), flaw


def _check_pixels(width: int, height: int, limits: Limits, cost: float) -> None:
    if width * height * cost > limits.pixels:
        raise Refused("too_many_pixels")


def _check_samples(image: "Image.Image", data: bytes, limits: Limits) -> None:
    """Checks how many numbers a JPEG holds: colours often have fewer of them than brightness."""
    shares = [across * down for _, across, down, _ in getattr(image, "layer", ())]
    samples = image.width * image.height * sum(shares) / max(shares, default=1)
    in_one_pass = "progressive" not in image.info and _colours_in_first_scan(data) == len(shares)
    if samples > limits.pixels * (_SAMPLES_IN_ONE_PASS if in_one_pass else _SAMPLES_FOR_A_PIXEL):
        raise Refused("too_many_pixels")


def _check_scans(image: "Image.Image", data: bytes, limits: Limits) -> None:
    """Checks how often the decoder would go over the picture: each scan is one more look at all of it."""
    most = limits.pixels * _LOOKS_AT_A_PIXEL // (image.width * image.height)
    if _scans(data, most) > most:
        raise Refused("too_many_pixels")


def _scans(data: bytes, most: int) -> int:
    """How many scans a JPEG has before its end; counted no further than one above `most`."""
    at, found = 2, 0
    while found <= most and (marker := _MARKER.search(data, at)) and marker[1][0] != _ENDS:
        at = marker.end()
        found += marker[1][0] == _SCAN_BEGINS
        at += int.from_bytes(data[at : at + 2])
    return found


def _colours_in_first_scan(data: bytes) -> int:
    """How many colours the first scan of a JPEG holds; fewer than the picture has: there are more scans."""
    at = 2
    while data[at : at + 1] == b"\xff" and at + 4 < len(data):
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if marker == _SCAN_BEGINS:
            return data[at + 4]
        at += 1 if marker == 0xFF else 2 + length
    return 0


def _box(width: int, height: int, limits: Limits) -> tuple[int, int]:
    """The width and height that the copy must fit into."""
    if not is_long(width, height):
        return limits.copy_edge_px, limits.copy_edge_px
    short, long = sorted((width, height))
    fitting = (limits.long_copy_pixels / (width * height)) ** 0.5
    scale = min(1, limits.long_copy_edge_px / short, _LONGEST_SIDE_PX / long, fitting)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _orientation(image: "Image.Image") -> int:
    """The EXIF orientation, 1 to 8; 1 when it is missing or the EXIF is broken, as on many phones."""
    try:
        value = image.getexif().get(_ORIENTATION_TAG, 1)
    except (SyntaxError, ValueError, LookupError, TypeError, OSError, struct.error):
        return 1
    return value if value in range(1, 9) else 1


def _upright(image: "Image.Image", orientation: int) -> "Image.Image":
    from PIL import Image

    turn = Image.Transpose
    turns = (
        turn.FLIP_LEFT_RIGHT,
        turn.ROTATE_180,
        turn.FLIP_TOP_BOTTOM,
        turn.TRANSPOSE,
        turn.ROTATE_270,
        turn.TRANSVERSE,
        turn.ROTATE_90,
    )
    return image if orientation == 1 else image.transpose(turns[orientation - 2])
