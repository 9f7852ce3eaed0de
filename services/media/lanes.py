"""The ways a stream goes from the old container to the new one: copied, or encoded again."""

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol

from services.media.frames import upright
from services.media.mp3 import only_frame
from services.media.units import FILTERS, only_parameter_sets

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.packet import Packet

_TAGS = {"h264": "avc1", "hevc": "hvc1", "av1": "av01"}
_HEADERLESS = ("vp8", "vp9", "mp3", "av1")
_FRAMES_TRIED = 100
_ENCODED_EDGE_PX = 1280
_SOUND_RATES_HZ = (8000, 12000, 16000, 24000, 48000)


class Lane(Protocol):
    """Takes the packets of `source`, the last one being empty, and gives those to be written."""

    source: Any
    first_frame: Any
    """The first decoded frame, None until there is one."""

    def take(self, packet: "Packet", start: Fraction) -> "Iterator[Packet]": ...


class Copy:
    """Packets as they are, cut free of their side data; the first ones are decoded as a proof."""

    def __init__(self, source: Any, sink: "OutputContainer", codec: str) -> None:
        from av.bitstream import BitStreamFilterContext

        self.source = source
        self.first_frame = None
        self._tries = _FRAMES_TRIED
        self._codec = codec
        self._sink_stream = sink.add_stream_from_template(source, opaque=True)
        self._filter = None
        if codec in FILTERS:
            self._filter = BitStreamFilterContext(FILTERS[codec], source, self._sink_stream)
        coding = self._sink_stream.codec_context
        if codec in _TAGS:
            coding.codec_tag = _TAGS[codec]
        if codec in ("h264", "hevc") and coding.extradata:
            coding.extradata = only_parameter_sets(coding.extradata, codec)
        if codec in _HEADERLESS:
            coding.extradata = None

    def take(self, packet: "Packet", start: Fraction) -> "Iterator[Packet]":
        if self.first_frame is None and self._tries:
            self._tries -= 1
            self.first_frame = next(iter(_decoded(packet)), None)
        time_base = packet.time_base
        if not packet.size:
            return
        for part in self._filter.filter(packet) if self._filter else [packet]:
            yield from self._fresh(part, time_base, round(start / time_base))

    def _fresh(self, packet: "Packet", time_base: Fraction, start: int) -> "Iterator[Packet]":
        import av

        data = bytes(packet)
        if self._codec == "mp3":
            data = only_frame(data)
        if not data:
            return
        fresh = av.Packet(data)
        fresh.stream = self._sink_stream
        fresh.time_base = time_base
        fresh.pts = None if packet.pts is None else packet.pts - start
        fresh.dts = None if packet.dts is None else packet.dts - start
        fresh.duration = packet.duration
        fresh.is_keyframe = packet.is_keyframe
        yield fresh


class EncodeSound:
    """Decoded and encoded again, mono or stereo, at the nearest usual rate from below 48 kHz."""

    def __init__(self, source: Any, sink: "OutputContainer", encoder: str) -> None:
        self.source = source
        self.first_frame = None
        rate = next((hz for hz in _SOUND_RATES_HZ if hz >= source.rate), _SOUND_RATES_HZ[-1])
        channels = 1 if source.channels == 1 else 2
        self._sink_stream: Any = sink.add_stream(encoder, rate=rate)
        self._sink_stream.layout = "mono" if channels == 1 else "stereo"
        self._sink_stream.bit_rate = channels * (32_000 if rate <= 24_000 else 64_000)
        _no_encoder_name(self._sink_stream)

    def take(self, packet: "Packet", start: Fraction) -> "Iterator[Packet]":
        for frame in _decoded(packet):
            self.first_frame = self.first_frame or frame
            _shift(frame, start)
            yield from self._sink_stream.encode(frame)
        if not packet.size:
            yield from self._sink_stream.encode(None)


class EncodePicture:
    """Every frame upright, shrunk to 1280 pixels if need be, and encoded as H.264."""

    def __init__(self, source: Any, sink: "OutputContainer") -> None:
        self.source = source
        self.first_frame = None
        self._sink_stream: Any = sink.add_stream("libx264", rate=30, options={"preset": "veryfast"})
        self._sink_stream.codec_context.time_base = Fraction(1, 1000)
        _no_encoder_name(self._sink_stream)
        self._size = _even_size(*_upright_size(source))
        self._sink_stream.width, self._sink_stream.height = self._size

    def take(self, packet: "Packet", start: Fraction) -> "Iterator[Packet]":
        for frame in _decoded(packet):
            self.first_frame = self.first_frame or frame
            yield from self._sink_stream.encode(self._prepared(frame, start))
        if not packet.size:
            yield from self._sink_stream.encode(None)

    def _prepared(self, frame: Any, start: Fraction) -> Any:
        from av.video.frame import VideoFrame

        ready = VideoFrame.from_image(upright(frame).resize(self._size))
        ready.pts, ready.time_base = frame.pts, frame.time_base
        _shift(ready, start)
        return ready


def _decoded(packet: "Packet") -> list[Any]:
    """The frames of a packet, [] when it is broken: the end of a recording often is."""
    from av.error import InvalidDataError

    try:
        return packet.decode()
    except InvalidDataError:
        return []


def _shift(frame: Any, start: Fraction) -> None:
    if frame.pts is not None and frame.time_base:
        frame.pts -= round(start / frame.time_base)


def _upright_size(source: Any) -> tuple[int, int]:
    """Of the first frame: the sink must know before any packet, the header before decoding lies."""
    container = source.container
    frame = next(container.decode(source))
    container.seek(0)
    source.codec_context.flush_buffers()
    return upright(frame).size


def _even_size(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, _ENCODED_EDGE_PX / max(width, height))
    return max(2, round(width * scale) // 2 * 2), max(2, round(height * scale) // 2 * 2)


def _no_encoder_name(stream: Any) -> None:
    from av.codec.context import Flags

    stream.codec_context.flags |= Flags.bitexact.value
