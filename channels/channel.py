"""What a channel is to the rest of the program: one value for its kind, and another for each channel that is set up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, Protocol

from channels.settings import Reached
from conversation.messages import Body
from templates import Texts

if TYPE_CHECKING:
    from aiohttp import web

    from services.deliveries import Parcel, Result
    from services.evidence import Store
    from services.foundation.act import Acts
    from services.talk import Talk, Tools

Level = Literal["good", "note", "bad"]
Work = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Channel:
    """A channel that is set up. A field is None where the channel does not do that.

    `send` returns a Result whatever the wire does; `fetch` turns a reference into bytes, or raises Later or Gone.
    """

    name: str
    routes: Sequence[web.RouteDef] = ()  # where its wire calls us
    run: Work | None = None  # takes what comes in, until it is cancelled
    send: Callable[[Parcel], Awaitable[Result]] | None = None  # None: its pages read their own messages
    clear: Callable[[Parcel], Awaitable[timedelta | None]] | None = None  # waits until a parcel may leave
    fetch: Callable[[str], Awaitable[bytes]] | None = None
    carries_links: bool = True  # a text with an address in it arrives as it is
    link: Callable[[str], str | None] | None = None  # where a browser or app opens it, by `/start`'s argument
    ready: Callable[[], bool | Awaitable[bool]] | None = None  # whether its wire answers: known, or asked now
    hang_up: Work | None = None  # ends open connections, before the address closes
    close: Work | None = None  # after `run` and the senders have ended


@dataclass(frozen=True)
class Shot:
    """A body as one channel shows it, for a page that shows the channels side by side."""

    pieces: tuple[str, ...]  # texts, in their order
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()  # of buttons: (label, role)
    head: str = ""  # the question, with `progress` beside it, above the first piece
    progress: str = ""
    problem: str = ""  # what was wrong with the last answer
    lines: tuple[tuple[str, str], ...] = ()  # (label, value), of a review
    foot: str = ""
    parts: int = 0  # that are paid for, where a channel counts them


@dataclass(frozen=True)
class Found:
    """One line of the doctor's report: a block of the terminal's words, with its values."""

    level: Level
    words: str
    values: Mapping[str, Any] = field(default_factory=dict)


class ProgramParts(Protocol):
    """The parts of the program that a channel may use."""

    @property
    def acts(self) -> Acts: ...
    @property
    def store(self) -> Store: ...
    @property
    def texts(self) -> Mapping[str, Texts]: ...
    @property
    def tools(self) -> Tools: ...
    @property
    def talk(self) -> Talk: ...
    @property
    def language(self) -> str:
        """The language to begin with, where nobody has chosen one."""
        ...

    @property
    def assets_version(self) -> str:
        """The version that stands in the addresses of static files."""
        ...


async def nothing_to_examine(settings: Any) -> Sequence[Found]:
    """The doctor's look at a channel in which nothing can be wrong: finds nothing."""
    return ()


@dataclass(frozen=True)
class ChannelKind:
    """A kind of channel that the program knows, set up or not.

    Its words are in `channel_<name>.j2` beside those of the flows. Each function is given the program's settings,
    which are also an instance of `settings`.
    """

    name: str
    open: Callable[[Any, ProgramParts], Channel | None]  # None: the settings do not set it up
    draw: Callable[[Any, Body, Texts], Shot]
    settings: type[Reached] | None = None  # the class of its own, where it has some
    doctor: Callable[[Any], Awaitable[Sequence[Found]]] = nothing_to_examine
    mode: Callable[[Any], str | None] = lambda settings: None  # how it runs, to be told at the start
    demo: Mapping[str, Any] = field(default_factory=dict)  # settings of the demo, where they are None
    pages_read: bool = False  # there is no sender: its pages read their own messages
    without_media: bool = False  # sends texts alone: the pieces of a notice do not leave with it
    to_phones: bool = False  # its addresses are phone numbers
    longest_line: int = 0  # bytes of a request's first line that its wire may send

    @property
    def words(self) -> str:
        """The name of the template file with the channel's words."""
        return f"channel_{self.name}"
