"""What drawn sheets of A4 are made of: lines of words in a Chinese font, and QR codes."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import segno

from media.fonts import chinese_font

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

DOTS = 300  # an inch
A4 = 2480, 3508  # dots
WORD = re.compile(r"[^\W\u2e80-\uffff]+[,.;:!?)’']*|\s|.", re.ASCII)  # what a line is not broken within
SHORTEST = 16  # dots: no letter is smaller


class Fontless(Exception):
    """This machine has no Chinese font to draw with."""


def drawn_code(address: str, side: int) -> Image:
    """The QR code, of whole dots a module, with the quiet zone that it needs, at most `side` dots wide."""
    from PIL import Image

    made, out = segno.make_qr(address, error="m"), io.BytesIO()
    modules = made.symbol_size(border=4)[0]
    made.save(out, kind="png", scale=max(1, side // modules), border=4)
    return Image.open(out).convert("L")


def wrapped(text: str, font: FreeTypeFont, wide: int) -> list[str]:
    """The text in lines that fit; a Latin word stays whole unless it is longer than a line."""
    lines = [""]
    words = WORD.findall(text)
    for word in (part for one in words for part in ([one] if font.getlength(one) <= wide else one)):
        if lines[-1] and font.getlength((lines[-1] + word).rstrip()) > wide:
            lines.append("")
        lines[-1] += word if lines[-1] or not word.isspace() else ""
    return [line.rstrip() for line in lines]


def height(font: FreeTypeFont) -> int:
    return int(font.size) * 3 // 2


def font_of(size: int) -> FreeTypeFont:
    from PIL import ImageFont

    found = chinese_font()
    if found is None:
        raise Fontless
    return ImageFont.truetype(found[0], size, index=found[1])
