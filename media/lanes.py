"""Brings each stream into the copy: it is decoded, and what was seen and heard is encoded anew."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.packet import Packet

_SOUND_HZ = 24_000
_SOUND_BITS_PER_SECOND = 40_000
_EDGE_PX = 1280
_FRAME_GAP_MS = 30
_MS = Fraction(1, 1000)
_X264 = {"preset": "veryfast", "crf": "25", "threads": "1", "a53cc": "0"}  # no captions from the old picture
_COLOURS = ("color_primaries", "color_trc", "colorspace", "color_range")
_STAGES = {1: ("cclock",), 2: ("clock", "clock"), 3: ("clock",)}


class Lane(Protocol):
    """A stream's way into the copy: takes packets of `source`, the last one empty, and yields those to be written."""

    source: Any
    first_frame: Any
    """The first frame as it was encoded; None until there is one."""

    def take(self, packet: "Packet", start: Fraction) -> "Iterator[Packet]": ...


class Sound:
    """The sound as AAC, mono, 24 kHz: good for speech, and three hours stay below `Limits.copy_bytes`."""

    def __init__(self, source: Any, sink: "OutputContainer") -> None:
        self.source = source
        self.first_frame = None
        self._sink_stream: Any = sink.add_stream("aac", rate=_SOUND_HZ)
        self._sink_stream.layout = "mono"
        self._sink_stream.bit_rate = _SOUND_BITS_PER_SECOND
        _no_encoder_name(self._sink_stream)

    def take(self, packet: "Packet", start: Fraction) -> "Iterator[Packet]":
        for frame in decoded(packet):
            self.first_frame = self.first_frame or frame
            if frame.pts is not None and frame.time_base:
                frame.pts -= round(start / frame.time_base)
            yield from self._sink_stream.encode(frame)
        if not packet.size:
            yield from self._sink_stream.encode(None)


class Picture:
    """The picture as H.264, upright, with square pixels, at most 1280 wide or high and 30 frames a second."""

    def __init__(self, source: Any, sink: "OutputContainer", first: Any) -> None:
        """`first`: the first frame, decoded ahead: the sink must know size and angle, and the header may lie."""
        self.source = source
        self.first_frame = None
        self._last_ms: int | None = None
        self._size = _even_size(source, first)
        self._turned = _turning(round(first.rotation / 90) % 4, self._size)
        example = self._shown(first)
        self._sink_stream: Any = sink.add_stream("libx264", rate=30, options=_X264)
        self._sink_stream.width, self._sink_stream.height = example.width, example.height
        coding = self._sink_stream.codec_context
        coding.time_base = _MS
        for name in _COLOURS:  # numbers defined by a standard: HDR stays HDR
            setattr(coding, name, getattr(example, name))
        _no_encoder_name(self._sink_stream)

    def take(self, packet: "Packet", start: Fraction) -> "Iterator[Packet]":
        for frame in decoded(packet):
            if frame.pts is None or not frame.time_base:
                continue
            ms = round((frame.pts * frame.time_base - start) / _MS)
            if self._last_ms is None or ms - self._last_ms >= _FRAME_GAP_MS:
                self._last_ms = ms
                yield from self._sink_stream.encode(self._prepared(frame, ms))
        if not packet.size:
            yield from self._sink_stream.encode(None)

    def _prepared(self, frame: Any, ms: int) -> Any:
        ready = self._shown(frame)
        ready.pts, ready.time_base = ms, _MS
        self.first_frame = self.first_frame or ready
        return ready

    def _shown(self, frame: Any) -> Any:
        return self._turned(frame.reformat(*self._size, format="yuv420p", threads=1))


def decoded(packet: "Packet") -> list[Any]:
    """The frames of a packet; [] when it is broken, as the end of a recording often is."""
    from av.error import FFmpegError

    try:
        return packet.decode()
    except FFmpegError:
        return []


def _even_size(source: Any, frame: Any) -> tuple[int, int]:
    """The picture's size before turning, in square pixels and even numbers, as H.264 wants them."""
    width = frame.width * (source.sample_aspect_ratio or 1)
    scale = min(1, _EDGE_PX / max(width, frame.height))
    return max(2, round(width * scale) // 2 * 2), max(2, round(frame.height * scale) // 2 * 2)


def _turning(quarters: int, size: tuple[int, int]) -> Callable[[Any], Any]:
    """A function that turns frames of this size counterclockwise, as a player does for phones held sideways."""
    from av.filter import Graph
    from av.video.format import VideoFormat

    if not quarters:
        return lambda frame: frame
    graph = Graph()
    buffer = graph.add_buffer(width=size[0], height=size[1], format=VideoFormat("yuv420p"), time_base=_MS)
    turns = [graph.add("transpose", direction) for direction in _STAGES[quarters]]
    graph.link_nodes(buffer, *turns, graph.add("buffersink")).configure()

    def turned(frame: Any) -> Any:
        graph.push(frame)
        return graph.pull()

    return turned


def _no_encoder_name(stream: Any) -> None:
    from av.codec.context import Flags

    stream.codec_context.flags |= Flags.bitexact.value
