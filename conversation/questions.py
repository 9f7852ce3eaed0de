"""The kinds of question. Each reads a reply into an answer that survives JSON, and shows it again."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Protocol

from conversation.amounts import DAYS, WORKING_DAYS, read_amount
from conversation.days import read_day
from conversation.messages import Answers, Line, Media, Option, Problem, Reply
from conversation.moments import read_moments
from conversation.spans import read_span
from conversation.text import seen
from conversation.values import value

RECORDINGS = ("voice", "video")
MAYBE_CUT = 3_500  # characters: devices cut a message at 4,096 UTF-16 units, or at the last full stop before that
DONE, CLEAR, REMOVE, REWRITE = "/done", "/clear", "/remove", "/rewrite"
SKIP = "/skip"
NEXT, PREVIOUS, ALL = "/next", "/previous", "/all"
YEARS_BACK = 50  # when something can have happened
BEGINNING = 20  # characters by which a shortened text is known as such
LONGEST_REMARK = 2_000  # characters
_EXPLAINED = re.compile(r"[，,、；;：:（(\[—]")
PIECES_SHOWN = 4  # pieces a page to remove from: with what pages, empties, undoes and goes back there are eight buttons


class World(Protocol):
    """What the engine may ask of the outside while it reads one reply."""

    @property
    def now(self) -> datetime:
        """This moment, in the office's time zone."""
        ...

    def options(self, source: str, query: str, answers: Answers) -> Sequence[Option]:
        """Options from the database that match the query; all of them for an empty query."""
        ...

    def nearest(self, source: str, query: str, answers: Answers) -> Sequence[Option]:
        """Options whose names come nearest to a query that matches none."""
        ...

    def label(self, source: str, value: str, answers: Answers) -> str | None:
        """The label of a value; None where there is no such value (any more)."""
        ...

    def spoken(self, flow: str, key: str, option: Option) -> str:
        """The words of an option in this person's language, as its button shows it."""
        ...

    def fold(self, text: str) -> str:
        """The text without what makes no difference: width, case, traditional characters, spaces and punctuation."""
        ...

    def plainer(self, text: str) -> Sequence[str]:
        """A text without what may stand around an answer ("是的，国土局"), the fuller first; none for a long one."""
        ...

    def phone(self, text: str) -> str | None:
        """The telephone number that a text holds, in the form that is kept; None where it holds none."""
        ...

    def action(self, text: str) -> str | None:
        """The action that a typed word means ("返回" is "/back"), None for any other text."""
        ...

    def edited(self, flow: str, keys: Sequence[str], text: str) -> str | None:
        """The question whose answer somebody wants to change who types this at the review; None for any other text."""
        ...

    def tells_nothing(self, text: str) -> bool:
        """Whether words only move about or are polite: the name of an action, yes, thanks, a call for the menu."""
        ...


class Refused(ValueError):
    """The reply is no answer to the question; carries the problem to explain."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.problem = Problem(code, values)


@value
class Answered:
    value: Any


@value
class Drafted:
    """The answer is unfinished: the same question stays, with this draft (ticks so far, photos so far)."""

    draft: Any
    page: int = 0
    query: str = ""
    problem: Problem | None = None  # why some of it was not taken, where the rest was
    takes_away: bool = False  # whether something was removed that an undo brings back
    refused: tuple[Mapping[str, Any], ...] = ()  # pieces that were not taken


Step = Answered | Drafted


@value
class Asked:
    """A question in its place: what reading a reply needs besides the reply."""

    flow: str
    answers: Answers
    world: World
    draft: Any = None
    page: int = 0
    query: str = ""
    at_once: bool = False  # whether the draft came a moment ago: perhaps a device has cut one text into several
    drafts: Mapping[str, Any] = field(default_factory=dict)  # of all questions

    def present(self, key: str) -> Any:
        """What a question holds now: its unfinished answer, or else its answer."""
        draft = self.drafts.get(key)
        return self.answers.get(key) if draft is None else draft


def always(answers: Answers, world: World) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question of a flow. `when` decides from the other answers whether it is asked, and copes with missing ones."""

    key: str
    when: Callable[[Answers, World], bool] = always
    optional: bool = False
    private: bool = False  # whether the answer names somebody
    assumed: str = ""  # the hidden answer that holds, and is not asked for, until the person gives another
    kind: ClassVar[str] = "text"
    takes_effort: ClassVar[bool] = True  # whether an answer is more than one tap

    def read(self, reply: Reply, asked: Asked) -> Step:
        raise Refused("not_an_answer")

    def options(self, asked: Asked) -> Sequence[Option]:
        return ()

    def actions(self, asked: Asked) -> Sequence[str]:
        return ()

    def holds(self, value: Any, asked: Asked) -> bool:
        """Whether a stored answer is still valid: a change to an earlier answer can make it void."""
        return True

    def obstacle(self, asked: Asked) -> Problem | None:
        """What keeps the question from being answered, known before anything is replied; None where nothing does."""
        return None

    def show(self, value: Any, asked: Asked) -> Line:
        return Line(self.key, "text", value)

    def shown_as(self, asked: Asked) -> str:
        """The kind of screen: a question may have another one inside, such as the list of pieces to remove."""
        return self.kind

    def written(self, value: Any) -> str | None:
        """The answer as somebody would write it, to start from when it is changed; None where it is not written."""
        return str(value)

    def weighs(self, value: Any) -> bool:
        """Whether the answer took effort, so that no single tap may take it away for good."""
        return self.takes_effort and value not in (None, "", [])

    def lost(self, earlier: Any, before: Any, now: Any) -> Any:
        """What an undo would bring back after `now` has replaced `before`; `earlier` is what it would have before."""
        return before if self.weighs(before) and before != now else earlier

    def restored(self, lost: Any, now: Any) -> tuple[Any, Any]:
        """The answer after an undo, and what a further undo would bring back: the two change places."""
        return lost, now if self.weighs(now) and now != lost else None


@dataclass(frozen=True, kw_only=True)
class Text(Question):
    """Free text. Lengths are in characters.

    A device cuts a text that is too long for one message in two, so after a very long text the question stays open for
    the rest. A draft that is too long, of words that came before the question was asked, is replaced by the next ones.
    An empty answer stands for a recording: what happened is told in a voice or video message.
    """

    shortest: int = 1
    longest: int = 10_000
    story: bool = False  # whether words that answer nothing else are kept here
    told_in: str | None = None  # the evidence question whose recordings may tell it instead

    def wrong(self, text: str) -> Problem | None:
        """Why the text is no answer. A text that shows nothing says nothing."""
        shown = seen(text)
        if not shown:
            return Problem("text_wanted")
        if len(shown) < self.shortest:
            return Problem("text_too_short", {"shortest": self.shortest})
        if len(text) > self.longest:
            return Problem("text_too_long", {"longest": self.longest, "length": len(text)})
        return None

    def read(self, reply: Reply, asked: Asked) -> Step:
        if reply.choice == DONE and DONE in self.actions(asked):
            return Answered(asked.draft or "")
        if reply.choice == CLEAR and CLEAR in self.actions(asked):
            return Drafted("", takes_away=True)
        said = (reply.text or "").strip()
        if not seen(said):
            raise Refused("text_wanted")
        if asked.draft and asked.world.tells_nothing(said):  # 没有了, 好的: nothing to go on with
            return self._without_more(said, asked)
        before = asked.draft if self._goes_on(asked, said) else None
        text = "\n".join(filter(None, [before, said]))
        problem = self.wrong(text)
        if problem and problem.code == "text_too_long":  # it stays, to be shortened
            return Drafted(text, problem=problem, takes_away=bool(asked.draft and not before))
        if problem:
            raise Refused(problem.code, **problem.values)
        if len(said) >= MAYBE_CUT < self.longest:
            return Drafted(text, problem=Problem("maybe_cut", {"length": len(text)}))
        return Answered(text)

    def _without_more(self, said: str, asked: Asked) -> Step:
        """Takes the draft as it is from somebody who has no more to say, where it is an answer."""
        if asked.world.action(said) == SKIP and DONE in self.actions(asked):
            return Answered(asked.draft)
        raise Refused("text_too_short", shortest=self.shortest)

    def _goes_on(self, asked: Asked, said: str) -> bool:
        """Whether words go on where the draft ends. What follows one that is too long replaces it, as a rule.

        But what comes within moments, and does not begin like a part of it, is the rest of one text that a device cut.
        """
        draft = asked.draft
        return bool(draft) and (len(draft) <= self.longest or (asked.at_once and said[:BEGINNING] not in draft))

    def actions(self, asked: Asked) -> Sequence[str]:
        draft = asked.draft or ""
        if len(draft) > self.longest:
            return ()
        told = self.is_told(asked) or bool(draft and not self.wrong(draft))
        return [DONE] * told + [CLEAR] * bool(draft)

    def obstacle(self, asked: Asked) -> Problem | None:
        """That a draft is too long. One that is too short is gone on with."""
        if asked.draft:
            return self.wrong(asked.draft) if len(asked.draft) > self.longest else None
        return Problem("recording_kept") if self.is_told(asked) else None

    def holds(self, value: Any, asked: Asked) -> bool:
        return value != "" or self.is_told(asked)

    def is_told(self, asked: Asked) -> bool:
        """Whether a recording tells it."""
        pieces = asked.present(self.told_in) if self.told_in else None
        return any(piece["kind"] in RECORDINGS for piece in pieces or ())

    def show(self, value: Any, asked: Asked) -> Line:
        return super().show(value, asked) if value else Line(self.key, "recording")

    def lost(self, earlier: Any, before: Any, now: Any) -> Any:
        return earlier if now and before and before in now else super().lost(earlier, before, now)


@dataclass(frozen=True, kw_only=True)
class Choice(Question):
    """One option of several: fixed `values`, or a `source` in the database, which is searched by typing and paged."""

    kind: ClassVar[str] = "choice"
    takes_effort: ClassVar[bool] = False
    values: Sequence[str] | Callable[[Answers, World], Sequence[str]] = ()
    source: str | None = None
    extra: tuple[str, ...] = ()  # fixed values after those of the source ("I do not know")
    unsure: str = ""  # the value that stands for not knowing
    page_size: int = 6

    def written(self, value: Any) -> str | None:
        return None

    def options(self, asked: Asked) -> Sequence[Option]:
        if self.source is None:
            return [Option(value) for value in self._values(asked)]
        found = asked.world.options(self.source, asked.query, asked.answers)
        return found or (asked.world.nearest(self.source, asked.query, asked.answers) if asked.query else ())

    def lacks(self, asked: Asked) -> bool:
        """Whether the source has nothing to choose at all (any more), whatever was searched for."""
        return self.source is not None and not self.extra and not asked.world.options(self.source, "", asked.answers)

    def obstacle(self, asked: Asked) -> Problem | None:
        return Problem("nothing_to_choose") if self.lacks(asked) else None

    def _values(self, asked: Asked) -> Sequence[str]:
        return self.values(asked.answers, asked.world) if callable(self.values) else self.values

    def _fixed(self) -> list[Option]:
        return [Option(value) for value in self.extra]

    def page(self, asked: Asked) -> tuple[Sequence[Option], int]:
        """The options of the page shown, and the number of the first of them."""
        found = self.options(asked)
        if self.source is None:
            return found, 1
        start = min(asked.page, max(0, (len(found) - 1) // self.page_size)) * self.page_size
        return [*found[start : start + self.page_size], *self._fixed()], start + 1

    def actions(self, asked: Asked) -> Sequence[str]:
        if self.source is None:
            return ()
        left = len(self.options(asked)) - (asked.page + 1) * self.page_size
        return [PREVIOUS] * (asked.page > 0) + [NEXT] * (left > 0) + [ALL] * bool(asked.query)

    def read(self, reply: Reply, asked: Asked) -> Step:
        if self.lacks(asked):
            raise Refused("nothing_to_choose")
        if reply.choice is not None:
            return self._chosen(reply.choice, asked)
        if reply.text is None:
            raise Refused("choose_one")
        text, found = reply.text.strip(), self.options(asked)
        tried = [text, *asked.world.plainer(text)]
        for said in tried:
            if chosen := _named(said, found, self.key, asked) or _spoken(said, self._fixed(), self.key, asked):
                return Answered(chosen.value)
        if self.unsure and any(asked.world.action(said) == SKIP for said in tried):
            return Answered(self.unsure)
        if self.source is None:
            raise Refused("choose_one")
        for said in tried:
            if matches := asked.world.options(self.source, said, asked.answers):
                return self._narrowed(said, matches, asked)
        if not asked.world.nearest(self.source, text, asked.answers):
            return Drafted(None, problem=Problem("nothing_found", {"query": text}))  # an earlier search is no help
        return Drafted(None, query=text, problem=Problem("found_near", {"query": text}))

    def _narrowed(self, said: str, matches: Sequence[Option], asked: Asked) -> Step:
        """The match that was named whole, or else all of them to choose from."""
        fold, word = asked.world.fold, asked.world.fold(said)
        exact = [one for one in matches if word in (fold(one.label or ""), fold(one.known or ""))]
        return Answered(exact[0].value) if exact else Drafted(None, query=said)

    def _chosen(self, choice: str, asked: Asked) -> Step:
        if choice in (NEXT, PREVIOUS) and choice in self.actions(asked):
            return Drafted(None, asked.page + (1 if choice == NEXT else -1), asked.query)
        if choice == ALL and ALL in self.actions(asked):
            return Drafted(None)
        if not self.holds(choice, asked):
            raise Refused("choose_one")
        return Answered(choice)

    def holds(self, value: Any, asked: Asked) -> bool:
        if value in self._values(asked) or value in self.extra:
            return True
        return self.source is not None and asked.world.label(self.source, value, asked.answers) is not None

    def show(self, value: Any, asked: Asked) -> Line:
        if self.source is not None and value not in self.extra:
            return Line(self.key, "label", asked.world.label(self.source, value, asked.answers))
        return Line(self.key, "option", value)


@dataclass(frozen=True, kw_only=True)
class Ticks(Question):
    """Any number of options, and a remark in the person's own words. Ticking none is an answer too."""

    kind: ClassVar[str] = "ticks"
    values: tuple[str, ...]

    def weighs(self, value: Any) -> bool:
        return bool(value and (value["ticked"] or value["remark"]))

    def written(self, value: Any) -> str | None:
        return value.get("writing") if value else None

    def lost(self, earlier: Any, before: Any, now: Any) -> Any:
        """As it stood; that its remark was about to be changed matters only for one that is too long to be kept."""
        if before and len(before.get("writing") or "") <= LONGEST_REMARK:
            before = {name: value for name, value in before.items() if name != "writing"}
        return super().lost(earlier, before, now)

    def options(self, asked: Asked) -> Sequence[Option]:
        return [Option(value) for value in self.values]

    def actions(self, asked: Asked) -> Sequence[str]:
        draft = self.draft(asked)
        if draft.get("writing"):
            return (DONE, CLEAR)
        return (DONE, REWRITE) if draft["remark"] else (DONE,)

    def read(self, reply: Reply, asked: Asked) -> Step:
        draft = self.draft(asked)
        writing = draft.pop("writing", None)
        if reply.choice in (CLEAR, REWRITE) and reply.choice in self.actions(asked):
            return self._remark_touched(reply.choice, draft)
        if reply.choice == DONE and writing and len(writing) > LONGEST_REMARK:
            raise _too_long(writing)
        if reply.choice == DONE:
            return Answered(draft)
        if reply.choice is not None:
            if reply.choice not in self.values:
                raise Refused("choose_one")
            return Drafted({**draft, "ticked": self._toggled(draft["ticked"], {reply.choice})})
        if reply.text is None or not seen(reply.text):
            raise Refused("tick_or_write")
        text = reply.text.strip()
        if writing:
            return self._remarked(draft, text, takes_away=True)
        parts = [part for part in re.split(r"[\s,、;]+", unicodedata.normalize("NFKC", text)) if part]
        named = [_named(part, self.options(asked), self.key, asked) for part in parts]
        if all(named):
            return Drafted({**draft, "ticked": self._toggled(draft["ticked"], {o.value for o in named if o})})
        return self._remarked(draft, "\n".join(filter(None, [draft["remark"], text])))

    def _remark_touched(self, choice: str, draft: dict[str, Any]) -> Step:
        if choice == REWRITE:
            return Drafted({**draft, "writing": draft["remark"]})
        return Drafted({**draft, "remark": None}, takes_away=True)

    def _remarked(self, draft: dict[str, Any], remark: str, *, takes_away: bool = False) -> Step:
        """The draft with this remark; one that is too long waits beside it, to be shortened."""
        if len(remark) > LONGEST_REMARK:
            return Drafted({**draft, "writing": remark}, problem=_too_long(remark).problem)
        return Drafted({**draft, "remark": remark}, takes_away=takes_away)

    def obstacle(self, asked: Asked) -> Problem | None:
        writing = self.draft(asked).get("writing") or ""
        return _too_long(writing).problem if len(writing) > LONGEST_REMARK else None

    def draft(self, asked: Asked) -> dict[str, Any]:
        return {"ticked": [], "remark": None, **(asked.draft or asked.answers.get(self.key) or {})}

    def _toggled(self, ticked: list[str], touched: set[str]) -> list[str]:
        return [value for value in self.values if (value in ticked) != (value in touched)]

    def show(self, value: Any, asked: Asked) -> Line:
        return Line(self.key, "ticks", value)


@dataclass(frozen=True, kw_only=True)
class Evidence(Question):
    """Photos, voice, video and files: up to `most` pieces, each in its own message or as an album."""

    kind: ClassVar[str] = "media"
    most: int = 9
    largest: int = 20 * 1024 * 1024  # bytes: what Telegram lets a bot fetch

    def actions(self, asked: Asked) -> Sequence[str]:
        held = self.held(asked)
        if not self._removing(asked):
            return (DONE, REMOVE) if held else ()
        start = self._start(asked)
        more = [PREVIOUS] * (start > 0) + [NEXT] * (start + PIECES_SHOWN < len(held))
        return (*more, *[CLEAR] * (start == 0 and len(held) > 1))

    def held(self, asked: Asked) -> list[Mapping[str, Any]]:
        """The pieces received so far."""
        return (asked.answers.get(self.key) if asked.draft is None else asked.draft) or []

    def written(self, value: Any) -> str | None:
        return None

    def shown_as(self, asked: Asked) -> str:
        return "pieces" if self._removing(asked) else self.kind

    def _removing(self, asked: Asked) -> bool:
        """Whether the list of pieces to remove is open, in place of the question itself."""
        return asked.query == REMOVE and bool(self.held(asked))

    def _start(self, asked: Asked) -> int:
        """The index of the first piece on the page that is shown."""
        return min(asked.page, (len(self.held(asked)) - 1) // PIECES_SHOWN) * PIECES_SHOWN

    def page(self, asked: Asked) -> tuple[Sequence[Option], int]:
        """The pieces of the page shown, by number and kind, and the number of the first of them."""
        if not self._removing(asked):
            return (), 1
        start = self._start(asked)
        shown = list(enumerate(self.held(asked), 1))[start : start + PIECES_SHOWN]
        return [Option(_mark(piece), values={"number": number, **_told(piece)}) for number, piece in shown], start + 1

    def read(self, reply: Reply, asked: Asked) -> Step:
        held, removing = self.held(asked), self._removing(asked)
        match reply.choice:
            case "/clear" if held:
                return Drafted([], takes_away=True)
            case "/done" if held:
                return Answered(held)
            case "/remove" if held:
                return Drafted(None, query=REMOVE)
            case "/next" | "/previous" if removing and reply.choice in self.actions(asked):
                return Drafted(None, self._start(asked) // PIECES_SHOWN + (1 if reply.choice == NEXT else -1), REMOVE)
        if removing and not reply.media:
            return self._removed(reply, asked)
        if not reply.media:
            raise Refused("media_wanted", most=self.most, held=len(held))
        first, *others = reply.media
        held, refused = self.add(held, (replace(first, caption=reply.text), *others))
        return Drafted(held, refused=tuple(refused))

    def _removed(self, reply: Reply, asked: Asked) -> Step:
        """Removes the piece that was tapped, or typed by its number. One that has gone by a tap before stays gone."""
        held = self.held(asked)
        number = unicodedata.normalize("NFKC", reply.text or "").strip()
        if reply.choice is not None:
            left = [piece for piece in held if _mark(piece) != reply.choice]
        elif number.isascii() and number.isdigit() and 1 <= int(number[:6]) <= len(held):
            left = [piece for n, piece in enumerate(held, 1) if n != int(number[:6])]
        else:
            raise Refused("piece_wanted", most=len(held))
        return Drafted(left, asked.page, REMOVE, takes_away=len(left) < len(held))

    def add(
        self, held: Sequence[Mapping[str, Any]], media: Sequence[Media]
    ) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
        """The pieces held so far with the new ones that fit, and those that do not, each with its `code`."""
        taken, refused = list(held), list[Mapping[str, Any]]()
        for piece in media:
            if (piece.size or 0) > self.largest:
                refused.append({"code": "too_big", "ref": piece.ref, "size": piece.size, **_told(asdict(piece))})
            elif len(taken) >= self.most:
                refused.append({"code": "too_many", "ref": piece.ref, **_told(asdict(piece))})
            else:
                taken.append(asdict(piece))
        return taken, refused

    def not_kept(self, held: Sequence[Any], refused: Sequence[Mapping[str, Any]]) -> Problem | None:
        """How many pieces are kept and how many are not, and why; None where all are."""
        if not refused:
            return None
        large = [one for one in refused if one["code"] == "too_big"]
        told = {"kept": len(held), "refused": list(refused), "large": large, "over": len(refused) - len(large)}
        return Problem("media_not_kept", {**told, "most": self.most, "megabytes": self.largest // 1024 // 1024})

    def lost(self, earlier: Any, before: Any, now: Any) -> Any:
        """The pieces that are gone, whenever they went; at most three times as many as can be held."""
        kept = {piece["ref"] for piece in now or ()}
        gone = {piece["ref"]: piece for piece in (*(earlier or ()), *(before or ())) if piece["ref"] not in kept}
        return list(gone.values())[-3 * self.most :] or None

    def restored(self, lost: Any, now: Any) -> tuple[Any, Any]:
        """Puts back as many of the lost pieces as there is room for."""
        kept = {piece["ref"] for piece in now or ()}
        held = [*(now or ()), *(piece for piece in lost if piece["ref"] not in kept)]
        return held[: self.most], held[self.most :] or None

    def show(self, value: Any, asked: Asked) -> Line:
        return Line(self.key, "media", [piece["kind"] for piece in value])


@dataclass(frozen=True, kw_only=True)
class Moment(Question):
    """A day, or a day and a time, in the past. Stored as ISO 8601: a date, or a date and time with its offset.

    `roughly`: a stretch of days will do too (last month), as two dates with a stroke between them. What is further back
    than most people live is a slip of the thumb.
    """

    kind: ClassVar[str] = "moment"
    roughly: bool = False
    values: ClassVar[tuple[str, ...]] = ("now", "today", "yesterday")

    def written(self, value: Any) -> str | None:
        return None if "/" in value else value[:16].replace("T", " ")

    def options(self, asked: Asked) -> Sequence[Option]:
        return [Option(value) for value in self.values]

    def read(self, reply: Reply, asked: Asked) -> Step:
        now = asked.world.now
        text = reply.choice or (reply.text or "").strip()
        if reply.choice is None and (chosen := _named(text, self.options(asked), self.key, asked)):
            text = chosen.value
        readings = read_moments(text, now) or self._spans(text, asked)
        if len(readings) > 1:
            raise Refused("moment_either", readings=readings)
        moment = readings[0]
        if moment > (now.isoformat() if "T" in moment else now.date().isoformat()):
            raise Refused("moment_in_future")
        if int(moment[:4]) < now.year - YEARS_BACK:
            raise Refused("moment_too_long_ago", year=int(moment[:4]))
        return Answered(moment)

    def _spans(self, text: str, asked: Asked) -> list[str]:
        """The stretch of days that the text means, where one will do."""
        span = read_span(text, asked.world.now.date())
        if span is None and not self.optional and asked.world.action(text) == SKIP:  # no longer known
            raise Refused("moment_roughly")
        if span is None:
            raise Refused("moment_wanted")
        if "/" in span and not self.roughly:
            raise Refused("moment_too_rough", span=span)
        return [span]

    def show(self, value: Any, asked: Asked) -> Line:
        return Line(self.key, "moment", value)


@dataclass(frozen=True, kw_only=True)
class Day(Question):
    """A future day, later than the day already answered under `after`. Stored as an ISO 8601 date.

    The latest day allowed ends the year that is `years` after this one: 2206 is a slip of the thumb.
    `source` proposes days as values without labels: a channel writes them as its language writes days. Asked with a
    number of working days it gives the day of that alone.
    """

    kind: ClassVar[str] = "day"
    source: str
    after: str
    years: int

    def options(self, asked: Asked) -> Sequence[Option]:
        return asked.world.options(self.source, "", asked.answers)

    def read(self, reply: Reply, asked: Asked) -> Step:
        today = asked.world.now.date()
        text = self._numbered((reply.choice or reply.text or "").strip(), asked)
        day = self._later(text, asked) or read_day(text, today)
        if day is None:
            raise Refused("day_wanted")
        if day < today:
            raise Refused("day_past", day=day.isoformat())
        if not self.holds(day.isoformat(), asked):
            raise Refused("day_too_early", after=asked.answers[self.after][:10])
        if day > (last := date(today.year + self.years, 12, 31)):
            raise Refused("day_too_far", last=last.isoformat())
        return Answered(day.isoformat())

    def _later(self, text: str, asked: Asked) -> date | None:
        """The day that is so many days later than `after`, or than today where that has passed; None for other words.

        Days that offices work are counted by the source.
        """
        number = unicodedata.normalize("NFKC", text)
        if number.isdigit():
            return None
        today = asked.world.now.date()
        after = date.fromisoformat((asked.answers.get(self.after) or today.isoformat())[:10])
        if (days := read_amount(text, DAYS)) is not None:
            return max(after, today) + timedelta(days)
        working = read_amount(text, WORKING_DAYS)
        if working is None or working > 366 * self.years:
            return None
        found = asked.world.options(self.source, str(working), asked.answers)
        return date.fromisoformat(found[0].value) if found else None

    def _numbered(self, text: str, asked: Asked) -> str:
        """The proposed day that a number (1) means, or the text itself."""
        options = self.options(asked)
        number = unicodedata.normalize("NFKC", text)
        known = number.isascii() and number.isdigit() and 1 <= int(number[:6]) <= len(options)
        return options[int(number[:6]) - 1].value if known else text

    def holds(self, value: Any, asked: Asked) -> bool:
        after = asked.answers.get(self.after)
        return after is None or date.fromisoformat(value) > date.fromisoformat(after[:10])

    def show(self, value: Any, asked: Asked) -> Line:
        return Line(self.key, "moment", value)


@dataclass(frozen=True, kw_only=True)
class Phone(Question):
    """A number to be called back at: a mobile, a landline with its area code, one of another country with its +."""

    def read(self, reply: Reply, asked: Asked) -> Step:
        number = asked.world.phone(reply.phone or reply.text or "")
        if number is None:
            raise Refused("phone_wanted")
        return Answered(number)


@dataclass(frozen=True, kw_only=True)
class Number(Question):
    """A whole number within bounds. With `unit` MINUTES hours are converted and other things refused."""

    kind: ClassVar[str] = "number"
    least: int = 0
    most: int = 10_000
    unit: str = ""

    def read(self, reply: Reply, asked: Asked) -> Step:
        number = read_amount(reply.text or "", self.unit)
        if number is None or not self.least <= number <= self.most:
            raise Refused(f"{self.unit or 'number'}_wanted", least=self.least, most=self.most)
        return Answered(number)

    def show(self, value: Any, asked: Asked) -> Line:
        return Line(self.key, "number", value)


@dataclass(frozen=True, kw_only=True)
class Place(Question):
    """A location, sent by the person's device."""

    kind: ClassVar[str] = "location"

    def written(self, value: Any) -> str | None:
        return None

    def read(self, reply: Reply, asked: Asked) -> Step:
        latitude, longitude = reply.location or (None, None)
        if latitude is None or longitude is None or not (abs(latitude) <= 90 and abs(longitude) <= 180):
            raise Refused("location_wanted")
        return Answered([latitude, longitude])

    def show(self, value: Any, asked: Asked) -> Line:
        return Line(self.key, "location", value)


@dataclass(frozen=True, kw_only=True)
class YesNo(Choice):
    values: Sequence[str] | Callable[[Answers, World], Sequence[str]] = ("yes", "no")


def _named(text: str, options: Sequence[Option], key: str, asked: Asked) -> Option | None:
    """The option that a typed label or number means."""
    text = unicodedata.normalize("NFKC", text)
    if text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= len(options):
        return options[int(text[:6]) - 1]
    return _spoken(text, options, key, asked)


def _spoken(text: str, options: Sequence[Option], key: str, asked: Asked) -> Option | None:
    fold = asked.world.fold
    word, labels = fold(text), [asked.world.spoken(asked.flow, key, option) for option in options]
    for option, label in zip(options, labels, strict=True):
        if word == fold(label):
            return option
    own = [(option, label) for option, label in zip(options, labels, strict=True) if option.label is None]
    begins = [option for option, label in own if word == fold(beginning(label))]
    return begins[0] if len(begins) == 1 else None


def beginning(label: str) -> str:
    """What names an option by itself, before it is explained: 匿名 of "匿名，单位看不到您是谁"."""
    return _EXPLAINED.split(label, maxsplit=1)[0]


def _mark(piece: Mapping[str, Any]) -> str:
    """What a button says to name a piece: it stays the same when other pieces go, unlike a number."""
    return hashlib.sha256(str(piece["ref"]).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _told(piece: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind": piece["kind"], "name": piece.get("name"), "caption": piece.get("caption")}


def _too_long(remark: str) -> Refused:
    return Refused("text_too_long", longest=LONGEST_REMARK, length=len(remark))
