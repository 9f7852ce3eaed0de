"""Stops text messages and starts them again. Only the person's own word changes this."""

from __future__ import annotations

from sqlalchemy import update

from conversation.messages import Body, Say
from models.tables import contacts, deliveries
from services.deliveries import Outgoing, queue
from services.foundation import inbox
from services.foundation.act import Act
from services.people import address_hash, lock_contacts

STOPPED = "sms.stopped"  # the one message that still goes out


def stop_texting(act: Act, channel: str, event_id: str, address: str, language: str) -> None:
    """Stops a contact: drops what waits for it and queues one confirmation; nothing for somebody who stopped before."""
    if not inbox.claim(act, channel, event_id):
        return
    key = address_hash(act.vault, channel, address)
    contact = lock_contacts(act, {key: (channel, address, language)})[key]
    marking = update(contacts).where(contacts.c.id == contact.id, contacts.c.blocked_at.is_(None))
    if act.tx.execute(marking.values(blocked_at=act.now).returning(contacts.c.id)).first() is None:
        return
    waiting = deliveries.c.channel == channel, deliveries.c.contact_id == contact.id, deliveries.c.state == "queued"
    act.tx.execute(update(deliveries).where(*waiting).values(state="failed", error="stopped"))
    queue(act, [Outgoing(contact.id, channel, Body(say=Say("sms.stopped")))])


def start_texting(act: Act, channel: str, event_id: str, contact_id: str) -> None:
    """Lets messages through again, and says so. A word that comes twice, with a stop in between, does nothing."""
    if inbox.is_claimed(act, channel, event_id):
        return
    act.tx.execute(update(contacts).where(contacts.c.id == contact_id).values(blocked_at=None))
    queue(act, [Outgoing(contact_id, channel, Body(say=Say("sms.started")))])
