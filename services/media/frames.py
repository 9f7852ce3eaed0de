"""Frames of a video as pictures."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from PIL import Image


def upright(frame: "VideoFrame") -> "Image.Image":
    """RGB pixels, turned as a player turns them: phones film sideways and note the angle."""
    image = frame.to_image()
    return image.rotate(frame.rotation, expand=True) if frame.rotation else image
