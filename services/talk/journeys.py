"""Journeys: what people can set out to do, and one turn of it with everything that a handler may touch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from conversation.engine import Flow, Session, begun, prefilled, screen
from conversation.messages import Answers, Attached, Body, Button, Option, Problem, Reply, Say, Screen
from conversation.untaken import pieces_of, words_of
from models.tables import FETCHING
from services.calendar import Limits
from services.deliveries import Outgoing
from services.foundation.act import Act
from services.foundation.folding import folded
from services.foundation.phones import callback
from services.obligations import Kinds
from services.people import SMS, Contact, Grant, Right, bind_contact, ended_roles, may_somewhere, roles_of
from services.talk.sure import Sure
from services.units import Directory

_MOVES = ("back", "keep", "skip", "drop", "undo", "cancel", "submit", "edit")
ENGINE_WORDS = frozenset((*_MOVES, "done", "clear", "remove", "rewrite", "next", "previous", "all"))
MIDWAY = frozenset(("menu", "help", "resume", "anew"))  # journeys that may be called in the middle of a flow


class Phrases(Protocol):
    """The words of one language, as far as reading a typed answer needs them."""

    @property
    def name(self) -> str:
        """The language's name in its own words."""
        ...

    def option(self, flow: str, key: str, value: str) -> str: ...

    def action(self, text: str) -> str | None: ...

    def journey(self, text: str) -> str | None: ...

    def means(self, text: str, button: str) -> bool: ...

    def is_receipt(self, word: str) -> bool: ...

    def names_itself(self, text: str) -> bool: ...

    def edited(self, flow: str, keys: Sequence[str], text: str) -> str | None: ...

    def tells_nothing(self, text: str) -> bool: ...

    def plainer(self, text: str) -> Sequence[str]: ...

    def untold(self, text: str) -> str: ...

    def category(self, text: str) -> str | None: ...


class Source(Protocol):
    """A list of options that comes out of the database."""

    def options(self, turn: Turn, query: str, answers: Answers) -> Sequence[Option]: ...

    def nearest(self, turn: Turn, query: str, answers: Answers) -> Sequence[Option]: ...

    def label(self, turn: Turn, value: str, answers: Answers) -> str | None: ...


@dataclass(frozen=True)
class Journey:
    """A journey to set out for. `opens(turn, argument)` answers its command; a flow's answers go to `submit`.

    Without a `right` it is open to everybody. A person without the right is answered as if there were no such command.
    Answers that were not taken are shown again, to be copied.
    """

    name: str
    opens: Callable[[Turn, str], None]
    flow: Flow | None = None
    submit: Callable[[Turn, Answers], bool] | None = None  # whether it took them; where not, it has said why
    strays: Callable[[Turn, Reply], bool] | None = None  # takes words that its questions refuse, or does not
    right: Right | None = None  # a right somewhere is enough: the journey itself asks in which unit
    otherwise: str = ""  # the journey that answers whoever says its name without having the right
    in_menu: bool = False
    listed: bool = False  # whether it is in the channel's own list of commands
    asks_once: bool = False  # for people who go elsewhere: not asked again below every other answer


@dataclass(frozen=True)
class Office:
    """How the office is reached, as its settings say it; empty where they do not."""

    phone: str = ""
    address: str = ""
    hours: str = ""


@dataclass(frozen=True)
class Tools:
    """What all turns share; made once by build()."""

    journeys: Mapping[str, Journey]
    sources: Mapping[str, Source]
    phrases: Mapping[str, Phrases]
    find_place: Callable[[Turn, Reply], None]  # opened for words that answer nothing
    take_receipt: Callable[[Turn], bool]  # takes 收到 where a notice waits for it
    directory: Callable[[], Directory]
    clock: Callable[[], datetime]
    limits: Limits
    kinds: Kinds
    site: str  # our public address
    office: Office


@dataclass
class Turn:
    """One contact's turn: the loaded session goes in, the new one and the bodies to deliver come out."""

    act: Act
    tools: Tools
    contact: Contact
    session: Session | None
    turn_number: int
    edits: str | None = None
    tapped: str | None = None  # the tap that came last, where it was one
    letters: int = 0  # the number of the last letter that pages have been given
    said: list[Outgoing] = field(default_factory=list)
    sure: Sure | None = None  # what was asked last, where it was whether to give something up
    heard: dict[str, Any] = field(default_factory=dict)  # which message has said what, since the conversation began
    _roles: tuple[Grant, ...] | None = None

    # --- what handlers use ---

    @property
    def now(self) -> datetime:
        return self.act.now

    @property
    def directory(self) -> Directory:
        """The units, named in the language that is spoken here."""
        return self.tools.directory().spoken(self.contact.language)

    @property
    def grants(self) -> tuple[Grant, ...]:
        if self._roles is None:
            self._roles = roles_of(self.act, self.contact.person_id)
        return self._roles

    def may(self, journey: Journey) -> bool:
        return journey.right is None or may_somewhere(self.grants, journey.right)

    def say(self, words: str, *buttons: Button, **values: Any) -> None:
        """Queues a message: `words` is "<file>.<block>"."""
        self._queue(Body(say=Say(words, values, buttons), edits=self._edits()))

    def hand(self, words: str, piece: Attached, **values: Any) -> None:
        """Queues a message with a file."""
        self._queue(Body(say=Say(words, values, (), (piece,)), edits=self._edits()))

    def start(self, name: str, answers: Answers | None = None, drafts: Mapping[str, Any] | None = None) -> None:
        """Begins a flow with what is known already and shows its first open question."""
        self.session = self.opened(name, answers or {}, drafts)
        self.resume()

    def opened(self, name: str, answers: Answers, drafts: Mapping[str, Any] | None = None) -> Session:
        """A conversation that begins now with what is known already."""
        self.turn_number += 1
        return prefilled(self.flow(name), answers, self.turn_number, drafts).changed(heard=self.heard)

    def take(self, name: str, argument: str) -> None:
        """Sets out for a journey by its name. What is under way is never dropped without asking."""
        journey = self.tools.journeys.get(name)
        if journey is None or not self.may(journey):
            if name in ENGINE_WORDS:  # a button of a conversation that is over
                self.tools.journeys["menu"].opens(self, "stale")
            elif journey is not None and self.had(journey):
                self.tools.journeys["menu"].opens(self, "ended")
            else:
                self.tools.journeys["help"].opens(self, "unknown")
        elif (
            self.session is not None and journey.flow is not None and begun(self.flow(self.session.flow), self.session)
        ):
            again = Button(f"/discard {self.session.turn} /{name} {argument}".strip(), words="discard_and_start")
            self.ask_sure("common.busy", Button("/resume", words="resume"), again, under_way=self.session.flow)
        else:
            journey.opens(self, argument)

    def had(self, journey: Journey) -> bool:
        """Whether the person has lost the role that gave them the journey's right."""
        return journey.right is not None and may_somewhere(self.former(), journey.right)

    def former(self) -> Sequence[Grant]:
        """Roles that this person has lost; they tell an old button from a mistyped command."""
        lost = ended_roles(self.act, self.contact.person_id)
        return [one for one in lost if may_somewhere([one], Right.LOOK_AT_OBLIGATIONS)]

    def ask_sure(self, words: str, no: Button, yes: Button, **values: Any) -> None:
        """Asks before something is given up for good; what is typed next answers this (`services.talk.sure`)."""
        self.sure = Sure(no, yes, self.now)
        self.say(words, no, yes, **values)

    def give_back(self, flow: Flow, answers: Answers, last: Reply | None = None) -> None:
        """Shows what was written in a conversation that was not taken, to be copied, and counts its pieces.

        `last`: a reply that came when its answers were no longer taken.
        """
        last = last or Reply()
        words = "\n".join(filter(None, [words_of(flow, answers), last.written()]))
        count = pieces_of(flow, answers) + len(last.media)
        if words or count:
            said = Say("common.untaken", {"words": words, "count": count}, copy=words or None)
            self._queue(Body(say=said, edits=self._edits()))

    def resume(self, problem: Problem | None = None) -> None:
        """Shows again the screen where the person is, if anything is under way."""
        if self.session is None:
            self.tools.journeys["menu"].opens(self, "")
        else:
            self.show(screen(self.flow(self.session.flow), self.session, self, problem))

    @property
    def _waits(self) -> bool:
        """Whether something is under way that is asked again below other answers."""
        return self.session is not None and not self.tools.journeys[self.session.flow].asks_once

    def go_on(self) -> None:
        """Shows again what is under way, if anything, below an answer to something else.

        Not by SMS: the numbers would mean something else than those of the message above; 0 goes on there.
        """
        if self._waits and self.contact.channel != SMS:
            self.resume()

    def means(self, text: str, button: str) -> bool:
        """Whether typed words are those of a button, or others that mean it, in any language."""
        return any(spoken.means(text, button) for spoken in self.tools.phrases.values())

    def called(self, text: str) -> str:
        """The journey whose name was typed, in any language; in the middle of a flow only those of MIDWAY count."""
        journey = self._named(text)
        if journey is None or (self._waits and journey.name not in MIDWAY):
            return ""
        return journey.name

    def language_in(self, text: str) -> str:
        """The code of the language that was typed by its name; empty for other words."""
        return next((code for code, spoken in self.tools.phrases.items() if spoken.names_itself(text)), "")

    def _named(self, text: str) -> Journey | None:
        """The journey whose name was typed, where this person may set out for it or is answered by another."""
        phrases, own = self.tools.phrases, self.contact.language
        called = (phrases[code].journey(text) for code in (own, *(code for code in phrases if code != own)))
        journey = self.tools.journeys.get(next(filter(None, called), ""))
        if journey is not None and not self.may(journey):
            journey = self.tools.journeys.get(journey.otherwise)
        return journey

    def show(self, shown: Screen) -> None:
        self._queue(Body(ask=shown, edits=self._edits()))

    def discard(self) -> None:
        self.session, self.heard = None, {}

    def speak(self, language: str) -> None:
        self.contact = replace(self.contact, language=language)

    def bind(self, person_id: str) -> None:
        """Binds this chat account to the person from now on."""
        bind_contact(self.act, self.contact.id, person_id)
        self.contact = replace(self.contact, person_id=person_id)
        self._roles = None

    def flow(self, name: str) -> Flow:
        flow = self.tools.journeys[name].flow
        if flow is None:
            raise KeyError(name)
        return flow

    def outgoing(self) -> list[Outgoing]:
        """The deliveries for what was said since the last call."""
        said, self.said = self.said, []
        if self.contact.channel != FETCHING:
            return said
        first, self.letters = self.letters + 1, self.letters + len(said)
        return [replace(one, letter=number) for number, one in enumerate(said, first)]

    # --- the engine's World ---

    def options(self, source: str, query: str, answers: Answers) -> Sequence[Option]:
        return self.tools.sources[source].options(self, query, answers)

    def nearest(self, source: str, query: str, answers: Answers) -> Sequence[Option]:
        return self.tools.sources[source].nearest(self, query, answers)

    def label(self, source: str, value: str, answers: Answers) -> str | None:
        return self.tools.sources[source].label(self, value, answers)

    def spoken(self, flow: str, key: str, option: Option) -> str:
        return option.label or self.tools.phrases[self.contact.language].option(flow, key, option.value)

    def fold(self, text: str) -> str:
        return folded(text)

    def plainer(self, text: str) -> Sequence[str]:
        return self.tools.phrases[self.contact.language].plainer(text)

    def phone(self, text: str) -> str | None:
        return callback(text)

    def action(self, text: str) -> str | None:
        return self.tools.phrases[self.contact.language].action(text)

    def edited(self, flow: str, keys: Sequence[str], text: str) -> str | None:
        return self.tools.phrases[self.contact.language].edited(flow, keys, text)

    def tells_nothing(self, text: str) -> bool:
        courteous = any(spoken.tells_nothing(text) for spoken in self.tools.phrases.values())
        return courteous or self._named(text) is not None

    def _queue(self, body: Body) -> None:
        self.said.append(Outgoing(self.contact.id, self.contact.channel, body))

    def _edits(self) -> str | None:
        """The message to draw over: only the first body of a turn may replace the tapped message."""
        edits, self.edits = self.edits, None
        return edits
