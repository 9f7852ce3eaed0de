"""Photos: no mark survives in a copy, and the picture is seen as before."""

import io
import zlib

import pytest
from PIL import Image, ImageChops, ImageFile, ImageStat
from PIL.JpegImagePlugin import JpegImageFile
from pillow_heif import from_pillow

import media
from tests.drivers.media_samples import (
    MARK,
    holds_mark,
    marked_exif,
    marked_icc,
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


def photo_mpo() -> bytes:
    return saved(picture(), "MPO", save_all=True, append_images=[picture((80, 60))], exif=marked_exif())


PHOTOS = {
    "jpeg": photo_jpeg,
    "jpeg+trailing": lambda: photo_jpeg() + MARK.encode() * 50,
    "live photo": photo_mpo,
    "png": photo_png,
    "png palette": lambda: photo_png("P"),
    "tiff": photo_tiff,
    "tiff packed": lambda: photo_tiff(compression="tiff_lzw"),
    "bmp": photo_bmp,
    "avif": photo_avif,
    "png+trailing": lambda: photo_png() + MARK.encode(),
    "webp": photo_webp,
    "gif": photo_gif,
    "heic": photo_heic,
}


@pytest.mark.parametrize("make", PHOTOS.values(), ids=PHOTOS)
def test_no_mark_is_left_in_a_photo(make):
    original = make()
    assert holds_mark(original), "the test must put the mark in"
    cleaned = media.clean(original)
    assert (cleaned.kind, cleaned.mime, cleaned.extension) == ("photo", "image/jpeg", "jpg")
    assert cleaned.thumbnail
    assert not holds_mark(cleaned.copy)
    assert not holds_mark(cleaned.thumbnail)
    copy = Image.open(io.BytesIO(cleaned.copy))
    assert (copy.width, copy.height) == (cleaned.width, cleaned.height) == (80, 60)
    assert set(copy.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert copy.getpixel((2, 2))[1] > 220
    assert copy.getpixel((70, 50))[1] < 60
    assert len(cleaned.fingerprint) == 16
    assert int(cleaned.fingerprint, 16) >= 0


WHITE_CORNER = {  # where the top left corner is seen, by EXIF orientation
    1: "left top",
    2: "right top",
    3: "right bottom",
    4: "left bottom",
    5: "left top",
    6: "right top",
    7: "right bottom",
    8: "left bottom",
}


@pytest.mark.parametrize("form", ["JPEG", "TIFF", "AVIF"])
@pytest.mark.parametrize(("orientation", "corner"), WHITE_CORNER.items())
def test_the_orientation_is_turned_into_pixels(orientation, corner, form):
    cleaned = media.clean(saved(picture(), form, exif=marked_exif(orientation)))
    copy = Image.open(io.BytesIO(cleaned.copy))
    assert copy.size == ((80, 60) if orientation < 5 else (60, 80))
    x, y = (2 if "left" in corner else copy.width - 3), (2 if "top" in corner else copy.height - 3)
    for at in ((x, y), (copy.width - 1 - x, y), (x, copy.height - 1 - y)):
        assert (copy.getpixel(at)[1] > 200) == (at == (x, y))


def test_a_broken_orientation_does_not_lose_the_photo():
    exif = b"Exif\0\0II*\0\xff\xff\xff\x7f" + b"\xff" * 40
    assert media.clean(saved(picture(), "JPEG", exif=exif)).width == 80


def test_transparency_becomes_white_and_grey_stays_grey():
    clear = saved(Image.new("RGBA", (9, 9), (0, 0, 0, 0)), "PNG")
    assert min(Image.open(io.BytesIO(media.clean(clear).copy)).getpixel((4, 4))) > 250
    grey16 = saved(Image.new("I;16", (9, 9), 0x8000), "PNG")
    assert 120 < Image.open(io.BytesIO(media.clean(grey16).copy)).getpixel((4, 4))[0] < 136


@pytest.mark.parametrize("profile", [b"", b"no profile", marked_icc()[:200], b"\xff" * 5000])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_wrong_colour_profile_is_passed_over(mode, profile):
    assert media.clean(saved(picture(mode=mode), "JPEG", icc_profile=profile)).kind == "photo"


def test_a_big_photo_is_shrunk():
    cleaned = media.clean(saved(picture((5000, 2500)), "JPEG"))
    assert (cleaned.width, cleaned.height) == (2048, 1024)
    assert Image.open(io.BytesIO(cleaned.thumbnail)).size == (320, 160)


LONG = {  # what comes in, and its copy
    "a phone's shot of a talk": ((1080, 12_000), (1080, 12_000)),
    "a panorama": ((5000, 1000), (5000, 1000)),
    "a plan": ((2500, 10_000), (1080, 4320)),
    "beyond the budget": ((1440, 20_000), (1004, 13_944)),
    "beyond what viewers open": ((300, 60_000), (150, 30_000)),
    "a line": ((1, 60_000), (1, 30_000)),
}


@pytest.mark.parametrize(("size", "copied"), LONG.values(), ids=LONG)
@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_long_picture_stays_wide_enough_to_be_read(size, copied, form):
    cleaned = media.clean(saved(picture(size), form, compress_level=1))
    assert (cleaned.width, cleaned.height) == Image.open(io.BytesIO(cleaned.copy)).size == copied
    side = min(320, *copied)
    small = Image.open(io.BytesIO(cleaned.thumbnail))
    assert small.size == (side, side), "of its beginning"
    assert side == 1 or min(small.getpixel((0, 0))) > 220


def test_a_long_picture_is_not_decoded_larger_than_its_copy(monkeypatch):
    """Or a hostile one would take the memory of all its pixels."""
    data = saved(picture((4320, 11_000)), "JPEG", exif=marked_exif(6))
    decoded = []
    load = ImageFile.ImageFile.load
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: decoded.append(self.size) or load(self))
    cleaned = media.clean(data)
    assert (cleaned.width, cleaned.height) == (2750, 1080)
    assert max(height for _, height in decoded) == 2750


async def test_the_costliest_long_picture_fits_into_the_memory():
    data = saved(Image.new("RGBA", (16_383, 3_100), (9, 9, 9, 9)), "WEBP", lossless=True, method=0)
    cleaned = await media.clean_apart(data)
    assert (cleaned.width, cleaned.height) == (5708, 1080)


@pytest.mark.parametrize("size", [(8064, 6048), (8192, 6144)], ids=["48 MP", "50 MP"])
def test_a_photo_of_the_newest_phones_is_taken(size):
    cleaned = media.clean(saved(Image.new("L", size, 200), "JPEG"))
    assert (cleaned.width, cleaned.height) == (2048, 1536)


CUT = {
    "jpeg without its end mark": (lambda: seen("JPEG")[:-2], True),
    "jpeg without its last bytes": (lambda: seen("JPEG")[:-40], True),
    "jpeg cut in half": (lambda: half(seen("JPEG")), True),
    "progressive jpeg cut in half": (lambda: half(seen("JPEG", progressive=True)), True),
    "jpeg with something else where its end was": (lambda: seen("JPEG")[:-40] + MARK.encode() * 9, True),
    "white jpeg without its end mark": (lambda: saved(Image.new("L", (400, 300), 255), "JPEG")[:-2], False),
    "png cut in half": (lambda: half(seen("PNG")), True),
    "gif cut in half": (lambda: half(seen("GIF")), True),
    "tiff without its last bytes": (lambda: saved(fractal(), "TIFF")[:-40], True),
    "bmp cut in half": (lambda: half(seen("BMP")), False),  # its rows run upwards
    "webp without its last bytes": (lambda: seen("WEBP")[:-40], True),
    "webp cut in half": (lambda: half(seen("WEBP")), True),
    "heic without its last bytes": (lambda: heic()[:-40], True),
    "heic cut in half": (lambda: half(heic()), True),
}


def seen(form: str, **options) -> bytes:
    noisy = fractal()
    more = {"interlace": False} if form == "GIF" else {"exif": marked_exif()}
    return saved(noisy, form, **more, **options)


def fractal() -> Image.Image:
    return Image.effect_mandelbrot((400, 300), (-2, -1.5, 1, 1.5), 80).convert("RGB")


def heic() -> bytes:
    buffer = io.BytesIO()
    from_pillow(fractal()).save(buffer, format="HEIF", exif=marked_exif())
    return buffer.getvalue()


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


@pytest.mark.parametrize(("make", "is_detailed"), CUT.values(), ids=CUT)
def test_of_a_picture_without_its_end_there_is_as_much_as_was_sent(make, is_detailed):
    cleaned = media.clean(make())
    assert (cleaned.kind, cleaned.flaw, cleaned.width, cleaned.height) == ("photo", "cut", 400, 300)
    assert not holds_mark(cleaned.copy)
    if is_detailed:
        whole = Image.open(io.BytesIO(media.clean(seen("PNG")).copy)).crop((0, 0, 400, 40))
        upper = Image.open(io.BytesIO(cleaned.copy)).crop((0, 0, 400, 40))
        assert sum(ImageStat.Stat(ImageChops.difference(whole, upper)).mean) / 3 < 12


def test_of_a_scan_the_first_page_is_shown_with_a_word():
    pages = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    cleaned = media.clean(saved(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    assert (cleaned.kind, cleaned.flaw) == ("photo", "pages")
    assert Image.open(io.BytesIO(cleaned.copy)).getpixel((5, 5))[0] > 200


UNSEEN = {
    "avif cut in half": (lambda: half(seen("AVIF")), "unreadable"),
    "tiff cut in half": (lambda: half(saved(fractal(), "TIFF", compression="tiff_lzw")), "unreadable"),
    "lossless webp cut in half": (lambda: half(seen("WEBP", lossless=True)), "unreadable"),
    "tiff of measurements": (lambda: saved(Image.new("F", (9, 9), 0.5), "TIFF"), "unreadable"),
    "webp as large as they come": (lambda: webp_of(16_383, 16_383), "too_many_pixels"),
    "still picture of an unknown coding": (lambda: b"\0\0\0\x18ftypmif1\0\0\0\0mif1miaf" + bytes(90), "unreadable"),
}


@pytest.mark.parametrize(("make", "why"), UNSEEN.values(), ids=UNSEEN)
def test_a_picture_that_cannot_be_shown_is_kept_without_a_copy(make, why):
    assert why_unseen(make()) == why


@pytest.mark.parametrize("make", PHOTOS.values(), ids=PHOTOS)
def test_a_whole_picture_is_not_called_cut(make):
    assert media.clean(make()).flaw is None


LARGER_THAN_MEMORY = {  # a progressive one is the dearer, as all of its numbers are kept until its end
    "59 MP": ((16_382, 3_628), False),
    "115 MP": ((23_000, 5_000), False),
    "115 MP progressive": ((23_000, 5_000), True),
    "108 MP progressive": ((12_000, 9_000), True),
}


@pytest.mark.parametrize(("size", "progressive"), LARGER_THAN_MEMORY.values(), ids=LARGER_THAN_MEMORY)
async def test_a_jpeg_that_is_larger_than_memory_is_decoded_smaller(size, progressive):
    cleaned = await media.clean_apart(saved(picture(size), "JPEG", progressive=progressive))
    assert cleaned.width / cleaned.height == pytest.approx(size[0] / size[1], rel=0.002)
    assert min(cleaned.width, cleaned.height) >= 1080
    copy = Image.open(io.BytesIO(cleaned.copy))
    assert min(copy.getpixel((5, 5))) > 240
    assert copy.getpixel((copy.width - 9, copy.height - 9))[1] < 60


def test_a_jpeg_in_one_pass_may_be_larger_than_one_whose_numbers_are_all_kept():
    """A panorama of 30,000 by 6,000 is decoded at a quarter; here the same in small."""
    limits = media.Limits(pixels=2_000, copy_edge_px=20, long_copy_edge_px=20)
    whole = saved(picture((100, 60)), "JPEG", subsampling=0)
    assert media.clean(whole, limits).flaw is None
    scan = whole.index(b"\xff\xda\0\x0c\3")
    in_three_scans = whole[: scan + 4] + b"\1" + whole[scan + 5 :]
    for dear in (saved(picture((100, 60)), "JPEG", subsampling=0, progressive=True), in_three_scans):
        assert media.clean(dear, limits).flaw == "too_many_pixels"
    assert media.clean(saved(picture((100, 90)), "JPEG", subsampling=0), limits).flaw == "too_many_pixels"


COSTLIEST = {  # bits of a number, kind of PNG, numbers of a pixel, and what makes a palette or a grey partly clear
    "RGBA": (8, 6, 4, {}),
    "palette": (8, 3, 1, {"PLTE": bytes(3), "tRNS": b"\0"}),
    "grey and alpha": (8, 4, 2, {}),
    "16 bits": (16, 0, 1, {"tRNS": b"\0\0"}),
}


@pytest.mark.parametrize(("depth", "kind", "numbers", "clear"), COSTLIEST.values(), ids=COSTLIEST)
async def test_the_costliest_png_fits_into_the_memory(depth, kind, numbers, clear):
    rows = packed_zeros(5_000, 16_000 * numbers * depth // 8 + 1)
    assert (await media.clean_apart(png(16_000, 5_000, rows, depth=depth, kind=kind, **clear))).height == 1080


def packed_zeros(count: int, length: int) -> bytes:
    """What zlib makes of so many rows of zeros, without packing each of them."""
    packer, rows = zlib.compressobj(), bytes(length * 100)
    some, end, check = packer.compress(rows) + packer.flush(zlib.Z_FULL_FLUSH), b"\3\0", 1
    for _ in range(count // 100):
        check = zlib.adler32(rows, check)
    return some + some[2:] * (count // 100 - 1) + end + check.to_bytes(4, "big")


def test_near_duplicates_have_near_fingerprints():
    noisy = fractal()
    one = media.clean(saved(noisy, "JPEG", quality=95)).fingerprint
    two = media.clean(saved(noisy.resize((200, 150)), "WEBP", quality=40)).fingerprint
    other = media.clean(saved(noisy.rotate(90), "JPEG")).fingerprint

    def distance(left, right):
        return (int(left, 16) ^ int(right, 16)).bit_count()

    assert distance(one, two) <= 6
    assert distance(one, other) > 15


def many_scans(size: tuple[int, int], scans: int) -> bytes:
    """A JPEG whose last scan, a few bytes that say nothing new, comes so often."""
    data = saved(Image.new("L", size, 90), "JPEG", progressive=True)
    last = data[data.rfind(b"\xff\xda") : -2]
    return data[:-2] + last * scans + data[-2:]


@pytest.mark.parametrize(
    ("size", "scans", "flaw"),
    [((4000, 3000), 20_000, "too_many_pixels"), ((4000, 3000), 50, None), ((64, 48), 20_000, None)],
)
def test_a_jpeg_of_countless_scans_is_not_decoded(monkeypatch, size, scans, flaw):
    """Each goes over the whole picture. The first would take a minute, and three of them everybody's evidence."""
    data = many_scans(size, scans)
    if flaw:
        monkeypatch.setattr(JpegImageFile, "load", lambda self: pytest.fail("decoded"))
    assert media.clean(data).flaw == flaw


def test_scans_in_the_small_picture_of_the_head_do_not_count():
    exif = Image.Exif()
    exif[0x9286] = b"\xff\xda" * 20_000
    data = saved(picture((4000, 3000)), "JPEG", exif=exif)
    assert data.count(b"\xff\xda") > 20_000
    assert media.clean(data).flaw is None
