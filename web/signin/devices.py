"""What a browser says of itself, as two short codes that the pages have plain words for."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from services.people import Device

OTHER = "other"
# The first that fits: nearly every browser also calls itself Chrome or Safari.
BROWSERS: Sequence[tuple[str, str]] = (
    ("wxwork/", "wecom"),
    ("MicroMessenger/", "wechat"),
    ("DingTalk/", "dingtalk"),
    ("QQBrowser/", "qq"),
    ("UCBrowser/", "uc"),
    ("UBrowser/", "uc"),
    ("HuaweiBrowser/", "huawei"),
    ("MiuiBrowser/", "xiaomi"),
    ("360SE", "360"),
    ("360EE", "360"),
    ("QIHU", "360"),
    ("MetaSr", "sogou"),
    ("SogouMobileBrowser/", "sogou"),
    ("SamsungBrowser/", "samsung"),
    ("Edg", "edge"),
    ("OPR/", "opera"),
    ("Firefox/", "firefox"),
    ("FxiOS/", "firefox"),
    ("CriOS/", "chrome"),
    ("Chrome/", "chrome"),
    ("Safari/", "safari"),
)
SYSTEMS: Sequence[tuple[str, str]] = (
    ("iPhone", "iphone"),
    ("iPad", "ipad"),
    ("OpenHarmony", "harmony"),
    ("HarmonyOS", "harmony"),
    ("Android", "android"),
    ("Windows", "windows"),
    ("Macintosh", "mac"),
    ("Kylin", "kylin"),
    ("UOS", "uos"),
    ("CrOS", "chromeos"),
    ("Linux", "linux"),
)


def device_of(request: web.Request) -> Device:
    said = request.headers.get("User-Agent", "")
    return Device(_first(BROWSERS, said), _first(SYSTEMS, said))


def _first(known: Sequence[tuple[str, str]], said: str) -> str:
    return next((code for sign, code in known if sign in said), OTHER)
