"""Draws a receipt as a PDF of one page, whose subject is the receipt as machines read it.

The page is a picture, so that it looks the same on every old phone; over it lie the same words unseen, for whoever
searches, copies or is read to.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from media.ink import A4, DOTS, drawn_code, font_of, height, wrapped

EDGE = 260  # dots
LARGE, PLAIN, SMALL = 110, 62, 44  # dots: heights of letters


@dataclass(frozen=True)
class Paper:
    """What stands on a receipt. `line`: the receipt itself, as machines read it; `address`: where it is checked."""

    title: str
    rows: Sequence[tuple[str, str]]
    notes: Sequence[str]
    address: str
    line: str


def receipt_pdf(paper: Paper) -> bytes:
    """The receipt as a PDF. Raises Fontless."""
    from PIL import Image, ImageDraw

    page = Image.new("L", A4, 255)
    pen, top, wide = ImageDraw.Draw(page), EDGE, A4[0] - 2 * EDGE
    said: list[tuple[int, int, str]] = []

    def write(text: str, size: int, left: int = 0, room: int = wide) -> None:
        nonlocal top
        font = font_of(size)
        for line in wrapped(text, font, room):
            pen.text((EDGE + left, top), line, 0, font)
            said.append((top, size, line))
            top += height(font)

    write(paper.title, LARGE)
    top += PLAIN
    for name, value in paper.rows:
        write(name, SMALL)
        write(value, PLAIN)
        top += SMALL // 2
    top += PLAIN
    code = drawn_code(paper.address, 900)
    page.paste(code, (EDGE - code.width // 30, top))
    top += code.height
    for note in paper.notes:
        write(note, SMALL)
    out = io.BytesIO()
    page.point([0] * 128 + [1] * 128, "1").save(
        out, "PDF", resolution=DOTS, title=paper.title, subject=paper.line, producer="", creator=""
    )
    return _with_words(out.getvalue(), said)


def _with_words(data: bytes, said: Sequence[tuple[int, int, str]]) -> bytes:
    """The PDF with these lines (top and height in dots, text) unseen over its picture."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    page = writer.pages[0]
    meanings = DecodedStreamObject()
    meanings.set_data(_TO_UNICODE)
    described = _named(Type="/FontDescriptor", FontName="/Unseen", Flags=4, ItalicAngle=0, Ascent=800, Descent=-200)
    described |= _named(CapHeight=800, StemV=80, FontBBox=[0, -200, 1000, 800])
    system = _named(Registry="Adobe", Ordering="Identity", Supplement=0)
    letters = _named(Type="/Font", Subtype="/CIDFontType2", BaseFont="/Unseen", CIDToGIDMap="/Identity", DW=1000)
    letters |= {NameObject("/CIDSystemInfo"): system, NameObject("/FontDescriptor"): writer._add_object(described)}
    font = _named(Type="/Font", Subtype="/Type0", BaseFont="/Unseen", Encoding="/Identity-H")
    font |= {
        NameObject("/DescendantFonts"): ArrayObject([writer._add_object(letters)]),
        NameObject("/ToUnicode"): writer._add_object(meanings),
    }
    resources = page["/Resources"].get_object()
    assert isinstance(resources, DictionaryObject)
    resources[NameObject("/Font")] = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
    stream, scale, high = DecodedStreamObject(), 72 / DOTS, A4[1]
    words = "\n".join(
        f"BT 3 Tr /F1 {size * scale:.2f} Tf {EDGE * scale:.2f} {(high - top - size) * scale:.2f} Td "
        f"<{text.encode('utf-16-be').hex()}> Tj ET"
        for top, size, text in said
    )
    stream.set_data(words.encode())
    shown = page["/Contents"]
    before = shown if isinstance(shown, ArrayObject) else ArrayObject([page.raw_get("/Contents")])
    page[NameObject("/Contents")] = ArrayObject([*before, writer._add_object(stream)])
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _named(**values: Any) -> Any:
    """A dictionary as PDF has it: texts that begin with a stroke are names."""
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

    def made(value: Any) -> Any:
        if isinstance(value, list):
            return ArrayObject([made(one) for one in value])
        if isinstance(value, int):
            return NumberObject(value)
        return NameObject(value) if value.startswith("/") else TextStringObject(value)

    return DictionaryObject({NameObject(f"/{name}"): made(value) for name, value in values.items()})


_TO_UNICODE = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
1 beginbfrange
<0000> <FFFF> <0000>
endbfrange
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""
