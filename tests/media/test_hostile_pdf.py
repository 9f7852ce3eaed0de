"""PDF files that are traps are refused by their reason, and none does harm."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

import media
from media import Refused
from tests.drivers.pdf_samples import TEXT, WITH_COPIES, copy_of, locked, marked, plain, raw, stream, written


def code_of(data: bytes) -> str:
    with pytest.raises(Refused) as refused:
        copy_of(data)
    return refused.value.code


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
