"""Documents: PDF, OFD, Word, Excel, PowerPoint and plain text. As evidence they are taken without a copy: the office
downloads the sealed original. Of what the office itself sends, `copied` makes a clean one (`Limits.documents`).

A document is what its own program opens: a PDF may have something before its header and lack its end mark, the main
part of an Office file may have any name.

Refused are Office files with macros, ActiveX or a password (not to be looked into), archives, HTML,
SVG, scripts marked as such, and documents that are also an archive.
Not detected in evidence: Excel 4.0 macros in an old .xls, links to remote templates, JavaScript in a PDF.
"""

import re
from typing import Any

from media.values import Refused

EXTENSIONS = {
    "application/pdf": "pdf",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/ofd": "ofd",
    "text/plain": "txt",
}
_PDF, _DOC, _XLS, _DOCX, _XLSX, _PPT, _PPTX, _OFD, _TXT = EXTENSIONS
_UNPACKED_BYTES = 200 * 2**20
_MEMBERS = 5_000
_PDF_HEADER = b"%PDF-"
_HEADER_WITHIN = 1024  # bytes; viewers look no further
_PDF_END = b"%%EOF"
_PDF_OBJECT = re.compile(rb"\d\s+obj\b")
_PROGRAM_STARTS = (b"MZ", b"\x7fELF", b"#!")
_TYPES = "[content_types].xml"
_TYPES_BYTES = 2**20
_PART_NAME = re.compile(rb"PK\x03\x04.{26}([\x20-\x7e]+?\.(?:xml|rels|bin))", re.DOTALL | re.IGNORECASE)
_CHEAP = (0, 8)  # stored and deflated, which no Office program exceeds; others could ask for gigabytes
_MAIN_PARTS = (
    (b"wordprocessingml.document.main+xml", "word/document.xml", _DOCX),
    (b"spreadsheetml.sheet.main+xml", "xl/workbook.xml", _XLSX),
    (b"presentationml.presentation.main+xml", "ppt/presentation.xml", _PPTX),
)  # the type of the main part, its usual name, and what the file then is
_MACRO_TYPES = (b"macroenabled", b"vbaproject", b"activex")
_MACRO_PARTS = ("vbaproject.bin", "vbadata.xml", "/macrosheets/", "/activex/")
_MACRO_STORAGES = ("_VBA_PROJECT", "Macros", "EncryptedPackage")
_MARKUP = re.compile(rb"<\s*(!doctype|html|head|body|script|svg|iframe|object|embed|img|\?xml|\?php|%)", re.IGNORECASE)
_MARKUP_STARTS = (b"#!", b"%!PS", b"{\\rtf")
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f")) + b"\x7f"
_TEXT_ENCODINGS = ("utf-8", "gb18030")


def sniff(data: bytes) -> str | None:
    """The MIME type of a document that we take, or None. Never raises; reads no more than it must."""
    if data.startswith(b"PK\x03\x04"):
        return _packed(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _old_office(data)
    if _is_archive(data):
        return None
    if _is_pdf(data):
        return _PDF
    return _TXT if data and not data.startswith(_PDF_HEADER) and _is_text(data) else None


def is_whole(data: bytes) -> bool:
    """Whether an Office file still has its end, without which its own program must repair it."""
    return not data.startswith(b"PK") or _archive(data) is not None


def check_unpacked(data: bytes) -> None:
    """Refuses an Office file that is a zip bomb, without unpacking it. Raises Refused("too_big")."""
    if data.startswith(b"PK"):
        members = _members(data)
        if len(members) > _MEMBERS or sum(m.file_size for m in members) > _UNPACKED_BYTES:
            raise Refused("too_big")


def copied(data: bytes, mime: str) -> bytes:
    """A clean copy: text as plain UTF-8, a new PDF, Word or Excel file; b"" where none can be made. Raises Refused."""
    if mime == _PDF:
        from media import pdf

        return pdf.copied(_from_header_to_end(data))
    if mime == _TXT:
        return _text(data).replace("\r\n", "\n").encode()
    if mime in (_DOCX, _XLSX):
        from media import office

        return office.copied(data)
    return b""


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    return next(data.decode(name) for name in ("utf-8-sig", "gb18030") if _decodes(data, name))


def _is_archive(data: bytes) -> bool:
    """Whether a ZIP reader would open the file: it looks at the end, so any file can carry an archive."""
    return b"PK\x05\x06" in data[-66_000:]


def _is_pdf(data: bytes) -> bool:
    """Whether a viewer would open the file: it looks for the header near the start, and then for objects."""
    before, header, _ = data[:_HEADER_WITHIN].partition(_PDF_HEADER)
    if not header or before.startswith(_PROGRAM_STARTS) or _MARKUP.search(before):
        return False
    return _PDF_END in data or _PDF_OBJECT.search(data, len(before)) is not None


def _from_header_to_end(data: bytes) -> bytes:
    data = data[data.index(_PDF_HEADER) :]
    return data if _PDF_END in data[-_HEADER_WITHIN:] else data + b"\n" + _PDF_END


def _archive(data: bytes):
    import io
    import zipfile

    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        return None


def _members(data: bytes):
    archive = _archive(data)
    return archive.infolist() if archive else ()


def _packed(data: bytes) -> str | None:
    """The kind of a file that is a ZIP. Of an Office file its list of types tells it, whatever the parts are called."""
    archive = _archive(data)
    parts = {member.filename.replace("\\", "/").lower(): member for member in (archive.infolist() if archive else ())}
    if archive is None:
        return _cut_off(data)
    if any(part in "/" + name for name in parts for part in _MACRO_PARTS):
        return None
    if "ofd.xml" in parts:
        return _OFD
    types = _beginning(archive, parts[_TYPES]).lower() if _TYPES in parts else None
    if types is None or any(kind in types for kind in _MACRO_TYPES):
        return None
    return next((mime for kind, name, mime in _MAIN_PARTS if kind in types or name in parts), None)


def _cut_off(data: bytes) -> str | None:
    """The kind of an Office file without its end, from the names before its parts."""
    names = [name.decode("latin-1").replace("\\", "/").lower() for name in _PART_NAME.findall(data)]
    if _TYPES not in names or any(part in "/" + name for name in names for part in _MACRO_PARTS):
        return None
    return next((mime for _, main, mime in _MAIN_PARTS if main in names), None)


def _beginning(archive: Any, member: Any) -> bytes:
    """The first bytes of a member; b"" where it cannot be unpacked."""
    if member.compress_type not in _CHEAP:
        return b""
    try:
        with archive.open(member) as part:
            return part.read(_TYPES_BYTES)
    except Exception:  # zipfile raises whatever its decompressors raise
        return b""


def _old_office(data: bytes) -> str | None:
    """The kind of an old Office file, found by searching: a compound file stores its names as plain UTF-16."""

    def holds(name: str) -> bool:
        return name.lower().encode("utf-16-le") + b"\0\0" in lowered

    lowered = data.lower()
    if any(holds(name) for name in _MACRO_STORAGES):
        return None
    if holds("WordDocument"):
        return _DOC
    if holds("PowerPoint Document"):
        return _PPT
    return _XLS if holds("Workbook") or holds("Book") else None


def _is_text(data: bytes) -> bool:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            data = data.decode("utf-16").encode()
        except UnicodeError:
            return False
    if data.translate(None, _CONTROL) != data or data.lstrip().startswith(_MARKUP_STARTS):
        return False
    return not _MARKUP.search(data) and any(_decodes(data, name) for name in _TEXT_ENCODINGS)


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeError:
        return False
    return True
