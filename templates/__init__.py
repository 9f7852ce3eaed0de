"""Every word that a person reads, per language, as Jinja templates; and the one class that speaks them.

A conversation's words stand in one file a flow (`<language>/chat/<flow>.j2`), a block for every saying, in the order of
the conversation. The pages' words stand in one file a subject (`<language>/web/<subject>.html`), their markup, without
words, in `shared/<subject>/<page>.html`: a page says `w.<name>` of its own subject and `site.<name>` of the site.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateNotFound
from markupsafe import Markup

LANGUAGES = ("zh", "en")
WEEKDAYS = {"zh": tuple("一二三四五六日"), "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
HERE = Path(__file__).parent


class Texts:
    """One language. `say("complaint", "unit_help")` renders a block; a missing name is an error, never a blank.

    With a `twin`, a block that has one of that ending (`about_sms`) is said by it, also where another block says it.
    """

    def __init__(self, language: str, now: Callable[[], datetime], twin: str = "") -> None:
        self.language = language
        self._now, self._twin = now, twin
        self._chat = _environment(HERE / language / "chat", language, now, autoescape=False)
        self._pages = _environment(HERE / language / "web", language, now, autoescape=True)
        self._pages.globals["channel_name"] = self.channel_name
        self._plain: dict[tuple[str, str], str] = {}
        self._templates: dict[str, Template] = {}
        self._callable: dict[str, Mapping[str, Any]] = {}  # what the blocks of a file may call

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

    @cached_property
    def by_sms(self) -> Texts:
        """The same words as a text message has them."""
        return Texts(self.language, self._now, "_sms")

    def moment(self, value: str | date | datetime) -> str:
        """A day or a moment as this language writes it, in the office's time zone."""
        return written(_moment(value), self.language, self._now())

    def has(self, file: str, block: str) -> bool:
        try:
            return block in self._template(file).blocks
        except TemplateNotFound:
            return False

    def channel_name(self, channel: str) -> str:
        """What people call a channel. One that is no longer known is called as the database has it."""
        file = f"channel_{channel}"
        return self.say(file, "name") if self.has(file, "name") else channel

    def blocks(self, file: str) -> list[str]:
        return list(self._template(file).blocks)

    def files(self) -> list[str]:
        return sorted(path.stem for path in (HERE / self.language / "chat").glob("*.j2"))

    def page(self, name: str, /, **values: Any) -> str:
        """A whole web page or a part of one, escaped."""
        return self._pages.get_template(name).render(values)

    def _render(self, file: str, block: str, values: Mapping[str, Any]) -> str:
        template = self._template(file)
        # `shared`: the names are taken as they are, without the copies that Jinja would make of its own.
        context = template.new_context({**self._callable[file], **values}, shared=True)
        return "".join(template.blocks[block](context)).strip()

    def _template(self, file: str) -> Template:
        template = self._templates.get(file)
        if template is None:
            template = self._chat.get_template(f"{file}.j2")
            self._callable[file] = {
                **template.globals,
                "say": lambda name, **told: self.say(file, name, told or None),
                "title_of": lambda flow: self.say(flow, "title"),
                "channel_name": self.channel_name,
            }
            self._templates[file] = template  # last: another thread may look at the same moment
        return template


def load_texts(now: Callable[[], datetime]) -> dict[str, Texts]:
    """Both languages. `now` gives this moment in the office's time zone."""
    return {language: Texts(language, now) for language in LANGUAGES}


def _environment(folder: Path, language: str, now: Callable[[], datetime], *, autoescape: bool) -> Environment:
    made = Environment(
        loader=FileSystemLoader([folder, HERE / "shared"]), autoescape=autoescape, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, auto_reload=False, cache_size=400,
    )  # fmt: skip
    made.filters["moment"] = lambda value: written(_moment(value), language, now())
    made.filters["day"] = lambda value: written_day(_moment(value), language, now())
    made.filters["ago"] = lambda value: written_age(value, now())
    made.filters["left"] = lambda due, days: how_left(_moment(due), days, now())
    made.filters["clip"] = clipped
    made.filters["paragraphs"] = lambda value: Markup("<br>").join(str(value).splitlines())
    return made


def written(moment: date | datetime | None, language: str, now: datetime) -> str:
    """`11月27日 周五 18:00`, or without the time where only a day is known."""
    if not isinstance(moment, datetime):
        return written_day(moment, language, now)
    local = moment.astimezone(now.tzinfo)
    return f"{written_day(local, language, now)} {local:%H:%M}"


def written_day(moment: date | datetime | None, language: str, now: datetime) -> str:
    """`11月27日 周五`; the year only where it is not this one."""
    if moment is None:
        return ""
    local = moment.astimezone(now.tzinfo) if isinstance(moment, datetime) else moment
    weekday = WEEKDAYS[language][local.weekday()]
    if language == "zh":
        year = "" if local.year == now.year else f"{local.year}年"
        return f"{year}{local.month}月{local.day}日 周{weekday}"
    year = "" if local.year == now.year else f" {local.year}"
    return f"{weekday} {local.day} {MONTHS[local.month - 1]}{year}"


def written_age(moment: datetime, now: datetime) -> tuple[str, int]:
    """The unit and the number of a relative age, for the words to be put by the page: ("minutes", 5)."""
    minutes = max(0, int((now - moment).total_seconds() // 60))
    for unit, size in (("days", 24 * 60), ("hours", 60)):
        if minutes >= size:
            return unit, minutes // size
    return "minutes", minutes


def how_left(due: date | datetime | None, days: int, now: datetime) -> str:
    """How a deadline stands: ahead or over (by `days` working days), today, soon (on a free day), or passed."""
    if days:
        return "ahead" if days > 0 else "over"
    if isinstance(due, datetime) and due <= now:
        return "passed"
    day = due.astimezone(now.tzinfo).date() if isinstance(due, datetime) else due
    return "today" if day == now.date() else "soon"


def clipped(text: str, most: int) -> str:
    """The text, or its start with an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _moment(value: str | date | datetime | None) -> date | datetime | None:
    if not isinstance(value, str):
        return value
    return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
