"""Draws posters with a QR code on a sheet of A4, one or several to be cut apart: as a picture, or a PDF of it.

Black on white, a bit a dot, as an office's printer prints it: the file is small, and needs no font where it is read.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from media.ink import A4, DOTS, SHORTEST, drawn_code, font_of, height, wrapped

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

GRIDS = {1: (1, 1), 2: (1, 2), 4: (2, 2), 8: (2, 4)}  # columns and rows, by how many are on a sheet


@dataclass(frozen=True)
class Poster:
    """What stands on one: a heading, the place that it hangs at, lines of words, and codes, each with its caption."""

    heading: str
    place: str
    lines: Sequence[str]
    codes: Sequence[tuple[str, str]]  # (address, caption)


@dataclass(frozen=True)
class _Box:
    left: int
    top: int
    wide: int
    high: int


def sheet(poster: Poster, many: int, form: Literal["pdf", "png"]) -> bytes:
    """A sheet of A4 with `many` posters alike, of `GRIDS`. Raises Fontless."""
    drawn, out = _sheet(poster, many), io.BytesIO()
    if form == "pdf":
        drawn.save(out, "PDF", resolution=DOTS, title=poster.place or poster.heading)
    else:
        drawn.save(out, "PNG", dpi=(DOTS, DOTS), optimize=True)
    return out.getvalue()


def _sheet(poster: Poster, many: int) -> Image:
    from PIL import Image, ImageDraw

    columns, rows = GRIDS[many]
    wide, high = A4[0] // columns, A4[1] // rows
    one = _drawn(poster, wide, high)
    whole = Image.new("1", A4, 1)
    for n in range(many):
        whole.paste(one, (n % columns * wide, n // columns * high))
    pen = ImageDraw.Draw(whole)
    for column in range(1, columns):
        _dashed(pen, (column * wide, 0), (0, 1), A4[1])
    for row in range(1, rows):
        _dashed(pen, (0, row * high), (1, 0), A4[0])
    return whole


def _drawn(poster: Poster, wide: int, high: int) -> Image:
    """One poster: the words above the codes, or beside them where it is wider than high."""
    from PIL import Image, ImageDraw

    picture = Image.new("L", (wide, high), 255)
    pen, edge = ImageDraw.Draw(picture), min(wide, high) // 12
    inner = _Box(edge, edge, wide - 2 * edge, high - 2 * edge)
    if wide > high:
        half = inner.wide * 9 // 20
        words = _Box(inner.left + inner.wide - half, inner.top, half, inner.high)
        codes = _Box(inner.left, inner.top, inner.wide - half - edge, inner.high)
    else:
        part = inner.high * 9 // 20
        words = _Box(inner.left, inner.top, inner.wide, part)
        codes = _Box(inner.left, inner.top + part, inner.wide, inner.high - part)
    _words(pen, poster, words)
    _codes(picture, pen, poster.codes, codes)
    return picture.point([0] * 128 + [1] * 128, "1")


def _words(pen: ImageDraw, poster: Poster, box: _Box) -> None:
    """The heading, the place and the lines, as large as they fit, in the middle of the box."""
    size = min(box.wide // 8, box.high // 4)
    while True:
        parts = [
            (poster.heading, size, 1),
            (poster.place, size * 3 // 4, 1),
            *((one, size // 2, 0) for one in poster.lines),
        ]
        laid = [
            (line, font, bold)
            for text, large, bold in parts
            if text
            for font in [font_of(large)]
            for line in wrapped(text, font, box.wide)
        ]
        needed = sum(height(font) for _, font, _ in laid)
        if needed <= box.high or size <= 2 * SHORTEST:
            break
        size = size * 19 // 20
    top = box.top + max(0, (box.high - needed) // 2)
    for line, font, bold in laid:
        left = box.left + (box.wide - int(font.getlength(line))) // 2
        pen.text((left, top), line, 0, font, stroke_width=bold * max(1, int(font.size) // 40))
        top += height(font)


def _codes(picture: Image, pen: ImageDraw, codes: Sequence[tuple[str, str]], box: _Box) -> None:
    """The codes side by side, or one above the other where the box is high, each above its caption."""
    along = box.wide >= box.high
    count = len(codes)
    wide, high = (box.wide // count, box.high) if along else (box.wide, box.high // count)
    font = font_of(max(SHORTEST, min(wide, high) // 14))
    for n, (address, caption) in enumerate(codes):
        left, top = (box.left + n * wide, box.top) if along else (box.left, box.top + n * high)
        lines = wrapped(caption, font, wide)
        side = min(wide, high - len(lines) * height(font))
        code = drawn_code(address, side)
        above = top + (high - code.height - len(lines) * height(font)) // 2
        picture.paste(code, (left + (wide - code.width) // 2, above))
        for row, line in enumerate(lines):
            at = left + (wide - int(font.getlength(line))) // 2, above + code.height + row * height(font)
            pen.text(at, line, 0, font)


def _dashed(pen: ImageDraw, start: tuple[int, int], step: tuple[int, int], length: int) -> None:
    """A line to cut along."""
    (x, y), (across, down) = start, step
    for at in range(0, length, 40):
        pen.line((x + across * at, y + down * at, x + across * (at + 16), y + down * (at + 16)), 0, 2)
