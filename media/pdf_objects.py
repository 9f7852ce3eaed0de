"""Writes the objects of a PDF anew: only those reachable from the pages, and only the keys that `pdf_keys` lists.

An object that nothing refers to, such as those of an older version, is never read. pypdf reads and writes; its own
ways of copying a document take along everything they meet.
"""

import io
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    ByteStringObject,
    DictionaryObject,
    EncodedStreamObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from media import pdf_streams
from media.pdf_keys import KEPT
from media.values import Refused

MOST_OBJECTS = 150_000
DEEPEST = 60
"""Nesting of arrays and dictionaries in one another without a reference."""
MOST_PIXELS = 300_000_000
"""Pixels of one picture on a page, as its dictionary says: a plan of 1 m x 1.5 m at 300 dpi has 200 million."""
_PRIVATE = frozenset(("/PieceInfo", "/Metadata", "/LastModified", "/AF"))
_NEVER = ("/Metadata", "/EmbeddedFile", "/ObjStm", "/XRef")  # types of streams
_LAYERS = ("/OCG", "/OCMD")  # these decide what is visible; other properties of marked content are notes of a program
_IRREGULAR = re.compile(rb"[^!-~]|[#()<>\[\]{}/%]")


class Name(NameObject):
    """A name whose bytes stay as they came: a Chinese font's may be GBK, and the page refers to it by them."""

    def renumber(self) -> bytes:
        return b"/" + _IRREGULAR.sub(lambda found: b"#%02X" % found[0][0], self[1:].encode("latin-1"))


def dictionary(**items: PdfObject) -> DictionaryObject:
    return DictionaryObject({Name(f"/{key}"): value for key, value in items.items()})


def scalar(value: Any) -> PdfObject:
    """A number, name or string as it is; null for anything else."""
    if isinstance(value, NameObject):
        return Name(value)
    if isinstance(value, TextStringObject | ByteStringObject):
        return ByteStringObject(value.original_bytes)
    return value if isinstance(value, BooleanObject | NumberObject | FloatObject) else NullObject()


class Copier:
    """Copies one file's objects into a new one. Referenced objects wait in a queue, so that depth costs no stack."""

    def __init__(self, reader: PdfReader) -> None:
        self._reader, self.writer = reader, PdfWriter()
        self.by_hand: dict[str, Callable[[Any], PdfObject]] = {}
        """Functions that copy a value where its key does not decide, by kind; each gets the end of any reference."""
        self._unpacking = pdf_streams.Unpacking()
        self._copies: dict[tuple[int, int, str], IndirectObject] = {}
        self._waiting: list[tuple[IndirectObject, IndirectObject, str]] = []

    # --- looking ---

    def found(self, value: Any) -> Any:
        """The object at the end of a reference; None for nothing."""
        for _ in range(DEEPEST):
            if not isinstance(value, IndirectObject):
                return None if isinstance(value, NullObject) else value
            value = self._reader.get_object(value) if self._is_there(value) else None
        raise Refused("unreadable")

    def found_dict(self, value: Any) -> dict[str, Any]:
        """A dictionary with its references unresolved: `DictionaryObject` would follow them."""
        found = self.found(value)
        return dict(found.items()) if isinstance(found, DictionaryObject) else {}

    def found_list(self, value: Any) -> list[Any]:
        found = self.found(value)
        return list(found) if isinstance(found, ArrayObject) else []

    def _is_there(self, at: IndirectObject) -> bool:
        """Whether the file has an object; the reader would search the whole file for one that is missing."""
        if at.generation == 0 and at.idnum in self._reader.xref_objStm:
            return True
        return at.idnum in self._reader.xref.get(at.generation, {})

    # --- copying ---

    def added(self) -> IndirectObject:
        """Reserves a place for a new object. Raises Refused("too_big")."""
        if len(self.writer._objects) >= MOST_OBJECTS:
            raise Refused("too_big")
        return self.writer._add_object(NullObject())

    def fill(self, place: IndirectObject, body: PdfObject) -> None:
        self.writer._objects[place.idnum - 1] = body

    def copy(self, value: Any, kind: str, depth: int = 0) -> PdfObject:
        """A copy of a value; for a reference, one to the copy that `file` will make of its target. Raises Refused."""
        if depth > DEEPEST:
            raise Refused("unreadable")
        if kind in self.by_hand:
            return self.by_hand[kind](self.found(value))
        if isinstance(value, IndirectObject):
            return self._linked(value, kind)
        if isinstance(value, ArrayObject):
            if value and value[0] == "/ICCBased":
                return ArrayObject((Name("/ICCBased"), *(self.copy(one, "profile") for one in list(value)[1:])))
            inner = "drawing" if kind in ("named", "layers") else kind
            return ArrayObject(self.copy(one, inner, depth + 1) for one in list(value))
        if isinstance(value, StreamObject) and kind in ("drawing", "named", "profile"):
            return self._stream(value, "profile" if kind == "profile" else "drawing")
        if isinstance(value, DictionaryObject) and kind != "plain":
            return DictionaryObject(self.entries(dict(value.items()), kind, depth))
        return scalar(value)

    def _linked(self, at: IndirectObject, kind: str) -> PdfObject:
        if not self._is_there(at):
            return NullObject()
        key = (at.idnum, at.generation, kind)
        if key not in self._copies:
            self._copies[key] = self.added()
            self._waiting.append((self._copies[key], at, kind))
        return self._copies[key]

    def entries(self, value: Mapping[str, Any], kind: str, depth: int = 0) -> Iterator[tuple[Name, PdfObject]]:
        """The entries of a dictionary that are kept."""
        for key, one in value.items():
            inner = self._inner(key, one, "drawing" if kind == "named" and "/ShadingType" in value else kind)
            copy = self.copy(one, inner, depth + 1) if inner else NullObject()
            if not isinstance(copy, NullObject):
                yield Name(key), copy

    def _inner(self, key: str, value: Any, kind: str) -> str | None:
        if kind == "named":
            return None if key in _PRIVATE else "drawing"
        if kind == "layers":
            return "drawing" if self.found_dict(value).get("/Type") in _LAYERS else None
        return KEPT[kind].get(key)

    def _stream(self, value: StreamObject, kind: str) -> PdfObject:
        if value.get("/Subtype") == "/PS" or value.get("/Type") in _NEVER:  # a PostScript object is a printer's program
            return NullObject()
        raw = dict(value.items())
        pixels = [self.found(raw.get(key)) for key in ("/Width", "/Height")]
        if all(isinstance(one, int) for one in pixels) and pixels[0] * pixels[1] > MOST_PIXELS:
            raise Refused("too_many_pixels")
        filters = [str(one) for one in self._each(raw.get("/Filter")) if one]
        parms = (self._each(raw.get("/DecodeParms")) + [None] * len(filters))[: len(filters)]
        copy = EncodedStreamObject()
        copy.update(self.entries(raw, kind, 1))
        # the bytes as they lie in the file: `get_data` would unpack a photo
        packed = self._unpacking.packed(value._data, filters, parms, is_profile=kind == "profile")
        copy._data, copy[Name("/Filter")] = packed[0], Name(packed[1])
        if packed[2]:
            copy[Name("/DecodeParms")] = self.copy(packed[2], "drawing", 1)
        return copy

    def _each(self, value: Any) -> list[Any]:
        return [self.found(one) for one in self.found_list(value) or [value]]

    def file(self) -> bytes:
        """The new file: everything copied and all it refers to. No document information, no identifier."""
        while self._waiting:
            place, at, kind = self._waiting.pop()
            self.fill(place, self.copy(self.found(at), kind))
        self.writer.metadata, self.writer.pdf_header = None, "%PDF-1.7"
        out = io.BytesIO()
        self.writer.write(out)
        return out.getvalue()
