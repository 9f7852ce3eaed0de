"""A third language is a folder and one line: made out of the Chinese texts, it is spoken on every screen."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from jinja2 import TemplateNotFound

import templates
from bot.build import Program
from bot.channels import KINDS
from bot.preview import NOW, page
from bot.samples import flows, messages, scenes
from bot.settings import Settings
from channels.fake import FakePerson
from conversation.messages import Incoming, Reply
from templates import Texts, load_texts
from tests.conftest import rows
from tests.drivers.pseudo import PSEUDO, pseudo, spoken, untranslated
from tests.drivers.template_words import variables

ROOT = Path(templates.__file__).parent.parent
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SAYING = {"say", "fill", "title_of", "languages"}  # of the variables of a block, what is there already
LINE = 'LANGUAGES = ("zh", "en")'


class Anything(str):
    """What a block is told in a test: a day, a number, a list or a table, as it is asked."""

    def __new__(cls) -> Anything:
        return super().__new__(cls, "2026-11-24")

    def _self(self, *_: Any) -> Anything:
        return self

    def _true(self, _: Any) -> bool:
        return True

    def __getattr__(self, name: str) -> Anything:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __iter__(self) -> Iterator[str]:
        return iter((self, self))

    def __int__(self) -> int:
        return 2

    get = items = values = __getitem__ = __call__ = __add__ = __sub__ = __rsub__ = __floordiv__ = __mod__ = _self
    __lt__ = __gt__ = __le__ = __ge__ = _true


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Texts]]:
    with spoken(tmp_path_factory.mktemp("pseudo") / "templates"):
        yield load_texts(lambda: NOW)


def test_every_screen_of_the_preview_is_drawn_in_it(texts: dict[str, Texts]) -> None:
    chinese = untranslated()
    for name, shown in preview(texts[PSEUDO]):
        assert chinese(shown) == [], (name, shown)
    assert f'lang="{PSEUDO}" dir="rtl"' in page(texts)


def preview(texts: Texts) -> list[tuple[str, str]]:
    """Every screen and message as all channels show it."""
    told = [scene for flow in flows() for scene in scenes(flow, texts, NOW)] + messages(texts, NOW)
    assert len(told) > 80
    settings = Settings.model_construct()
    drawn = [(scene.name, [asdict(kind.draw(settings, scene.body, texts)) for kind in KINDS]) for scene in told]
    return [(name, json.dumps(shots, ensure_ascii=False)) for name, shots in drawn]


def test_every_block_is_said_in_it(texts: dict[str, Texts], monkeypatch: pytest.MonkeyPatch) -> None:
    own, chinese = texts[PSEUDO], untranslated()
    assert own.files() == texts["zh"].files()
    render, on_screens = Texts._render, set[tuple[str, str]]()

    def recorded(self: Texts, file: str, block: str, values: Mapping[str, Any]) -> str:
        on_screens.add((file, block))
        return render(self, file, block, values)

    with monkeypatch.context() as patched:
        patched.setattr(Texts, "_render", recorded)
        preview(load_texts(lambda: NOW)[PSEUDO])
    for file in own.files():
        for block in own.blocks(file):
            try:
                told = own.say(file, block, dict.fromkeys(variables("zh", file)[block] - SAYING, Anything()))
            except (KeyError, TemplateNotFound):  # it says another one, named by a code
                assert (file, block) in on_screens
            else:
                assert chinese(told) == [], (file, block)


@ON_SQLITE
async def test_who_talks_to_us_may_choose_it(texts: dict[str, Texts], program: Program) -> None:
    anna = FakePerson(program.talk, program.acts, program.texts, "anna", language="en")
    await anna.says("/language")
    assert [key.label for row in anna.screen().rows for key in row] == [
        "中文",
        "English",
        texts[PSEUDO].languages[PSEUDO],
    ]
    await anna.taps(f"/language {PSEUDO}")
    anna.language = PSEUDO
    assert anna.key(pseudo("我要反映问题"))
    await anna.says(pseudo("我要投诉"))
    assert pseudo("您要反映哪个单位") in anna.screen().text


@ON_SQLITE
async def test_whose_language_we_do_not_speak_reads_the_default_one(texts: dict[str, Texts], program: Program) -> None:
    for wish, spoken_to in (("xx-YY", PSEUDO), ("EN", "en"), ("fr", "zh"), (None, "zh")):
        await program.talk.handle(Incoming("fake", f"e-{wish}", f"a-{wish}", Reply(text="/menu"), language=wish))
        assert spoken_to in [row["language"] for row in rows(program, "contacts")][-1:], wish


def test_with_one_line_more_the_terminal_speaks_it(texts: dict[str, Texts], tmp_path: Path) -> None:
    """The program itself, with the folder and the line on the disk."""
    shutil.copytree(templates.HERE, tmp_path / "templates")
    file = tmp_path / "templates" / "__init__.py"
    source = file.read_text(encoding="utf-8")
    assert source.count(LINE) == 1
    file.write_text(source.replace(LINE, LINE.replace(")", f', "{PSEUDO}")')), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "bot", "doctor"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}", "MINGCHA_LANGUAGE": PSEUDO, "MINGCHA_LISTEN": "nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert texts[PSEUDO].say("terminal", "setting_listen") in ran.stdout + ran.stderr
