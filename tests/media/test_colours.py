"""Every mode of picture, with and without transparency, looks in the copy as a reference shows it.

The reference is written out here: the colour that a picture is made of, laid on white by its own transparency. What
goes in is written by encoders (Pillow's, pillow-heif's, and PNG chunks by hand where Pillow writes none); what comes
out is read with FFmpeg, which shares no code with the cleaner.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import av
import pytest
from PIL import Image

import media
from media import office
from tests.drivers.media_samples import saved

SIDE = 32  # pixels of one of the fields; a JPEG's blocks do not mix them
GREYS = (0, 40, 128, 200, 255)
COLOURS = ((255, 0, 0), (0, 200, 0), (0, 0, 255), (250, 250, 0), (128, 128, 128))
OPAQUE = (255, 255, 255, 255, 255)
ALPHAS = (255, 128, 0, 200, 64)
TOLERANCE = 6

Fields = tuple[tuple[int, int, int], ...]


def on_white(colours: Fields, alphas: tuple[int, ...] = OPAQUE) -> Fields:
    return tuple(
        tuple(round(part * alpha / 255 + 255 - alpha) for part in colour)  # pyright: ignore[reportReturnType]
        for colour, alpha in zip(colours, alphas, strict=True)
    )


def greys(*values: int) -> Fields:
    return tuple((value, value, value) for value in values)


def fields(mode: str, values: tuple) -> Image.Image:
    image = Image.new(mode, (SIDE * len(values), SIDE))
    for at, value in enumerate(values):
        image.paste(value, (SIDE * at, 0, SIDE * (at + 1), SIDE))
    return image


def with_alpha(colours: tuple) -> tuple:
    return tuple((*(c if isinstance(c, tuple) else (c,)), a) for c, a in zip(colours, ALPHAS, strict=True))


def palette(form: str, alphas: bytes | int | None = None) -> bytes:
    image = fields("P", tuple(range(len(COLOURS))))
    image.putpalette([part for colour in COLOURS for part in colour])
    return saved(image, form, **({} if alphas is None else {"transparency": alphas}))


def png(depth: int, kind: int, rows: bytes, transparent: bytes = b"") -> bytes:
    """A PNG of five fields in one row of pixels, repeated."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", SIDE * 5, SIDE, depth, kind, 0, 0, 0)
    body = zlib.compress((b"\0" + rows) * SIDE)
    hidden = chunk(b"tRNS", transparent) if transparent else b""
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + hidden + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def packed(depth: int, *bytes_: int) -> bytes:
    """The fields of a row whose pixels share bytes."""
    return b"".join(bytes([one]) * (SIDE * depth // 8) for one in bytes_)


def wide(*values: int) -> bytes:
    """The fields of a row, of 16 bits a number."""
    return b"".join(struct.pack(">H", value * 257) * SIDE for value in values)


def wide_pixels(pixels: tuple[tuple[int, ...], ...]) -> bytes:
    return b"".join(struct.pack(f">{len(pixel)}H", *(part * 257 for part in pixel)) * SIDE for pixel in pixels)


def heic(image: Image.Image) -> bytes:
    from pillow_heif import from_pillow

    buffer = io.BytesIO()
    from_pillow(image).save(buffer, format="HEIF", quality=100, chroma=444)
    return buffer.getvalue()


def cmyk(red: int, green: int, blue: int) -> tuple[int, int, int, int]:
    return 255 - red, 255 - green, 255 - blue, 0


def of_16_bits(mode: str, order: str) -> Image.Image:
    """Greys whose lower byte tells another grey."""
    row = b"".join(struct.pack(f"{order}H", grey << 8 | 255 - grey) * SIDE for grey in GREYS)
    return Image.frombytes(mode, (SIDE * len(GREYS), SIDE), row * SIDE)


RGB, GREY = on_white(COLOURS), greys(*GREYS)
RGBA, LA = on_white(COLOURS, ALPHAS), on_white(greys(*GREYS), ALPHAS)
ONE_CLEAR = on_white(COLOURS, (255, 0, 255, 255, 255))
GREY_CLEAR = on_white(greys(*GREYS), (255, 255, 0, 255, 255))
BITS = (0, 255, 255, 0, 255)

PICTURES: dict[str, tuple[Callable[[], bytes], Fields]] = {
    "png 1": (lambda: saved(fields("1", BITS), "PNG"), greys(*BITS)),
    "png 1, one clear": (lambda: png(1, 0, packed(1, 0, 255, 255, 0, 255), b"\0\0"), greys(*[255] * 5)),
    "png 2 bits": (lambda: png(2, 0, packed(2, 0, 85, 170, 255, 0)), greys(0, 85, 170, 255, 0)),
    "png L": (lambda: saved(fields("L", GREYS), "PNG"), GREY),
    "png L, one clear": (lambda: saved(fields("L", GREYS), "PNG", transparency=128), GREY_CLEAR),
    "png LA": (lambda: saved(fields("LA", with_alpha(GREYS)), "PNG"), LA),
    "png 16 bits": (lambda: png(16, 0, wide(*GREYS)), GREY),
    "png 16 bits, one clear": (lambda: png(16, 0, wide(*GREYS), struct.pack(">H", 128 * 257)), GREY_CLEAR),
    "png 16 bits, alpha": (lambda: png(16, 4, wide_pixels(with_alpha(GREYS))), LA),
    "png RGB": (lambda: saved(fields("RGB", COLOURS), "PNG"), RGB),
    "png RGB, one clear": (lambda: saved(fields("RGB", COLOURS), "PNG", transparency=COLOURS[1]), ONE_CLEAR),
    "png RGB 16 bits": (lambda: png(16, 2, wide_pixels(COLOURS)), RGB),
    "png RGB 16 bits, one clear": (
        lambda: png(16, 2, wide_pixels(COLOURS), struct.pack(">3H", 0, 200 * 257, 0)),
        ONE_CLEAR,
    ),
    "png RGBA": (lambda: saved(fields("RGBA", with_alpha(COLOURS)), "PNG"), RGBA),
    "png RGBA 16 bits": (lambda: png(16, 6, wide_pixels(with_alpha(COLOURS))), RGBA),
    "png palette": (lambda: palette("PNG"), RGB),
    "png palette, one clear": (lambda: palette("PNG", 1), ONE_CLEAR),
    "png palette, alphas": (lambda: palette("PNG", bytes(ALPHAS)), RGBA),
    "bmp 1": (lambda: saved(fields("1", BITS), "BMP"), greys(*BITS)),
    "bmp L": (lambda: saved(fields("L", GREYS), "BMP"), GREY),
    "bmp RGB": (lambda: saved(fields("RGB", COLOURS), "BMP"), RGB),
    "bmp palette": (lambda: palette("BMP"), RGB),
    "tiff 1": (lambda: saved(fields("1", BITS), "TIFF"), greys(*BITS)),
    "tiff 1 of a fax": (lambda: saved(fields("1", BITS), "TIFF", compression="group4"), greys(*BITS)),
    "tiff L": (lambda: saved(fields("L", GREYS), "TIFF"), GREY),
    "tiff LA": (lambda: saved(fields("LA", with_alpha(GREYS)), "TIFF"), LA),
    "tiff 16 bits": (lambda: saved(of_16_bits("I;16", "<"), "TIFF"), GREY),
    "tiff 16 bits, big end first": (lambda: saved(of_16_bits("I;16B", ">"), "TIFF"), GREY),
    "tiff RGB": (lambda: saved(fields("RGB", COLOURS), "TIFF", compression="tiff_lzw"), RGB),
    "tiff RGBA": (lambda: saved(fields("RGBA", with_alpha(COLOURS)), "TIFF"), RGBA),
    "tiff palette": (lambda: palette("TIFF"), RGB),
    "tiff CMYK": (lambda: saved(fields("CMYK", tuple(cmyk(*c) for c in COLOURS)), "TIFF"), RGB),
    "tiff YCbCr": (lambda: saved(fields("RGB", COLOURS).convert("YCbCr"), "TIFF"), RGB),
    "tiff of a camera": (lambda: saved(fields("RGB", COLOURS), "TIFF", compression="jpeg", quality=95), RGB),
    "avif": (lambda: saved(fields("RGB", COLOURS), "AVIF", quality=95, subsampling="4:4:4"), RGB),
    "avif alpha": (lambda: saved(fields("RGBA", with_alpha(COLOURS)), "AVIF", quality=95, subsampling="4:4:4"), RGBA),
    "gif": (lambda: palette("GIF"), RGB),
    "gif, one clear": (lambda: palette("GIF", 1), ONE_CLEAR),
    "gif grey": (lambda: saved(fields("L", GREYS), "GIF"), GREY),
    "webp": (lambda: saved(fields("RGB", COLOURS), "WEBP", lossless=True), RGB),
    "webp alpha": (lambda: saved(fields("RGBA", with_alpha(COLOURS)), "WEBP", lossless=True, exact=True), RGBA),
    "heic": (lambda: heic(fields("RGB", COLOURS)), RGB),
    "heic alpha": (lambda: heic(fields("RGBA", with_alpha(COLOURS))), RGBA),
    "heic grey": (lambda: heic(fields("L", GREYS)), GREY),
    "jpeg L": (lambda: saved(fields("L", GREYS), "JPEG", quality=95), GREY),
    "jpeg YCbCr": (lambda: saved(fields("RGB", COLOURS).convert("YCbCr"), "JPEG", quality=95, subsampling=0), RGB),
    "jpeg RGB": (lambda: saved(fields("RGB", COLOURS), "JPEG", quality=95, keep_rgb=True), RGB),
    "jpeg CMYK": (lambda: saved(fields("CMYK", tuple(cmyk(*c) for c in COLOURS)), "JPEG", quality=95), RGB),
}


@pytest.mark.parametrize(("make", "wanted"), PICTURES.values(), ids=PICTURES)
def test_a_picture_is_seen_as_it_is(make: Callable[[], bytes], wanted: Fields) -> None:
    shown = seen(media.clean(make()).copy)
    for want, found in zip(wanted, shown, strict=True):
        assert all(abs(one - other) <= TOLERANCE for one, other in zip(want, found, strict=True)), (wanted, shown)


IN_WORD = {name: of for name, of in PICTURES.items() if name.startswith(("png", "gif", "jpeg"))}


@pytest.mark.parametrize(("make", "wanted"), IN_WORD.values(), ids=IN_WORD)
def test_so_is_one_in_a_document_of_a_notice(make: Callable[[], bytes], wanted: Fields) -> None:
    """A JPEG is encoded twice here."""
    document, copy = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(document, "w") as archive:
        archive.writestr("word/media/picture", make())
    copy.write(office.copied(document.getvalue()))
    with zipfile.ZipFile(copy) as archive:
        shown = seen(media.clean(archive.read("word/media/picture")).copy)
    for want, found in zip(wanted, shown, strict=True):
        assert all(abs(one - other) <= 2 * TOLERANCE for one, other in zip(want, found, strict=True)), (wanted, shown)


def seen(copy: bytes) -> Fields:
    """The colours in the middle of the fields, as FFmpeg decodes them."""
    with av.open(io.BytesIO(copy), "r", format="jpeg_pipe") as file:
        frame = next(file.decode(video=0)).reformat(format="rgb24")
    plane, stride = bytes(frame.planes[0]), frame.planes[0].line_size
    middles = [stride * (SIDE // 2) + 3 * (SIDE * at + SIDE // 2) for at in range(frame.width // SIDE)]
    return tuple((plane[at], plane[at + 1], plane[at + 2]) for at in middles)
