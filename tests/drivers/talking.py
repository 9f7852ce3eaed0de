"""Somebody who talks to the bare engine. The session goes through JSON between all turns, as it does in the program."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, timezone

from conversation.engine import Cancelled, Effect, Flow, Leaving, Session, Submitted, advance, prefilled, screen
from conversation.messages import Answers, Media, Option, Reply, Screen
from services.foundation.folding import folded
from services.foundation.matching import fits, nearest
from services.foundation.phones import callback

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=timezone(timedelta(hours=8)))  # a Saturday
UNITS = {
    f"u{n}": name
    for n, name in enumerate(("国土局", "工商局", "公安局", "税务局", "交通局", "卫生局", "林业局", "水利局"), 1)
}
WORDS = {
    "返回": "/back",
    "跳过": "/skip",
    "放弃": "/cancel",
    "提交": "/submit",
    "完成": "/done",
    "下一页": "/next",
    "找回": "/undo",
}


@dataclass
class SmallWorld:
    """Eight units; the second has windows. Fixed options are spoken as their values."""

    now: datetime = NOW
    units: dict[str, str] = field(default_factory=lambda: dict(UNITS))

    def options(self, source: str, query: str, answers: Answers) -> Sequence[Option]:
        return [Option(key, name) for key, name in self._of(source, answers).items() if fits(query, name)]

    def nearest(self, source: str, query: str, answers: Answers) -> Sequence[Option]:
        names = self._of(source, answers)
        return [Option(key, names[key]) for key in nearest(query, {key: [name] for key, name in names.items()}, {})]

    def label(self, source: str, value: str, answers: Answers) -> str | None:
        return self._of(source, answers).get(value)

    def spoken(self, flow: str, key: str, option: Option) -> str:
        return option.label or option.value

    def fold(self, text: str) -> str:
        return folded(text)

    def plainer(self, text: str) -> Sequence[str]:
        return [text.removeprefix("是")] if text.startswith("是") else ()

    def phone(self, text: str) -> str | None:
        return callback(text)

    def action(self, text: str) -> str | None:
        return WORDS.get(text)

    def edited(self, flow: str, keys: Sequence[str], text: str) -> str | None:
        return next((key for key in keys if text == f"修改 {key}"), None)

    def tells_nothing(self, text: str) -> bool:
        return text in WORDS

    def _of(self, source: str, answers: Answers) -> dict[str, str]:
        if source == "units":
            return self.units
        return {"w1": "办证窗口", "w2": "测绘科"} if answers.get("unit") == "u2" else {}


class Talker:
    """`says("国土局", "/skip")` returns the last effect; `at` is the question asked now, "review", or how it ended."""

    def __init__(self, flow: Flow, world: SmallWorld | None = None, session: Session | None = None) -> None:
        self.flow, self.world = flow, world or SmallWorld()
        self.session: Session | None = session or prefilled(flow, {}, 1)
        self.effect: Effect = screen(flow, self.session, self.world)

    def says(self, *texts: str) -> Talker:
        for text in texts:
            self.replies(Reply(text=text))
        return self

    def taps(self, *presses: str) -> Talker:
        """Buttons of the screen shown now."""
        for press in presses:
            self.replies(Reply(choice=press, turn=self.screen.turn))
        return self

    def sends(self, *refs: str, size: int | None = None, text: str | None = None) -> Talker:
        """One message with these photos: an album when there are several."""
        return self.replies(Reply(text=text, media=tuple(Media(ref, "photo", size) for ref in refs)))

    def replies(self, reply: Reply) -> Talker:
        assert self.session is not None, "the conversation is over"
        after, self.effect = advance(self.flow, self.session, reply, self.world)
        self.session = after and through_json(after)
        return self

    @property
    def screen(self) -> Screen:
        assert isinstance(self.effect, Screen), self.effect
        return self.effect

    @property
    def at(self) -> str:
        match self.effect:
            case Submitted():
                return "submitted"
            case Cancelled():
                return "cancelled"
            case Leaving():
                return "leaving"
            case Screen():
                return self.effect.asks

    @property
    def problem(self) -> str | None:
        return self.screen.problem.code if self.screen.problem else None

    @property
    def answers(self) -> Answers:
        """Those stored so far, or those submitted."""
        if isinstance(self.effect, Submitted):
            return self.effect.answers
        assert self.session is not None
        return self.session.answers

    @property
    def options(self) -> list[str]:
        return [option.label or option.value for option in self.screen.options]


def through_json(session: Session) -> Session:
    """What a restart makes of a session."""
    back = Session(**json.loads(json.dumps(asdict(session))))
    assert back == session
    return back
