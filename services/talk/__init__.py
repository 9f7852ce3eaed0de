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
from services.talk.visitors import MOST_BROWSERS, Visitor, close, knows_browser, move, note_browser, post, visitor

__all__ = [
    "COLUMNS",
    "MESSAGE",
    "MOST_BROWSERS",
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
    "close",
    "find_kept",
    "keep_menu",
    "knows_browser",
    "leaving",
    "may_send",
    "menu_again",
    "move",
    "note_browser",
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
