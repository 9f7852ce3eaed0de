"""Finds a Chinese font on this machine, to draw words into pictures; none is shipped, as they are large."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
FOLDERS += ("/System/Library/Fonts", "/Library/Fonts", "C:/Windows/Fonts")
FILES = (  # the best first
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "NotoSansSC-Regular.otf",
    "NotoSansSC[wght].ttf",
    "SourceHanSansSC-Regular.otf",
    "SourceHanSansCN-Regular.otf",
    "msyh.ttc",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "simhei.ttf",
    "DroidSansFallbackFull.ttf",
    "DroidSansFallback.ttf",
)
SIMPLIFIED = ("SC", "CN")  # parts of a face's name, in files with faces for several countries
MOST_FACES = 12


@cache
def chinese_font() -> tuple[Path, int] | None:
    """The file, and which of its faces has the letters of the mainland; None where there is no such font."""
    there = {
        name: Path(folder) / name
        for one in FOLDERS
        for folder, _, names in os.walk(Path(one).expanduser())
        for name in names
        if name in FILES
    }
    path = next((there[name] for name in FILES if name in there), None)
    return (path, _face(path)) if path else None


def _face(path: Path) -> int:
    from PIL import ImageFont

    for index in range(MOST_FACES if path.suffix == ".ttc" else 0):
        try:
            family = ImageFont.truetype(path, 10, index=index).getname()[0] or ""
        except OSError:
            break
        if family.split()[-1] in SIMPLIFIED:
            return index
    return 0
