"""The streams of a PDF: the drawn part stays byte for byte, and data hidden in them is gone.

A deflated stream is cut where its data end. A JPEG keeps its scans and loses EXIF, XMP, comments and everything else
in its segments; so do JPEG 2000 pictures and colour profiles. Nothing is re-encoded, so nothing looks worse.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Any

from pypdf.filters import decode_stream_data, decompress
from pypdf.generic import ArrayObject, EncodedStreamObject, NameObject, NullObject

from media.values import Refused

UNPACKED_BYTES = 512 * 2**20
"""Bytes of all unpacked streams of a file together: fifty scanned pages that are not compressed well."""
ONE_STREAM_BYTES = 32 * 2**20
"""Bytes of one stream that has to be unpacked as a whole."""
FLATE = "/FlateDecode"
PICTURES = ("/DCTDecode", "/JPXDecode", "/CCITTFaxDecode", "/JBIG2Decode")
_SHORT = {"/Fl": FLATE, "/DCT": "/DCTDecode", "/CCF": "/CCITTFaxDecode"}
_CHUNK = 2**20
_SCAN_ENDS = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)  # one ff only: a run of them would be rescanned
_JPEG_KEPT = bytes((*range(0xC0, 0xD0), *range(0xDA, 0xE0)))
_JP2_KEPT = (b"jP  ", b"ftyp", b"jp2h", b"ihdr", b"bpcc", b"colr", b"pclr", b"cmap", b"cdef", b"jp2c")
_J2K_START, _J2K_TILE, _J2K_END = b"\xff\x4f", b"\xff\x90", b"\xff\xd9"
_J2K_KEPT = b"\x50\x51\x52\x53\x55\x57\x58\x5c\x5d\x5e\x5f\x60\x63"  # all that say how to decode; no comment
_ICC_KEPT = re.compile(rb"[rgbk](XYZ|TRC)|wtpt|bkpt|chad|[ABDG]2[ABD][0-3]|gamt")


class Unpacking:
    """How much may still be unpacked: a small file can hold gigabytes of zeros."""

    def __init__(self, left: int = UNPACKED_BYTES) -> None:
        self._left = left

    def count(self, size: int) -> None:
        """Takes `size` bytes from the allowance. Raises Refused("too_big")."""
        self._left -= size
        if self._left < 0:
            raise Refused("too_big")

    def packed(self, data: bytes, filters: list[str], parms: list[Any], *, is_profile: bool) -> tuple[bytes, str, Any]:
        """The stream's bytes, the one filter they are packed with, and its parameters. Raises Refused."""
        outer = [_SHORT.get(name, name) for name in filters]
        last = outer.pop() if not is_profile and outer and outer[-1] in (FLATE, *PICTURES) else None
        if set(outer) & set(PICTURES):
            raise Refused("unreadable")
        if outer:
            data = _unpacked(data, outer, parms)
            self.count(len(data))
        if last is None:
            return zlib.compress(profile(data) if is_profile else data), FLATE, None
        if last == FLATE:
            data = self._deflated(data)
        elif last == "/DCTDecode":
            data = jpeg(data)
        elif last == "/JPXDecode":
            data = jpeg_2000(data)
        return data, last, parms[-1]

    def _deflated(self, data: bytes) -> bytes:
        """A deflated stream without what follows its end; one that breaks off is packed anew as far as it goes."""
        unpacking, rest = zlib.decompressobj(), data
        try:
            while rest and not unpacking.eof:
                self.count(len(unpacking.decompress(rest, _CHUNK)))
                rest = unpacking.unconsumed_tail
        except zlib.error as error:
            raise Refused("unreadable") from error
        return data[: len(data) - len(unpacking.unused_data)] if unpacking.eof else zlib.compress(decompress(data))


def _unpacked(data: bytes, filters: list[str], parms: list[Any]) -> bytes:
    coded = EncodedStreamObject()
    coded._data = data
    coded[NameObject("/Filter")] = ArrayObject(NameObject(name) for name in filters)
    coded[NameObject("/DecodeParms")] = ArrayObject(one or NullObject() for one in parms)
    return decode_stream_data(coded)


# --- JPEG -------------------------------------------------------------------------------------------------------------


def jpeg(data: bytes) -> bytes:
    """A JPEG's scans, tables, JFIF header without preview, and Adobe's note on the colours. Raises Refused."""
    start = data.find(b"\xff\xd8\xff", 0, _CHUNK)
    if start < 0:
        raise Refused("unreadable")
    return b"\xff\xd8" + b"".join(_segments(data, start + 2)) + b"\xff\xd9"


def _segments(data: bytes, at: int) -> Iterator[bytes]:
    while (found := _SCAN_ENDS.search(data, at)) and found[0] != b"\xff\xd9":
        marker, at = found[0][1], found.end()
        if marker in (0x01, 0xD8):  # they have no length
            continue
        end = at + int.from_bytes(data[at : at + 2], "big")
        segment = data[at + 2 : end]
        if marker == 0xDA:
            next_one = _SCAN_ENDS.search(data, end)
            end = next_one.start() if next_one else len(data)
        if marker == 0xE0 and segment.startswith(b"JFIF\0"):
            yield b"\xff\xe0\0\x10" + segment[:12].ljust(12, b"\0") + b"\0\0"
        elif marker == 0xEE and segment.startswith(b"Adobe"):
            yield b"\xff\xee\0\x0e" + segment[:12].ljust(12, b"\0")
        elif marker in _JPEG_KEPT:
            yield found[0] + data[at:end]
        at = max(end, at + 2)


# --- JPEG 2000 --------------------------------------------------------------------------------------------------------


def jpeg_2000(data: bytes) -> bytes:
    """A JPEG 2000's boxes that a decoder needs, and its code stream without comments. Raises Refused."""
    kept = _without_comments(data) if data.startswith(_J2K_START) else b"".join(_boxes(data))
    if not kept:
        raise Refused("unreadable")
    return kept


def _boxes(data: bytes) -> Iterator[bytes]:
    at = 0
    while at + 8 <= len(data):
        size, kind, head = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        size = size or len(data) - at
        if size < head:
            raise Refused("unreadable")
        body, at = data[at + head : at + size], at + size
        if kind == b"jp2h":
            body = b"".join(_boxes(body))
        elif kind == b"jp2c":
            body = _without_comments(body)
        if kind in _JP2_KEPT:
            yield (8 + len(body)).to_bytes(4, "big") + kind + body


def _without_comments(stream: bytes) -> bytes:
    """The code stream without the comments of its main header; only the picture's tiles follow that."""
    kept, at = [_J2K_START], 2
    while stream[at : at + 2] != _J2K_TILE:
        end = at + 2 + max(2, int.from_bytes(stream[at + 2 : at + 4], "big"))
        if stream[at : at + 1] != b"\xff":
            raise Refused("unreadable")
        if stream[at + 1] in _J2K_KEPT:
            kept.append(stream[at:end])
        at = end
    tiles = at
    while stream[at : at + 2] == _J2K_TILE:
        at += int.from_bytes(stream[at + 6 : at + 10], "big") or len(stream)
    return b"".join((*kept, stream[tiles:at], _J2K_END))


# --- colour profiles --------------------------------------------------------------------------------------------------


def profile(data: bytes) -> bytes:
    """An ICC profile's numbers, without its names, makers and times; b"" for anything but a profile."""
    if len(data) < 132 or data[36:40] != b"acsp":
        return b""
    entries = [data[at : at + 12] for at in range(132, 132 + 12 * min(int.from_bytes(data[128:132], "big"), 100), 12)]
    kept = [entry for entry in entries if len(entry) == 12 and _ICC_KEPT.fullmatch(entry[:4])]
    table, bodies, places = b"", b"", {}
    start = 132 + 12 * len(kept)
    for entry in kept:
        if entry[4:] not in places:
            places[entry[4:]] = start + len(bodies)
            at, size = int.from_bytes(entry[4:8], "big"), int.from_bytes(entry[8:], "big")
            bodies += data[at : at + size] + bytes(-size % 4)
            if len(bodies) > 2 * len(data):  # tags may share the same bytes
                return b""
        table += entry[:4] + places[entry[4:]].to_bytes(4, "big") + entry[8:]
    head = data[4:24] + bytes(12) + data[36:48] + bytes(8) + data[56:80] + bytes(48)
    return (start + len(bodies)).to_bytes(4, "big") + head + len(kept).to_bytes(4, "big") + table + bodies
