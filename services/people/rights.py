"""Rights: which role may do what, and where. One table, and the questions that everybody else asks it.

No other module compares a role. What somebody may do follows from their grants, each of a role in a unit or in none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A role to which somebody is appointed; the order is that in which roles are listed."""

    CLERK = "clerk"
    REVIEWER = "reviewer"
    OFFICE_HEAD = "office_head"
    DISCIPLINE = "discipline"
    LEADING_GROUP = "leading_group"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"
    MONITOR = "monitor"
    INSPECTOR = "inspector"
    EVIDENCE_SUPPLIER = "evidence_supplier"
    SUPERIOR = "superior"
    HEAD = "head"
    DEPUTY = "deputy"
    LIAISON = "liaison"


@dataclass(frozen=True)
class Grant:
    """A role that somebody holds, in a unit or in none. `role`: a `Role`; an unknown one gives no right."""

    role: str
    unit_id: str | None


class Right(StrEnum):
    """A right: something that not everybody may do."""

    SIGN_IN = "sign_in"  # have sessions on the pages, and come back by oneself
    OPEN_CONSOLE = "open_console"  # a one-time link leads to the console instead of to the chat
    READ_REPORTS = "read_reports"  # complaints, questions and visits, with the clean copies of their evidence
    DECIDE_REPORTS = "decide_reports"  # ask, accept, decline, answer, note
    HANDLE_CONFLICTS = "handle_conflicts"  # the discipline desk: what nobody else of the office sees (A44, R29, W10)
    OPEN_IDENTITIES = "open_identities"  # who filed a report, for a stated purpose, once a second person agrees
    SEE_OPENINGS = "see_openings"  # who asked to see an identity, what for, and what came of it
    ANSWER_OPENINGS = "answer_openings"  # agree to or refuse what somebody else asks, as the second person
    OPEN_ORIGINALS = "open_originals"  # evidence as it came, for a stated purpose
    DECIDE_APPEALS = "decide_appeals"  # answer whoever appeals against how their case ended
    HAND_OVER = "hand_over"  # make an obligation of a unit, from a report or without one
    HAND_OVER_AGAIN = "hand_over_again"  # hand over what several units have given back as not their duty
    OVERSEE_OBLIGATIONS = "oversee_obligations"  # the office's list at the console
    DECIDE_OBLIGATIONS = "decide_obligations"  # accept or return an answer, give time, excuse, reply
    LOOK_AT_OBLIGATIONS = "look_at_obligations"  # the unit's own view of what it owes
    ANSWER_OBLIGATIONS = "answer_obligations"  # act for the unit: acknowledge, answer, ask for time
    BE_REMINDED = "be_reminded"  # be told by every reminder, before and after the deadline
    STAND_IN = "stand_in"  # be reminded where the head does not react
    HEAR_OF_LATENESS = "hear_of_lateness"  # be told of what a unit owes once it is late
    SEE_LATE = "see_late"  # the list of who is late
    SEE_FIGURES = "see_figures"  # rates by unit, source and month, which name nobody
    FILE_VISITS = "file_visits"
    REPORT_MONITORING = "report_monitoring"  # a monitoring point's monthly answer (R12)
    SUPPLY_EVIDENCE = "supply_evidence"  # confirm or deny what a deduction rests on (R25)
    CONFIRM_DEDUCTIONS = "confirm_deductions"  # approve a deduction as the second person
    APPROVE_RESULTS = "approve_results"  # grades and consequences (R01)
    READ_NOTICES = "read_notices"  # those that the office sends, and their receipts
    WRITE_NOTICES = "write_notices"
    RELEASE_NOTICES = "release_notices"  # release a notice as the second person
    PUBLISH_FIGURES = "publish_figures"  # make a month's figures public
    WRITE_TEXTS = "write_texts"  # the standard texts of the office's words to citizens
    EXPORT = "export"  # take a list away as a file
    MANAGE_PEOPLE = "manage_people"
    MANAGE_UNITS = "manage_units"  # who is on duty there, and their posters
    APPOINT_WATCHERS = "appoint_watchers"  # WATCHING: no clerk lets in a watcher of their own
    SET_CALENDAR = "set_calendar"
    READ_QUARANTINE = "read_quarantine"
    READ_AUDIT = "read_audit"


class Scope(StrEnum):
    """Where a role gives a right."""

    OWN = "own"  # in the unit of the grant
    BELOW = "below"  # in that unit and in everything below it
    ALL = "all"  # everywhere, also in what belongs to no unit


class Group(StrEnum):
    """A group of roles that belong together wherever roles are listed."""

    OFFICE = "office"
    FIELD = "field"
    UNIT = "unit"


class Addressee(StrEnum):
    """The capacity in which somebody is told of an obligation; it is stored with a reminder and chooses its words."""

    HEAD = "head"
    DEPUTY = "deputy"
    SUPERIOR = "superior"


GROUPS: Mapping[Group, Sequence[Role]] = {
    Group.OFFICE: (
        Role.CLERK,
        Role.REVIEWER,
        Role.OFFICE_HEAD,
        Role.DISCIPLINE,
        Role.LEADING_GROUP,
        Role.AUDITOR,
        Role.ADMINISTRATOR,
    ),
    Group.FIELD: (Role.SUPERVISOR, Role.MONITOR, Role.INSPECTOR, Role.EVIDENCE_SUPPLIER),
    Group.UNIT: (Role.SUPERIOR, Role.HEAD, Role.DEPUTY, Role.LIAISON),
}
WITHOUT_UNIT = frozenset((*GROUPS[Group.OFFICE], Role.MONITOR))  # a monitor belongs to a point, which is no unit
SOLE = frozenset((Role.HEAD,))  # held by one person of a unit at a time
# Who has one of these watches over the office: a clerk who could appoint them, or sign in for them, would be unwatched.
WATCHING = (Right.HANDLE_CONFLICTS, Right.APPOINT_WATCHERS)
TOLD_BY: Mapping[Addressee, Right] = {  # somebody who would be told in several capacities is told in the first
    Addressee.HEAD: Right.BE_REMINDED,
    Addressee.DEPUTY: Right.STAND_IN,
    Addressee.SUPERIOR: Right.HEAR_OF_LATENESS,
}


def _in(scope: Scope, *rights: Right) -> dict[Right, Scope]:
    return dict.fromkeys(rights, scope)


def _everywhere(*rights: Right) -> dict[Right, Scope]:
    return _in(Scope.ALL, *rights)


_READING = _everywhere(
    Right.OPEN_CONSOLE, Right.OVERSEE_OBLIGATIONS, Right.SEE_LATE, Right.SEE_FIGURES, Right.READ_NOTICES, Right.EXPORT
)
_CASEWORK = _everywhere(
    Right.READ_REPORTS,
    Right.DECIDE_REPORTS,
    Right.OPEN_IDENTITIES,
    Right.SEE_OPENINGS,
    Right.ANSWER_OPENINGS,
    Right.OPEN_ORIGINALS,
    Right.HAND_OVER,
    Right.DECIDE_OBLIGATIONS,
)
_UPKEEP = _everywhere(Right.MANAGE_PEOPLE, Right.MANAGE_UNITS, Right.SET_CALENDAR, Right.READ_QUARANTINE)
_WRITING = _everywhere(Right.WRITE_NOTICES, Right.RELEASE_NOTICES, Right.PUBLISH_FIGURES, Right.WRITE_TEXTS)
_CLERK = _READING | _CASEWORK | _UPKEEP | _WRITING
_FOR_UNIT = _in(Scope.OWN, Right.LOOK_AT_OBLIGATIONS, Right.ANSWER_OBLIGATIONS, Right.SEE_LATE)
_ABOVE_UNIT = _in(Scope.BELOW, Right.LOOK_AT_OBLIGATIONS, Right.SEE_LATE)

_OF_ROLES: Mapping[Role, dict[Right, Scope]] = {
    Role.CLERK: _CLERK,
    Role.REVIEWER: _READING
    | _everywhere(
        Right.READ_REPORTS, Right.SEE_OPENINGS, Right.ANSWER_OPENINGS, Right.RELEASE_NOTICES, Right.CONFIRM_DEDUCTIONS
    ),
    Role.OFFICE_HEAD: _CLERK | _everywhere(Right.DECIDE_APPEALS, Right.HAND_OVER_AGAIN, Right.CONFIRM_DEDUCTIONS),
    Role.DISCIPLINE: _READING | _CASEWORK | _everywhere(Right.HANDLE_CONFLICTS),
    # Its members head units themselves: they read no report.
    Role.LEADING_GROUP: _READING | _everywhere(Right.RELEASE_NOTICES, Right.APPROVE_RESULTS),
    Role.AUDITOR: _READING
    | _everywhere(Right.READ_REPORTS, Right.SEE_OPENINGS, Right.READ_AUDIT, Right.APPOINT_WATCHERS),
    Role.ADMINISTRATOR: _UPKEEP | _everywhere(Right.OPEN_CONSOLE, Right.APPOINT_WATCHERS),
    Role.SUPERVISOR: _in(Scope.OWN, Right.FILE_VISITS),
    Role.MONITOR: _everywhere(Right.REPORT_MONITORING),
    Role.INSPECTOR: _in(Scope.OWN, Right.FILE_VISITS),
    Role.EVIDENCE_SUPPLIER: _in(Scope.OWN, Right.SUPPLY_EVIDENCE),
    Role.SUPERIOR: _ABOVE_UNIT | _in(Scope.OWN, Right.HEAR_OF_LATENESS),
    Role.HEAD: _FOR_UNIT | _ABOVE_UNIT | {Right.BE_REMINDED: Scope.OWN, Right.HEAR_OF_LATENESS: Scope.BELOW},
    Role.DEPUTY: _FOR_UNIT | _in(Scope.OWN, Right.STAND_IN),
    Role.LIAISON: _FOR_UNIT,
}
RIGHTS: Mapping[Role, Mapping[Right, Scope]] = {
    role: given | _everywhere(Right.SIGN_IN) for role, given in _OF_ROLES.items()
}


@dataclass(frozen=True)
class Units:
    """The units in which somebody has a right. `everything`: all of them, and what belongs to none."""

    ids: frozenset[str] = frozenset()
    everything: bool = False

    def __contains__(self, unit_id: object) -> bool:
        return self.everything or unit_id in self.ids

    def __bool__(self) -> bool:
        return self.everything or bool(self.ids)


def scope_of(role: str, right: Right) -> Scope | None:
    """Where a role gives a right; None where it does not."""
    return _TABLE.get(role, {}).get(right)


def roles_with(right: Right) -> frozenset[Role]:
    """The roles that give a right somewhere, for a database query."""
    return frozenset(role for role, given in RIGHTS.items() if right in given)


def may(grants: Iterable[Grant], right: Right, line: Sequence[str] = ()) -> bool:
    """Whether these grants give a right in one unit, or, without `line`, in what belongs to no unit.

    line: the ids of the unit and of those above it, the unit first.
    """
    return any(_reaches(scope_of(one.role, right), one.unit_id, line) for one in grants)


def may_somewhere(grants: Iterable[Grant], right: Right) -> bool:
    """Whether these grants give a right in any place at all."""
    return any(scope_of(one.role, right) for one in grants)


def units_with(grants: Iterable[Grant], right: Right, below: Callable[[str], Iterable[str]]) -> Units:
    """The units in which these grants give a right. `below`: the ids of everything under a unit."""
    ids: set[str] = set()
    everything = False
    for one in grants:
        scope = scope_of(one.role, right)
        everything = everything or scope is Scope.ALL
        if scope in (Scope.OWN, Scope.BELOW) and one.unit_id:
            ids.add(one.unit_id)
            ids.update(below(one.unit_id) if scope is Scope.BELOW else ())
    return Units(frozenset(ids), everything)


def place_of(role: str) -> int:
    """Where a role stands in a list of roles; an unknown one comes last."""
    return _ORDER.get(role, len(_ORDER))


def _reaches(scope: Scope | None, unit_id: str | None, line: Sequence[str]) -> bool:
    match scope:
        case Scope.ALL:
            return True
        case Scope.OWN:
            return unit_id in line[:1]
        case Scope.BELOW:
            return unit_id in line
        case None:
            return False


_TABLE: Mapping[str, Mapping[Right, Scope]] = {role.value: given for role, given in RIGHTS.items()}
_ORDER: Mapping[str, int] = {role.value: place for place, role in enumerate(Role)}
