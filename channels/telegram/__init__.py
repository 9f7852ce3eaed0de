"""Telegram: updates decoded at the border, answers through python-telegram-bot's Bot over aiohttp."""

from channels.telegram.channel import CHANNEL, Telegram

__all__ = ["CHANNEL", "Telegram"]
