"""Posters with QR codes: one or several on a sheet of A4, whatever stands on them; and a machine without a font."""

from __future__ import annotations

import io

import pytest
import segno
from PIL import Image
from pypdf import PdfReader

from media import GRIDS, Fontless, Poster, sheet

ADDRESS = "https://mingcha.example.gov.cn/chat?start=u-gtj-1"
SHORT = Poster("有事没办好？扫码告诉效能办", "市国土局·办证窗口", ["不用注册，可以不留姓名。"], [(ADDRESS, "扫一扫")])
LONG = Poster(
    "扫码" * 30, "赣州市某某区人力资源和社会保障局·企业登记窗口" * 2, ["长" * 80] * 3, [(ADDRESS, "扫一扫")] * 2
)


def found(picture: Image.Image, address: str) -> int:
    """How often the code of this address stands in the picture, each module of it looked at."""
    modules = [list(row) for row in segno.make_qr(address, error="m").matrix]
    dots, (wide, high), count, row = picture.load(), picture.size, 0, 0
    assert dots is not None
    while row < high:
        column, deepest = 0, 0
        while column < wide:
            run = 0
            while column + run < wide and not dots[column + run, row]:
                run += 1
            scale = run // 7  # the corner's upper edge
            side = scale * len(modules)
            if run and run % 7 == 0 and column + side <= wide and row + side <= high:
                middle = scale // 2
                if all(
                    bool(dots[column + x * scale + middle, row + y * scale + middle]) != bool(black)
                    for y, line in enumerate(modules)
                    for x, black in enumerate(line)
                ):
                    count, deepest = count + 1, max(deepest, side)
                    run = side
            column += max(run, 1)
        row += max(deepest, 1)
    return count


@pytest.mark.parametrize("many", GRIDS)
def test_a_sheet_has_each_code_as_often_as_it_is_asked_for(many: int) -> None:
    for one in (SHORT, LONG):
        picture = Image.open(io.BytesIO(sheet(one, many, "png")))
        assert (picture.mode, picture.size) == ("1", (2480, 3508))
        assert found(picture, ADDRESS) == many * len(one.codes)


def test_nothing_runs_over_the_edge() -> None:
    picture = Image.open(io.BytesIO(sheet(LONG, 1, "png"))).convert("L")
    edge = 2480 // 24
    assert picture.crop((0, 0, edge, 3508)).getextrema() == (255, 255)
    assert picture.crop((2480 - edge, 0, 2480, 3508)).getextrema() == (255, 255)
    assert picture.crop((0, 0, 2480, edge)).getextrema() == (255, 255)


def test_the_pdf_is_one_page_of_a4_and_light() -> None:
    data = sheet(SHORT, 8, "pdf")
    [page] = PdfReader(io.BytesIO(data)).pages
    assert [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] == [210, 297]
    assert len(data) < 100_000


def test_a_machine_without_a_font_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("media.ink.chinese_font", lambda: None)
    with pytest.raises(Fontless):
        sheet(SHORT, 1, "png")
