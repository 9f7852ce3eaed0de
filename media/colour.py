"""Converts colours from whatever a file uses to sRGB on white."""

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

_PROFILE_BYTES = 4 * 2**20
_KEPT_MODES = ("L", "RGB", "CMYK", "RGBA", "LA")


def plain(image: "Image.Image") -> "Image.Image":
    """The image in a mode that can be resized: palettes are resolved, 16-bit grey becomes 8-bit."""
    if image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value * (1 / 256))  # convert alone would clip at 255
    if image.mode == "1" or image.mode.startswith(("I", "F")):
        return image.convert("L")
    return image if image.mode in _KEPT_MODES else image.convert("RGB")


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
