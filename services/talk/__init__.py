"""The path of a message, the journeys that people can set out for, and what is kept of a conversation."""

from services.talk.journeys import Journey, Office, Source, Tools, Turn
from services.talk.menus import (
    MESSAGE,
    Menu,
    Press,
    Standing,
    keep_menu,
    may_send,
    menu_again,
    pressed,
    show_menu,
    standing,
)
from services.talk.quarantined import COLUMNS, find_kept, leaving, open_raw, quarantined
from services.talk.stopping import STOPPED, start_texting, stop_texting
from services.talk.talk import Talk
from services.talk.visitors import Visitor, post, visitor

__all__ = [
    "COLUMNS",
    "MESSAGE",
    "STOPPED",
    "Journey",
    "Menu",
    "Office",
    "Press",
    "Source",
    "Standing",
    "Talk",
    "Tools",
    "Turn",
    "Visitor",
    "find_kept",
    "keep_menu",
    "leaving",
    "may_send",
    "menu_again",
    "open_raw",
    "post",
    "pressed",
    "quarantined",
    "show_menu",
    "standing",
    "start_texting",
    "stop_texting",
    "visitor",
]
