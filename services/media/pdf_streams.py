"""The streams of a PDF: what is drawn from them stays byte for byte, what merely travels in them is gone.

A deflated stream ends where its data end. A JPEG keeps its scans and loses EXIF, XMP, comments and whatever else stands
in its segments; so do JPEG 2000 pictures and colour profiles. Nothing is encoded anew, so nothing looks worse.
"""

import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from services.media.values import Refused

UNPACKED_BYTES = 512 * 2**20
"""Of all streams of a file together: fifty scanned pages that are not compressed well."""
ONE_STREAM_BYTES = 32 * 2**20
"""Of a stream that has to be unpacked as a whole."""
FLATE = "/FlateDecode"
KEPT_AS_THEY_ARE = ("/CCITTFaxDecode", "/JBIG2Decode")  # bits of a black and white page
PICTURES = ("/DCTDecode", "/JPXDecode", *KEPT_AS_THEY_ARE)
_SHORT = {
    "/Fl": FLATE, "/LZW": "/LZWDecode", "/A85": "/ASCII85Decode", "/AHx": "/ASCIIHexDecode",
    "/RL": "/RunLengthDecode", "/DCT": "/DCTDecode", "/CCF": "/CCITTFaxDecode",
}  # fmt: skip
_CHUNK = 2**20
_SCAN_ENDS = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)  # one ff: a run of them would be gone through anew
_JP2_KEPT = (b"jP  ", b"ftyp", b"jp2h", b"jp2c")
_JP2_HEADER_KEPT = (b"ihdr", b"bpcc", b"colr", b"pclr", b"cmap", b"cdef")
_J2K_START, _J2K_TILE, _J2K_END = b"\xff\x4f", b"\xff\x90", b"\xff\xd9"
_J2K_KEPT = b"\x50\x51\x52\x53\x55\x57\x58\x5c\x5d\x5e\x5f\x60\x63"  # all that say how to decode; not a comment
_JPEG_KEPT = bytes((*range(0xC0, 0xD0), 0xDB, 0xDC, 0xDD, 0xDE, 0xDF))
_ICC_KEPT = re.compile(rb"[rgbk](XYZ|TRC)|wtpt|bkpt|chad|[ABDG]2[ABD][0-3]|gamt")


class Unpacking:
    """How much may still be unpacked: a small file can hold gigabytes of zeros."""

    def __init__(self, left: int = UNPACKED_BYTES) -> None:
        self._left = left

    def count(self, size: int) -> None:
        """Raises Refused("too_big")."""
        self._left -= size
        if self._left < 0:
            raise Refused("too_big")

    def packed(self, data: bytes, filters: list[str], parms: list[Any]) -> tuple[bytes, str | None, Any]:
        """The stream's bytes, the one filter they are packed with and its parameters. Raises Refused."""
        filters = [_SHORT.get(name, name) for name in filters]
        while filters and filters[0] not in PICTURES and filters != [FLATE]:
            data = _unpacked(data, filters.pop(0), parms.pop(0))
            self.count(len(data))
        if not filters:
            return zlib.compress(data), FLATE, None
        if len(filters) > 1:
            raise Refused("unreadable")
        if filters == [FLATE]:
            return self._deflated(data), FLATE, parms[0]
        return _picture(data, filters[0]), filters[0], parms[0]

    def _deflated(self, data: bytes) -> bytes:
        """Without what follows the end; what breaks off in the middle is packed anew as far as it goes."""
        unpacking, size, rest = zlib.decompressobj(), 0, data
        try:
            while rest and not unpacking.eof:
                got = len(unpacking.decompress(rest, _CHUNK))
                self.count(got)
                size, rest = size + got, unpacking.unconsumed_tail
        except zlib.error:
            pass
        if unpacking.eof:
            return data[: len(data) - len(unpacking.unused_data)]
        if size == 0 and data.strip():
            raise Refused("unreadable")
        if size > ONE_STREAM_BYTES:
            raise Refused("too_big")
        return zlib.compress(_as_far_as_it_goes(data, size))


def _as_far_as_it_goes(data: bytes, size: int) -> bytes:
    """`size` bytes can be had before the data break off."""
    unpacking, found, at = zlib.decompressobj(), bytearray(), 0
    try:
        while len(found) < size:
            found += unpacking.decompress(data[at : at + 512])
            at += 512
    except zlib.error:
        pass
    return bytes(found)


def _unpacked(data: bytes, name: str, parms: Any) -> bytes:
    from pypdf import filters

    ways: Mapping[str, Any] = {
        FLATE: filters.FlateDecode, "/LZWDecode": filters.LZWDecode, "/ASCII85Decode": filters.ASCII85Decode,
        "/ASCIIHexDecode": filters.ASCIIHexDecode, "/RunLengthDecode": filters.RunLengthDecode,
    }  # fmt: skip
    if name not in ways:
        raise Refused("unreadable")
    found = ways[name].decode(data, parms)
    return found if isinstance(found, bytes) else found.encode("latin-1")


def _picture(data: bytes, name: str) -> bytes:
    if name == "/DCTDecode":
        return jpeg(data)
    return jpeg_2000(data) if name == "/JPXDecode" else data


# --- JPEG -------------------------------------------------------------------------------------------------------------


def jpeg(data: bytes) -> bytes:
    """Scans, tables, the JFIF header without its preview, and what Adobe says of the colours. Raises Refused."""
    start = data.find(b"\xff\xd8\xff", 0, _CHUNK)
    if start < 0:
        raise Refused("unreadable")
    return b"\xff\xd8" + b"".join(_segments(data, start + 2)) + b"\xff\xd9"


def _segments(data: bytes, at: int) -> Iterator[bytes]:
    while found := _SCAN_ENDS.search(data, at):
        marker, at = data[found.end() - 1], found.end()
        if marker == 0xD9:
            return
        if marker in (0x01, 0xD8):  # they have no length
            continue
        end = at + int.from_bytes(data[at : at + 2], "big")
        segment = data[at + 2 : end]
        if marker == 0xDA:
            next_one = _SCAN_ENDS.search(data, end)
            end = next_one.start() if next_one else len(data)
            yield b"\xff\xda" + data[at:end]
        elif marker == 0xE0 and segment.startswith(b"JFIF\0"):
            yield b"\xff\xe0\0\x10" + segment[:12].ljust(12, b"\0") + b"\0\0"
        elif marker == 0xEE and segment.startswith(b"Adobe"):
            yield b"\xff\xee\0\x0e" + segment[:12].ljust(12, b"\0")
        elif marker in _JPEG_KEPT:
            yield bytes((0xFF, marker)) + data[at:end]
        at = max(end, at + 2)


# --- JPEG 2000 --------------------------------------------------------------------------------------------------------


def jpeg_2000(data: bytes) -> bytes:
    """The boxes that a decoder needs, the code stream without its comments. Raises Refused."""
    if data.startswith(_J2K_START):
        return _without_comments(data)
    kept = b"".join(_box(kind, _shown(kind, body)) for kind, body in _boxes(data) if kind in _JP2_KEPT)
    if not kept:
        raise Refused("unreadable")
    return kept


def _shown(kind: bytes, body: bytes) -> bytes:
    if kind == b"jp2h":
        return b"".join(_box(*inner) for inner in _boxes(body) if inner[0] in _JP2_HEADER_KEPT)
    return _without_comments(body) if kind == b"jp2c" else body


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size, kind, head = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        size = size or len(data) - at
        if size < head:
            raise Refused("unreadable")
        yield kind, data[at + head : at + size]
        at += size


def _box(kind: bytes, body: bytes) -> bytes:
    return (8 + len(body)).to_bytes(4, "big") + kind + body


def _without_comments(stream: bytes) -> bytes:
    """Those of the main header; the tiles that follow are the picture, and nothing follows them."""
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
    """An ICC profile's numbers, without its names, makers and times; b"" for what is none."""
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
            if len(bodies) > 2 * len(data):  # the same bytes under many names
                return b""
        table += entry[:4] + places[entry[4:]].to_bytes(4, "big") + entry[8:]
    head = data[4:24] + bytes(12) + data[36:48] + bytes(8) + data[56:80] + bytes(48)
    return (start + len(bodies)).to_bytes(4, "big") + head + len(kept).to_bytes(4, "big") + table + bodies
