"""Photos, colour profiles and broken streams inside PDF files keep what is seen and lose the rest."""

from __future__ import annotations

import io
import time

from PIL import Image
from pypdf import PdfReader

from media import pdf_streams
from tests.drivers.media_samples import MARK, holds_mark, marked_icc, photo_jpeg, picture, saved
from tests.drivers.pdf_samples import copy_of, marked, plain, raw, stream, written


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
