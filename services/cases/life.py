"""The life of a case: which step leads from which state to which. This table is the only one (docs/architecture.md).

received → accepted → handed over → answered by the units → closed with an answer to whoever filed it (C06). Declined,
passed on, withdrawn and closed are ends; from each a case can be reopened, as new facts or a mistake ask for it.
A case that is merged under a master (A42) waits with it and takes its end, each with an answer of its own.
Against an end its citizen can appeal once, and the head of the office says whether it stands (P-10, P-12).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from services.cases.codes import CaseCode
from services.foundation.refusal import Refusal

COMPLAINT, QUESTION, OPINION = "complaint", "question", "opinion"


class State(StrEnum):
    """How a case stands. The last four are ends."""

    RECEIVED = "received"
    ACCEPTED = "accepted"  # it is the office's turn
    HANDED = "handed"  # a unit owes an answer about it
    ANSWERED = "answered"  # every unit has answered; the office verifies
    MERGED = "merged"  # it is answered together with its master; no end: its citizen still waits
    DECLINED = "declined"  # with a reason and the right address (A45)
    REFERRED = "referred"  # to a body that is none of our units
    WITHDRAWN = "withdrawn"  # by whoever filed it (A46)
    CLOSED = "closed"  # with an answer


class Step(StrEnum):
    """What moves a case."""

    ACCEPT = "accept"
    DECLINE = "decline"
    REFER = "refer"
    HAND = "hand"
    ASK = "ask"  # the citizen is asked something; the state stays
    NO_REACTION = "no_reaction"  # the days of a question have passed in silence; the state stays
    AWAIT = "await"  # a unit's answer was sent back, or another unit owes one still
    VERIFY = "verify"  # the last unit has answered
    TAKE_BACK = "take_back"  # every unit is settled, and nobody has answered the citizen
    MERGE = "merge"  # under a master, or with its master under another
    PART = "part"  # a clerk takes it out again
    LEFT = "left"  # its master was withdrawn: it stands on its own again, unread
    CLOSE = "close"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    APPEAL = "appeal"  # by whoever filed it, against how it ended; the state stays
    UPHOLD = "uphold"  # by the head of the office: the end stands


class Appeal(StrEnum):
    """How the one appeal against the end of a case stands."""

    WAITS = "waits"  # for the head of the office
    UPHELD = "upheld"  # the end stands
    REOPENED = "reopened"  # the case was taken up again


ENDS = frozenset((State.DECLINED, State.REFERRED, State.WITHDRAWN, State.CLOSED))
FOLLOWING = frozenset((Step.AWAIT, Step.VERIFY, Step.TAKE_BACK))  # taken by what units do, never by a clerk
STAYING = (Step.ASK, Step.NO_REACTION)  # what was said moves nothing
UNMOVED = (*STAYING, Step.APPEAL)  # and nothing is decided by it
ANSWERING = (Step.UPHOLD, Step.REOPEN)  # how an appeal is answered
APPEALABLE = (State.DECLINED, State.REFERRED, State.CLOSED)  # whoever has withdrawn has nothing to appeal against
_FOLLOWS = {Step.AWAIT: State.HANDED, Step.VERIFY: State.ANSWERED, Step.TAKE_BACK: State.ACCEPTED}
_OPEN = {Step.CLOSE: State.CLOSED, Step.WITHDRAW: State.WITHDRAWN}
_DECIDED = {Step.DECLINE: State.DECLINED, Step.REFER: State.REFERRED}
_MERGE = {Step.MERGE: State.MERGED}
_PART = _MERGE | {Step.PART: State.ACCEPTED, Step.LEFT: State.ACCEPTED}
_HAND = {Step.HAND: State.HANDED}
_REOPEN = {Step.REOPEN: State.ACCEPTED}
_ANSWERED: Mapping[State, Mapping[Step, State]] = {  # what waits for an answer, and for nobody's word before it
    State.RECEIVED: _OPEN | _HAND | {Step.REFER: State.REFERRED} | _MERGE,
    State.ACCEPTED: _OPEN | _HAND | _FOLLOWS | {Step.REFER: State.REFERRED} | _MERGE,
    State.HANDED: _HAND | _FOLLOWS | _OPEN,
    State.ANSWERED: _HAND | _FOLLOWS | _OPEN,
    State.MERGED: _OPEN | {Step.REFER: State.REFERRED} | _PART,
    State.REFERRED: _REOPEN,
    State.WITHDRAWN: _REOPEN,
    State.CLOSED: _REOPEN | _HAND,
}
_COMPLAINED: Mapping[State, Mapping[Step, State]] = {
    State.RECEIVED: {Step.ACCEPT: State.ACCEPTED, **_DECIDED, **_HAND, Step.WITHDRAW: State.WITHDRAWN},
    State.ACCEPTED: _DECIDED | _HAND | _FOLLOWS | _OPEN | _MERGE,
    State.HANDED: _HAND | _FOLLOWS | _OPEN,
    State.ANSWERED: _HAND | _FOLLOWS | _OPEN,
    State.MERGED: _DECIDED | _OPEN | _PART,
    State.DECLINED: _REOPEN,
    State.REFERRED: _REOPEN,
    State.WITHDRAWN: _REOPEN,
    State.CLOSED: _REOPEN | _HAND,
}


def _asked(life: Mapping[State, Mapping[Step, State]]) -> Mapping[State, Mapping[Step, State]]:
    """The steps, with those that leave the state: whoever has withdrawn was told that nothing more would come."""
    stays = {state: {} if state is State.WITHDRAWN else dict.fromkeys(STAYING, state) for state in life}
    appeals = {state: dict.fromkeys((Step.APPEAL, Step.UPHOLD), state) for state in APPEALABLE}
    return {state: {**steps, **stays[state], **appeals.get(state, {})} for state, steps in life.items()}


LIFE: Mapping[str, Mapping[State, Mapping[Step, State]]] = {
    COMPLAINT: _asked(_COMPLAINED),
    QUESTION: _asked(_ANSWERED),
    OPINION: _asked(_ANSWERED),  # handed over it is a supervised item (C24)
}


def steps_from(kind: str, state: str) -> Mapping[Step, State]:
    """The steps that a case of this kind can take from a state, each with the state that it leads to."""
    return LIFE[kind].get(State(state), {})


def after(kind: str, state: str, step: Step) -> State:
    """The state after a step. Raises Refusal: decided where the step does not lead on from here."""
    found = steps_from(kind, state).get(step)
    if found is None:
        raise Refusal(CaseCode.DECIDED, state=state, step=step.value)
    return found
