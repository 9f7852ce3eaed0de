"""Every screen there is, made without a database: each flow is walked by somebody who errs at every question."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import obligation_samples
from channels.render import Phrases
from conversation.engine import REVIEW, Flow, Session, advance, position, prefilled, screen
from conversation.messages import Answers, Body, Button, Media, Option, Reply, Say, Screen
from conversation.questions import Choice, Evidence, Question, Text, Ticks
from handlers.all import JOURNEYS
from handlers.sources import BEGINS
from rulebooks import HERE
from services.cases import COMPLAINT, ENDS, QUESTION, Confined, ItemState, NoAppeal, State
from services.foundation.folding import folded
from services.foundation.matching import fits
from services.foundation.phones import callback
from templates import Texts, clipped

NOTICE = "N20261121-0003"
NUMBER, RECEIPT = "20261121-0042", "K7QF-2M9D-X4TP-8RWC"
_LOG = "mingcha.audit/0123456789abcdef"
_HEAD = "FT7sSxkB+RqzEwaxPj9Mqlb1/q0mjO5N9kEjv2wSTS0="
_CHECKPOINT = f"{_LOG}\n1230\n{_HEAD}\nafter 1200\n\n\N{EM DASH} {_LOG} signature\n"
WRONG = (Reply(text="?"), Reply(location=(0.0, 0.0)), Reply(text="12:60"), Reply())
WHYS = ("started", "cancelled", "dropped", "idle", "stale", "spoken", "plain")
LONGEST_WALK = 50
_TOO_MUCH = (Media("v", "video", 35 * 1024 * 1024, "VID_0412.mp4"), *(Media(f"p{n}", "photo") for n in range(10)))


@dataclass(frozen=True)
class Scene:
    """One moment of a flow; `state`: empty, problem, refused, draft, aside, edited, REVIEW; of a message its block."""

    name: str
    state: str
    body: Body


class SampleWorld:
    """A world for the engine with the demo city's units and one case of the person's own."""

    def __init__(self, texts: Texts, now: datetime) -> None:
        self.now = now
        self._phrases = Phrases(texts)
        self._asked = clipped(texts.say("preview", "sample_asked"), BEGINS)
        city = tomllib.loads((HERE / "demo" / "city.toml").read_text(encoding="utf-8"))["unit"]
        self._units = [Option(one["id"], one["name"]) for one in city]
        self._windows = {
            one["id"]: [Option(f"{one['id']}-{n}", name) for n, name in enumerate(one["windows"], 1)] for one in city
        }

    def options(self, source: str, query: str, answers: Answers) -> Sequence[Option]:
        if source == "windows":
            return self._windows.get(answers.get("unit") or "", ())
        if source == "places":
            told = Option("told gtj-1", f"{self._phrases.option('placing', 'place', 'told')} {self._units[2].label}")
            values = ("obligation_answer", "obligation_question", "complaint", "addition", "question")
            answer = Option("answer case-1", f"{self._phrases.option('placing', 'place', 'answer')} {NUMBER}")
            return [] if query else [answer, told, *map(Option, values)]
        if source == "later_days":
            return [Option("2026-12-02"), Option("2026-12-04"), Option("2026-12-11")]
        if source == "owed_obligations":
            return [Option("obligation-1", f"0003 {self._asked}"), Option("obligation-2", f"0002 {self._asked}")]
        found = [Option("case-1", NUMBER)] if source.endswith("cases") else self._units
        return [option for option in found if fits(query, option.label or "")]

    def nearest(self, source: str, query: str, answers: Answers) -> Sequence[Option]:
        return ()

    def label(self, source: str, value: str, answers: Answers) -> str | None:
        found = next((option for option in self.options(source, "", answers) if option.value == value), None)
        return found and (found.label or found.value)

    def spoken(self, flow: str, key: str, option: Option) -> str:
        return option.label or self._phrases.option(flow, key, option.value)

    def fold(self, text: str) -> str:
        return folded(text)

    def plainer(self, text: str) -> Sequence[str]:
        return ()

    def phone(self, text: str) -> str | None:
        return callback(text)

    def action(self, text: str) -> str | None:
        return self._phrases.action(text)

    def edited(self, flow: str, keys: Sequence[str], text: str) -> str | None:
        return self._phrases.edited(flow, keys, text)

    def tells_nothing(self, text: str) -> bool:
        return self._phrases.tells_nothing(text)


def flows() -> list[Flow]:
    return [journey.flow for journey in JOURNEYS.values() if journey.flow]


def scenes(flow: Flow, texts: Texts, now: datetime) -> Iterator[Scene]:
    """The screens of a flow: each question empty, with a problem and with a draft; the review; the first one edited.

    What is asked otherwise about something else follows behind, once.
    """
    told: set[str] = set()
    for brought in _BROUGHT.get(flow.name, ({},)):
        walked = [*_walk(flow, texts, now, brought)]
        yield from (scene for scene in walked if scene.name not in told)
        told.update(scene.name for scene in walked)


def _walk(flow: Flow, texts: Texts, now: datetime, brought: Mapping[str, str]) -> Iterator[Scene]:
    world = SampleWorld(texts, now)
    known = {"_text": "", "_media": [], "_due": obligation_samples.DUE, **brought}
    session: Session | None = prefilled(flow, known, 1)
    for _ in range(LONGEST_WALK):
        here = position(flow, session, world)
        if here is None:
            yield Scene(REVIEW, REVIEW, Body(ask=screen(flow, session, world)))
            yield Scene(REVIEW, "problem", _after(flow, session, world, Reply(text="?")))
            aside = Reply(text=texts.say("preview", "sample_answer"))
            yield Scene(REVIEW, "aside", _after(flow, session, world, aside))
            first = flow.questions[0].key
            yield Scene(first, "edited", _after(flow, session, world, Reply(choice=f"/edit {first}")))
            return
        yield from _question(flow, session, world, here, texts)
        after = _answered(flow, session, world, here, texts)
        yield from _aside(flow, session, world, here, after, texts)
        if after is None:
            return
        session = after


def _aside(
    flow: Flow, session: Session, world: SampleWorld, here: Question, taken: Session | None, texts: Texts
) -> Iterator[Scene]:
    """The questions that another answer would have led to and that the answer taken never asks."""
    if taken is None or not isinstance(here, Choice) or here.source not in (None, "places"):
        return
    seen = {question.key for question in flow.questions if question.when(taken.answers, world)}
    for option in screen(flow, session, world).options:
        after = advance(flow, session, Reply(choice=option.value), world)[0]
        next_ = position(flow, after, world) if after is not None else None
        if after is not None and next_ is not None and next_.key not in seen:
            seen.add(next_.key)
            yield from _question(flow, after, world, next_, texts)


def _question(flow: Flow, session: Session, world: SampleWorld, here: Question, texts: Texts) -> Iterator[Scene]:
    yield Scene(here.key, "empty", Body(ask=screen(flow, session, world)))
    for reply in WRONG:
        body = _after(flow, session, world, reply)
        if body.ask and body.ask.problem and body.ask.asks == here.key:
            yield Scene(here.key, "problem", body)
            break
    if isinstance(here, Evidence):
        yield Scene(here.key, "refused", _after(flow, session, world, Reply(media=_TOO_MUCH)))
    for reply in _half(here, texts):
        after, effect = advance(flow, session, reply, world)
        if isinstance(effect, Screen) and after is not None and effect.problem is None:
            session, shown = after, effect
            yield Scene(here.key, "draft", Body(ask=shown))


def _half(question: Question, texts: Texts) -> Sequence[Reply]:
    """Replies that leave a question of this kind half answered."""
    if isinstance(question, Ticks):
        return Reply(choice=question.values[0]), Reply(text=texts.say("preview", "sample_remark"))
    if isinstance(question, Evidence):
        return Reply(media=(Media("a", "photo"), Media("b", "photo"))), Reply(choice="/remove"), Reply(text="1")
    return (Reply(choice="/next"),) if isinstance(question, Choice) and question.source else ()


def _answered(flow: Flow, session: Session, world: SampleWorld, here: Question, texts: Texts) -> Session | None:
    """The session after the good answer that opens most questions; None at the end of a flow without a review."""
    if isinstance(here, Ticks | Evidence):
        half = _half(here, texts)
        for reply in (*(half[:1] if isinstance(here, Evidence) else half), Reply(choice="/done")):
            session = advance(flow, session, reply, world)[0] or session
        return session if here.key in session.answers else None
    tried = [advance(flow, session, reply, world)[0] for reply in _good(here, screen(flow, session, world), texts)]
    ahead = [after for after in tried if after is not None and after.answers.keys() > session.answers.keys()]
    return max(ahead, key=lambda after: sum(q.when(after.answers, world) for q in flow.questions), default=None)


def _good(question: Question, shown: Screen, texts: Texts) -> Iterator[Reply]:
    for option in shown.options:
        yield Reply(choice=option.value)
    short = isinstance(question, Text) and question.longest <= 200
    for words in ("sample_short", "sample_text") if short else ("sample_text",):
        yield Reply(text=texts.say("preview", words))
    yield from (Reply(text="13800138000"), Reply(text="25"), Reply(location=(25.83, 114.93)), Reply(choice="/skip"))


def _after(flow: Flow, session: Session, world: SampleWorld, reply: Reply) -> Body:
    _, effect = advance(flow, session, reply, world)
    return Body(ask=effect) if isinstance(effect, Screen) else Body()


def _promised(day: str, days: int, *, provisional: bool = False, kind: str = "acceptance") -> dict[str, Any]:
    told = {"kind": kind, "number": NUMBER, "days": days, "late": days < 0, "provisional": provisional, "stands": False}
    return {"due": f"{day}T18:00:00+08:00", **told}


def messages(texts: Texts, now: datetime) -> list[Scene]:
    """Every message that asks nothing, with sample values."""

    def word(name: str) -> str:
        return texts.say("preview", name)

    unit = SampleWorld(texts, now).options("units", "", {})[2].label
    at = now.isoformat(timespec="minutes")
    values: Mapping[str, Any] = {
        "number": NUMBER,
        "receipt": RECEIPT,
        "days": 2,
        "by": "2026-11-24",
        "provisional": False,
        "promised": None,
        "id": "7f3a91c2",
        "nth": "R20261121-0001",
        "count": 2,
        "under_way": flows()[0].name,
        "roles": [],
        "units": [],
        "own_units": [],
        "owed": 0,
        "late": 0,
        "below": 0,
        "below_late": 0,
        "former": [],
        "checks": [],
        "role": "head",
        "text": word("sample_reply"),
        "unit": unit,
        "received": at,
        "what": word("sample_text"),
        "pieces": 2,
        "history": [],
        "state": "received",
        "why": "plain",
        "offered": _offered(everybody=False),
    }
    talked = [
        {"kind": "question", "text": word("sample_reply"), "at": at, "pieces": 0},
        {"kind": "addition", "text": word("sample_answer"), "at": at, "pieces": 1},
    ]
    items = [
        {"position": n, "text": word("sample_asked"), "state": state, "answer": word("sample_outcome") * (n == 1)}
        for n, state in enumerate(("answered", *(one for one in ItemState if one != "answered")), 1)
    ]
    checks = [
        {"number": "20261120-0031", "unit": unit, "day": "2026-11-20", "state": "received"},
        {"number": "20261119-0012", "unit": unit, "day": "2026-11-19", "state": "noted"},
    ]
    listed = [
        {"number": NUMBER, "about": unit, "day": "2026-11-21", "state": "received"},
        {"number": "20261119-0007", "about": unit, "day": "2026-11-19", "state": "closed"},
    ]
    cases = [Button("/status", words="open_case", values=told) for told in listed]
    said: list[tuple[str, Mapping[str, Any], tuple[Button, ...]]] = [
        *(("menu.menu", {"why": why}, _menu(everybody=True)) for why in WHYS),
        ("menu.menu", {"why": "bound", "roles": ["supervisor"], "units": [unit]}, _menu(everybody=False)),
        ("menu.menu", {"why": "bound", "roles": ["head"], "units": [unit], "own_units": [unit]}, _menu(everybody=True)),
        (
            "menu.menu",
            {"why": "started", "own_units": [unit], "owed": 2, "due": "2026-11-27T18:00:00+08:00"},
            _menu(everybody=True),
        ),
        (
            "menu.menu",
            {
                "own_units": [unit],
                "owed": 2,
                "late": 1,
                "due": "2026-11-18T18:00:00+08:00",
                "below": 3,
                "below_late": 1,
            },
            _menu(everybody=True),
        ),
        ("menu.menu", {"why": "ended", "former": [{"role": "head", "unit": unit}]}, _menu(everybody=True)),
        ("menu.ended", {}, (Button("/menu", words="menu"),)),
        ("walkin.about", {}, ()),
        ("walkin.thanks", {"bad": False, "duty": ""}, ()),
        ("walkin.thanks", {"bad": True, "duty": word("sample_duty")}, (Button("/complaint", words="menu_complain"),)),
        ("walkin.today", {}, (Button("/complaint", words="menu_complain"),)),
        ("walkin.crowded", {}, (Button("/complaint", words="menu_complain"),)),
        ("receipt.here", {"day": "2026-11-21", "digest": "0" * 64, "site": "http://127.0.0.1:8080"}, ()),
        ("complaint.hall", {"duty": word("sample_duty")}, ()),
        ("common.office", {"office": dict.fromkeys(_OFFICE, "")}, _HERE),
        ("common.office", {"office": {part: word(f"sample_{part}") for part in _OFFICE}}, _HERE),
        ("menu.bad_code", {}, _BIND),
        *(("menu.how_to_bind", {"roles": roles}, (Button("/menu", words="menu"),)) for roles in ([], ["supervisor"])),
        ("code.unknown", {}, (*_CODE, *_BIND)),
        ("code.wait", {}, (Button("/menu", words="menu"),)),
        (
            "menu.rebind",
            {"lost": [{"role": "head", "unit": unit}]},
            (Button("/menu", words="keep_account"), Button("/link ABCD-EFGH yes", words="rebind")),
        ),
        (
            "signin.link",
            {"minutes": 15, "address": "https://mingcha.example.gov.cn/in/K7QF-2M9D-X4TP-8RWC"},
            (Button("/menu", words="menu"),),
        ),
        *(
            ("signin.changed", {"change": change, "at": now.isoformat()}, (Button("/menu", words="menu"),))
            for change in ("password", "passkey", "recovery")
        ),
        ("signin.wait", {}, (Button("/menu", words="menu"),)),
        ("menu.language", {}, tuple(Button(f"/language {code}", label=name) for code, name in texts.languages.items())),
        *(("menu.help", {"why": why}, _menu(everybody=False)) for why in ("asked", "unknown")),
        ("common.busy", {}, (Button("/resume", words="resume"), Button("/discard", words="discard_and_start"))),
        ("common.audit_head", {"count": 1230, "checkpoint": _CHECKPOINT}, ()),
        ("common.idle", {}, (Button("/resume", words="resume"), Button("/cancel", words="discard"))),
        ("common.sure_to_discard", {}, (Button("/resume", words="resume"), Button("/discard", words="discard"))),
        (
            "common.sure_again",
            {"said": word("sample_answer"), "no": "resume", "yes": "discard"},
            (Button("/resume", words="resume"), Button("/discard", words="discard")),
        ),
        ("common.sorry", {}, ()),
        ("common.another_browser", {}, (Button("/anew", words="anew"), Button("/menu", words="menu"))),
        ("common.sure_anew", {}, (Button("/resume", words="keep_conversation"), Button("/anew sure", words="anew"))),
        *(
            ("common.moved", {"reports": told}, (Button("/status", words="menu_status"), Button("/menu", words="menu")))
            for told in ([{"number": NUMBER, "code": RECEIPT}], [])
        ),
        ("common.untaken", {"words": word("sample_answer"), "count": 2}, ()),
        ("common.untaken", {"words": "", "count": 1}, ()),
        ("common.right_ended", {"under_way": "visit"}, (Button("/menu", words="menu"),)),
        ("common.unread", {}, (Button("/menu", words="menu"),)),
        ("placing.left_out", {"text": True, "pieces": 2, "most": 30_000, "most_pieces": 27}, ()),
        ("common.edited_late", {"kept": True}, ()),
        ("common.edited_late", {"kept": False}, (Button("/status", words="see_status"),)),
        ("sms.again", {"example": "1"}, _STATUS),
        ("sms.stopped", {}, ()),
        ("sms.started", {}, ()),
        ("common.not_kept", {"kind": "photo", "name": "", "code": "unreadable", "again": True}, _ADD),
        *(
            ("common.kept_damaged", {"kind": "photo", "name": name, "code": code, "again": True}, _ADD)
            for code, name in (("cut", ""), ("unseen", word("sample_file")), ("large", ""), ("long", ""))
        ),
        *((f"{name}.received", {}, _STATUS) for name in ("question", "addition")),
        ("complaint.known_already", {"day": "2026-11-19"}, _KNOWN),
        ("complaint.received", {}, _FILED),
        ("complaint.received", {"by": "2027-01-05", "provisional": True}, _FILED),
        ("visit.received", {}, (Button("/check", words="one_more"),)),
        ("status.choose", {"cases": listed, "count": 8}, (*cases, *_CODE)),
        ("status.choose", {"cases": listed[:1], "count": 1, "checks": checks}, (*cases[:1], *_CODE)),
        ("status.nothing", {}, _CODE),
        ("status.unknown_code", {}, _CODE),
        ("obligation.not_found", {}, (Button("/menu", words="menu"),)),
        ("addition.asked", {"at": at}, ()),
        ("status.one", {}, _CASE),
        ("status.one", {"promised": _promised("2026-11-24", 2)}, _CASE),
        ("status.one", {"promised": _promised("2026-11-19", -1)}, _CASE),
        ("status.one", {"promised": _promised("2027-01-05", 30, provisional=True)}, _CASE),
        ("status.waiting", {"waiting": [_promised("2026-11-19", -1), _promised("2026-11-23", 1)], "late": 1}, ()),
        ("status.given_back", {"count": 2}, ()),
        ("status.discipline", {"cases": [{"number": NUMBER, "why": why} for why in Confined], "count": 9}, ()),
        ("status.discipline_vacant", {"count": 2}, ()),
        *((f"status.identity_{what}", {}, ()) for what in ("asked", "granted", "refused")),
        ("status.passed_on", {}, _STATUS),
        ("status.given_to_office", {}, _STATUS),
        ("status.one", {"apart": True}, _CASE),
        *(
            (f"retaliation.{words}", {"by": by, "about": NUMBER}, (*_ADD, Button("/withdraw", words="withdraw")))
            for words in ("received", "known")
            for by in ("2026-11-24", None)
        ),
        ("retaliation.choose", {"cases": listed}, cases),
        ("status.one", {"state": "handed", "promised": _promised("2026-12-14", 15, kind="handling")}, _CASE),
        ("status.one", {"state": "closed", "promised": _promised("2026-11-27", 5, kind="righting")}, _CASE),
        ("status.one", {"promised": _promised("2026-12-02", 7) | {"stands": True}, "asked_until": "2026-11-30"}, _CASE),
        ("status.one", {"state": "accepted", "history": talked}, _CASE),
        ("status.one", {"state": "handed", "items": items}, _CASE),
        ("status.answered_item", {"item": items[0], "count": len(items), "left": 3}, _STATUS),
        ("status.answered_item", {"item": items[0], "count": 2, "left": 0}, _STATUS),
        ("status.closed", {"text": word("sample_reason"), "rated": True, "items": items[:1] * 2}, (*_RATE, *_ADD)),
        (
            "status.one",
            {"state": "declined", "appeals": True},
            (*_CASE[:2], Button("/appeal", words="appeal"), *_CASE[2:]),
        ),
        ("status.one", {"state": "closed", "promised": _promised("2026-12-04", 10, kind="reviewing")}, _CASE),
        *(
            (
                "appeal.received",
                {"by": "2026-12-04", "provisional": provisional},
                (*_ADD, Button("/menu", words="menu")),
            )
            for provisional in (False, True)
        ),
        *(("appeal.refused", {"why": why, "by": None}, (*_ADD, *_STATUS)) for why in NoAppeal),
        ("appeal.refused", {"why": NoAppeal.ONCE, "by": "2026-12-04"}, (*_ADD, *_STATUS)),
        ("appeal.choose", {"cases": listed}, cases),
        ("appeal.nothing", {}, _STATUS),
        ("status.upheld", {"text": word("sample_reason")}, _ADD),
        *(("status.one", {"state": state}, _CASE) for state in sorted((*ENDS, State.MERGED))),
        ("sms.waits", {}, ()),
        *(("status.asked", {"until": until, "stands": bool(until)}, _ANSWER) for until in (None, "2026-11-30")),
        ("status.no_reaction", {"numbers": [NUMBER], "count": 2}, ()),
        (
            "status.called_back",
            {"until": "2026-11-30"},
            (*(Button("/confirm", words=words) for words in ("is_so", "is_not_so")), *_ANSWER),
        ),
        *(
            (words, {"text": word("sample_reason"), "rated": asked}, _RATE * asked + more)
            for words, more in (("status.closed", _ADD), ("status.made_good", ()))
            for asked in (False, True)
        ),
        *(("rate.thanks", {"righted": bad}, (Button("/menu", words="menu"),)) for bad in (False, True)),
        ("rate.given", {"about": "answered", "level": "satisfied", "solved": True, "reasons": [], "text": ""}, _STATUS),
        (
            "rate.given",
            {"about": "solved", "level": "dissatisfied", "solved": False, "reasons": ["slow", "not_solved"]},
            _STATUS,
        ),
        ("rate.lapsed", {}, _STATUS),
        ("rate.remind", {"until": "2026-12-14"}, _RATE),
        ("status.accepted", {"text": "", "by": None}, _STATUS),
        ("status.accepted", {"text": word("sample_reason"), "by": "2026-12-14"}, _STATUS),
        ("status.interim", {"text": word("sample_reason"), "by": "2026-12-14"}, _STATUS),
        *(("status.due_later", {"by": "2026-12-14", "kind": kind}, _STATUS) for kind in ("acceptance", "handling")),
        *(
            (f"status.{ended}", {"text": word("sample_reason"), "appeals": bool(more)}, (*_ADD, *more))
            for ended in ("declined", "referred", "made_good")
            for more in ((), (Button("/appeal", words="appeal"),))
        ),
        *(
            ("status.reopened", {"text": word("sample_reason"), "by": "2026-12-14", "appealed": appealed}, _STATUS)
            for appealed in (False, True)
        ),
        ("status.sure_withdraw", {}, (Button("/status", words="keep_case"), Button("/withdraw", words="withdraw"))),
        ("status.withdrawn", {}, _ADD),
        *(
            (f"forget.{words}", {"ended": ended, "going_on": going_on}, buttons)
            for words, buttons in (("sure", _FORGET), ("done", (Button("/menu", words="menu"),)))
            for ended, going_on in ((0, 0), (2, 1))
        ),
        *obligation_samples.said(unit, NUMBER, word),
        ("notice.body", _notice(texts), (Button("/seen", words="seen"),)),
        ("notice.thanks", {"number": NOTICE}, ()),
        ("notice.thanked_before", {"number": NOTICE}, (Button("/menu", words="menu"),)),
    ]
    return [
        Scene(
            words, str(own.get("why") or own.get("state") or "said"), Body(say=Say(words, {**values, **own}, buttons))
        )
        for words, own, buttons in said
    ]


def _notice(texts: Texts) -> Mapping[str, Any]:
    said = texts.say("preview", "sample_reply")
    return {"number": NOTICE, "texts": {texts.language: said}, "acknowledges": True}


_BROUGHT = {"rate": ({"_about": COMPLAINT}, {"_about": QUESTION})}
_STATUS = (Button("/status", words="see_status"),)
_FILED = (*_STATUS, Button("/receipt", words="receipt"))
_CASE = (Button("/add", words="add"), Button("/menu", words="menu"))
_OFFICE = ("phone", "address", "hours")
_HERE = (Button("/complain", words="menu_complain"), Button("/question", words="menu_question"))
_RATE = (Button("/rate", words="rate"),)
_FORGET = (Button("/menu", words="keep_me"), Button("/forget", words="forget_me"))
_ANSWER = (Button("/add", words="answer"),)
_ADD = (Button("/add", words="add"),)
_KNOWN = (Button("/repeated new", words="file_anew"), Button("/repeated add", words="add_to_known"))
_CODE = (Button("/code", words="enter_code"),)
_BIND = (Button("/link", words="how_to_bind"),)


def _menu(*, everybody: bool) -> tuple[Button, ...]:
    return tuple(Button(f"/{name}", words=f"menu_{name}") for name in _offered(everybody=everybody))


def _offered(*, everybody: bool) -> list[str]:
    return [one.name for one in JOURNEYS.values() if one.in_menu and not (everybody and one.right)]
