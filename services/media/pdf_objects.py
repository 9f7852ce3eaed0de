"""The objects of a PDF, written anew: only those that are asked for from the page, only keys that the format knows.

A key that is not in the lists below is not copied: a program's private data, a reference to another file, a script or a
thing that nobody has thought of. An object that nothing points at, such as all of an older version, is never read.
"""

import io
import math
import re
from collections.abc import Callable, Iterable
from typing import Any

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from services.media import pdf_streams
from services.media.values import Refused

MOST_OBJECTS = 150_000
DEEPEST = 60
"""Of arrays and dictionaries that stand in one another without a reference."""
MOST_PIXELS = 300_000_000
"""Of one picture on a page, as its dictionary says: a plan of 1 m x 1.5 m at 300 dpi has 200 million."""


def keys(names: str) -> frozenset[str]:
    """Of dictionaries, from their names with spaces between them."""
    return frozenset(f"/{name}" for name in names.split())


DRAWING = (
    keys(
        "ExtGState ColorSpace Pattern Shading XObject Font Properties ProcSet Resources Type Subtype FormType BBox "
        "Matrix Group OC S CS I K Name Width Height BitsPerComponent Intent ImageMask Mask Decode Interpolate SMask "
        "SMaskInData Matte"
    )  # what a page draws with
    | keys(
        "Columns Rows BlackIs1 EncodedByteAlign EndOfLine EndOfBlock DamagedRowsBeforeError Predictor Colors "
        "EarlyChange JBIG2Globals ColorTransform"
    )  # how a stream is packed
    | keys(
        "BaseFont Encoding DescendantFonts ToUnicode FirstChar LastChar Widths FontDescriptor CIDSystemInfo DW W DW2 "
        "W2 CIDToGIDMap FontBBox FontMatrix CharProcs Differences BaseEncoding Registry Ordering Supplement CMapName "
        "WMode UseCMap FontName FontFamily FontStretch FontWeight Flags ItalicAngle Ascent Descent Leading CapHeight "
        "XHeight StemV StemH AvgWidth MaxWidth MissingWidth FontFile FontFile2 FontFile3 CharSet CIDSet Style Panose "
        "Lang Length1 Length2 Length3"
    )  # fonts
    | keys(
        "PatternType PaintType TilingType XStep YStep ShadingType Background AntiAlias Coords Domain Function Extend "
        "BitsPerCoordinate BitsPerFlag VerticesPerRow FunctionType Range Size BitsPerSample Order Encode C0 C1 N "
        "Functions Bounds WhitePoint BlackPoint Gamma Colorants Process Components Alternate"
    )  # patterns, shadings, functions, colours
    | keys("LW LC LJ ML D RI OP op OPM FL SM SA BM CA ca AIS TK G BC TR")  # the state of the pen
    | keys(
        "OCGs P VE Usage Print View Export Zoom Language PrintState ViewState ExportState Preferred min "
        "max BaseState ON OFF AS ListMode RBGroups Locked Event Category"
    )  # layers
    | keys("R BG RC AC RI IX TP")  # the looks of a field
)
_FREE = keys("ExtGState ColorSpace Pattern Shading XObject Font Properties CharProcs Colorants")
"""Of dictionaries whose own keys are names that the page chose."""
_PRIVATE = frozenset(("/PieceInfo", "/Metadata", "/LastModified", "/AF"))
_NEVER = ("/Metadata", "/EmbeddedFile", "/ObjStm", "/XRef")  # kinds of streams
_LAYERS = ("/OCG", "/OCMD")
_IRREGULAR = re.compile(rb"[^!-~]|[#()<>\[\]{}/%]")
Written = bytes


def is_null(value: Any) -> bool:
    return value is None or type(value).__name__ == "NullObject"


def name(text: str) -> Written:
    """A name, its bytes as they came: those of a Chinese font may be GBK, and the page calls it by them."""
    return b"/" + _IRREGULAR.sub(lambda found: b"#%02X" % found[0][0], text[1:].encode("latin-1"))


def string(data: bytes) -> Written:
    for one in (b"\\", b"(", b")"):
        data = data.replace(one, b"\\" + one)
    return b"(" + data.replace(b"\r", b"\\r") + b")"


def dictionary(items: Iterable[tuple[str, Written]]) -> Written:
    return b"<<" + b" ".join(name(key) + b" " + value for key, value in items) + b">>"


def array(items: Iterable[Written]) -> Written:
    return b"[" + b" ".join(items) + b"]"


def scalar(value: Any) -> Written:
    """Numbers, names and strings; null for anything else."""
    if isinstance(value, NameObject):
        return name(value)
    if isinstance(value, TextStringObject | ByteStringObject):
        return string(value.original_bytes)
    if isinstance(value, BooleanObject):
        return b"true" if value.value else b"false"
    if isinstance(value, NumberObject):
        return b"%d" % value
    if isinstance(value, float):
        return f"{value:.10f}".rstrip("0").rstrip(".").encode() if math.isfinite(value) else b"0"
    return b"null"


class Copier:
    """One file's objects on their way into a new one. What is referred to waits in a queue: depth costs no stack."""

    def __init__(self, reader: PdfReader) -> None:
        self._reader = reader
        self._unpacking = pdf_streams.Unpacking()
        self._numbers: dict[tuple[int, int, Any], int] = {}
        self._waiting: list[tuple[int, IndirectObject, Callable[[Any], Written]]] = []
        self._bodies: list[Written] = []

    # --- looking ---

    def found(self, value: Any) -> Any:
        """What stands at the end of a reference; None for nothing."""
        for _ in range(DEEPEST):
            if not isinstance(value, IndirectObject):
                return None if is_null(value) else value
            value = self._reader.get_object(value) if self._is_there(value) else None
        raise Refused("unreadable")

    def found_dict(self, value: Any) -> dict[str, Any]:
        """With references as they are: `DictionaryObject` would follow them."""
        found = self.found(value)
        return dict(found.items()) if isinstance(found, DictionaryObject) else {}

    def found_list(self, value: Any) -> list[Any]:
        found = self.found(value)
        return list(found) if isinstance(found, ArrayObject) else []

    def _is_there(self, at: IndirectObject) -> bool:
        """Looked up before it is asked for: the reader would search the whole file for each that is not."""
        if at.generation == 0 and at.idnum in self._reader.xref_objStm:
            return True
        return at.idnum in self._reader.xref.get(at.generation, {})

    # --- copying ---

    def added(self, body: Written = b"") -> int:
        """The number of a new object. Raises Refused("too_big")."""
        if len(self._bodies) >= MOST_OBJECTS:
            raise Refused("too_big")
        self._bodies.append(body)
        return len(self._bodies)

    def fill(self, number: int, body: Written) -> None:
        self._bodies[number - 1] = body

    def link(self, value: Any, write: Callable[[Any], Written]) -> Written:
        """A reference to the copy of what `value` refers to, made by `write`; a value that is in place stays there."""
        if not isinstance(value, IndirectObject):
            return write(value)
        if not self._is_there(value):
            return b"null"
        key = (value.idnum, value.generation, getattr(write, "__name__", write))
        if key not in self._numbers:
            self._numbers[key] = self.added()
            self._waiting.append((self._numbers[key], value, write))
        return b"%d 0 R" % self._numbers[key]

    def finish(self) -> None:
        """Copies what was referred to, and what that refers to."""
        while self._waiting:
            number, value, write = self._waiting.pop()
            self.fill(number, write(self.found(value)))

    def drawing(self, value: Any, depth: int = 0) -> Written:
        """Whatever a page draws with: known keys alone."""
        return self._copy(value, depth, free=False)

    def named(self, value: Any, depth: int = 0) -> Written:
        """The same, of a dictionary whose keys are free."""
        return self._copy(value, depth, free=True)

    def _copy(self, value: Any, depth: int, *, free: bool) -> Written:
        if depth > DEEPEST:
            raise Refused("unreadable")
        if isinstance(value, IndirectObject):
            return self.link(value, self.named if free else self.drawing)
        if isinstance(value, StreamObject):
            return self.stream(value)
        if isinstance(value, ArrayObject):
            items = list(value)
            if len(items) > 1 and items[0] == "/ICCBased":
                return array((b"/ICCBased", self.link(items[1], self._profile)))
            return array(self.drawing(one, depth + 1) for one in items)
        if isinstance(value, DictionaryObject):
            return self._dictionary(value, depth, free=free and "/ShadingType" not in value)
        return scalar(value)

    def _dictionary(self, value: DictionaryObject, depth: int, *, free: bool) -> Written:
        items = []
        for key, one in value.items():
            if (key in _PRIVATE) if free else (key not in DRAWING):
                continue
            if key == "/Properties":
                copy = self._layers(one)
            else:
                copy = self._copy(one, depth + 1, free=not free and key in _FREE)
            items.append((key, copy))
        return dictionary(items)

    def _layers(self, value: Any) -> Written:
        """Property lists of marked content: a layer decides what is seen, the others are notes of a program."""
        return dictionary(
            (key, self._copy(one, 0, free=False))
            for key, one in self.found_dict(value).items()
            if self.found_dict(one).get("/Type") in _LAYERS
        )

    # --- streams ---

    def stream(self, value: StreamObject) -> Written:
        if value.get("/Subtype") == "/PS" or value.get("/Type") in _NEVER:  # the first is a program for a printer
            return b"null"
        raw = dict(value.items())
        pixels = [self.found(raw.get(key)) for key in ("/Width", "/Height")]
        if all(isinstance(one, int) for one in pixels) and pixels[0] * pixels[1] > MOST_PIXELS:
            raise Refused("too_many_pixels")
        data, packed, parms = self._packed(value)
        items = [(key, self._copy(one, 1, free=key in _FREE)) for key, one in raw.items() if self._goes_on(key)]
        items += [("/Resources", self.resources(raw["/Resources"]))] if "/Resources" in raw else []
        return _stream(items, data, packed, self._copy(parms, 1, free=False) if parms is not None else None)

    def resources(self, value: Any) -> Written:
        return self.link(value, self.drawing)

    def _goes_on(self, key: str) -> bool:
        return key in DRAWING and key != "/Resources"

    def _packed(self, value: StreamObject) -> tuple[bytes, str | None, Any]:
        filters = self.found(value.get("/Filter"))
        names = [str(self.found(one)) for one in (filters if isinstance(filters, ArrayObject) else [filters]) if one]
        parms = self.found(value.get("/DecodeParms"))
        each = [self.found(one) for one in (parms if isinstance(parms, ArrayObject) else [parms])]
        each += [None] * (len(names) - len(each))
        # the bytes as they lie in the file: `get_data` would unpack a photo
        return self._unpacking.packed(bytes(value._data), names, each[: len(names)])

    def _profile(self, value: Any) -> Written:
        if not isinstance(value, StreamObject):
            return b"null"
        data = value.get_data()
        self._unpacking.count(len(data))
        items = [(key, self.drawing(one, 1)) for key, one in value.items() if key in ("/N", "/Alternate", "/Range")]
        packed, way, _ = self._unpacking.packed(pdf_streams.profile(data), [], [])
        return _stream(items, packed, way, None)

    # --- writing ---

    def file(self, catalog: int) -> bytes:
        """The whole file: no document information, no identifier, one version."""
        out = io.BytesIO()
        out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        places = []
        for number, body in enumerate(self._bodies, 1):
            places.append(out.tell())
            out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body or b"null"))
        start, size = out.tell(), len(places) + 1
        out.write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
        out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
        out.write(b"trailer\n<</Size %d /Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, catalog, start))
        return out.getvalue()


def _stream(items: list[tuple[str, Written]], data: bytes, packed: str | None, parms: Written | None) -> Written:
    items = [*items, ("/Length", b"%d" % len(data))]
    if packed:
        items.append(("/Filter", name(packed)))
    if parms is not None:
        items.append(("/DecodeParms", parms))
    return dictionary(items) + b"\nstream\n" + data + b"\nendstream"
