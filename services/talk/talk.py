"""The path of a message: claim it, lock its contact, advance the dialogue, save, queue the answers; then commit.

All that waits shares one transaction (group commit): a handful of statements for a whole batch. When something in a
batch raises, it is rolled back and each message is handled alone, so that only the guilty one goes into quarantine.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import msgspec
import structlog
from sqlalchemy import insert, update

from conversation.engine import CANCEL, Cancelled, Flow, Leaving, Session, Submitted, advance, is_option
from conversation.messages import Button, Incoming, Problem, Reply, Screen
from models.database import DatabaseAway, insert_or_update
from models.prepared import Prepared
from models.tables import contacts, quarantine, sessions
from services import people
from services.deliveries import Outgoing, queue
from services.foundation import inbox
from services.foundation.act import CITIZEN, Act, Acts
from services.foundation.vault import new_id
from services.people import SMS, Contact, address_hash, lock_contacts
from services.talk.edits import changes_now, remember
from services.talk.journeys import ENGINE_WORDS, Journey, Tools, Turn
from services.talk.sure import Sure, ask_again, tap_of
from templates import DEFAULT_LANGUAGE

LARGEST_BATCH = 100
LONGEST_COMMAND = 200
_COMMAND = re.compile(r"/(?P<name>[A-Za-z]\w*)(?:@\w*)?(?:\s(?P<argument>.*))?", re.ASCII | re.DOTALL)
LANGUAGE = "language"  # the journey whose name may be that of what is wanted
LONGEST_RECEIPT = 40  # characters
SLOW = 60  # seconds within which somebody on a slow line taps again
TWICE = 10  # seconds: a button that belongs to no screen, tapped again within this time, was tapped once
log = structlog.get_logger()
_sessions = msgspec.json.Decoder(Session)
_sures = msgspec.json.Decoder(Sure)
_encode = msgspec.json.Encoder().encode


@dataclass
class _Waiting:
    incoming: Incoming
    done: asyncio.Future[None]

    def settle(self, error: Exception | None = None) -> None:
        """Gives the result to the waiting caller, unless it has gone away meanwhile."""
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)


class Talk:
    """The one door for what people say. `handle` returns when the turn is durable."""

    def __init__(
        self, acts: Acts, tools: Tools, *, language: str = DEFAULT_LANGUAGE, largest_batch: int = LARGEST_BATCH
    ) -> None:
        self._acts = acts.by(CITIZEN)  # no turn names a person by itself: the acts that a person does for a unit say so
        self._tools = tools
        self._language = language
        self._largest = largest_batch
        self._waiting: list[_Waiting] = []
        self._running: asyncio.Task[None] | None = None
        self.turns = 0  # number handled since the start of this process

    def now(self) -> datetime:
        return self._tools.clock()

    async def handle(self, incoming: Incoming) -> None:
        """Handles one message. Raises DatabaseAway when nothing could be kept. A repeated event does nothing."""
        waiting = _Waiting(incoming, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._running is None:
            self._running = asyncio.create_task(self._drain())
        await waiting.done
        self.turns += 1

    async def refuse(self, channel: str, event_id: str, sender: str | None, raw: bytes, error: str) -> None:
        """Keeps an event that cannot be understood, and tells its sender, if there is one, what to do."""
        incoming = Incoming(channel, event_id, sender or "", Reply(), raw=raw)
        await self._acts.talk(self._quarantine, incoming, error)

    async def _drain(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[: self._largest], self._waiting[self._largest :]
                await self._settle(batch)
        finally:
            self._running = None

    async def _settle(self, batch: Sequence[_Waiting]) -> None:
        try:
            await self._acts.talk(self._turns, [waiting.incoming for waiting in batch])
        except DatabaseAway as away:
            for waiting in batch:
                waiting.settle(DatabaseAway(str(away)))
        except Exception:
            for waiting in batch:
                await self._alone(waiting)
        else:
            for waiting in batch:
                waiting.settle()

    async def _alone(self, waiting: _Waiting) -> None:
        try:
            try:
                await self._acts.talk(self._turns, [waiting.incoming])
            except DatabaseAway:
                raise
            except Exception as error:
                log.exception("turn_failed", channel=waiting.incoming.channel, event_id=waiting.incoming.event_id)
                await self._acts.talk(self._quarantine, waiting.incoming, type(error).__name__)
        except Exception as error:
            waiting.settle(error)
        else:
            waiting.settle()

    # --- in the worker thread, inside the transaction ---

    def _turns(self, act: Act, incoming: Sequence[Incoming]) -> None:
        utc = act.at(
            act.now.astimezone(UTC)
        )  # converted once a batch: the office's zone costs more to convert than a row to write
        fresh = _claim(utc, incoming)
        if not fresh:
            return
        hashes = [address_hash(act.vault, one.channel, one.sender) for one in fresh]
        senders = {key: (one.channel, one.sender, self._spoken_by(one)) for key, one in zip(hashes, fresh, strict=True)}
        found = lock_contacts(utc, senders)
        turns: dict[str, Turn] = {}
        bodies: list[Outgoing] = []
        for key, one in zip(hashes, fresh, strict=True):
            turn = turns.get(key) or self._turn(act, found[key])
            turns[key] = turn
            turn.edits = one.message
            take(turn, one)
            bodies += turn.outgoing()
        _save(utc, turns.values(), found.values())
        queue(utc, bodies)

    def _turn(self, act: Act, contact: Contact) -> Turn:
        session = None
        if contact.flow and contact.sealed_session and contact.flow in self._tools.journeys:
            session = _sessions.decode(act.vault.open_bytes(contact.sealed_session, "session"))
        asked = contact.sealed_sure
        sure = _sures.decode(act.vault.open_bytes(asked, "sure")) if asked else None
        known = {"tapped": contact.tapped, "letters": contact.letters, "sure": sure}
        return Turn(act, self._tools, contact, session, contact.turn, **known)

    def _quarantine(self, act: Act, incoming: Incoming, error: str) -> None:
        if not _claim(act, [incoming]):
            return
        sealed = act.vault.seal_bytes(incoming.raw or _encode(incoming.reply), "quarantine")
        row = {"id": new_id(), "channel": incoming.channel, "event_id": incoming.event_id, "sealed": sealed}
        act.tx.execute(insert(quarantine).values(**row, error=error[:300], at=act.now))
        if not incoming.sender:
            return
        key = address_hash(act.vault, incoming.channel, incoming.sender)
        senders = {key: (incoming.channel, incoming.sender, self._spoken_by(incoming))}
        turn = self._turn(act, lock_contacts(act, senders)[key])
        turn.say("common.sorry", id=row["id"][:8])
        queue(act, turn.outgoing())

    def _spoken_by(self, incoming: Incoming) -> str:
        wish = (incoming.language or self._language)[:2].lower()
        return wish if wish in self._tools.phrases else self._language


_SAVED = ("turn", "letters", "flow", "sealed", "touched_at", "reminded_at", "tapped", "sure")
_SAVE = Prepared(lambda tx: insert_or_update(tx, sessions, "contact_id", _SAVED), "contact_id", *_SAVED)


def _save(act: Act, turns: Collection[Turn], before: Iterable[Contact]) -> None:
    rows = [
        {
            "contact_id": turn.contact.id,
            "turn": turn.turn_number,
            "letters": turn.letters,
            "touched_at": act.now,
            "reminded_at": None,
            "tapped": turn.tapped,
            "flow": turn.session.flow if turn.session else None,
            "sealed": act.vault.seal_json(_encode(turn.session), "session") if turn.session else None,
            "sure": act.vault.seal_json(_encode(turn.sure), "sure") if turn.sure else None,
        }
        for turn in turns
    ]
    _SAVE.run(act.tx, *rows)
    spoke = {contact.id: contact.language for contact in before}
    for turn in turns:
        if turn.contact.language != spoke[turn.contact.id]:
            changed = update(contacts).where(contacts.c.id == turn.contact.id)
            act.tx.execute(changed.values(language=turn.contact.language))


def take(turn: Turn, incoming: Incoming) -> None:
    """Takes one message of one contact: a command, an answer, or something that needs a place."""
    if turn.contact.channel == SMS:
        _known_by_number(turn, incoming.sender)
    if _is_second_tap(turn, incoming) or _is_receipt(turn, incoming):
        return
    answered = _answered(turn, incoming)
    if answered is None:
        return
    incoming = answered
    reply = incoming.reply
    name, argument = _command(reply, turn)
    if not name and reply.text and not reply.media:
        name = turn.called(reply.text)
        argument = turn.language_in(reply.text) if name == LANGUAGE else ""
        if name and turn.session and is_option(turn.flow(turn.session.flow), turn.session, reply, turn):
            name = ""  # a button of the screen that is shown bears these words
    if incoming.edited and not name and changes_now(turn, incoming):
        return
    remember(turn, incoming)
    if name and not (turn.session and name in ENGINE_WORDS):
        turn.take(name, argument)
    elif reply.unread:
        _unread(turn)
    elif turn.session is not None:
        _advance(turn, turn.session, reply)
    elif _says_something(reply):
        turn.tools.find_place(turn, reply)
    else:
        turn.tools.journeys["menu"].opens(turn, "stale" if reply.choice else "")


def _known_by_number(turn: Turn, number: str) -> None:
    """Takes whoever texts from a registered number for that person: without a chat, this is the way in."""
    if not turn.contact.person_id and (known := people.holder_of_number(turn.act, number)):
        turn.bind(known)
    if turn.contact.person_id:
        people.take_over(turn.act.by(turn.contact.person_id), turn.contact.person_id)


def _answered(turn: Turn, incoming: Incoming) -> Incoming | None:
    """The message with typed words as the tap that they stand for, where it was asked whether to give something up.

    None where it was asked again. A tap, a command, the menu and the help leave that question behind.
    """
    asked, turn.sure = turn.sure, None
    reply = incoming.reply
    if asked is None or incoming.edited or reply.choice is not None or _command(reply, turn)[0]:
        return incoming
    words = None if reply.media or reply.location else reply.text
    if words and (tap := tap_of(turn, asked, words)):
        return replace(incoming, reply=tap)
    if words and turn.called(words):
        return incoming
    ask_again(turn, asked, reply)
    return None


def _is_second_tap(turn: Turn, incoming: Incoming) -> bool:
    """Whether a finger was quicker than our answer: the same button of the same message, with nothing in between.

    A button of the screen shown now may be tapped again (a tick, the next page). One whose screen has gone has had its
    effect: a minute later whoever taps it wants to know where things stand. One of no screen counts anew after seconds.
    """
    reply, (since, _, before) = incoming.reply, (turn.tapped or "").partition(" ")
    if reply.choice is None:
        turn.tapped = None
        return False
    pressed = f"{turn.contact.id}\0{incoming.message}\0{reply.turn}\0{reply.choice}"
    tap, now = turn.act.vault.index(pressed, "tap")[:40], int(turn.act.now.timestamp())
    turn.tapped = f"{now} {tap}"
    if tap != before:
        return False
    passed = now - int(since)
    if reply.turn is None or reply.choice == CANCEL:
        return passed < TWICE and turn.contact.channel != SMS  # by SMS it was typed, and nobody types twice by mistake
    return passed < SLOW and (turn.session is None or reply.turn != turn.session.turn)


def _is_receipt(turn: Turn, incoming: Incoming) -> bool:
    """Whether the words acknowledge a notice that came just before, whatever is under way."""
    reply = incoming.reply
    if not reply.text or reply.media or incoming.edited or len(reply.text) > LONGEST_RECEIPT:
        return False
    word = turn.fold(reply.text)
    said = any(spoken.is_receipt(word) for spoken in turn.tools.phrases.values())
    return said and turn.tools.take_receipt(turn)


def _advance(turn: Turn, session: Session, reply: Reply) -> None:
    journey, flow = turn.tools.journeys[session.flow], turn.flow(session.flow)
    if not turn.may(journey):
        _end(turn, journey, flow, session, reply)
        return
    turn.session, effect = advance(flow, session, reply, turn)
    match effect:
        case Submitted(answers):
            turn.turn_number += 1
            if journey.submit is not None and not journey.submit(turn, answers):
                turn.give_back(flow, answers)
        case Cancelled():
            turn.turn_number += 1
            turn.tools.journeys["menu"].opens(turn, "cancelled")
        case Leaving(number):
            no, yes = Button("/resume", words="resume"), Button(f"/discard {number}", words="discard")
            turn.ask_sure("common.sure_to_discard", no, yes, under_way=flow.name)
        case Screen(problem=problem):
            turn.turn_number = effect.turn
            strays = journey.strays if problem is not None and _says_something(reply) else None
            if strays is None or not strays(turn, reply):
                turn.show(effect)


def _end(turn: Turn, journey: Journey, flow: Flow, session: Session, reply: Reply) -> None:
    """Ends a conversation whose right has been withdrawn: says so, and gives back what was written, this reply too."""
    turn.discard()
    turn.turn_number += 1
    if turn.had(journey):
        turn.tools.journeys["menu"].opens(turn, "ended")
    else:
        turn.say("common.right_ended", Button("/menu", words="menu"), under_way=session.flow)
    spoken = reply.text is not None and turn.action(reply.text) is not None  # "提交" is a button, not a word to keep
    turn.give_back(flow, {**session.answers, **session.drafts}, None if spoken else reply)


def _unread(turn: Turn) -> None:
    if turn.session is not None:
        turn.resume(Problem("unread"))
    else:
        turn.say("common.unread", Button("/menu", words="menu"))


def _says_something(reply: Reply) -> bool:
    return bool(reply.text or reply.media or reply.location)


def _command(reply: Reply, turn: Turn) -> tuple[str, str]:
    """The name and argument of a command typed or tapped, "/complaint u-gtj"; empty for anything else.

    Words that begin with a slash (/三号窗口/ 没人) are words. A single one that could be a command is taken as one.
    """
    said = reply.choice or reply.text or ""
    found = _COMMAND.fullmatch(said)
    if found is None or reply.media or len(said) > LONGEST_COMMAND:
        return "", ""
    name, argument = found["name"].lower(), (found["argument"] or "").strip()
    known = name in turn.tools.journeys or name in ENGINE_WORDS
    return (name, argument) if known or reply.choice or not argument else ("", "")


def _claim(act: Act, incoming: Sequence[Incoming]) -> list[Incoming]:
    """Claims events that no process has handled before, each once; waits for a process that handles one right now."""
    by_key = {(one.channel, one.event_id): one for one in incoming}
    fresh: set[tuple[str, str]] = set()
    for channel in sorted({channel for channel, _ in by_key}):
        events = [event for of, event in by_key if of == channel]
        fresh.update((channel, event) for event in inbox.claim_all(act, channel, events))
    return [one for key, one in by_key.items() if key in fresh]
