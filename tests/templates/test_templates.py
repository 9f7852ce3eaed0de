"""Every word that is asked for exists in every language, says the same things, and keeps to the voice of the house."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from bot.channels import KINDS
from bot.preview import NOW, page
from bot.samples import Scene, flows, messages, scenes
from channels.channel import ChannelKind
from channels.render import Drawn, draw
from channels.telegram.drawing import LONGEST_COPIED, letter_of, units
from channels.webchat.drawing import drawn
from conversation.engine import Flow
from conversation.moments import read_moment
from conversation.questions import Choice, Evidence, Moment, Ticks
from handlers.all import JOURNEYS
from services.deliveries import Letter
from templates import HERE, LANGUAGES, load_texts
from tests.drivers.template_words import variables

HEARD = ("spoken_", "called_", "told_")  # blocks of what people say to us
TEXTS = load_texts(lambda: NOW)
ROOT = HERE.parent
SPEAKING = [*sorted((ROOT / "handlers").rglob("*.py")), *sorted((ROOT / "services").rglob("*.py"))]
ENGINE = [*sorted((ROOT / "conversation").glob("*.py"))]
FILES = [(language, file) for language in LANGUAGES for file in TEXTS[language].files()]


@cache
def source(language: str, file: str, block: str) -> str:
    text = (HERE / language / "chat" / f"{file}.j2").read_text(encoding="utf-8")
    found = re.search(rf"{{% block {block} %}}(.*?){{% endblock %}}", text, re.DOTALL)
    assert found, (file, block)
    return found[1]


@cache
def shown(language: str) -> list[tuple[str, Scene, Drawn]]:
    texts = TEXTS[language]
    told = [(flow.name, scene) for flow in flows() for scene in scenes(flow, texts, NOW)]
    told += [("messages", scene) for scene in messages(texts, NOW)]
    return [(name, scene, draw(scene.body, texts)) for name, scene in told]


def calls(paths: list[Path]) -> Iterator[tuple[Path, str, ast.Call]]:
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                yield path, name, node


def literal(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def said() -> set[str]:
    """Every "file.block" that the code says."""
    found = {literal(call.args[0]) for _, name, call in calls(SPEAKING) if name in ("say", "Say") and call.args}
    return {words for words in found if words and "." in words}


def pressed() -> set[str]:
    """The words of every button."""
    buttons = [call for _, name, call in calls(SPEAKING) if name == "Button"]
    found = {literal(word.value) for button in buttons for word in button.keywords if word.arg == "words"}
    return {words for words in found if words}


def refused() -> set[str]:
    """The code of every refusal."""
    found = {literal(call.args[0]) for _, name, call in calls([*ENGINE, *SPEAKING]) if name == "Problem" and call.args}
    found |= {literal(call.args[0]) for path, name, call in calls(ENGINE) if name == "Refused" and call.args}
    return {code for code in found if code}


def test_the_scan_sees_the_code() -> None:
    assert {"complaint.received", "menu.menu", "common.sorry", "common.idle"} <= said()
    assert {"see_status", "discard_and_start"} <= pressed()
    assert {"text_too_short", "stale", "media_kept", "nothing_found", "moment_in_future"} <= refused()


def test_both_languages_have_the_same_files_and_blocks() -> None:
    assert TEXTS["zh"].files() == TEXTS["en"].files()
    for file in TEXTS["zh"].files():
        assert set(TEXTS["zh"].blocks(file)) == set(TEXTS["en"].blocks(file)), file


@pytest.mark.parametrize("file", TEXTS["zh"].files())
def test_both_languages_tell_the_same_things(file: str) -> None:
    chinese, english = variables("zh", file), variables("en", file)
    assert {block: names for block, names in chinese.items() if names != english[block]} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_said_has_words(language: str) -> None:
    texts = TEXTS[language]
    missing = {words for words in said() if not texts.has(*words.split(".", 1))}
    missing |= {f"common.{words}" for words in pressed() if not texts.has("common", words)}
    missing |= {f"common.{code}" for code in refused() if not texts.has("common", code)}
    assert missing == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("flow", flows(), ids=lambda flow: flow.name)
def test_every_question_has_its_words_and_every_option_its_label(language: str, flow: Flow) -> None:
    texts = TEXTS[language]
    wanted = {"title"} | {f"{q.key}{end}" for q in flow.questions for end in ("", "_help", "_short")}
    assert wanted <= set(texts.blocks(flow.name))
    for question in flow.questions:
        values: list[str] = []
        if isinstance(question, Ticks | Moment):
            values += question.values
        elif isinstance(question, Choice):
            values += question.extra if callable(question.values) else (*question.values, *question.extra)
        missing = [v for v in values if not texts.has(flow.name, f"{question.key}_{v}") and not texts.has("common", v)]
        assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_and_every_line_of_the_menu_has_words(language: str) -> None:
    texts = TEXTS[language]
    for journey in JOURNEYS.values():
        assert texts.has("menu", f"command_{journey.name}") or not journey.listed, journey.name
        assert texts.has("common", f"menu_{journey.name}") or not journey.in_menu, journey.name
        assert journey.flow is None or texts.has(journey.flow.name, "title"), journey.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_is_drawn_for_every_channel(language: str) -> None:
    assert len(shown(language)) > 80
    for name, scene, plain in shown(language):
        assert plain.text, (name, scene.name)
        letter = letter_of(plain)
        assert "".join(letter.pieces).replace("\n", "") == plain.text.replace("\n", "")
        labels = [key.label for row in plain.rows for key in row]
        labels += [plain.copy_label] * (plain.copy is not None and units(plain.copy) <= LONGEST_COPIED)
        if labels:
            assert letter.markup is not None
            assert [button.text for row in letter.markup.inline_keyboard for button in row] == labels
        web = drawn(Letter(1, 1, scene.body, NOW), TEXTS[language], NOW.tzinfo)
        assert web["text"] or web["lines"] or web["head"], (name, scene.name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_button_is_short_and_a_screen_has_few(language: str) -> None:
    for name, scene, plain in shown(language):
        labels = [key.label for row in plain.rows for key in row]
        assert [label for label in labels if columns(label) > 40] == [], (name, scene.name)
        options = [
            key
            for row in plain.rows
            for key in row
            if key.role in ("option", "ticked") and not key.press.startswith("/")
        ]
        assert len(options) <= 8, (name, scene.name)
        assert len(labels) == len(set(labels)), (name, scene.name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_most_options_share_a_row(language: str) -> None:
    """Eight kinds of complaint fit on a phone's screen: two a row."""
    [plain] = [
        p for name, scene, p in shown(language) if (name, scene.name, scene.state) == ("complaint", "category", "empty")
    ]
    assert [len(row) for row in plain.rows] == [2, 2, 2, 2, 2]


@pytest.mark.parametrize(("language", "file"), FILES)
def test_the_voice(language: str, file: str) -> None:
    for block in TEXTS[language].blocks(file):
        if block.startswith(HEARD):
            continue
        text = re.sub(r"{[{%].*?[%}]}", "", source(language, file, block))
        assert not re.search("[!！]|格式错误|请输入正确|invalid|illegal|错误的", text), text
        assert len(re.findall("[✅⏰📎⚠]", text)) <= 1 or block == "one", text
        if language == "zh":
            assert "你" not in text, text
            continue
        assert not re.search(r"color|organiz|\bcenter\b|canceled", text), text  # British spelling
        both = "language" in block or "国土" in text  # says it in Chinese too, or shows what to type
        assert both or not re.search("[，。？：；（）「」\u4e00-\u9fff]", text), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_shows_an_example_or_names_the_button(language: str) -> None:
    names = {
        "zh": "例如|点「|可以写|请接着|请按|请回答|核对时",
        "en": "for example|can write|tap|please (answer|see|go on)|text question",
    }
    for code in refused() - {"media_refused", "edited"}:
        assert re.search(names[language], source(language, "common", code), re.IGNORECASE), code


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_times_given_as_examples_are_understood(language: str) -> None:
    now = datetime.fromisoformat("2026-11-21T15:00+08:00")
    examples = {
        "zh": ["昨天下午3点", "11月20日 10:30", "11月20日", "就在刚才"],
        "en": ["yesterday 3 pm", "20 November 10:30", "20 November", "Just now"],
    }[language]
    text = source(language, "common", "moment_wanted") + source(language, "complaint", "happened_help")
    for example in examples[:3]:
        assert example in text
        assert read_moment(example, now)


def test_no_word_typed_for_an_action_means_two() -> None:
    for language in LANGUAGES:
        texts = TEXTS[language]
        words = [
            w.strip()
            for b in texts.blocks("common")
            if b.startswith("spoken_")
            for w in texts.say("common", b).split("|")
        ]
        assert all(words)
        assert len(words) == len(set(words)), language


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_channel_can_be_named_and_told_to_be_off(language: str, kind: ChannelKind) -> None:
    wanted = ("name",) if kind.pages_read else ("name", "notice_off")  # the web chat is never off
    assert all(TEXTS[language].has(kind.words, block) for block in wanted)


def test_the_preview_shows_every_flow_question_and_message() -> None:
    html = page(TEXTS)
    assert "<script" not in html
    assert not re.search(r"""(?:src|href)=["'](?!#)""", html)
    for language in LANGUAGES:
        texts = TEXTS[language]
        for channel in KINDS:
            assert f"<figcaption>{texts.channel_name(channel.name)}</figcaption>" in html
        for flow in flows():
            assert f'<section id="{flow.name}">' in html
            seen = {(scene.name, scene.state) for name, scene, _ in shown(language) if name == flow.name}
            for question in flow.questions:
                assert {(question.key, "empty"), (question.key, "problem")} <= seen, (flow.name, question.key)
                assert texts.say(flow.name, question.key) in html
                assert not isinstance(question, Ticks | Evidence) or (question.key, "draft") in seen
            assert ("review", "review") in seen or not flow.review
    assert said() <= {scene.name for name, scene, _ in shown("zh") if name == "messages"}


def columns(label: str) -> int:
    return sum(2 if ord(c) > 0x2E7F else 1 for c in label)
