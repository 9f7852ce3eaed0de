"""Menus: what each number of a contact's last menu by text message stands for.

A menu is kept when the message has been handed to the carrier. A sender killed in between sends the message again,
and the menu with it; a number sent meanwhile presses a button of an old turn, which shows the present question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec
from sqlalchemy import select

from conversation.messages import Body, Button, Reply, Say
from models.database import insert_or_update
from models.tables import contacts, menus, sessions
from services.deliveries import queue_for
from services.foundation import inbox
from services.foundation.act import Act
from services.foundation.keys import KeyTrouble
from services.foundation.vault import Vault
from services.people import address_hash

Press = tuple[str, int | None]  # what a button sends, and the turn of its screen
MESSAGE = "message"  # the kind of a menu that belongs to no question


@dataclass(frozen=True)
class Menu:
    """A menu as sent: `numbers` in the message, `keys` for its signs (0, #, n, p), `kind` of the question."""

    kind: str
    numbers: Mapping[str, Press] = field(default_factory=dict)
    keys: Mapping[str, Press] = field(default_factory=dict)
    several: bool = False  # whether several numbers may come together: "1 3"
    place: str = ""  # the question and its turn; its pages count on
    first: int = 1
    rest: Body | None = None  # the options that had no room, for the next page
    buttons: tuple[Button, ...] = ()  # the options of a message, to show them again
    words: Mapping[str, str] = field(default_factory=dict)  # the words beside each number, folded, with the number


@dataclass(frozen=True)
class Standing:
    """Where a sender stands when a text message comes in."""

    contact_id: str | None = None
    menu: Menu | None = None
    under_way: bool = False  # whether a question waits for an answer
    stopped: bool = False  # whether the sender wants no messages


_decoder = msgspec.json.Decoder(Menu)
_encode = msgspec.json.Encoder().encode


def standing(act: Act, channel: str, address: str) -> Standing:
    row = act.tx.execute(
        select(contacts.c.id, contacts.c.blocked_at, sessions.c.flow, menus.c.sealed)
        .select_from(contacts.outerjoin(sessions).outerjoin(menus, menus.c.contact_id == contacts.c.id))
        .where(contacts.c.address_hash == address_hash(act.vault, channel, address))
    ).first()
    if row is None:
        return Standing()
    return Standing(
        row.id,
        _opened(act.vault, row.id, row.sealed),
        under_way=row.flow is not None,
        stopped=row.blocked_at is not None,
    )


def may_send(act: Act, contact_id: str) -> bool:
    """Whether messages may be sent to the contact: they have not asked us to stop."""
    return act.tx.execute(select(contacts.c.blocked_at).where(contacts.c.id == contact_id)).scalar() is None


def keep_menu(act: Act, contact_id: str, menu: Menu) -> None:
    """Keeps a contact's menu: its numbers mean this from now on, and earlier pages of the same question stay good."""
    if menu.first > 1:
        sealed = act.tx.execute(select(menus.c.sealed).where(menus.c.contact_id == contact_id)).scalar()
        before = _opened(act.vault, contact_id, sealed)
        if before is not None and before.place == menu.place:
            earlier = {number: press for number, press in before.numbers.items() if int(number) < menu.first}
            menu = replace(menu, numbers={**earlier, **menu.numbers})
    row = {"contact_id": contact_id, "sealed": act.vault.seal_json(_encode(menu), f"menu {contact_id}"), "at": act.now}
    act.tx.execute(insert_or_update(act.tx, menus, "contact_id", ("sealed", "at")), row)


def show_menu(act: Act, channel: str, event_id: str, contact_id: str, body: Body) -> None:
    """Answers an event once with this body: a page of the menu, or the menu again."""
    if not inbox.claim(act, channel, event_id):
        return
    queue_for(act, [contact_id], body)


def menu_again(menu: Menu) -> Body:
    """The numbers of a message once more, for a reply that is none of them."""
    return Body(say=Say("sms.again", {"example": next(iter(menu.numbers), "1")}, menu.buttons))


def pressed(press: Press) -> Reply:
    return Reply(choice=press[0], turn=press[1])


def _opened(vault: Vault, contact_id: str, sealed: bytes | None) -> Menu | None:
    if sealed is None:
        return None
    try:
        return _decoder.decode(vault.open_bytes(sealed, f"menu {contact_id}"))
    except (KeyTrouble, msgspec.MsgspecError):  # written by another version or under another key: treated as absent
        return None
