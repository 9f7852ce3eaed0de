"""Documents: PDF, Word, Excel and plain text. As evidence they are taken without a copy: the office downloads the
sealed original. Of what the office itself sends, `copied` makes a clean one (`Limits.documents`).

Refused are Office files with macros, ActiveX or a password (not to be looked into), archives, HTML,
SVG, scripts marked as such, and documents that are also an archive.
Not detected in evidence: Excel 4.0 macros in an old .xls, links to remote templates, JavaScript in a PDF.
"""

import re

from media.values import Refused

EXTENSIONS = {
    "application/pdf": "pdf",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/plain": "txt",
}
_DOC, _XLS, _DOCX, _XLSX = list(EXTENSIONS)[1:5]
_UNPACKED_BYTES = 200 * 2**20
_MEMBERS = 5_000
_MACRO_PARTS = ("vbaproject.bin", "vbadata.xml", "/macrosheets/", "/activex/")
_MACRO_STORAGES = ("_VBA_PROJECT", "Macros", "EncryptedPackage")
_MARKUP = re.compile(rb"<\s*(!doctype|html|head|body|script|svg|iframe|object|embed|img|\?xml|\?php|%)", re.IGNORECASE)
_MARKUP_STARTS = (b"#!", b"%!PS", b"{\\rtf")
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f")) + b"\x7f"
_TEXT_ENCODINGS = ("utf-8", "gb18030")


def sniff(data: bytes) -> str | None:
    """The MIME type of a document that we take, or None. Never raises; reads no more than it must."""
    if data.startswith(b"%PDF-"):
        return "application/pdf" if b"%%EOF" in data and not _is_archive(data) else None
    if data.startswith(b"PK\x03\x04"):
        return _office(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _old_office(data)
    return "text/plain" if data and _is_text(data) and not _is_archive(data) else None


def check_unpacked(data: bytes) -> None:
    """Refuses an Office file that is a zip bomb, without unpacking it. Raises Refused("too_big")."""
    if data.startswith(b"PK"):
        members = _members(data) or []
        if len(members) > _MEMBERS or sum(m.file_size for m in members) > _UNPACKED_BYTES:
            raise Refused("too_big")


def copied(data: bytes, mime: str) -> bytes:
    """A clean copy: text as plain UTF-8, a new PDF, Word or Excel file; b"" where none can be made. Raises Refused."""
    if mime == "application/pdf":
        from media import pdf

        return pdf.copied(data)
    if mime == "text/plain":
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


def _members(data: bytes):
    import io
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        return None


def _office(data: bytes) -> str | None:
    names = {member.filename.replace("\\", "/").lower() for member in _members(data) or ()}
    if "[content_types].xml" not in names or any(part in "/" + name for name in names for part in _MACRO_PARTS):
        return None
    if "word/document.xml" in names:
        return _DOCX
    return _XLSX if "xl/workbook.xml" in names else None


def _old_office(data: bytes) -> str | None:
    """The kind of an old Office file, found by searching: a compound file stores its names as plain UTF-16."""

    def holds(name: str) -> bool:
        return name.lower().encode("utf-16-le") + b"\0\0" in lowered

    lowered = data.lower()
    if any(holds(name) for name in _MACRO_STORAGES):
        return None
    if holds("WordDocument"):
        return _DOC
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
