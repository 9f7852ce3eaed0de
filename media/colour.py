"""Converts colours from whatever a file uses to sRGB on white."""

import io
from typing import TYPE_CHECKING

from media.values import Refused

if TYPE_CHECKING:
    from PIL import Image

_PROFILE_BYTES = 4 * 2**20
_BAND_ROWS = 64
_KEPT_MODES = ("L", "RGB", "CMYK", "RGBA", "LA")


def plain(image: "Image.Image") -> "Image.Image":
    """The image in a mode that can be resized: palettes are resolved, 16-bit grey becomes 8-bit. Raises Refused."""
    if image.mode.startswith("I;16"):
        return _eight_bits(image)
    if image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")
    if image.mode in ("I", "F"):  # measurements: nothing tells which number is white
        raise Refused("unreadable")
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode in _KEPT_MODES else image.convert("RGB")


def _eight_bits(image: "Image.Image") -> "Image.Image":
    """16-bit grey as its upper 8 bits, where `convert` would clip at 255; the one grey that is clear stays clear.

    It is done in bands, as several copies of a large picture would not fit into the memory.
    """
    from PIL import Image

    clear = image.info.get("transparency")
    made = Image.new("L" if clear is None else "RGBA", image.size)
    for top in range(0, image.height, _BAND_ROWS):
        band = image.crop((0, top, image.width, min(top + _BAND_ROWS, image.height)))
        made.paste(_upper_bits(band, clear), (0, top))
    return made


def _upper_bits(image: "Image.Image", clear: int | None) -> "Image.Image":
    from PIL import Image, ImageChops

    data = image.tobytes()
    upper_at = 0 if image.mode == "I;16B" else 1
    lower, grey = (Image.frombytes("L", image.size, data[at::2]) for at in (1 - upper_at, upper_at))
    if clear is None:
        return grey
    others = [one.point(_all_but(part)) for one, part in ((grey, clear >> 8), (lower, clear & 255))]
    return Image.merge("LA", (grey, ImageChops.lighter(*others))).convert("RGBA")


def _all_but(clear: int) -> list[int]:
    return [0 if value == clear else 255 for value in range(256)]


def to_srgb(image: "Image.Image", profile: bytes | None) -> "Image.Image":
    """The image's pixels as RGB on white, brought to sRGB by the embedded profile.

    A profile that is broken or does not fit the image's colour model is ignored.
    """
    image = _on_white(image)
    if profile and len(profile) <= _PROFILE_BYTES:
        image = _converted(image, profile)
    return image if image.mode == "RGB" else image.convert("RGB")


def _on_white(image: "Image.Image") -> "Image.Image":
    from PIL import Image

    if image.mode != "RGBA":
        return image
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def _converted(image: "Image.Image", profile: bytes) -> "Image.Image":
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, target, outputMode="RGB") or image
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
