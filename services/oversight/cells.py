"""How a cell is written into a CSV so that every spreadsheet shows the text that stands in it.

A spreadsheet that opens a CSV takes 00172 for 172, eighteen digits for a rounded number, 12E5 for a power, 3-12 and
1/2 for a day, and what begins with an equals sign for a formula. An apostrophe in front makes each of them a text, in
every spreadsheet; some show it. XLSX needs none, as each of its cells says what it is.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

Cell = str | int | date | datetime | None

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
# Words that stand in numbers, days, times and amounts; whatever else is written beside digits makes a text of them.
_OF_NUMBERS = re.compile(
    r"\b(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?"
    r"|dec(ember)?|(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?|am|pm|utc|gmt|cny|rmb|usd|eur|[apedtz])\b"
    r"|上午|下午|中午|凌晨|早上|晚上|星期[一二三四五六日天]|周[一二三四五六日天]|[年月日号时分秒点元]"
)
_TRUTHS = frozenset(("true", "false", "真", "假"))
_OUR_NUMBER = re.compile(r"[A-Z]?\d{8}-\d{4,}(-\d+)?")  # 20261121-0042: no spreadsheet reads it as anything else


def csv_cell(value: Cell) -> str | int | None:
    """The cell as it stands in the CSV."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return "'" + value if isinstance(value, str) and _is_taken_for_something_else(value) else value


def _is_taken_for_something_else(text: str) -> bool:
    plain = unicodedata.normalize("NFKC", text).lstrip(" \u3000")
    if plain.startswith(_FORMULA_STARTS) or text.startswith(_FORMULA_STARTS):
        return True
    said = plain.strip().casefold()
    if said in _TRUTHS or said.startswith("#"):
        return True
    return any(map(str.isdigit, said)) and not _OUR_NUMBER.fullmatch(plain.strip()) and not _says_more(said)


def _says_more(text: str) -> bool:
    """Whether a text with digits holds a word that stands in no number, or the stars of one that is masked."""
    words = re.sub(r"\d+", " ", text)  # 12E5 and 3Mar: a sign of a number stands at its digits
    return "*" in text or any(map(str.isalpha, _OF_NUMBERS.sub(" ", words)))
