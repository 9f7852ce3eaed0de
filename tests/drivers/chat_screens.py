"""What stands on somebody's screen in the chat."""

from __future__ import annotations

from collections.abc import Callable

from channels.fake import FakePerson

Meet = Callable[..., FakePerson]


def texts(person: FakePerson) -> str:
    return "\n".join(one.text for one in person.heard())


def labels(person: FakePerson) -> list[str]:
    return [key.label for row in person.screen().rows for key in row]


async def said(person: FakePerson, *texts: str) -> str:
    """What somebody reads who says these texts, one after the other, below the last of them."""
    before = 0
    for text in texts:
        before = len(person.heard())
        await person.says(text)
    return "\n".join(one.text for one in person.heard()[before:])
