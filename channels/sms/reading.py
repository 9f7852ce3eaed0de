"""What a text message means, given the last menu that its sender received."""

from __future__ import annotations

import re
from dataclasses import dataclass

from channels.sms.replies import WORDS, folded
from conversation.messages import Body, Reply
from services.foundation.folding import folded as letters
from services.talk import MESSAGE, Menu, Press, Standing, menu_again, pressed

_NUMBER = re.compile(r"\d{1,2}", re.ASCII)
_WITH_WORD = re.compile(r"(?P<number>\d{1,2})[\s.,、:]*(?P<word>\D.*)", re.ASCII)
_SEVERAL = re.compile(r"\d{1,2}(?:[\s,、;.]+\d{1,2})+", re.ASCII)
COMPLAIN, RECEIPTS = "/complain", ("/seen ", "/acknowledge ")
NO_OPTION = "?"  # pressed as a choice, every question refuses it and says what to do


@dataclass(frozen=True)
class Spoken:
    """Words with a meaning of their own, folded: the menu, a complaint, no more messages, messages again, 收到."""

    menu: frozenset[str]
    complain: frozenset[str]
    stop: frozenset[str]
    start: frozenset[str]
    receipt: re.Pattern[str]


def understood(text: str, standing: Standing, spoken: Spoken) -> Reply | Body:
    """What a text message tells the dialogue, or the body that answers it: the next menu page, or the menu again."""
    menu, word = standing.menu, folded(text)
    number = str(int(word)) if _NUMBER.fullmatch(word) else _worded(word, standing)
    if word in spoken.menu:
        return Reply(choice="/menu" if standing.under_way else "/start")
    if word in spoken.complain:
        return Reply(choice=COMPLAIN)
    if menu is not None and spoken.receipt.fullmatch(letters(text)) and (seen := _acknowledges(menu)):
        return pressed(seen)
    if menu is None:
        return Reply(choice="/start") if number and not standing.under_way else Reply(text=text)
    if word in ("n", "/next") and menu.rest is not None:
        return menu.rest
    if word in menu.keys:
        return pressed(menu.keys[word])
    if word == "#" and menu.kind == MESSAGE and standing.under_way:  # another message was sent after the question
        return Reply(choice="/skip")
    if number is None:
        return _several(word, text, standing)
    if number in menu.numbers:
        return pressed(menu.numbers[number])
    if menu.kind == MESSAGE and not standing.under_way:
        return menu_again(menu)
    return Reply(text=text) if menu.kind in {MESSAGE, *WORDS} else Reply(choice=NO_OPTION)


def _acknowledges(menu: Menu) -> Press | None:
    """What acknowledges the notice or the duty that was sent last."""
    return next((press for press in menu.numbers.values() if press[0].startswith(RECEIPTS)), None)


def _worded(word: str, standing: Standing) -> str | None:
    """The number meant by "1签收", or by "签收" alone where no question waits for words."""
    if standing.menu is None:
        return None
    if standing.menu.kind == MESSAGE and not standing.under_way and word in standing.menu.words:
        return standing.menu.words[word]
    found = _WITH_WORD.fullmatch(word)
    if found is None:
        return None
    number = str(int(found["number"]))
    return number if standing.menu.words.get(found["word"]) == number else None


def _several(word: str, text: str, standing: Standing) -> Reply:
    """Reads a reply of several numbers: "1 3" ticks two; with a number that is no option it is no answer."""
    menu = standing.menu
    if menu is None or not menu.several or not _SEVERAL.fullmatch(word):
        return Reply(text=text)
    numbers = [str(int(one)) for one in re.findall(r"\d+", word)]
    known = all(one in menu.numbers and not menu.numbers[one][0].startswith("/") for one in numbers)
    return Reply(text=" ".join(numbers)) if known else Reply(choice=NO_OPTION)
