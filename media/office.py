"""Writes a modern Word or Excel file anew, without what tells who made it.

The file is a ZIP of XML parts. The parts that a reader shows are kept; the properties (author, company, times) become
empty, the names of people who changed or commented are removed (`ooxml`), and outside templates and objects are no
longer fetched.
Text deleted while changes were tracked and hidden text and sheets stay in: they are the document's own words.
"""

import io
import re
import zipfile

from media import ooxml
from media.colour import plain
from media.values import Refused

_LONGEST_PART = 64 * 2**20
_MOST_PIXELS = 51_000_000
_JPEG_QUALITY = 90
_EMBEDDED = re.compile(
    r"(^|/)(embeddings|activex|customui|attachedtoolbars|webextensions|querytables|model|connections\.xml)(/|$)",
    re.IGNORECASE,
)
_OWN_DATA = re.compile(r"customxml/item\d*\.xml")  # names of the programs that handled the file
_ODD_NAME = re.compile(r"(^|/)\.\.?(/|$)|^/|//|[\\:\x00-\x1f]")
_CORE = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_EMPTY = {
    "docprops/core.xml": _CORE
    + b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>',
    "docprops/app.xml": _CORE
    + b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
    "docprops/custom.xml": _CORE
    + b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>',
}


def copied(data: bytes) -> bytes:
    """A clean copy of the file; b"" for one that carries another file in it or fetches one. Raises Refused."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        _check(old.infolist())
        for member in old.infolist():
            if _EMBEDDED.search(member.filename):
                return b""
            if member.is_dir() or ooxml.LEFT_OUT.search(member.filename):
                continue
            kept = _cleaned(member.filename, old.read(member))
            if kept is None:
                return b""
            new.writestr(zipfile.ZipInfo(member.filename, (1980, 1, 1, 0, 0, 0)), kept, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _check(members: list[zipfile.ZipInfo]) -> None:
    """Checks sizes and names. Raises Refused: too_big, or unreadable where a part's name could be taken for a path."""
    names = [member.orig_filename.lower() for member in members]
    if len(set(names)) < len(names) or any(_ODD_NAME.search(name) for name in names):
        raise Refused("unreadable")
    if any(member.file_size > _LONGEST_PART for member in members):
        raise Refused("too_big")


def _cleaned(name: str, part: bytes) -> bytes | None:
    """The cleaned bytes of one part; None for a part that cannot be looked into."""
    lowered = name.lower()
    if lowered in _EMPTY:
        return _EMPTY[lowered]
    if _OWN_DATA.fullmatch(lowered):
        return _CORE + b"<removed/>"
    if lowered.endswith((".xml", ".rels", ".vml")):
        try:
            return ooxml.rewritten(part)
        except ooxml.Fetches:
            return None
    return _picture(part)


def _picture(part: bytes) -> bytes | None:
    """A photo decoded and encoded again in its own format; None for anything but a photo. Raises Refused."""
    from PIL import Image, UnidentifiedImageError

    try:
        opened = Image.open(io.BytesIO(part), formats=("JPEG", "PNG", "GIF", "BMP"))
    except UnidentifiedImageError:
        return None
    with opened as picture:
        if picture.width * picture.height > _MOST_PIXELS:
            raise Refused("too_many_pixels")
        kind = picture.format
        shown = plain(picture) if "transparency" in picture.info else picture
        shown.load()
        fresh = Image.new(shown.mode, shown.size)
        if shown.mode == "P":
            fresh.putpalette(shown.getpalette() or [])
        fresh.paste(shown)
    out = io.BytesIO()
    fresh.save(out, kind, **({"quality": _JPEG_QUALITY} if kind == "JPEG" else {}))
    return out.getvalue()
