"""The one list of the channels that the program knows, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from channels.channel import Channel, ChannelKind
from channels.sms.kind import KIND as SMS
from channels.telegram.kind import KIND as TELEGRAM
from channels.webchat.kind import KIND as WEBCHAT

if TYPE_CHECKING:
    from bot.build import Program

KINDS: Sequence[ChannelKind] = (TELEGRAM, WEBCHAT, SMS)


def open_channels(program: Program) -> list[Channel]:
    """The channels that the settings set up, wired but not started."""
    found = (kind.open(program.settings, program) for kind in program.channel_kinds)
    return [channel for channel in found if channel is not None]


def with_sender(kinds: Collection[ChannelKind]) -> list[str]:
    """The names of the channels on which nothing leaves without a sender."""
    return [kind.name for kind in kinds if not kind.pages_read]
