"""Writes PDF files anew, without what tells who made them and without what would act by itself.

What a reader shows is kept: pages, outline, links, comments, form fields, layers. Removed are the document's
properties and identifiers, metadata of every object, earlier versions, files in the file, scripts and every action but
a jump inside the document or to a web address, tags for screen readers (they also hold the words of pages that were
taken out), previews, places on maps, and the names and times of whoever commented.

A signature would not survive: it vouches for the exact bytes of the old file, and it names its signer. It is removed,
and the seal that was seen on the page stays as a picture.
Not removed: text behind a black box or outside the margin, hidden layers, notes in the drawing instructions of a page
and the makers of its fonts. They belong to the document's words and pictures.
"""

import io
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from pypdf import PdfReader, apply_configuration
from pypdf.errors import LimitReachedError
from pypdf.generic import ArrayObject, ByteStringObject, NameObject, NullObject, NumberObject, PdfObject

from media.pdf_keys import SHOWN
from media.pdf_objects import Copier, Name, dictionary, scalar
from media.pdf_streams import ONE_STREAM_BYTES
from media.values import Refused

MOST_PAGES = 5_000
_MOST_ENTRIES = 50_000  # nesting of a tree of pages or names
_LONGEST_CHAIN = 100  # nesting of form fields
_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_READ_ONLY, _PRINTED = 64 + 128, 4  # annotation flags
_WAITS_FOR_A_TAP = re.compile(rb"(https?|mailto):", re.IGNORECASE)
_STAGES = frozenset(("/NextPage", "/PrevPage", "/FirstPage", "/LastPage"))


def copied(data: bytes) -> bytes:
    """A clean copy of the file; b"" for a portfolio, a mere folder of files in PDF form.

    Raises Refused: "locked" (a password, or rights that a password lifts), "form" (XFA: pages made by a program),
    "too_big", "too_many_pixels", "unreadable"; and whatever pypdf raises on broken bytes.
    """
    # must match byte for byte: `Name` writes them so
    NameObject.CHARSETS = ("latin-1",)  # pyright: ignore[reportAttributeAccessIssue]
    with apply_configuration(
        zlib_maximum_output_length=ONE_STREAM_BYTES,
        lzw_maximum_output_length=ONE_STREAM_BYTES,
        run_length_maximum_output_length=ONE_STREAM_BYTES,
    ):
        try:
            reader = PdfReader(io.BytesIO(data))
            locked = reader.is_encrypted
        except Exception as error:  # also for an unknown encryption
            raise Refused("locked" if b"/Encrypt" in data else "unreadable") from error
        if locked:
            raise Refused("locked")
        try:
            return _Document(reader).copied()
        except LimitReachedError as error:
            raise Refused("too_big") from error


class _Document(Copier):
    def __init__(self, reader: PdfReader) -> None:
        super().__init__(reader)
        self._root = dict(reader.root_object.items())
        self._copied_pages: dict[Any, PdfObject] = {}  # copied pages by the number of the original
        self.by_hand = {"notes": self._notes, "fields": self._fields, "goal": self._goal, "place": self._place}

    def copied(self) -> bytes:
        if self.found(self.found_dict(self._root.get("/AcroForm")).get("/XFA")) is not None:
            raise Refused("form")
        if "/Collection" in self._root:
            return b""
        pages = list(self._leaves(self._root.get("/Pages")))
        if not pages or len(pages) > MOST_PAGES:
            raise Refused("too_big" if pages else "unreadable")
        copies = [self.added() for _ in pages]
        self._copied_pages = {
            at.idnum: copy for (at, _), copy in zip(pages, copies, strict=True) if hasattr(at, "idnum")
        }
        for copy, (_, page) in zip(copies, pages, strict=True):
            kept = dictionary(Type=Name("/Page"), Parent=self.writer._pages, Resources=dictionary())
            kept.update(self.entries(page, "page"))
            self.fill(copy, kept)
        tree = dictionary(Type=Name("/Pages"), Kids=ArrayObject(copies), Count=NumberObject(len(pages)))
        self.fill(self.writer._pages, tree)
        self.writer.root_object.update(self.entries(self._root, "catalog"))
        return self.file()

    def entries(self, value: Mapping[str, Any], kind: str, depth: int = 0) -> Iterator[tuple[Name, PdfObject]]:
        """The entries of a dictionary that are kept; an annotation may be a form field as well."""
        if kind == "note" and self._is_signature(value):
            value = self._seal(value)
        elif kind == "note" and value.get("/Subtype", "/Widget") == "/Widget":
            kind = "field"
        return super().entries(value, kind, depth)

    def _leaves(self, root: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
        """The leaves of a tree of pages or names, in their order, with what they inherit; each object once."""
        seen: set[int | None] = set()
        waiting: list[tuple[Any, dict[str, Any]]] = [(root, {})]
        for _ in range(_MOST_ENTRIES):
            if not waiting:
                return
            at, inherited = waiting.pop()
            number, node = getattr(at, "idnum", None), self.found_dict(at)
            if number in seen or not node:
                continue
            seen |= {number} - {None}
            node = inherited | node
            if "/Kids" not in node or node.get("/Type") == "/Page":
                yield at, node
                continue
            inherited = {key: node[key] for key in _INHERITED if key in node}
            waiting += [(kid, inherited) for kid in reversed(self.found_list(node["/Kids"]))]
        raise Refused("too_big")

    # --- comments, fields ---

    def _notes(self, value: Any) -> PdfObject:
        return ArrayObject(self.copy(one, "note") for one in self.found_list(value) if self._is_shown(one))

    def _is_shown(self, at: Any) -> bool:
        note = self.found_dict(at)
        is_seen = note.get("/Subtype") in SHOWN and "/StateModel" not in note
        return is_seen and ("/AP" in note or not self._is_signature(note))

    def _fields(self, value: Any) -> PdfObject:
        kept = [one for one in self.found_list(value) if not self._is_signature(self.found_dict(one))]
        return ArrayObject(self.copy(one, "note") for one in kept)

    def _is_signature(self, field: Mapping[str, Any]) -> bool:
        for _ in range(_LONGEST_CHAIN):
            if "/FT" in field or "/Parent" not in field:
                break
            field = self.found_dict(field["/Parent"])
        return self.found(field.get("/FT")) == "/Sig"

    def _seal(self, note: Mapping[str, Any]) -> dict[str, Any]:
        """A signature's appearance, as a picture."""
        flags = self.found(note.get("/F"))
        kept: dict[str, Any] = {key: note[key] for key in ("/Rect", "/AP") if key in note}
        kept["/F"] = NumberObject((flags if isinstance(flags, int) else 0) | _READ_ONLY | _PRINTED)
        return kept | {"/Type": Name("/Annot"), "/Subtype": Name("/Stamp")}

    # --- where a tap leads ---

    def _goal(self, value: Any) -> PdfObject:
        """The target of a link: a page of this document, the next one, or a web address; null for any other action."""
        action = self.found_dict(value)
        kind, turn, place = (self.found(action.get(key)) for key in ("/S", "/N", "/D"))
        address = getattr(self.found(action.get("/URI")), "original_bytes", b"")
        if kind == "/URI" and _WAITS_FOR_A_TAP.match(address):
            return dictionary(S=Name(kind), URI=ByteStringObject(address))
        if kind == "/Named" and turn in _STAGES:
            return dictionary(S=Name(kind), N=Name(turn))
        place = self._place(place) if kind == "/GoTo" else None
        return dictionary(S=Name(kind), D=place) if isinstance(place, ArrayObject) else NullObject()

    def _place(self, value: Any) -> PdfObject:
        """A page and how it is shown. A named place is looked up, so that the list of names need not be copied."""
        if isinstance(value, str | bytes):
            value = self.found(self._places.get(_key(value)))
        if isinstance(value, dict):
            value = self.found(self.found_dict(value).get("/D"))
        page, *shown = self.found_list(value) or [None]
        copy = self._copied_pages.get(getattr(page, "idnum", None))
        if copy is None:
            return NullObject()
        return ArrayObject((copy, *(scalar(self.found(one)) for one in shown[:5])))

    @cached_property
    def _places(self) -> dict[str, Any]:
        places = {_key(name): place for name, place in self.found_dict(self._root.get("/Dests")).items()}
        for _, leaf in self._leaves(self.found_dict(self._root.get("/Names")).get("/Dests")):
            names = self.found_list(leaf.get("/Names"))
            places |= {_key(self.found(name)): place for name, place in zip(names[::2], names[1::2], strict=False)}
        return places


def _key(name: Any) -> str:
    """The key of a named place: early PDFs give it as a name, later ones as a string."""
    return str(name).removeprefix("/")
