"""Telegram: updates decoded at the border, answers through python-telegram-bot's Bot over aiohttp."""

from channels.telegram.channel import Telegram
from channels.telegram.decode import CHANNEL
from channels.telegram.kind import KIND

__all__ = ["CHANNEL", "KIND", "Telegram"]
