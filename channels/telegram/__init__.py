"""Telegram: updates decoded at the border, answers through python-telegram-bot's Bot over aiohttp."""
