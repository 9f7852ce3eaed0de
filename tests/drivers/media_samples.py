"""Photos and documents with a mark in every place that could hide one."""

import io
import struct
import zipfile
import zlib
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image, ImageCms, PngImagePlugin
from pillow_heif import from_pillow

import media
from media import DEFAULT_LIMITS, Limits, Refused

MARK = "MARK-7f3a"


def holds_mark(data: bytes) -> bool:
    """In any of the usual encodings, any case, and in any deflated piece of the file."""
    pieces = [data, *inflated(data)]
    wanted = [MARK.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be")]
    return any(each.lower() in piece.lower() for piece in pieces for each in wanted)


def inflated(data: bytes) -> list[bytes]:
    found = []
    for at in range(len(data) - 1):
        if data[at] == 0x78 and data[at + 1] in (0x01, 0x5E, 0x9C, 0xDA):
            try:
                found.append(zlib.decompressobj().decompress(data[at:], 1 << 20))
            except zlib.error:
                continue
    return found


def code_of(data: bytes, limits: Limits = DEFAULT_LIMITS) -> str:
    with pytest.raises(Refused) as refusal:
        media.clean(data, limits)
    return refusal.value.code


def why_unseen(data: bytes, limits: Limits = DEFAULT_LIMITS) -> str | None:
    """Why a piece of evidence is kept without a copy, which is not the refusal that what the office sends meets."""
    cleaned = media.clean(data, limits)
    assert (cleaned.kind, cleaned.copy, cleaned.thumbnail) == ("file", b"", None)
    assert cleaned.flaw == code_of(data, replace(limits, documents=True))
    return cleaned.flaw


def picture(size=(80, 60), mode="RGB") -> Image.Image:
    """Red, with a white block in the top left corner."""
    image = Image.new("RGB", size, (200, 30, 30))
    image.paste((255, 255, 255), (0, 0, size[0] // 4, size[1] // 4))
    return image.convert(mode)


def marked_exif(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x013B] = exif[0x010F] = exif[0x0110] = exif[0x0131] = exif[0x8298] = MARK
    exif[0x9C9D] = MARK.encode("utf-16-le")  # XPAuthor
    details = exif.get_ifd(0x8769)
    details[0x9286] = b"UNICODE\0" + MARK.encode("utf-16-le")
    details[0x927C] = MARK.encode()  # maker note
    details[0xA430] = MARK
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 14.0, 5.0), 27: b"ASCII\0\0\0" + MARK.encode()})
    return exif.tobytes()


def marked_xmp() -> bytes:
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>{MARK}</a></x:xmpmeta>'.encode()


def marked_icc() -> bytes:
    """An sRGB profile whose "text" description is the mark."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for code in ("utf-16-be", "latin-1"):
        old = "sRGB built-in".encode(code)
        profile = profile.replace(old, MARK.ljust(13).encode(code))
    assert holds_mark(profile)
    return profile


def saved(image: Image.Image, form: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def photo_jpeg(orientation: int = 1, size=(80, 60)) -> bytes:
    image = picture(size)
    return saved(
        image,
        "JPEG",
        exif=marked_exif(orientation),
        xmp=marked_xmp(),
        icc_profile=marked_icc(),
        comment=MARK,
        quality=90,
    )


def photo_png(mode: str = "RGB") -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", MARK)
    texts.add_text("Comment", MARK * 20, zip=True)
    texts.add_itxt("Title", MARK, "en", MARK)
    texts.add_itxt("XML:com.adobe.xmp", marked_xmp().decode(), zip=True)
    texts.add(b"prVt", MARK.encode())
    return saved(picture(mode=mode), "PNG", pnginfo=texts, exif=marked_exif(), icc_profile=marked_icc())


def photo_webp() -> bytes:
    return saved(picture(), "WEBP", exif=marked_exif(), xmp=marked_xmp(), icc_profile=marked_icc())


def photo_avif() -> bytes:
    return saved(picture(), "AVIF", exif=marked_exif(), xmp=marked_xmp(), icc_profile=marked_icc())


def photo_tiff(mode: str = "RGB", **options: Any) -> bytes:
    tags = {270: MARK, 271: MARK, 305: MARK, 315: MARK, 33432: MARK, 34675: marked_icc(), 700: marked_xmp()}
    return saved(picture(mode=mode), "TIFF", exif=marked_exif(), tiffinfo=tags, **options)


def photo_bmp() -> bytes:
    """A program may put anything between the head of a BMP and its pixels."""
    data, mark = saved(picture(), "BMP"), MARK.encode()
    start = struct.unpack("<I", data[10:14])[0]
    return data[:10] + struct.pack("<I", start + len(mark)) + data[14:start] + mark + data[start:]


def photo_gif(frames: int = 3) -> bytes:
    more = [Image.new("RGB", (80, 60), (0, 9 * at % 255, 0)) for at in range(1, frames)]
    return saved(picture(), "GIF", save_all=True, append_images=more, comment=MARK.encode())


def photo_heic(size=(80, 60)) -> bytes:
    heif = from_pillow(picture(size))
    buffer = io.BytesIO()
    heif.save(buffer, exif=marked_exif(), xmp=marked_xmp(), icc_profile=marked_icc(), format="HEIF")
    return buffer.getvalue()


PDF = b"%PDF-1.4\n1 0 obj<</Author(" + MARK.encode() + b")>>endobj\ntrailer<<>>\n%%EOF\n"


def office(*names: str, size: int = 10) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, b"0" * size)
    return buffer.getvalue()


def old_office(*names: str) -> bytes:
    entries = (name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *names))
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + b"".join(entries)


def png(width: int, height: int, body: bytes = b"", *, depth: int = 8, kind: int = 2, **more: bytes) -> bytes:
    """A PNG out of its packed rows, with further chunks by name."""

    def chunk(name: str, data: bytes) -> bytes:
        named = name.encode() + data
        return struct.pack(">I", len(data)) + named + struct.pack(">I", zlib.crc32(named))

    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    chunks = {"IHDR": head, **more, "IDAT": body or zlib.compress(b"\0" * 1000), "IEND": b""}
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in chunks.items())


def webp_of(width: int, height: int) -> bytes:
    canvas = struct.pack("<I", 2) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas + b"ANIM" + struct.pack("<I", 6) + bytes(6)
    return b"RIFF" + struct.pack("<I", len(body)) + body
