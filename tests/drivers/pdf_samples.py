"""PDF files written by hand, with a mark in every place that a reader of the pages does not see."""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping
from dataclasses import replace

from pypdf import PdfReader, PdfWriter
from pypdf.generic import StreamObject

import media
from media import DEFAULT_LIMITS
from tests.drivers.media_samples import MARK, holds_mark, marked_icc, photo_jpeg, picture

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


def locked(user: str, owner: str) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(written(plain())))
    writer.encrypt(user, owner, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
