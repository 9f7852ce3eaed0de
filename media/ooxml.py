"""Reads one XML part of a Word or Excel file and writes it anew, without who wrote it and where it came from.

Names keep their prefixes, which `mc:Ignorable` lists by name; comments and processing instructions are gone. A DTD,
with which entity bombs and outside entities begin, is refused: the format knows none.
"""

import io
import re
from collections.abc import Mapping
from xml.parsers import expat  # the entities of a hostile file never get as far as being expanded
from xml.sax.saxutils import escape, quoteattr

from media.values import Refused

LEFT_OUT = re.compile(r"(^|/)(docprops/thumbnail|docmetadata/|printersettings/)", re.IGNORECASE)
SOMEBODY = "Author"  # the value that Word's own inspector writes
REMOVED = "removed"
_NAMED = frozenset(("author", "userName", "lastModifiedBy", "lastEditedBy", "refreshedBy"))
_OF_A_PERSON = frozenset((("person", "displayName"), ("userInfo", "name")))
_DROPPED = frozenset(("initials", "userId", "providerId", "date", "dateUtc", "dT"))
_OF_A_FILE = frozenset(
    (("pageSetup", "id"), ("imagedata", "href"), ("imagedata", "title"), ("imagedata", "src"))
)  # printer settings; the place where a picture was taken
_FILE_NAME = re.compile(r"\\|\.(jpe?g|png|gif|bmp|tiff?|[ew]mf|heic|webp)$", re.IGNORECASE)
# a bound control shows the property it is bound to, and those are emptied; unbound, it keeps its words
_DROPPED_ELEMENTS = frozenset(
    ("rsids", "docVars", "mailMerge", "absPath", "dataBinding", "customWorkbookViews", "customSheetViews")
)  # the views of a workbook bear the names of those who looked
_WORDS = frozenset(("t", "delText"))  # elements with what the document itself says
_PATH = re.compile(
    r"""(?:file:|(?<![a-z])[a-z]:[\\/]|\\\\(?=[^\\\s]+\\)|(?<![\w./])/(?:users|home)/)[^"'<>|!\[\]\r\n]*""",
    re.IGNORECASE,
)  # of a file or a folder, in a formula, a defined name, a field: it begins with who uses the computer, as a rule
_FETCHING = re.compile(r"^\s*(INCLUDE\w*|DDE\w*|LINK|IMPORT|DATABASE|RD)\b", re.IGNORECASE | re.MULTILINE)  # fields
_WAITS_FOR_A_TAP = re.compile(r"(https?|mailto):|#", re.IGNORECASE)


class Fetches(Exception):
    """The part would have something fetched from elsewhere when it is opened."""


def rewritten(part: bytes) -> bytes:
    """The part, written anew. Raises Refused("unreadable") for anything but XML and for a DTD, and Fetches."""
    writer = _Writer()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = writer.start
    parser.EndElementHandler = writer.end
    parser.CharacterDataHandler = writer.text
    parser.StartDoctypeDeclHandler = _no_dtd
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, LookupError) as error:  # LookupError: an unknown encoding
        raise Refused("unreadable") from error
    if _FETCHING.search("".join(writer.fields)):
        raise Fetches
    return writer.out.getvalue()


def _no_dtd(*_: object) -> None:
    raise Refused("unreadable")


class _Writer:
    def __init__(self) -> None:
        self.out = io.BytesIO()
        self.out.write(b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n')
        self.fields: list[str] = []  # instructions of fields; one may be spread over many elements
        self._open: list[str] = []
        self._skipped = 0  # depth below an element that is left out
        self._authors: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        element = _local(name)
        if self._skipped or element in _DROPPED_ELEMENTS or _leads_out(element, attributes):
            self._skipped += 1
            return
        self._open.append(element)
        if element in ("fldSimple", "fldChar"):  # each field on a line of its own
            self.fields += ["\n", *(value for one, value in attributes.items() if _local(one) == "instr"), "\n"]
        kept = _kept(element, attributes)
        self._write(f"<{name}{''.join(f' {one}={quoteattr(value)}' for one, value in kept.items())}>")

    def end(self, name: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        self._open.pop()
        self._write(f"</{name}>")

    def text(self, text: str) -> None:
        if self._skipped:
            return
        element = self._open[-1]
        if element == "author" and not text.startswith("tc="):  # this id ties a thread of comments together
            self._authors.append(text.strip())
            text = SOMEBODY
        elif element in ("instrText", "delInstrText"):
            self.fields.append(text)
        elif element == "t" and self._authors:
            text = self._unsigned(text)
        if element not in _WORDS:
            text = _PATH.sub(REMOVED, text)
        self._write(escape(text, {"\r": "&#13;"}))

    def _unsigned(self, text: str) -> str:
        """The text of an Excel comment without its author's name, with which it begins."""
        for author in self._authors:
            if author and text.startswith((f"{author}:", f"{author}\uff1a")):
                return SOMEBODY + text[len(author) :]
        return text

    def _write(self, text: str) -> None:
        self.out.write(text.encode())


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _leads_out(element: str, attributes: Mapping[str, str]) -> bool:
    """Whether a relationship leads to a part that is left out."""
    return element == "Relationship" and LEFT_OUT.search(attributes.get("Target", "")) is not None


def _kept(element: str, attributes: Mapping[str, str]) -> dict[str, str]:
    if element == "Relationship":
        return _nearby(attributes)
    kept: dict[str, str] = {}
    for name, value in attributes.items():
        local = _local(name)
        if name.startswith("xmlns"):
            kept[name] = value
        elif local in _NAMED or (element, local) in _OF_A_PERSON:
            kept[name] = SOMEBODY
        elif (element, local) == ("cNvPr", "name"):
            kept[name] = "Object"
        elif not (local in _DROPPED or local.startswith("rsid") or _tells_of_a_file(element, local, value)):
            kept[name] = _PATH.sub(REMOVED, value)
    return kept


def _tells_of_a_file(element: str, attribute: str, value: str) -> bool:
    """Whether an attribute names a file: programs describe a picture by its file until somebody writes better."""
    is_description = attribute in ("descr", "alt")
    return (element, attribute) in _OF_A_FILE or (is_description and _FILE_NAME.search(value) is not None)


def _nearby(attributes: Mapping[str, str]) -> dict[str, str]:
    """A relationship that fetches nothing, kept so that what refers to it is not broken; a link waits for a tap."""
    kept, target = dict(attributes), attributes.get("Target", "")
    if attributes.get("TargetMode", "").strip().lower() != "external" and "://" not in target:
        return kept
    if attributes.get("Type", "").endswith("/hyperlink") and _WAITS_FOR_A_TAP.match(target):
        return kept
    return kept | {"Target": REMOVED}
