"""Documents are taken as originals only, and what is not allowed is refused."""

import io
import os
import zipfile

import pytest
from PIL import Image
from pypdf import PdfReader

import media
from media import Limits
from tests.drivers.media_samples import MARK, PDF, code_of, office, old_office, photo_jpeg, saved
from tests.drivers.recording_samples import recording


def office_by_types(main: str, part: str, *more: str) -> bytes:
    """An Office file whose main part is known by its list of types only."""
    kinds = (f"application/vnd.openxmlformats-officedocument.{main}.main+xml", *more)
    types = "".join(f'<Override PartName="/{part}" ContentType="{kind}"/>' for kind in kinds)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", f'<?xml version="1.0"?><Types>{types}</Types>')
        archive.writestr(part, "<w:document xmlns:w='w'/>")
    return buffer.getvalue()


DOCUMENTS = {
    "pdf": (PDF, "pdf"),
    "docx": (office("word/document.xml"), "docx"),
    "xlsx": (office("xl/workbook.xml"), "xlsx"),
    "doc": (old_office("WordDocument"), "doc"),
    "xls": (old_office("Workbook"), "xls"),
    "pdf after a newline": (b"\n" + PDF, "pdf"),
    "pdf after a byte order mark": (b"\xef\xbb\xbf" + PDF, "pdf"),
    "pdf after a header of the web": (b"Content-Type: application/pdf\r\n\r\n" + PDF, "pdf"),
    "pdf for a printer": (b"\x1b%-12345X@PJL SET COPIES=1\r\n" + PDF, "pdf"),
    "pdf without its end mark": (PDF.replace(b"%%EOF\n", b""), "pdf"),
    "pdf cut": (PDF[: PDF.index(b"trailer")], "pdf"),
    "docx of word online": (office_by_types("wordprocessingml.document", "word/document2.xml"), "docx"),
    "xlsx with a part of another name": (office_by_types("spreadsheetml.sheet", "xl/book.xml"), "xlsx"),
    "pptx": (office_by_types("presentationml.presentation", "ppt/presentation.xml"), "pptx"),
    "ppt": (old_office("PowerPoint Document"), "ppt"),
    "ofd, as electronic invoices are": (office("OFD.xml", "Doc_0/Document.xml"), "ofd"),
    "text that begins like a picture": (b"BM 2000-1, II*, MM", "txt"),
    "text": ("投诉：路灯坏了 <三天>".encode(), "txt"),
    "text of windows": ("投诉：路灯坏了".encode("gb18030"), "txt"),
    "text in utf-16": ("投诉：路灯坏了".encode("utf-16"), "txt"),
}


@pytest.mark.parametrize(("data", "extension"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_is_taken_as_an_original_only(data, extension):
    cleaned = media.clean(data)
    assert (cleaned.kind, cleaned.extension, cleaned.copy) == ("file", extension, b"")
    assert cleaned.thumbnail is None
    assert cleaned.fingerprint is None


NOT_ALLOWED = {
    "exe": b"MZ" + b"\0" * 200,
    "elf": b"\x7fELF" + b"\0" * 200,
    "zip": office("a.txt"),
    "apk": office("AndroidManifest.xml"),
    "rar": b"Rar!\x1a\x07\x01\0" + b"\0" * 50,
    "gzip": b"\x1f\x8b\x08" + b"\0" * 50,
    "7z": b"7z\xbc\xaf\x27\x1c" + b"\0" * 50,
    "html": b"<!DOCTYPE html><html><script>1</script>",
    "html after text": b"hello\n\n<ScRiPt>alert(1)</script>",
    "html in utf-16": "<html>".encode("utf-16"),
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "xml": b'<?xml version="1.0"?><a/>',
    "php": b"<?php echo 1;",
    "shell": b"#!/bin/sh\nrm -rf /",
    "rtf": b"{\\rtf1 hello}",
    "docm": office("word/document.xml", "word/vbaProject.bin"),
    "xlsm": office("xl/workbook.xml", "xl/macrosheets/sheet1.xml"),
    "activex": office("word/document.xml", "word/activeX/activeX1.xml"),
    "docm of another name": office_by_types("wordprocessingml.document", "word/a.xml", "application/vbaProject"),
    "docm by its types": office_by_types(
        "x", "word/document.xml", "application/vnd.ms-word.document.macroEnabled.main"
    ),
    "types that cannot be unpacked": office("a.xml"),
    "pdf after a program": b"MZ" + b"\0" * 60 + PDF,
    "pdf after a script": b"#!/bin/sh\n" + PDF,
    "pdf after a page": b"<html><script>1</script>" + PDF,
    "pdf after a kilobyte": b"\0" * 1100 + PDF,
    "doc macro": old_office("WordDocument", "Macros", "VBA"),
    "xls macro": old_office("Workbook", "_VBA_PROJECT_CUR", "_VBA_PROJECT"),
    "password": old_office("EncryptedPackage"),
    "msi": old_office("SummaryInformation"),
    "pdf+zip": PDF + office("a.txt"),
    "pdf without end": b"%PDF-1.4\n" + b"1" * 100,
    "text+zip": b"hello" + office("a.txt")[4:],
    "ico": saved(Image.new("RGB", (16, 16)), "ICO"),
    "playlist": b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n\0",
    "random": os.urandom(64) + b"\0\1\2",
    "zeros": bytes(1000),
    "one byte": b"\0",
}


@pytest.mark.parametrize("data", NOT_ALLOWED.values(), ids=NOT_ALLOWED)
def test_what_is_not_allowed_is_refused(data):
    assert code_of(data) == "kind_not_allowed"


@pytest.mark.parametrize("before", [b"", b"\n", b"\xef\xbb\xbf", b"Content-Type: application/pdf\r\n\r\n"])
@pytest.mark.parametrize("ends", [True, False])
def test_of_such_a_pdf_a_copy_can_be_made_for_a_notice(before, ends):
    whole = saved(Image.new("RGB", (40, 40), "red"), "PDF", author=MARK)
    copy = media.clean(before + (whole if ends else whole.replace(b"%%EOF", b"")), Limits(documents=True)).copy
    assert copy.startswith(b"%PDF-")
    assert MARK.encode() not in copy
    assert len(PdfReader(io.BytesIO(copy)).pages) == 1


@pytest.mark.parametrize("start", [b"#!SILK_V3", b"\x02#!SILK_V3"])
def test_a_voice_message_that_nothing_decodes_is_kept_without_a_copy(start):
    cleaned = media.clean(start + os.urandom(300))
    assert (cleaned.kind, cleaned.mime, cleaned.extension, cleaned.copy) == ("file", "audio/x-silk", "silk", b"")


@pytest.mark.parametrize("audio", [None, "pcm_s16le"])
def test_so_is_a_recording_whose_coding_is_not_known(audio):
    """Also where its sound could be heard: nobody is to take the part for the whole."""
    cleaned = media.clean(recording("avi", audio, "mpeg4").replace(b"FMP4", b"ZZZZ"))
    assert (cleaned.kind, cleaned.mime, cleaned.extension, cleaned.copy) == ("file", "video/x-msvideo", "avi", b"")


@pytest.mark.parametrize(("part", "extension"), [("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx")])
def test_an_office_file_without_its_end_is_kept_with_a_word(part, extension):
    whole = office(part, "docProps/app.xml")
    cut = media.clean(whole[:-40])
    assert (cut.kind, cut.extension, cut.copy, cut.flaw) == ("file", extension, b"", "unreadable")
    assert media.clean(whole).flaw is None
    assert code_of(whole[:-40], Limits(documents=True)) == "unreadable"


@pytest.mark.parametrize("part", ["word/vbaProject.bin", "word/activeX/activeX1.bin", "evil.js"])
def test_nothing_else_is_taken_for_one(part):
    names = (part,) if part == "evil.js" else ("word/document.xml", part)
    assert code_of(office(*names)[:-40]) == "kind_not_allowed"


def test_a_zip_bomb_in_office_clothes_is_refused_unopened():
    assert code_of(office("word/document.xml", "a", "b", size=90 * 2**20)) == "too_big"


@pytest.mark.parametrize("tail", [office("evil.js"), b"<html><script>" + MARK.encode(), PDF])
def test_the_second_nature_of_a_polyglot_is_dropped(tail):
    cleaned = media.clean(photo_jpeg() + tail)
    assert cleaned.kind == "photo"
    assert tail[:14] not in cleaned.copy
    cleaned = media.clean(recording("mp4", "aac") + tail)
    assert cleaned.kind == "voice"
    assert tail[:14] not in cleaned.copy
