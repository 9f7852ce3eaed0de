"""A language made out of the Chinese one: every text longer, accented and from right to left.

What the templates say has no Chinese character left in it. One that shows all the same stands in Python, in a script or
in a shared template, or is somebody's data.
"""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment

import templates
from rulebooks import HERE as RULEBOOKS

PSEUDO = "xx"
CHINESE = re.compile(r"[\u3400-\u9fff]+")
LETTERS = [chr(0x5D0 + n) for n in range(27) if chr(0x5D0 + n) not in "ךםןףץ"]
ACCENTS = [chr(0x591 + n) for n in range(44)]
ITSELF = """
{% block name %}{{ "NAME" }}{% endblock %}
{% block called_itself %}{{ "NAME" }}{% endblock %}
{% block lang %}he{% endblock %}
{% block dates %}he{% endblock %}
{% block taken %}{{ "TAKEN" }}{% endblock %}
{% block direction %}rtl{% endblock %}
{% block day %}{% if year %}{{ year }} {% endif %}{{ weekday }}-{{ day }}-{{ month }}{% endblock %}
{% block moment %}{{ time }} {{ day }}{% endblock %}
"""


def pseudo(text: str) -> str:
    """The same text in the made-up language: a short word for every character."""
    return CHINESE.sub(lambda found: " ".join(map(_word, found[0])), text)


def _word(character: str) -> str:
    accents, first = divmod(ord(character), len(LETTERS) ** 2)
    return LETTERS[first // len(LETTERS)] + ACCENTS[accents % len(ACCENTS)] + LETTERS[first % len(LETTERS)]


def translated(source: str) -> str:
    """A template with its texts in the made-up language, wherever they stand in it."""
    tokens = Environment(autoescape=True, keep_trailing_newline=True).lex(source)
    return "".join(pseudo(value) if kind in ("data", "string") else value for _, kind, value in tokens)


@contextmanager
def spoken(folder: Path) -> Iterator[None]:
    """The program speaks the language too: one more folder of templates, and its name in the one list."""
    shutil.copytree(templates.HERE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (folder / "zh").rglob("*.*"):
        place = folder / PSEUDO / path.relative_to(folder / "zh")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(translated(path.read_text(encoding="utf-8")), encoding="utf-8")
    itself = ITSELF.replace("NAME", pseudo("测试语言")).replace("TAKEN", pseudo("照片或图片、录音、视频、文件"))
    (folder / PSEUDO / "chat" / "language.j2").write_text(itself, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(templates, "LANGUAGES", (*templates.LANGUAGES, PSEUDO))
        patched.setattr(templates, "HERE", folder)
        yield


def untranslated() -> Callable[[str], list[str]]:
    """Finds the Chinese in a text that is neither the demo city's, nor a clerk's name, nor that of a language."""
    known = [*_strings("city.toml"), *_strings("day.toml"), "中文", "钱一"]
    data = re.compile("|".join(re.escape(one) for one in sorted(known, key=len, reverse=True)))
    return lambda text: CHINESE.findall(data.sub("", text))


def _strings(file: str) -> Iterator[str]:
    def within(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield from filter(CHINESE.search, (value, value.removeprefix("市")))
        elif isinstance(value, dict | list):
            for one in value.values() if isinstance(value, dict) else value:
                yield from within(one)

    return within(tomllib.loads((RULEBOOKS / "demo" / file).read_text(encoding="utf-8")))
