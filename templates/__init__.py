"""Every word that a person reads, as Jinja templates per language, and the one class that speaks them.

A conversation's words are in one file per flow (`<language>/chat/<flow>.j2`), a block for every saying, in the order of
the conversation. The pages' words are in one file per subject (`<language>/web/<subject>.html`), their markup, without
words, in `shared/<subject>/<page>.html`: a page says `w.<name>` of its own subject and `site.<name>` of the site.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from string import Template as Blanks
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateNotFound
from markupsafe import Markup

from templates.dates import Dates, how_left, moment_of, written_age

LANGUAGES = ("zh", "en")  # names of folders beside this file: each language's two letters of ISO 639-1
DEFAULT_LANGUAGE = LANGUAGES[0]  # for people who ask for none of them; a notice always has it
HERE = Path(__file__).parent


class Texts:
    """One language's words. `say("complaint", "unit_help")` renders a block; a missing name is an error, never a blank.

    With a `twin`, a block that also exists with that ending (`about_sms`) is replaced by it, also inside other blocks.
    """

    def __init__(self, language: str, now: Callable[[], datetime], twin: str = "") -> None:
        self.language = language
        self._now, self._twin = now, twin
        self._dates = Dates(self._render, now)
        self._chat = self._environment("chat", autoescape=False)
        self._pages = self._environment("web", autoescape=True)
        self._pages.globals["channel_name"] = self.channel_name
        self._plain: dict[tuple[str, str], str] = {}
        self._templates: dict[str, Template] = {}
        self._callable: dict[str, Mapping[str, Any]] = {}  # the functions that the blocks of a file may call

    def say(self, file: str, block: str, values: Mapping[str, Any] | None = None) -> str:
        """The block's text. Blocks without values are rendered once."""
        if self._twin and self.has(file, block + self._twin):
            block += self._twin
        if values is None:
            key = (file, block)
            if key not in self._plain:
                self._plain[key] = self._render(file, block, {})
            return self._plain[key]
        return self._render(file, block, values)

    def fill(self, file: str, block: str, blanks: Mapping[str, str]) -> str:
        """A block whose text has blanks such as `${unit}`, filled in."""
        return Blanks(self.say(file, block)).substitute(blanks)

    def filled(self, file: str, block: str, values: Mapping[str, Any]) -> list[tuple[str, Mapping[str, str]]]:
        """The blocks that a block fills in, in their order, and what it puts into the blanks of each."""
        found: list[tuple[str, Mapping[str, str]]] = []

        def fill(name: str, **blanks: str) -> str:
            found.append((name, blanks))
            return ""

        self._render(file, block, {**values, "fill": fill})
        return found

    @cached_property
    def by_sms(self) -> Texts:
        """The same words, as a text message has them."""
        return Texts(self.language, self._now, "_sms")

    @cached_property
    def languages(self) -> Mapping[str, str]:
        """All languages spoken: each one's code, and its name in its own words."""
        return {code: Texts(code, self._now).say("language", "name") for code in LANGUAGES}

    @property
    def direction(self) -> str:
        """How a line runs: "ltr" or "rtl"."""
        return self.say("language", "direction")

    def moment(self, value: str | date | datetime) -> str:
        """A day or a moment as this language writes it, in the office's time zone."""
        return self._dates.moment(value)

    def has(self, file: str, block: str) -> bool:
        try:
            return block in self._template(file).blocks
        except TemplateNotFound:
            return False

    def channel_name(self, channel: str) -> str:
        """What people call a channel, or another source of cases. An unknown one keeps its name from the database."""
        file, block = f"channel_{channel}", f"source_{channel}"
        if self.has(file, "name"):
            return self.say(file, "name")
        return self.say("common", block) if self.has("common", block) else channel

    def blocks(self, file: str) -> list[str]:
        return list(self._template(file).blocks)

    def files(self) -> list[str]:
        return sorted(path.stem for path in (HERE / self.language / "chat").glob("*.j2"))

    def page(self, name: str, /, **values: Any) -> str:
        """A whole web page or a part of one, escaped."""
        return self._pages.get_template(name).render(values)

    def day(self, value: date) -> str:
        """A day in words."""
        return self._dates.day(value)

    def of_page(self, subject: str, name: str) -> Mapping[str, Any]:
        """Words of a subject's pages by code: `of_page("obligations", "state")`."""
        return getattr(self._pages.get_template(f"{subject}.html").module, name)

    def _environment(self, folder: str, *, autoescape: bool) -> Environment:
        made = Environment(
            loader=FileSystemLoader([HERE / self.language / folder, HERE / "shared"]),
            autoescape=autoescape,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=400,
        )
        made.globals["language"] = self.language
        made.globals["languages"] = lambda: self.languages
        made.globals["of_language"] = lambda block: self.say("language", block)
        made.filters["moment"] = self._dates.moment
        made.filters["day"] = self._dates.day
        made.filters["deadline"] = self._dates.deadline
        made.filters["ago"] = lambda value: written_age(value, self._now())
        made.filters["left"] = lambda due, days: how_left(moment_of(due), days, self._now())
        made.filters["own"] = lambda texts: texts.get(self.language) or next(filter(None, texts.values()), "")
        made.filters["clip"] = clipped
        made.filters["paragraphs"] = lambda value: Markup("<br>").join(str(value).splitlines())
        return made

    def _render(self, file: str, block: str, values: Mapping[str, Any]) -> str:
        template = self._template(file)
        # `shared`: the names are used as they are, without the copies that Jinja would make.
        context = template.new_context({**self._callable[file], **values}, shared=True)
        return "".join(template.blocks[block](context)).strip()

    def _template(self, file: str) -> Template:
        template = self._templates.get(file)
        if template is None:
            template = self._chat.get_template(f"{file}.j2")
            self._callable[file] = {
                **template.globals,
                "say": lambda name, **told: self.say(file, name, told or None),
                "fill": lambda name, **blanks: self.fill(file, name, blanks),
                "title_of": lambda flow: self.say(flow, "title"),
                "channel_name": self.channel_name,
            }
            self._templates[file] = template  # set last: another thread may look up the same moment
        return template


def load_texts(now: Callable[[], datetime]) -> dict[str, Texts]:
    """Loads every language. `now` gives this moment in the office's time zone."""
    return {language: Texts(language, now) for language in LANGUAGES}


def clipped(text: str, most: int) -> str:
    """The text itself, or its start with an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
