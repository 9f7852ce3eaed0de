"""`mingcha invite`: a link for the person who is meant, who is added unless they are there already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.build import Program
from bot.terminal import Stop, Terminal
from services import obligations, people
from services.foundation.act import Act
from services.foundation.phones import BadNumber, masked, normalised
from services.foundation.refusal import Refusal
from services.people import WITHOUT_UNIT, Grant, PeopleCode, Role


@dataclass(frozen=True)
class Invitation:
    """What was typed."""

    name: str
    role: str
    units: Sequence[str]  # ids
    days: int  # that the link is valid
    phone: str = ""
    person: str = ""  # how the id of the one begins who is meant
    new: bool = False  # somebody else of the same name
    takes_over: bool = False  # as head, where the unit has one


def link_for(terminal: Terminal, program: Program, wanted: Invitation) -> None:
    """Makes the link and tells it. Raises Stop where something typed is wrong, or it is not clear who is meant."""
    wanted, phone = _checked(program, wanted)
    acts, heads = program.acts, {}
    try:
        words, code = acts.transact(_invited, wanted, phone)
    except Refusal as refused:
        if refused.code != PeopleCode.HAS_HEAD:
            raise
        heads = acts.transact(_heads, refused.values["units"])
        _agree(terminal, program, wanted, heads)
        words, code = acts.transact(_invited, wanted, phone, takes_over=True)
    terminal.tell(words, name=wanted.name, days=wanted.days, code=code, site=program.settings.site)
    still = acts.transact(_heads, [*heads])
    for unit, names in heads.items():
        for name in names:
            told = "head_follows" if name in still[unit] else "head_followed"
            terminal.tell(told, name=wanted.name, unit=program.units.name(unit), before=name, linked=True)


def _agree(terminal: Terminal, program: Program, wanted: Invitation, heads: Mapping[str, Sequence[str]]) -> None:
    """Says who is head now. Raises Stop unless it was said, or is said now, that this one is to follow."""
    told = [("has_head", {"unit": program.units.name(unit), "names": names}) for unit, names in heads.items()]
    asked = ("takes_over_asked", {"name": wanted.name})
    if not wanted.takes_over and not terminal.agrees([*told, asked]):
        raise Stop.all([*told, ("takes_over_wanted", {"name": wanted.name})])


def _checked(program: Program, wanted: Invitation) -> tuple[Invitation, str | None]:
    """What was typed, with the name as it is kept, and the number in E.164. Raises Stop."""
    if wanted.role not in list(Role):
        raise Stop("bad_choice", value=wanted.role, choices=tuple(Role))
    for unit in wanted.units:
        if program.units.get(unit) is None:
            raise Stop("unknown_unit", value=unit)
    if wanted.role not in WITHOUT_UNIT and not wanted.units:
        raise Stop("unit_wanted")
    try:
        return replace(wanted, name=people.named(wanted.name)), normalised(wanted.phone) if wanted.phone else None
    except Refusal:
        raise Stop("name_wrong") from None
    except BadNumber:
        raise Stop("phone_wrong", value=wanted.phone) from None


def _invited(act: Act, wanted: Invitation, phone: str | None, *, takes_over: bool = False) -> tuple[str, str]:
    granted = [Grant(wanted.role, unit) for unit in wanted.units] or [Grant(wanted.role, None)]
    person_id, words = _meant(act, wanted, phone, granted), "invited_again"
    what = [wanted.role], wanted.units
    if not person_id:
        person_id = people.add_member(act, wanted.name, *what, phone=wanted.phone, takes_over=takes_over, another=True)
        obligations.catch_up(act, person_id)
        words = "invited"
    elif not set(granted) <= set(people.roles_of(act, person_id)):
        people.grant_more(act, person_id, *what, takes_over=takes_over)
    return words, people.issue_link(act, person_id, timedelta(days=wanted.days))


def _heads(act: Act, units: Sequence[str]) -> dict[str, Sequence[str]]:
    """The names of the heads of these units, by unit."""
    heads = people.heads_of(act, units)
    names = people.names_of(act, [one for ids in heads.values() for one in ids])
    return {unit: [names[one] for one in ids] for unit, ids in heads.items()}


def _meant(act: Act, wanted: Invitation, phone: str | None, granted: Sequence[Grant]) -> str:
    """The id of the person to invite; empty for a new one. Stops where it cannot be told who is meant."""
    known = people.alike(act, wanted.name, phone)
    if wanted.person:
        known = [one for one in known if one.person.id.startswith(wanted.person)]
        same = known
    else:
        fits = [one for one in known if phone is None or one.person.phone in (None, phone)]
        same = [one for one in fits if set(granted) <= set(one.grants)]
    if wanted.new or (not known and not wanted.person):
        return ""
    if len(same) != 1:
        told = [
            {"id": one.person.id, "name": one.person.name, "phone": masked(one.person.phone or ""), "held": one.grants}
            for one in known
        ]
        raise Stop("which_person", people=told, chosen=wanted.person)
    return same[0].person.id
