"""PDF files as the office sends them: no mark of who made them stays, pages look as before, traps are refused."""

from __future__ import annotations

import io
import re
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ContentStream, StreamObject

import media
from media import DEFAULT_LIMITS, Refused, pdf_streams
from tests.media.test_cleaning import MARK, holds_mark, marked_icc, photo_jpeg, picture, saved

WITH_COPIES = replace(DEFAULT_LIMITS, documents=True)
TEXT = "See you on Friday"
WROTE = f"BT /F1 24 Tf 20 150 Td ({TEXT}) Tj ET q 80 0 0 60 20 20 cm /Photo Do Q"
Objects = dict[int, str | bytes]


def stream(data: bytes | str, entries: str = "", *, tail: bytes = b"") -> bytes:
    """Deflated, with something behind its end."""
    packed = zlib.compress(data.encode() if isinstance(data, str) else data) + tail
    return raw(packed, f"/Filter /FlateDecode {entries}")


def raw(data: bytes, entries: str) -> bytes:
    return f"<</Length {len(data)} {entries}>>\nstream\n".encode() + data + b"\nendstream"


def written(objects: Mapping[int, str | bytes], trailer: str = "", before: bytes = b"%PDF-1.7\n") -> bytes:
    out, places = bytearray(before), {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n" % number + (body if isinstance(body, bytes) else body.encode()) + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    size = max(places) + 1
    return bytes(out) + f"trailer\n<</Size {size} /Root 1 0 R {trailer}>>\nstartxref\n{start}\n%%EOF\n".encode()


def plain() -> Objects:
    """One page with a sentence and a photo."""
    return {
        1: "<</Type /Catalog /Pages 2 0 R>>",
        2: "<</Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 300 200]>>",
        3: "<</Type /Page /Parent 2 0 R /Contents 4 0 R /Resources 5 0 R>>",
        4: stream(WROTE),
        5: "<</Font <</F1 6 0 R>> /XObject <</Photo 7 0 R>>>>",
        6: "<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>",
        7: raw(
            photo_jpeg(),
            "/Type /XObject /Subtype /Image /Width 80 /Height 60 /BitsPerComponent 8 "
            "/ColorSpace /DeviceRGB /Filter /DCTDecode",
        ),
    }


def note(kind: str, more: str) -> str:
    return f"<</Type /Annot /Subtype /{kind} /Rect [10 10 40 40] /P 3 0 R /M (D:20261120{MARK}) {more}>>"


def marked() -> bytes:
    """A mark in every place that a reader of the pages does not see, twice saved."""
    about = f"/Metadata 20 0 R /PieceInfo <</App <</Private ({MARK})>>>> /LastModified ({MARK})"
    script = f"<</S /JavaScript /JS ({MARK})>>"
    launch = f"<</S /Launch /F ({MARK})>>"
    objects = plain()
    objects |= {
        1: f"""<</Type /Catalog /Pages 2 0 R {about} /OpenAction {script} /AA <</WC {script}>> /Lang (zh)
            /Names <</JavaScript <</Names [({MARK}) {script}]>> /EmbeddedFiles <</Names [({MARK}) 21 0 R]>>
                /Dests <</Kids [<</Names [(there) [3 0 R /Fit]]>>]>>>>
            /AF [21 0 R] /URI <</Base ({MARK})>> /Outlines 30 0 R /AcroForm 40 0 R
            /StructTreeRoot <</Type /StructTreeRoot /K <</S /P /ActualText ({MARK}) /Pg 19 0 R>>>>
            /MarkInfo <</UserProperties true /A ({MARK})>> /Threads [<</I <</Author ({MARK})>>>>]
            /OutputIntents [<</Info ({MARK})>>] /SpiderInfo <</C ({MARK})>> /Mine 19 0 R
            /PageLabels <</Nums [0 <</S /r /P (A-)>>]>>
            /OCProperties <</OCGs [50 0 R] /D <</Creator ({MARK}) /Order [50 0 R] /ON [50 0 R]>>>>>>""",
        3: f"""<</Type /Page /Parent 2 0 R /Contents [4 0 R] /Resources 5 0 R {about} /AA <</O {script}>>
            /Thumb 7 0 R /ID ({MARK}) /VP [<</Measure <</GCS ({MARK})>>>>] /Mine ({MARK})
            /Annots [60 0 R 61 0 R 62 0 R 63 0 R 64 0 R 65 0 R 66 0 R 67 0 R 68 0 R 69 0 R]>>""",
        4: stream(WROTE, tail=MARK.encode()),
        5: f"""<</Font <</F1 6 0 R>> /XObject <</Photo 7 0 R /Form 8 0 R /Other 9 0 R /Fine 10 0 R>> {about}
            /ColorSpace <</CS [/ICCBased 11 0 R]>> /Properties <</MC0 50 0 R /MC1 <</Author ({MARK})>>>>>>""",
        6: f"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Metadata 20 0 R /Mine ({MARK})>>",
        8: stream(
            "0 0 10 10 re f",
            f"""/Type /XObject /Subtype /Form /BBox [0 0 10 10] {about}
            /Ref <</F ({MARK}) /Page 0>> /OPI <</V ({MARK})>> /Resources <<>>""",
        ),
        9: stream(
            zlib.compress(photo_jpeg()),
            """/Type /XObject /Subtype /Image /Width 80 /Height 60
            /BitsPerComponent 8 /ColorSpace [/ICCBased 11 0 R] /Alternates [<</Image 20 0 R>>]""",
        ).replace(b"/Filter /FlateDecode", b"/Filter [/FlateDecode /FlateDecode /DCTDecode]"),
        10: raw(jpeg_2000(), f"/Type /XObject /Subtype /Image /Width 8 /Height 8 /Filter /JPXDecode {about}"),
        11: stream(marked_icc(), "/N 3 /Alternate /DeviceRGB"),
        19: f"<</Type /Page /Contents 22 0 R /Mine ({MARK})>>",
        20: stream(f"<x:xmpmeta>{MARK}</x:xmpmeta>", "/Type /Metadata /Subtype /XML"),
        21: f"<</Type /Filespec /F ({MARK}) /EF <</F 23 0 R>>>>",
        22: stream(f"BT ({MARK}) Tj ET"),
        23: stream(MARK, "/Type /EmbeddedFile"),
        24: f"<</Author ({MARK}) /Title <{MARK.encode('utf-16-be').hex()}> /Producer ({MARK})>>",
        30: "<</Type /Outlines /First 31 0 R /Last 32 0 R /Count 2>>",
        31: f"<</Title (One) /Parent 30 0 R /Next 32 0 R /Dest (there) /SE ({MARK}) /First 33 0 R /Last 33 0 R>>",
        32: f"<</Title (Two) /Parent 30 0 R /Prev 31 0 R /A {launch}>>",
        33: "<</Title (Below) /Parent 31 0 R /A <</S /GoTo /D [3 0 R /Fit]>>>>",
        40: f"<</Fields [66 0 R 67 0 R] /SigFlags 3 /CO [66 0 R] /Mine ({MARK}) /DA (/F1 9 Tf)>>",
        50: f"""<</Type /OCG /Name (Layer) /Usage <</CreatorInfo <</Creator ({MARK})>> /User <</Name ({MARK})>>
            /Print <</PrintState /ON>>>>>>""",
        60: note(
            "Text",
            f"/Contents (please check) /T ({MARK}) /NM ({MARK}) /CreationDate ({MARK}) /RC ({MARK}) "
            f"/Popup 65 0 R /Subj ({MARK}) /IRT 19 0 R",
        ),
        61: note("Link", "/A <</S /URI /URI (https://example.org/form)>>"),
        62: note("Link", f"/A {launch} /PA {script}"),
        63: note("Link", f"/A <</S /GoToR /F ({MARK}) /D [0 /Fit]>> /AA <</E {script}>>"),
        64: note("FileAttachment", f"/FS 21 0 R /Contents ({MARK})"),
        65: note("Popup", f"/Parent 60 0 R /T ({MARK})"),
        66: note("Widget", f"/FT /Tx /T (name) /V (a word) /DA (/F1 9 Tf) /AA <</K {script}>> /AP <</N 8 0 R>>"),
        67: note("Widget", "/FT /Sig /T (seal) /V 70 0 R /AP <</N 8 0 R>>"),
        68: note("Link", f"/A <</S /URI /URI (file:///C:/{MARK})>>"),
        69: note("Screen", f"/A <</S /Rendition /JS ({MARK})>>"),
        70: f"<</Type /Sig /Name ({MARK}) /Reason ({MARK}) /M ({MARK}) /Contents <{MARK.encode().hex()}>>>",
    }
    old = written({**objects, 4: stream(f"BT ({MARK} 2025) Tj ET")}, f"/Info 24 0 R /ID [({MARK}) ({MARK})]")
    return written(objects, f"/Info 24 0 R /ID [({MARK}) ({MARK})]", old + f"% {MARK}\n".encode())


def jpeg_2000() -> bytes:
    """One with a comment, as an editor leaves it, and a box of XMP."""
    buffer = io.BytesIO()
    picture((8, 8)).save(buffer, "JPEG2000", comment=MARK.encode())
    data = buffer.getvalue()
    return data + (8 + 16 + len(MARK)).to_bytes(4, "big") + b"uuid" + bytes(16) + MARK.encode()


def copy_of(data: bytes) -> bytes:
    cleaned = media.clean(data, WITH_COPIES)
    assert (cleaned.kind, cleaned.mime, cleaned.extension) == ("file", "application/pdf", "pdf")
    return cleaned.copy


def code_of(data: bytes) -> str:
    with pytest.raises(Refused) as refused:
        copy_of(data)
    return refused.value.code


def objects_of(data: bytes) -> list[str]:
    """Every object of a file as it is meant: names and strings undone, streams unpacked."""
    reader = PdfReader(io.BytesIO(data))
    found = [str(reader.trailer)]
    for number in range(1, int(reader.trailer["/Size"])):
        one = reader.get_object(number)
        found.append(repr(one))
        if isinstance(one, StreamObject):
            ends_so = str(one.get("/Filter")) in ("/DCTDecode", "/JPXDecode")
            body = one._data if ends_so else one.get_data()
            found.append(body.decode("latin-1"))
    return found


def marks(data: bytes) -> list[str]:
    found = [one for one in objects_of(data) if MARK in one or holds_mark(one.encode("latin-1", "replace"))]
    return found + ["the file itself"] * holds_mark(data)


def test_the_pages_stay_and_no_mark_does() -> None:
    source = marked()
    assert len(marks(source)) > 20
    copy = copy_of(source)
    assert marks(copy) == []
    assert media.sniff(copy) == "application/pdf"
    reader = PdfReader(io.BytesIO(copy), strict=True)
    assert [page.extract_text().strip() for page in reader.pages] == [TEXT]
    assert reader.pages[0].mediabox.right == 300
    assert reader.metadata is None
    assert "/ID" not in reader.trailer
    assert copy.count(b"%%EOF") == 1
    assert reader.page_labels == ["A-i"]
    assert reader.root_object["/OCProperties"]["/OCGs"][0]["/Name"] == "Layer"
    for gone in (b"/JavaScript", b"/Launch", b"/GoToR", b"/OpenAction", b"/AA", b"/EF", b"/Sig", b"/StructTreeRoot"):
        assert gone not in copy, gone


def test_the_photo_in_it_keeps_its_very_pixels() -> None:
    photos = PdfReader(io.BytesIO(copy_of(marked()))).pages[0]["/Resources"]["/XObject"]
    before = Image.open(io.BytesIO(photo_jpeg()))
    for name in ("/Photo", "/Other"):
        data = photos[name]._data
        after = Image.open(io.BytesIO(data))
        assert after.tobytes() == before.tobytes()
        assert (dict(after.getexif()), after.info.get("icc_profile"), after.info.get("comment")) == ({}, None, None)
    fine = Image.open(io.BytesIO(photos["/Fine"]._data))
    assert fine.tobytes() == picture((8, 8)).tobytes()
    assert photos["/Other"]["/Filter"] == "/DCTDecode", "what was packed three times is packed once"


def test_a_progressive_photo_and_one_of_four_colours_stay() -> None:
    for image in (picture((90, 70)), picture((90, 70)).convert("CMYK"), picture((90, 70)).convert("L")):
        source = saved(image, "JPEG", progressive=True, comment=MARK, restart_marker_blocks=2)
        kept = pdf_streams.jpeg(source + MARK.encode())
        assert not holds_mark(kept)
        assert Image.open(io.BytesIO(kept)).tobytes() == Image.open(io.BytesIO(source)).tobytes()


def test_links_comments_fields_and_the_outline_stay() -> None:
    reader = PdfReader(io.BytesIO(copy_of(marked())))
    notes = [one.get_object() for one in reader.pages[0]["/Annots"]]
    assert [one["/Subtype"] for one in notes] == ["/Text", "/Link", "/Link", "/Link", "/Widget", "/Stamp", "/Link"]
    comment, link, *dead, field, seal, local = notes
    assert comment["/Contents"] == "please check"
    assert not {"/T", "/M", "/NM", "/CreationDate", "/Popup", "/RC", "/IRT", "/P"} & comment.keys()
    assert link["/A"]["/URI"] == "https://example.org/form"
    assert all("/A" not in one for one in (*dead, local))
    assert (field["/T"], field["/V"]) == ("name", "a word")
    assert list(reader.get_fields() or ()) == ["name"], "the signature vouches for nothing any more"
    assert seal["/AP"]["/N"].get_data() == b"0 0 10 10 re f", "the seal is still seen"
    first, below, second = reader.outline
    assert [one["/Title"] for one in (first, *below, second)] == ["One", "Below", "Two"]
    assert [reader.get_destination_page_number(one) for one in (first, *below)] == [0, 0]


ACTIONS = (
    "SubmitForm",
    "ImportData",
    "ResetForm",
    "Hide",
    "Launch",
    "GoToR",
    "GoToE",
    "GoTo3DView",
    "GoToDp",
    "Thread",
    "JavaScript",
    "Rendition",
    "Movie",
    "Sound",
    "Trans",
    "SetOCGState",
    "RichMediaExecute",
    "Mine",
)


@pytest.mark.parametrize("kind", ACTIONS)
def test_no_action_stays_that_does_more_than_show_a_page(kind: str) -> None:
    action = f"<</S /{kind} /F ({MARK}) /URI (https://{MARK}.example.org) /JS ({MARK}) /D [3 0 R /Fit] /N /NextPage>>"
    turning = f"<</S /GoTo /D [3 0 R /Fit] /Next {action}>>"
    objects = plain() | {
        1: f"""<</Type /Catalog /Pages 2 0 R /OpenAction {action} /AA <</WC {action}>> /Outlines 10 0 R
            /AcroForm <</Fields [13 0 R] /XFA null>> /Names <</JavaScript <</Names [(a) {action}]>>>>>>""",
        3: f"""<</Type /Page /Parent 2 0 R /Contents 4 0 R /Resources 5 0 R /AA <</O {action}>>
            /Annots [12 0 R 13 0 R 14 0 R]>>""",
        10: "<</First 11 0 R /Last 11 0 R /Count 1>>",
        11: f"<</Title (One) /Parent 10 0 R /A {action} /AA {action}>>",
        12: note("Link", f"/A {action} /PA {action}"),
        13: note("Widget", f"/FT /Btn /T (button) /A 15 0 R /AA <</U {action}>> /MK <</CA (Send)>>"),
        14: note("Link", f"/A {turning}"),
        15: action,
    }
    copy = copy_of(written(objects))
    assert marks(copy) == []
    assert f"/{kind}".encode() not in copy
    link, button, turn = (one.get_object() for one in PdfReader(io.BytesIO(copy)).pages[0]["/Annots"])
    assert not {"/A", "/AA", "/PA"} & (link.keys() | button.keys())
    assert turn["/A"].keys() == {"/S", "/D"}


@pytest.mark.parametrize("kind", ["FileAttachment", "RichMedia", "3D", "Movie", "Sound", "Screen", "Redact", "Mine"])
def test_nothing_that_plays_or_holds_a_file_stays(kind: str) -> None:
    objects = plain() | {
        3: "<</Type /Page /Parent 2 0 R /Contents 4 0 R /Resources 5 0 R /Annots [10 0 R]>>",
        10: note(kind, "/FS 11 0 R /RichMediaContent 11 0 R /3DD 11 0 R /Movie 11 0 R /Sound 11 0 R /AP <</N 11 0 R>>"),
        11: stream(MARK, "/Type /EmbeddedFile"),
    }
    copy = copy_of(written(objects))
    assert marks(copy) == []
    assert "/Annots" not in PdfReader(io.BytesIO(copy)).pages[0] or not PdfReader(io.BytesIO(copy)).pages[0]["/Annots"]


def test_a_hidden_layer_stays_hidden() -> None:
    objects = plain() | {
        1: f"""<</Type /Catalog /Pages 2 0 R /OCProperties <</OCGs [10 0 R 11 0 R]
            /D <</Creator ({MARK}) /BaseState /ON /OFF [11 0 R] /Order [10 0 R 11 0 R]>>>>>>""",
        4: stream(f"/OC /A BDC {WROTE} EMC /OC /B BDC BT /F1 9 Tf (unseen) Tj ET EMC"),
        5: "<</Font <</F1 6 0 R>> /XObject <</Photo 7 0 R>> /Properties <</A 10 0 R /B 12 0 R>>>>",
        10: "<</Type /OCG /Name (Seen)>>",
        11: f"<</Type /OCG /Name (Unseen) /Usage <</CreatorInfo <</Creator ({MARK})>>>>>>",
        12: "<</Type /OCMD /OCGs [11 0 R] /P /AllOn>>",
    }
    copy = copy_of(written(objects))
    assert marks(copy) == []
    reader = PdfReader(io.BytesIO(copy))
    layers = reader.root_object["/OCProperties"]
    assert [one["/Name"] for one in layers["/D"]["/OFF"]] == ["Unseen"]
    member = reader.pages[0]["/Resources"]["/Properties"]["/B"]
    assert list(member["/OCGs"]) == list(layers["/D"]["/OFF"]), "the same object: one switch for both"


def test_pictures_of_black_and_white_keep_every_bit_and_what_decodes_them() -> None:
    bits = "/Type /XObject /Subtype /Image /Width 80 /Height 60 /BitsPerComponent 1 /ColorSpace /DeviceGray"
    objects = plain() | {
        5: "<</Font <</F1 6 0 R>> /XObject <</Photo 7 0 R /Fax 10 0 R /Book 11 0 R>>>>",
        10: raw(b"a fax", f"{bits} /Filter [/CCITTFaxDecode] /DecodeParms [<</K -1 /Columns 80 /Rows 60>>]"),
        11: raw(b"a book", f"{bits} /Filter /JBIG2Decode /DecodeParms <</JBIG2Globals 12 0 R /Mine ({MARK})>>"),
        12: stream("symbols", tail=MARK.encode()),
    }
    copy = copy_of(written(objects))
    assert not holds_mark(copy)
    pictures = PdfReader(io.BytesIO(copy)).pages[0]["/Resources"]["/XObject"]
    fax, book = pictures["/Fax"], pictures["/Book"]
    assert (fax._data, fax["/Filter"], fax["/DecodeParms"]["/K"]) == (b"a fax", "/CCITTFaxDecode", -1)
    assert (book._data, book["/Filter"]) == (b"a book", "/JBIG2Decode")
    assert book["/DecodeParms"]["/JBIG2Globals"].get_data() == b"symbols"


def test_a_link_to_a_page_that_was_taken_out_leads_nowhere() -> None:
    """Nor does the page come back with it, nor the name that it had."""
    objects = plain() | {
        1: f"<</Type /Catalog /Pages 2 0 R /Names <</Dests <</Names [({MARK}) [19 0 R /Fit]]>>>>>>",
        3: "<</Type /Page /Parent 2 0 R /Contents 4 0 R /Resources 5 0 R /Annots [10 0 R 11 0 R]>>",
        10: note("Link", f"/Dest ({MARK})"),
        11: note("Link", "/A <</S /GoTo /D [19 0 R /Fit]>>"),
        19: f"<</Type /Page /Contents 20 0 R /Mine ({MARK})>>",
        20: stream(f"BT ({MARK}) Tj ET"),
    }
    copy = copy_of(written(objects))
    assert marks(copy) == []
    links = [one.get_object() for one in PdfReader(io.BytesIO(copy)).pages[0]["/Annots"]]
    assert [one.keys() & {"/A", "/Dest"} for one in links] == [set(), set()]


def test_names_that_are_not_utf_8_still_fit_the_page() -> None:
    """A Chinese program writes them in GBK, in the page's instructions as well as in its list of fonts."""
    font = "宋体".encode("gbk")
    objects = plain() | {
        4: stream(WROTE.encode().replace(b"F1", font)),
        5: b"<</Font <</" + font + b" 6 0 R>> /XObject <</Photo 7 0 R>>>>",
    }
    copy = PdfReader(io.BytesIO(copy_of(written(objects))))
    page = copy.pages[0]
    assert [name[1:].encode("latin-1") for name in page["/Resources"]["/Font"]] == [font]
    assert font in page["/Contents"].get_data()


def test_pages_that_a_tree_holds_keep_their_order_and_what_they_inherit() -> None:
    objects = plain() | {
        2: "<</Type /Pages /Kids [10 0 R 3 0 R] /Count 3 /MediaBox [0 0 300 200] /Rotate 90>>",
        10: "<</Type /Pages /Parent 2 0 R /Kids [11 0 R 12 0 R] /Count 2 /Resources 5 0 R>>",
        11: "<</Type /Page /Parent 10 0 R /Contents 13 0 R>>",
        12: "<</Type /Page /Parent 10 0 R /Contents 4 0 R /Rotate 0>>",
        13: stream("BT /F1 9 Tf (first) Tj ET"),
    }
    pages = PdfReader(io.BytesIO(copy_of(written(objects)))).pages
    assert [page.extract_text().strip() for page in pages] == ["first", TEXT, TEXT]
    assert [page.rotation for page in pages] == [90, 0, 90]


def test_a_file_of_packed_objects_and_one_whose_table_is_wrong_are_read() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(marked()))
    out = io.BytesIO()
    writer.write(out)
    wrong = re.sub(rb"\d{10} 00000 n", b"0000000007 00000 n", written(plain()))
    for data in (out.getvalue(), wrong):
        copy = copy_of(data)
        assert marks(copy) == []
        assert TEXT in PdfReader(io.BytesIO(copy)).pages[0].extract_text()


def test_evidence_has_no_copy() -> None:
    assert media.clean(marked()).copy == b""


def test_a_folder_of_files_has_no_copy() -> None:
    folder = plain() | {1: "<</Type /Catalog /Pages 2 0 R /Collection <</View /D>>>>"}
    assert copy_of(written(folder)) == b""


def locked(user: str, owner: str) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(written(plain())))
    writer.encrypt(user, owner, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def changed(**more: str | bytes) -> bytes:
    return written(plain() | {int(key.removeprefix("o")): value for key, value in more.items()})


@cache
def bomb() -> bytes:
    """600 MiB of zeros."""
    packing = zlib.compressobj(1)
    return b"".join(packing.compress(bytes(2**20)) for _ in range(600)) + packing.flush()


REFUSED = {
    "a password": (lambda: locked("secret", "secret"), "locked"),
    "a password for its rights alone": (lambda: locked("", "secret"), "locked"),
    "a lock that nobody knows": (
        lambda: written(plain() | {8: "<</Filter /FoxIt /V 9>>"}, "/Encrypt 8 0 R /ID [(a) (a)]"),
        "locked",
    ),
    "pages that a program makes": (
        lambda: changed(o1="<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields [] /XFA [(form) 4 0 R]>>>>"),
        "form",
    ),
    "no pages": (lambda: changed(o2="<</Type /Pages /Kids [] /Count 0>>"), "unreadable"),
    "pages that bite their tail": (lambda: changed(o2="<</Type /Pages /Kids [2 0 R 2 0 R] /Count 2>>"), "unreadable"),
    "too many pages": (lambda: changed(o2=f"<</Type /Pages /Kids [{'<<>> ' * 9}{'<</A 1>> ' * 5_001}]>>"), "too_big"),
    "arrays in arrays": (lambda: changed(o5="<</ExtGState <</G " + "[" * 300 + "]" * 300 + ">>>>"), "unreadable"),
    "a bomb": (lambda: changed(o4=raw(bomb(), "/Filter /FlateDecode")), "too_big"),
    "a bomb in a bomb": (
        lambda: changed(o4=raw(zlib.compress(bomb()), "/Filter [/FlateDecode /FlateDecode]")),
        "too_big",
    ),
    "a picture without end": (
        lambda: changed(o7=raw(b"\0", "/Subtype /Image /Width 99999 /Height 99999 /Filter /CCITTFaxDecode")),
        "too_many_pixels",
    ),
    "a filter that nobody knows": (lambda: changed(o4=raw(b"x", "/Filter /MineDecode")), "unreadable"),
    "a photo that is none": (lambda: changed(o7=raw(b"x" * 99, "/Subtype /Image /Filter /DCTDecode")), "unreadable"),
    "nothing but a head": (lambda: b"%PDF-1.7\n%%EOF", "unreadable"),
}


@pytest.mark.parametrize(("make", "code"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_made_clean_is_refused_by_its_reason(make: Callable[[], bytes], code: str) -> None:
    assert code_of(make()) == code


def test_a_bomb_of_packed_objects_is_refused() -> None:
    packed = raw(
        zlib.compress(b"10 0 " + b" " * (40 * 2**20) + b"<<>>", 9), "/Type /ObjStm /N 1 /First 5 /Filter /FlateDecode"
    )
    table = raw(
        b"".join(bytes((kind, *place.to_bytes(4, "big"), 0)) for kind, place in ((0, 0), (2, 9))),
        "/Type /XRef /W [1 4 1] /Size 11 /Index [0 1 1 1] /Root 1 0 R",
    )
    head = b"%PDF-1.7\n"
    body = head + b"9 0 obj\n" + packed + b"\nendobj\n"
    data = body + b"8 0 obj\n" + table + b"\nendobj\nstartxref\n%d\n%%%%EOF" % len(body)
    assert code_of(data) in ("too_big", "unreadable")


async def test_arrays_without_end_do_no_harm() -> None:
    """What cannot be read of the file is missing in the copy, or there is none; its child lives to say so."""
    endless = changed(o5="<</ExtGState <</G " + "[" * 200_000 + ">>>>")
    try:
        copy = (await media.clean_apart(endless, WITH_COPIES)).copy
    except Refused as refused:
        assert refused.code == "unreadable"
    else:
        assert len(PdfReader(io.BytesIO(copy)).pages) == 1


CIRCLES = {
    "an outline": changed(
        o1="<</Type /Catalog /Pages 2 0 R /Outlines 10 0 R>>",
        o10="<</First 11 0 R /Last 11 0 R>>",
        o11="<</Title (One) /Next 11 0 R /First 11 0 R>>",
    ),
    "a list of names": changed(
        o1="<</Type /Catalog /Pages 2 0 R /Names <</Dests 10 0 R>> /PageLabels 10 0 R /Outlines 11 0 R>>",
        o10="<</Kids [10 0 R 10 0 R]>>",
        o11="<</First 12 0 R>>",
        o12="<</Title (One) /Dest (nowhere)>>",
    ),
    "a field": changed(
        o1="<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields [10 0 R]>>>>",
        o10="<</T (a) /Parent 10 0 R /Kids [10 0 R]>>",
    ),
    "a form that draws itself": changed(
        o5="<</Font <</F1 6 0 R>> /XObject <</Photo 7 0 R /Form 10 0 R>>>>",
        o10=stream("/Form Do", "/Subtype /Form /BBox [0 0 9 9] /Resources 5 0 R"),
    ),
    "a reference": changed(
        o5="<</Font <</F1 6 0 R>> /XObject <</Photo 7 0 R>> /ExtGState 10 0 R>>", o10="[11 0 R]", o11="[10 0 R]"
    ),
    "pages": changed(o2="<</Type /Pages /Kids [2 0 R 3 0 R 3 0 R] /Count 9 /MediaBox [0 0 300 200]>>"),
}


@pytest.mark.parametrize("data", CIRCLES.values(), ids=CIRCLES)
def test_what_leads_back_to_itself_ends(data: bytes) -> None:
    pages = PdfReader(io.BytesIO(copy_of(data))).pages
    assert [TEXT in page.extract_text() for page in pages] == [True]


def test_a_stream_that_breaks_off_is_kept_as_far_as_it_goes() -> None:
    lines = "".join(f"BT /F1 9 Tf 20 {n} Td (line {n * 7919 % 1000}) Tj ET\n" for n in range(1000))
    half = stream(lines).replace(b"\nendstream", b"")[:-200]
    broken = plain() | {4: raw(half.partition(b"stream\n")[2], "/Filter /FlateDecode")}
    contents = PdfReader(io.BytesIO(copy_of(written(broken)))).pages[0]["/Contents"].get_data()
    assert lines.encode().startswith(contents)
    assert len(contents) > len(lines) // 2


def test_a_profile_keeps_its_colours_and_loses_its_names() -> None:
    old = marked_icc()
    kept = pdf_streams.profile(old)
    assert holds_mark(old)
    assert not holds_mark(kept)
    assert int.from_bytes(kept[:4], "big") == len(kept)
    image = picture()
    shown = [Image.open(io.BytesIO(saved(image, "PNG", icc_profile=one))).info["icc_profile"] for one in (old, kept)]
    assert shown == [old, kept]
    assert converted(image, kept) == converted(image, old)
    assert pdf_streams.profile(b"no profile") == b""


def converted(image: Image.Image, profile: bytes) -> bytes:
    from PIL import ImageCms

    lab = ImageCms.createProfile("LAB")
    made = ImageCms.profileToProfile(image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), lab, outputMode="LAB")
    assert made
    return made.tobytes()


def test_a_photo_that_is_all_filling_is_gone_through_once() -> None:
    started = time.process_time()
    assert pdf_streams.jpeg(b"\xff\xd8" + b"\xff" * (4 * 2**20)) == b"\xff\xd8\xff\xd9"
    assert time.process_time() - started < 1, "seconds; going through it anew from each byte takes ten"


SOURCE = marked()


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    edits=st.lists(st.tuples(st.integers(0, len(SOURCE) - 1), st.integers(0, 255)), max_size=12), end=st.integers(0, 9)
)
def test_a_mutated_file_is_cleaned_or_refused(edits: list[tuple[int, int]], end: int) -> None:
    data = bytearray(SOURCE)
    for at, value in edits:
        data[at] = value
    try:
        copy = copy_of(bytes(data[: len(data) - end * len(data) // 12] + b"\n%%EOF"))
    except Refused:
        return
    assert copy == b"" or PdfReader(io.BytesIO(copy)).pages


async def test_the_child_makes_the_same_copy() -> None:
    apart = await media.clean_apart(SOURCE, WITH_COPIES)
    assert marks(apart.copy) == []
    assert apart.copy == copy_of(SOURCE)


def test_the_page_of_the_copy_is_drawn_by_the_same_instructions() -> None:
    for data in (SOURCE, written(plain())):
        old, new = (PdfReader(io.BytesIO(one)).pages[0] for one in (data, copy_of(data)))
        drawn = [ContentStream(page["/Contents"], None).operations for page in (old, new)]
        assert drawn[0] == drawn[1]
