"""The words of a message, whatever kind it is: those that were typed, with the addresses hidden behind them."""

from __future__ import annotations

from collections.abc import Sequence

from channels.telegram.wire import Entity, Message
from conversation.text import inert


def words_of(message: Message) -> str | None:
    """The words of the message, harmless; None where it has none."""
    said = _said(message)
    return None if said is None else inert(said)


def _said(message: Message) -> str | None:
    if (card := message.contact) is not None:
        return _listed([card.first_name, card.last_name, card.phone_number], " ")
    if (venue := message.venue) is not None:
        return _listed([venue.title, venue.address], " ")
    if (poll := message.poll) is not None:
        return _listed([poll.question, *(f"- {one.text}" for one in poll.options)], "\n")
    if (plan := message.checklist) is not None:
        return _listed([plan.title, *(f"- {one.text}" for one in plan.tasks)], "\n")
    if message.text is not None:
        return with_addresses(message.text, message.entities)
    return None if message.caption is None else with_addresses(message.caption, message.caption_entities)


def with_addresses(text: str, entities: Sequence[Entity]) -> str:
    """The text with the address of each linked word in brackets behind it."""
    links = [one for one in entities if one.type == "text_link" and one.url]
    if not links:
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    for link in sorted(links, key=lambda one: one.offset + one.length, reverse=True):
        start, end = 2 * link.offset, 2 * (link.offset + link.length)
        shown = units[max(start, 0) : max(end, 0)].decode("utf-16-le", "surrogatepass").strip()
        if link.url and shown.rstrip("/") != link.url.rstrip("/"):
            behind = f" ({link.url})".encode("utf-16-le", "surrogatepass")
            units = units[: max(end, 0)] + behind + units[max(end, 0) :]
    return units.decode("utf-16-le", "surrogatepass")


def _listed(parts: Sequence[str], between: str) -> str:
    return between.join(one for part in parts if (one := part.strip()))
