"""Sends the head of the audit chain to whoever watches over it, every day: a copy that no machine of the office has."""

from __future__ import annotations

from conversation.messages import Body, Say
from services import deliveries, people
from services.foundation import chain, checkpoints
from services.foundation.act import Act
from services.people import Right


def tell_auditors(act: Act) -> int:
    """Queues a signed checkpoint for the chat accounts of everybody who may read the audit chain; returns how many."""
    watching = people.accounts_with(act, Right.READ_AUDIT)
    size, head = chain.head(act.tx)
    if watching and size:
        told = {"checkpoint": checkpoints.signed(act.vault, size, head), "count": size}
        body = deliveries.encoded(Body(say=Say("common.audit_head", told)))
        deliveries.queue_shared(act, [(watching, body)], "reminder")
    return len(watching)
