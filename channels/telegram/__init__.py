"""Telegram: updates decoded at the border, answers through python-telegram-bot's Bot over aiohttp."""

from channels.telegram.channel import CHANNEL, Telegram
from channels.telegram.kind import KIND

__all__ = ["CHANNEL", "KIND", "Telegram"]
