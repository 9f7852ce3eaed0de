"""Who wants no more text messages, and who wants them again. Only the person's own word changes it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, update

from conversation.messages import Body, Say
from models.tables import contacts, deliveries, inbox
from services.contacts import address_hash, lock
from services.deliveries import Outgoing, queue
from services.menus import claimed
from services.vault import Vault

STOPPED = "sms.stopped"  # the one message that still goes out


def stop(
    tx: Connection, vault: Vault, now: datetime, channel: str, event_id: str, address: str, language: str
) -> set[tuple[str, str]]:
    """Marks the contact, drops what waits for it, and queues one confirmation; nothing for who has stopped already."""
    if not claimed(tx, now, channel, event_id):
        return set()
    key = address_hash(vault, channel, address)
    contact = lock(tx, vault, now, {key: (channel, address, language)})[key]
    marking = update(contacts).where(contacts.c.id == contact.id, contacts.c.blocked_at.is_(None))
    if tx.execute(marking.values(blocked_at=now).returning(contacts.c.id)).first() is None:
        return set()
    waiting = deliveries.c.channel == channel, deliveries.c.contact_id == contact.id, deliveries.c.state == "queued"
    tx.execute(update(deliveries).where(*waiting).values(state="failed", error="stopped"))
    return queue(tx, vault, now, [Outgoing(contact.id, channel, Body(say=Say("sms.stopped")))])


def start(
    tx: Connection, vault: Vault, now: datetime, channel: str, event_id: str, contact_id: str
) -> set[tuple[str, str]]:
    """Lets messages through again, and says so. A word that came twice, with a stop in between, does nothing."""
    seen = inbox.select().where(inbox.c.channel == channel, inbox.c.event_id == event_id)
    if tx.execute(seen).first() is not None:
        return set()
    tx.execute(update(contacts).where(contacts.c.id == contact_id).values(blocked_at=None))
    return queue(tx, vault, now, [Outgoing(contact_id, channel, Body(say=Say("sms.started")))])
