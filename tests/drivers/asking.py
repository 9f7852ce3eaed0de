"""Somebody who asks the office with files."""

from __future__ import annotations

from channels.fake import FakePerson
from conversation.messages import Media


async def asks(person: FakePerson, *refs: str) -> None:
    """A question to the office with these files."""
    await person.says("/question")
    await person.says("中午上班吗？")
    await person.sends(*[Media(ref, "photo") for ref in refs])
    await person.taps("/done")
