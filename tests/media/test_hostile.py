"""No hostile photo or recording gets further than Refused."""

import struct
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import media
from media import Limits, Refused
from tests.drivers.media_samples import (
    code_of,
    holds_mark,
    photo_avif,
    photo_bmp,
    photo_gif,
    photo_heic,
    photo_jpeg,
    photo_png,
    photo_tiff,
    photo_webp,
    picture,
    png,
    saved,
    webp_of,
    why_unseen,
)
from tests.drivers.recording_samples import box, recording


def gif_of(width: int, height: int, count: int = 1) -> bytes:
    one = saved(Image.new("P", (4, 4)), "GIF")
    body = one[13 + 3 * 2 ** ((one[10] & 7) + 1) : -1] if one[10] & 0x80 else one[13:-1]
    return one[:6] + struct.pack("<HH", width, height) + one[10:13] + one[13:-1] + body * count + b";"


def patched(data: bytes, kind: bytes, offset: int, new: bytes) -> bytes:
    """`data` with bytes overwritten at `offset` after the first box of this kind."""
    at = data.index(kind) + 4 + offset
    return data[:at] + new + data[at + len(new) :]


TOO_MANY_PIXELS = {
    "png bomb": lambda: png(30_000, 30_000),
    "png bomb above every limit": lambda: png(2**31 - 1, 2**31 - 1),
    "gif screen": lambda: gif_of(65_535, 65_535),
    "tiff size": lambda: saved(picture(), "TIFF").replace(
        struct.pack("<HHIHH", 256, 4, 1, 80, 0), struct.pack("<HHII", 256, 4, 1, 2**30)
    ),
    "bmp size": lambda: patched(saved(picture(), "BMP"), b"BM", 14, struct.pack("<ii", 2**30, 2**30)),
    "avif size": lambda: patched(photo_avif(), b"ispe", 4, struct.pack(">II", 60_000, 30_000)),
    "webp canvas": lambda: webp_of(16_000, 16_000),
    "jpeg size": lambda: patched(saved(picture(), "JPEG"), b"\xff\xc0\x00\x11", 1, b"\xff\xff\xff\xff"),
    "heic size": lambda: patched(photo_heic(), b"ispe", 4, struct.pack(">II", 60_000, 30_000)),
}


@pytest.mark.parametrize("make", TOO_MANY_PIXELS.values(), ids=TOO_MANY_PIXELS)
def test_huge_dimensions_are_seen_before_decoding(make):
    assert why_unseen(make()) in ("too_many_pixels", "unreadable")


@pytest.mark.parametrize(
    "make",
    [photo_jpeg, photo_png, photo_webp, photo_heic, photo_avif, photo_tiff, photo_bmp],
    ids=lambda make: make.__name__,
)
def test_pixels_over_the_limit_have_their_own_code(make):
    assert why_unseen(make(), Limits(pixels=2_000)) == "too_many_pixels"


UNREADABLE = {
    "jpeg cut": lambda: photo_jpeg()[:-400],
    "jpeg head": lambda: b"\xff\xd8\xff\xe0" + b"\0" * 30,
    "png cut": lambda: photo_png()[:-100],
    "png without pixels": lambda: png(500, 500, zlib.compress(b"")),
    "png text bomb": lambda: png(5, 5, zTXt=b"a\0\0" + zlib.compress(bytes(2**27))),
    "webp cut": lambda: photo_webp()[:-600],
    "gif cut": lambda: photo_gif(1)[:60],
    "heic cut": lambda: photo_heic()[:600],
    "tiff head": lambda: b"II*\0\x08\0\0\0" + b"\xff" * 60,
    "tiff of itself": lambda: b"II*\0\x08\0\0\0\0\0\x08\0\0\0" * 50,
    "bmp head": lambda: saved(picture(), "BMP")[:54],
    "avif head": lambda: b"\0\0\0\x18ftypavif\0\0\0\0avifmif1" + b"\0" * 200,
    "flv head": lambda: b"FLV\1\5\0\0\0\x09" + b"\xff" * 200,
    "heic head": lambda: b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + b"\0" * 200,
    "nested riff": lambda: b"RIFF\xff\xff\xff\xffWEBP" + b"RIFF\xff\xff\xff\xffWEBP" * 1000,
    "avi head": lambda: b"RIFF\x40\0\0\0AVI LIST" + b"\0" * 60,
    "flac head": lambda: b"fLaC" + b"\0" * 200,
    "caf head": lambda: b"caff\0\1\0\0desc" + b"\xff" * 200,
    "ts without packets": lambda: (b"G\0\0\x10" + b"\xff" * 184) * 20,
    "asf head": lambda: bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + b"\xff" * 200,
    "jpeg without a scan": lambda: photo_jpeg()[:1710],
    "png without rows": lambda: photo_png()[:1030],
    "nested wave": lambda: b"RIFF\xff\xff\xff\xffWAVE" + b"LIST\xff\xff\xff\xffWAVE" * 1000,
    "mp4 head": lambda: box(b"ftyp", b"isom\0\0\0\0isom") + b"\0" * 300,
    "mp4 cut": lambda: recording("mp4", "aac").partition(b"moov")[0],
    "mp4 nested": lambda: box(b"ftyp", b"isom\0\0\0\0") + b"\0\0\x10\0moov" * 5000,
    "mp4 negative box": lambda: box(b"ftyp", b"isom\0\0\0\0") + b"\0\0\0\1moov" + b"\xff" * 60,
    "mp4 noise": lambda: box(b"ftyp", b"isom\0\0\0\0") + box(b"moov", b"\x55" * 3000),
    "ogg head": lambda: b"OggS" + b"\0" * 100,
    "ogg noise": lambda: b"OggS\0\2" + bytes(range(256)) * 20,
    "webm head": lambda: b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm" + b"\xff" * 200,
    "amr head": lambda: b"#!AMR\n",
    "id3 only": lambda: b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + b"\0" * 300,
    "mp3 sync only": lambda: b"\xff\xfb\x90\x00" * 3,
}


@pytest.mark.parametrize("make", UNREADABLE.values(), ids=UNREADABLE)
def test_of_a_broken_file_there_is_no_copy(make):
    assert why_unseen(make()) == "unreadable"


def test_no_bytes_and_too_many_bytes():
    assert code_of(b"") == "empty"
    assert code_of(photo_jpeg(), Limits(file_bytes=1000)) == "too_big"


def test_a_gif_of_a_hundred_thousand_frames_costs_one_frame():
    assert media.clean(gif_of(40, 40, count=100_000)).width == 40


def test_an_endless_duration_in_the_header_is_not_believed():
    endless = patched(recording("mp4", "aac"), b"mvhd", 16, b"\x7f\xff\xff\xff")
    assert media.clean(endless).seconds < 1.5


def test_a_recording_that_is_really_too_long():
    assert why_unseen(recording("ogg", "libopus"), Limits(seconds=0.2)) == "too_long"


def test_a_copy_may_not_outgrow_the_limit_either():
    """AMR is less than the AAC made from it; an MP4 can name the same bytes a thousand times."""
    original = recording("amr", "libopencore_amrnb", rate=8000)
    assert why_unseen(original, Limits(copy_bytes=1000)) == "too_big"


MUTATED = {
    name: make()
    for name, make in {
        "jpeg": photo_jpeg,
        "png": photo_png,
        "webp": photo_webp,
        "gif": photo_gif,
        "heic": photo_heic,
        "avif": photo_avif,
        "tiff": photo_tiff,
        "packed tiff": lambda: photo_tiff(compression="tiff_lzw"),
        "bmp": photo_bmp,
        "ogg": lambda: recording("ogg", "libopus"),
        "webm": lambda: recording("webm", "libopus", "libvpx"),
        "mp4": lambda: recording("mp4", "aac", "libx264"),
        "mp3": lambda: recording("mp3", "libmp3lame"),
    }.items()
}
EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.sampled_from(["set", "cut", "double", "ff"]), st.binary(min_size=1, max_size=6)),
    min_size=1,
    max_size=6,
)


@pytest.mark.parametrize("name", MUTATED)
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], database=None)
@given(edits=EDITS)
def test_a_mutated_file_is_cleaned_or_refused(name, edits):
    data = MUTATED[name]
    for where, how, new in edits:
        at = int(where * len(data))
        if how == "set":
            data = data[:at] + new + data[at + len(new) :]
        elif how == "ff":
            data = data[:at] + b"\xff" * 4 + data[at + 4 :]
        elif how == "double":
            data = data[:at] + data[at : at + 200] + data[at:]
        else:
            data = data[: max(at, 16)]
    try:
        cleaned = media.clean(data)
    except Refused as refusal:
        assert refusal.code
    else:
        assert cleaned.kind in ("photo", "voice", "video", "file")
        assert cleaned.kind != "photo" or not holds_mark(cleaned.copy)
