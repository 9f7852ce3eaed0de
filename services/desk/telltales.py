"""Finds in a text what may tell who somebody is: numbers, addresses, plates, names (A47).

A helper for whoever reads and writes, not a proof: a name that stands alone is not found. Kinds: phone, identity (the
number of an identity card), card (of a bank), mail, account (WeChat, QQ), plate, address, name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from phonenumbers import Leniency, PhoneNumberMatcher

from rulebooks import HERE

_CALLED = "先生|女士|小姐|老师|同志|师傅|大爷|大妈|阿姨|大姐|大哥|老板"  # not 主任: that is whom they complain of
_NAMING = "我叫|我是|我名叫|名叫|本人|姓名|联系人|投诉人|举报人|反映人"
_STREET = "(?:大道|大街|胡同|花园|新村|小区|公寓|大厦|路|街|巷|弄|村|苑|里|镇|乡)"
_HOUSE = r"(?:\d{1,4}|[一二三四五六七八九十]{1,3}|[A-Z])"
_PLATE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PATTERNS = (
    ("mail", re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}", re.ASCII)),
    (
        "identity",
        re.compile(r"(?<!\d)\d{6}[ -]?(?:19|20)\d{2}[ -]?(?:0\d|1[0-2])[0-3]\d[ -]?\d{3}[\dXx](?![\dA-Za-z])"),
    ),
    ("card", re.compile(r"(?<!\d)\d{4}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?(?!\d)")),
    ("phone", re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d){8}(?!\d)")),  # also of ranges that are new
    (
        "account",
        re.compile(
            r"(?:微信|薇信|威信|wechat|weixin|vx|wx)(?:号码?|id)?\s*(?:[:是为]\s*)?(?P<told>[a-z][-\w]{5,19})"
            r"|(?:qq|扣扣)(?:号码?)?\s*(?:[:是为]\s*)?(?P<digits>\d{5,11})",
            re.ASCII | re.IGNORECASE,
        ),
    ),
    ("plate", re.compile(rf"[{_PLATE}][A-Za-z][·.\- ]?(?:[A-HJ-NP-Za-hj-np-z0-9]{{5,6}})(?![A-Za-z0-9])")),
    (
        "address",
        re.compile(
            rf"(?:(?![在住到去从])[\u4e00-\u9fff]){{1,8}}?{_STREET}{_HOUSE}(?:号(?!窗)|弄|栋|幢|座|组|队|单元)(?:-?{_HOUSE}(?:号|栋|幢|座|单元|层|楼|室|户)?)*"
            rf"|{_HOUSE}(?:栋|幢|座|号楼)-?{_HOUSE}?(?:单元)?-?\d{{1,4}}(?:室|号|户)?"
        ),
    ),
)


@dataclass(frozen=True)
class Telltale:
    """A place in a text that may tell who somebody is."""

    start: int
    end: int
    kind: str


def telltales(text: str) -> Sequence[Telltale]:
    """The places of a text, in their order; none overlaps another."""
    plain = "".join(_plain(one) for one in text)  # as long as the text, so that places are the same
    found: list[Telltale] = []
    for one in (*_by_pattern(plain), *_phones(plain), *_names(plain)):
        if not any(one.start < other.end and other.start < one.end for other in found):
            found.append(one)
    return sorted(found, key=lambda one: one.start)


def marked(text: str) -> list[tuple[str, str]]:
    """The text in pieces, each with the kind of what it tells, or "" where it tells nothing."""
    pieces, end = list[tuple[str, str]](), 0
    for one in telltales(text):
        pieces += [(text[end : one.start], ""), (text[one.start : one.end], one.kind)]
        end = one.end
    return [(piece, kind) for piece, kind in (*pieces, (text[end:], "")) if piece]


def _plain(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 else character


def _by_pattern(text: str) -> Iterator[Telltale]:
    for kind, pattern in _PATTERNS:
        for one in pattern.finditer(text):
            group = one.lastgroup or 0
            yield Telltale(one.start(group), one.end(group), kind)


def _phones(text: str) -> Iterator[Telltale]:
    for one in PhoneNumberMatcher(text, "CN", leniency=Leniency.VALID):
        yield Telltale(one.start, one.end, "phone")


def _names(text: str) -> Iterator[Telltale]:
    for one in _named().finditer(text):
        yield Telltale(*one.span(one.lastgroup or 0), "name")


@cache
def _named() -> re.Pattern[str]:
    """After words that name somebody, before what people are called by, or with 某."""
    lines = (HERE / "surnames.txt").read_text("utf-8").splitlines()[1:]
    double = "|".join(lines[-1].split())
    surname, given = f"(?:{double}|[{''.join(lines[:-1])}])", r"[\u4e00-\u9fff]"
    return re.compile(
        rf"(?:{_NAMING})\s*:?\s*(?P<introduced>{surname}{given}{{1,2}}?)(?=[,。;、\s()在是]|$|{_CALLED})"
        rf"|(?P<called>{surname}{given}{{0,2}}?(?:{_CALLED}))|(?P<untold>{surname}某某?)(?![单公个一种些位部地])"
    )
