"""PDF files, written anew without what tells who made them and without what would act by itself.

Kept is what a reader shows: pages, outline, links, comments, fields to fill in, layers. Gone are the document's
properties and identifiers, metadata of every object, earlier versions, files in the file, scripts and every action but
a jump inside the document or to a web address, tags for screen readers (they also hold the words of pages that were
taken out), previews, places on maps, and the names and times of whoever commented. Streams: `pdf_streams`.

A signature would not survive: it vouches for the very bytes of the old file, and it names its signer. It is taken out,
and the seal that was seen on the page stays as a picture.
Not taken out: text behind a black box or outside the margin, hidden layers, notes in the drawing instructions of a page
and the makers of its fonts. They are the document's words and pictures.
"""

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

from services.media.pdf_objects import Copier, Written, array, dictionary, keys, scalar, string
from services.media.values import Refused

MOST_PAGES = 5_000
_LONGEST_CHAIN = 100  # of pages in pages, of fields in fields
_MOST_ENTRIES = 50_000  # of an outline, a list of names
_PAGE_KEPT = ("/Contents", "/Group", "/UserUnit", "/Tabs")
_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_BOXES = ("/BleedBox", "/TrimBox", "/ArtBox")
_SHOWN = keys(
    "Link Text FreeText Line Square Circle Polygon PolyLine Highlight Underline Squiggly StrikeOut Caret Ink "
    "Stamp Watermark Widget"
)
_NOTE = keys(
    "Type Subtype Rect Contents F AS Border C CA ca QuadPoints InkList Vertices L LE IC LL LLE LLO Cap IT CP CO "
    "CL RD Q DA DS Name H Sy BS BE OC MK"
)
_FIELD = _NOTE | keys("FT T TU DV V Ff MaxLen Opt I TI")
_STYLES = keys("Type W S D I")  # of a border
_READ_ONLY, _PRINTED = 64 + 128, 4  # flags of an annotation
_WAITS_FOR_A_TAP = re.compile(rb"(https?|mailto):", re.IGNORECASE)
_TURNS = frozenset(("/NextPage", "/PrevPage", "/FirstPage", "/LastPage"))


def copied(data: bytes) -> bytes:
    """The file anew; b"" for a folder of files in PDF clothes.

    Raises Refused: "locked" (a password, or rights that one lifts), "form" (XFA: pages that a program makes),
    "too_big", "too_many_pixels", "unreadable"; and whatever pypdf raises on broken bytes.
    """
    from pypdf import PdfReader, apply_configuration
    from pypdf.generic import NameObject

    from services.media.pdf_streams import ONE_STREAM_BYTES

    # byte for byte: `pdf_objects.name` writes them so
    NameObject.CHARSETS = ("latin-1",)  # pyright: ignore[reportAttributeAccessIssue]
    with apply_configuration(
        zlib_maximum_output_length=ONE_STREAM_BYTES,
        lzw_maximum_output_length=ONE_STREAM_BYTES,
        run_length_maximum_output_length=ONE_STREAM_BYTES,
        zlib_maximum_recovery_input_length=2**20,
    ):
        try:
            reader = PdfReader(io.BytesIO(data))
            locked = reader.is_encrypted
        except Exception as error:  # an encryption that nobody knows, too
            raise Refused("locked" if b"/Encrypt" in data else "unreadable") from error
        if locked:
            raise Refused("locked")
        return _Document(Copier(reader), dict(reader.root_object.items())).copied()


class _Document:
    def __init__(self, copier: Copier, root: Any) -> None:
        self._copier, self._root = copier, root
        self._pages: dict[int, int] = {}  # the number of a page's new object, by that of the old one
        self._order: list[int] = []
        self._places: dict[str, Any] = {}

    def copied(self) -> bytes:
        copier, root = self._copier, self._root
        form = copier.found_dict(root.get("/AcroForm"))
        if copier.found(form.get("/XFA")) is not None:
            raise Refused("form")
        if "/Collection" in root:
            return b""
        pages = list(self._all_pages())
        if not pages:
            raise Refused("unreadable")
        parent = copier.added()
        for number, page in zip(self._order, pages, strict=True):
            copier.fill(number, self._page(page, parent))
        kids = array(b"%d 0 R" % number for number in self._order)
        copier.fill(parent, dictionary([("/Type", b"/Pages"), ("/Kids", kids), ("/Count", b"%d" % len(pages))]))
        catalog = copier.added(dictionary(self._catalog(parent, form)))
        copier.finish()
        return copier.file(catalog)

    def _catalog(self, pages: int, form: Any) -> Iterator[tuple[str, Written]]:
        root, copier = self._root, self._copier
        yield "/Type", b"/Catalog"
        yield "/Pages", b"%d 0 R" % pages
        for key in ("/Lang", "/PageLayout"):
            if key in root:
                yield key, scalar(copier.found(root[key]))
        if outline := self._outline():
            yield "/Outlines", b"%d 0 R" % outline
            yield "/PageMode", b"/UseOutlines"
        if labels := self._labels():
            yield "/PageLabels", labels
        layers = copier.found_dict(root.get("/OCProperties"))
        if layers:
            yield "/OCProperties", copier.drawing(root["/OCProperties"])
        if fields := self._fields(form.get("/Fields")):
            kept = [(key, copier.drawing(form[key])) for key in ("/DR", "/DA", "/Q", "/NeedAppearances") if key in form]
            yield "/AcroForm", dictionary([*kept, ("/Fields", array(fields))])

    # --- pages ---

    def _all_pages(self) -> Iterator[Any]:
        """Pages in their order, with what they inherit. Each object once: a tree that bites its tail ends."""
        copier, seen = self._copier, set()
        waiting = [(self._root.get("/Pages"), {}, 0)]
        while waiting:
            at, inherited, depth = waiting.pop()
            node, number = copier.found_dict(at), getattr(at, "idnum", None)
            if number in seen or depth > _LONGEST_CHAIN or not node:
                continue
            seen |= {number} - {None}
            inherited = inherited | {key: node[key] for key in _INHERITED if key in node}
            if "/Kids" in node and node.get("/Type") != "/Page":
                waiting += [(kid, inherited, depth + 1) for kid in reversed(copier.found_list(node["/Kids"]))]
                continue
            if len(self._order) >= MOST_PAGES:
                raise Refused("too_big")
            self._order.append(copier.added())
            if number is not None:
                self._pages[number] = self._order[-1]
            yield node | inherited

    def _page(self, page: Any, parent: int) -> Written:
        copier = self._copier
        items = [("/Type", b"/Page"), ("/Parent", b"%d 0 R" % parent)]
        items += [(key, copier.drawing(page[key])) for key in (*_PAGE_KEPT, *_INHERITED[1:], *_BOXES) if key in page]
        items.append(("/Resources", copier.resources(page["/Resources"]) if "/Resources" in page else b"<<>>"))
        notes = [one for one in copier.found_list(page.get("/Annots")) if self._is_shown(one)]
        if notes:
            items.append(("/Annots", array(copier.link(one, self._note) for one in notes)))
        return dictionary(items)

    # --- comments, links, fields ---

    def _is_shown(self, at: Any) -> bool:
        note = self._copier.found_dict(at)
        return note.get("/Subtype") in _SHOWN and "/StateModel" not in note

    def _note(self, value: Any) -> Written:
        """An annotation, or a field, which may be both."""
        copier, note = self._copier, self._copier.found_dict(value)
        if self._is_signature(note):
            return self._seal(note)
        is_field = note.get("/Subtype") == "/Widget" or "/Subtype" not in note
        items = []
        for key in note.keys() & (_FIELD if is_field else _NOTE):
            items.append((key, self._detail(key, note[key])))
        if "/AP" in note:
            items.append(("/AP", self._looks(note["/AP"])))
        items += self._goal(note)
        if is_field and "/Parent" in note:
            items.append(("/Parent", copier.link(note["/Parent"], self._note)))
        if is_field and (kids := self._fields(note.get("/Kids"))):
            items.append(("/Kids", array(kids)))
        return dictionary(sorted(items))

    def _detail(self, key: str, value: Any) -> Written:
        copier = self._copier
        if key in ("/BS", "/BE"):
            style = copier.found_dict(value)
            return dictionary((one, copier.drawing(style[one])) for one in style.keys() & _STYLES)
        if key in ("/V", "/DV"):
            kept = copier.found(value)
            return array(scalar(copier.found(one)) for one in kept) if isinstance(kept, list) else scalar(kept)
        return copier.drawing(value)

    def _looks(self, value: Any) -> Written:
        """How it is drawn: a stream, or one for each state."""
        looks = self._copier.found_dict(value)
        return dictionary((key, self._copier.named(looks[key])) for key in ("/N", "/R", "/D") if key in looks)

    def _fields(self, value: Any) -> list[Written]:
        copier = self._copier
        kept = [one for one in copier.found_list(value) if copier.found_dict(one)]
        return [copier.link(one, self._note) for one in kept if not self._is_signature(copier.found_dict(one))]

    def _is_signature(self, field: Any) -> bool:
        for _ in range(_LONGEST_CHAIN):
            if "/FT" in field or "/Parent" not in field:
                break
            field = self._copier.found_dict(field["/Parent"])
        return self._copier.found(field.get("/FT")) == "/Sig"

    def _seal(self, note: Any) -> Written:
        """What was seen of a signature, as a picture. One without a place was seen nowhere."""
        if "/Rect" not in note or "/AP" not in note:
            return b"null"
        shown = self._copier.found(note.get("/F"))
        flags = (shown if isinstance(shown, int) else 0) | _READ_ONLY | _PRINTED
        items = [("/Type", b"/Annot"), ("/Subtype", b"/Stamp"), ("/F", b"%d" % flags)]
        return dictionary([*items, ("/Rect", self._copier.drawing(note["/Rect"])), ("/AP", self._looks(note["/AP"]))])

    def _goal(self, holder: Any) -> list[tuple[str, Written]]:
        """Where a tap leads: a page of this document, the next one, or a web address."""
        copier = self._copier
        action = copier.found_dict(holder.get("/A"))
        kind = copier.found(action.get("/S"))
        if kind == "/URI":
            address = getattr(copier.found(action.get("/URI")), "original_bytes", b"")
            if _WAITS_FOR_A_TAP.match(address):
                return [("/A", dictionary([("/S", b"/URI"), ("/URI", string(address))]))]
        elif kind == "/Named" and (turn := copier.found(action.get("/N"))) in _TURNS:
            return [("/A", dictionary([("/S", b"/Named"), ("/N", scalar(turn))]))]
        place = self._place(action.get("/D") if kind == "/GoTo" else holder.get("/Dest"))
        return [("/Dest", place)] if place else []

    def _place(self, value: Any) -> Written | None:
        """A page and how it is shown. A name is looked up, so that the list of names need not be copied."""
        copier, found = self._copier, self._copier.found(value)
        if isinstance(found, str | bytes):
            found = copier.found(self._named_places().get(_key(found)))
        if isinstance(found, dict):
            found = copier.found(found.get("/D"))
        if not isinstance(found, list) or not found:
            return None
        page = found[0]
        number = self._pages.get(getattr(page, "idnum", -1))
        if isinstance(page, int) and 0 <= page < len(self._order):
            number = self._order[page]
        if number is None:
            return None
        return array((b"%d 0 R" % number, *(scalar(copier.found(one)) for one in found[1:6])))

    def _named_places(self) -> dict[str, Any]:
        if not self._places:
            copier = self._copier
            old = copier.found_dict(self._root.get("/Dests"))
            self._places = {_key(name): place for name, place in old.items()} | {"": None}
            names = copier.found_dict(self._root.get("/Names")).get("/Dests")
            self._places |= {_key(copier.found(name)): place for name, place in self._leaves(names, "/Names")}
        return self._places

    def _leaves(self, root: Any, key: str) -> Iterator[tuple[Any, Any]]:
        """The pairs of a name or number tree, in their order."""
        copier, seen, many = self._copier, set(), 0
        waiting = [root]
        while waiting and many < _MOST_ENTRIES:
            at = waiting.pop()
            number = getattr(at, "idnum", None)
            if number in seen:
                continue
            seen |= {number} - {None}
            node = copier.found_dict(at)
            pairs = copier.found_list(node.get(key))
            many += 1 + len(pairs) // 2
            yield from zip(pairs[::2], pairs[1::2], strict=False)
            waiting += reversed(copier.found_list(node.get("/Kids")))

    # --- outline, numbers of pages ---

    def _outline(self) -> int | None:
        """The number of the new outline's root."""
        copier, seen = self._copier, set()
        top = copier.found_dict(self._root.get("/Outlines"))
        if "/First" not in top:
            return None
        root = copier.added()
        waiting: list[tuple[Any, int, Callable[[list[int]], Written]]] = [(top.get("/First"), root, _outline_root)]
        while waiting:
            at, parent, write = waiting.pop()
            entries: list[tuple[int, Any]] = []
            while at is not None and len(seen) < _MOST_ENTRIES:
                entry, number = copier.found_dict(at), getattr(at, "idnum", None)
                if number is None or number in seen or not entry:
                    break
                seen.add(number)
                entries.append((copier.added(), entry))
                at = entry.get("/Next")
            numbers = [number for number, _ in entries]
            copier.fill(parent, write(numbers))
            for place, (number, entry) in enumerate(entries):
                near = [("/Parent", b"%d 0 R" % parent)]
                near += [("/Prev", b"%d 0 R" % numbers[place - 1])] if place else []
                near += [("/Next", b"%d 0 R" % numbers[place + 1])] if place + 1 < len(numbers) else []
                items = near + [(key, copier.drawing(entry[key])) for key in ("/C", "/F", "/Title") if key in entry]
                waiting.append((entry.get("/First"), number, _outline_entry(items + self._goal(entry))))
        return root

    def _labels(self) -> Written | None:
        copier, kept = self._copier, []
        for first, label in self._leaves(self._root.get("/PageLabels"), "/Nums"):
            style = copier.found_dict(label)
            items = [(key, scalar(copier.found(style[key]))) for key in ("/S", "/P", "/St") if key in style]
            if isinstance(copier.found(first), int):
                kept += [scalar(copier.found(first)), dictionary(items)]
        return dictionary([("/Nums", array(kept))]) if kept else None


def _key(name: Any) -> str:
    """Names of places came as names first and as strings later."""
    data = getattr(name, "original_bytes", None)
    return data.decode("latin-1") if data is not None else str(name).removeprefix("/")


def _outline_root(numbers: list[int]) -> Written:
    return dictionary([("/Type", b"/Outlines"), *_children(numbers)])


def _outline_entry(items: list[tuple[str, Written]]) -> Callable[[list[int]], Written]:
    """Closed at first: what a reader unfolds is its own business."""
    return lambda numbers: dictionary([*items, *_children(numbers, -len(numbers))])


def _children(numbers: list[int], count: int | None = None) -> list[tuple[str, Written]]:
    if not numbers:
        return []
    many = len(numbers) if count is None else count
    ends = [("/First", b"%d 0 R" % numbers[0]), ("/Last", b"%d 0 R" % numbers[-1])]
    return [*ends, ("/Count", b"%d" % many)]
