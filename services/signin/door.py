"""The door: what a typed code opens, a one-time link's or a recovery code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services import people
from services.foundation.act import Act
from services.people import Device, Right, Way, may, open_session
from services.signin.recovery import use_code
from services.signin.telling import Change, tell

PAGES, CHAT = "pages", "chat"


@dataclass(frozen=True)
class Admitted:
    """Where a code leads: to the pages, or, without the right to open the console, to the chat, which spends it."""

    to: str
    token: str | None = None


def admit(act: Act, code: str, device: Device, longest: timedelta) -> Admitted | None:
    """Admits somebody by a code; None if it is wrong, used or expired, or its person holds no role any more."""
    link = people.peek_link(act, code)
    if link is None:
        return _recovered(act, code, device, longest)
    if not link.to_page and not may(people.roles_of(act, link.person_id), Right.OPEN_CONSOLE):
        return Admitted(CHAT)
    person_id = people.use_link(act, code, PAGES)
    if person_id is None:
        return None
    people.take_over_if_bound(act.by(person_id), person_id)
    return Admitted(PAGES, open_session(act, person_id, Way.LINK, device, longest))


def _recovered(act: Act, code: str, device: Device, longest: timedelta) -> Admitted | None:
    person_id = use_code(act, code)
    if person_id is None:
        return None
    tell(act, person_id, Change.RECOVERY)
    return Admitted(PAGES, open_session(act, person_id, Way.RECOVERY, device, longest))
