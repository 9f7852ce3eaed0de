"""Documents are taken as originals only, and what is not allowed is refused."""

import os

import pytest
from PIL import Image

import media
from tests.drivers.media_samples import MARK, PDF, code_of, office, old_office, photo_jpeg, saved
from tests.drivers.recording_samples import recording

DOCUMENTS = {
    "pdf": (PDF, "pdf"),
    "docx": (office("word/document.xml"), "docx"),
    "xlsx": (office("xl/workbook.xml"), "xlsx"),
    "doc": (old_office("WordDocument"), "doc"),
    "xls": (old_office("Workbook"), "xls"),
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
    "doc macro": old_office("WordDocument", "Macros", "VBA"),
    "xls macro": old_office("Workbook", "_VBA_PROJECT_CUR", "_VBA_PROJECT"),
    "password": old_office("EncryptedPackage"),
    "msi": old_office("SummaryInformation"),
    "pdf+zip": PDF + office("a.txt"),
    "pdf without end": b"%PDF-1.4\n" + b"1" * 100,
    "text+zip": b"hello" + office("a.txt")[4:],
    "tiff": saved(Image.new("RGB", (4, 4)), "TIFF"),
    "bmp": saved(Image.new("RGB", (4, 4)), "BMP"),
    "ico": saved(Image.new("RGB", (16, 16)), "ICO"),
    "avif": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + b"\0" * 60,
    "flv": b"FLV\x01\x05\0\0\0\x09" + b"\0" * 60,
    "avi": b"RIFF\x40\0\0\0AVI LIST" + b"\0" * 60,
    "playlist": b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n\0",
    "random": os.urandom(64) + b"\0\1\2",
    "zeros": bytes(1000),
    "one byte": b"\0",
}


@pytest.mark.parametrize("data", NOT_ALLOWED.values(), ids=NOT_ALLOWED)
def test_what_is_not_allowed_is_refused(data):
    assert code_of(data) == "kind_not_allowed"


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
