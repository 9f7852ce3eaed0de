"""Voice messages and videos: what is heard and seen is encoded anew into a new, empty MP4.

At most one sound and one picture stream go over, as AAC and H.264, which every browser plays
(`lanes`). No packet is copied, so whatever hides in one (fill elements, padding, ancillary bits,
SEI units) stays behind, and so do tags, dates, places, names of tracks, chapters, subtitles, data
tracks, attachments and cover pictures. Time starts at zero, so that a clock in the time stamps is
lost too. What can be seen or heard itself (a watermark, a spoken name) is kept.

Measured on one core: an hour of speech takes 16 s, ten seconds of 1080p video 5 s.
"""

import io
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from media.lanes import Lane, Picture, Sound, decoded
from media.values import Cleaned, Limits, Refused

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer

_READERS = {
    "audio/aac": "aac",
    "audio/aiff": "aiff",
    "audio/amr": "amr",
    "audio/flac": "flac",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/x-caf": "caf",
    "video/mp2t": "mpegts",
    "video/mpeg": "mpeg",
    "video/webm": "matroska",
    "video/x-flv": "flv",
    "video/x-matroska": "matroska",
    "video/x-ms-asf": "asf",
    "video/x-msvideo": "avi",
}
_FAST_START = {"movflags": "faststart"}  # the index first: a player begins before it has the whole file


def clean(data: bytes, mime: str, limits: Limits) -> Cleaned | None:
    """The copy of a recording of one of the types in `sniffing.RECORDINGS`; None where its coding is not known here.

    Raises Refused: "too_many_pixels", "too_long", "too_big" (of the copy: a small file can name
    the same bytes a thousand times), "unreadable"; and whatever PyAV raises on broken bytes.
    """
    import av
    from av.container.core import Flags

    with _opened(data, mime, limits) as source:
        sound, picture = _first_sound(source), _first_picture(source)
        if not all(stream.codec_context for stream in (sound, picture) if stream):
            return None
        if picture and picture.width * picture.height > limits.pixels:
            raise Refused("too_many_pixels")
        if not picture and not sound:
            raise Refused("unreadable")
        target = io.BytesIO()

        def again(*_: Any) -> io.BytesIO:
            return io.BytesIO(target.getvalue())  # the muxer rereads what it wrote in order to move the index

        with av.open(target, "w", format="mp4", options=_FAST_START, io_open=again) as sink:
            sink.flags |= Flags.bitexact.value
            lanes: list[Lane] = []
            if picture:
                lanes.append(Picture(picture, sink, _first_frame(data, mime, limits)))
            if sound:
                lanes.append(Sound(sound, sink))
            seconds = _pump(source, sink, lanes, limits)
    first_frame = lanes[0].first_frame
    if first_frame is None:
        raise Refused("unreadable")
    if picture is None:
        return Cleaned("voice", "audio/mp4", "m4a", target.getvalue(), seconds=seconds)
    return _video(target.getvalue(), first_frame, seconds, limits)


def _opened(data: bytes, mime: str, limits: Limits) -> "InputContainer":
    import av

    source = av.open(
        io.BytesIO(data),
        "r",
        format=_READERS.get(mime, "mov"),
        options={"max_pixels": str(limits.pixels)},
        metadata_errors="ignore",
        io_open=_no_other_file,
    )
    for picture in source.streams.video:
        if picture.codec_context:
            picture.codec_context.options = {"max_pixels": str(limits.pixels), "threads": "1"}
    return source


def _no_other_file(*_: Any) -> Any:
    raise PermissionError  # a playlist or a reference in the file must not reach out


def _first_sound(source: "InputContainer") -> "Any | None":
    """The first sound that can be decoded, or else the first."""
    return next((each for each in source.streams.audio if each.codec_context), next(iter(source.streams.audio), None))


def _first_picture(source: "InputContainer") -> "Any | None":
    from av.stream import Disposition

    still = Disposition.attached_pic | Disposition.timed_thumbnails
    return next((each for each in source.streams.video if not each.disposition & still), None)


def _first_frame(data: bytes, mime: str, limits: Limits) -> Any:
    """The first frame, from a reading of its own: not every kind of file can be wound back."""
    with _opened(data, mime, limits) as ahead:
        picture = _first_picture(ahead)
        return next(frame for packet in ahead.demux(picture) for frame in decoded(packet))


def _pump(source: "InputContainer", sink: "OutputContainer", lanes: list[Lane], limits: Limits) -> float:
    """Moves every packet from source to sink; returns the playing time in seconds."""
    by_index = {lane.source.index: lane for lane in lanes}
    start: Fraction | None = None
    length, end = 0, Fraction(0)
    for packet in source.demux([lane.source for lane in lanes]):
        if start is None and packet.pts is not None:
            start = max(Fraction(0), packet.pts * packet.time_base)
        for ready in by_index[packet.stream.index].take(packet, start or Fraction(0)):
            length += ready.size
            if ready.pts is not None:
                end = max(end, (ready.pts + (ready.duration or 0)) * ready.time_base)
            if length > limits.copy_bytes:
                raise Refused("too_big")
            if end > limits.seconds:
                raise Refused("too_long")
            sink.mux(ready)
    return round(float(end), 3)


def _video(copy: bytes, frame: Any, seconds: float, limits: Limits) -> Cleaned:
    from media.photo import thumbnail

    small = thumbnail(frame.to_image(), limits)
    return Cleaned("video", "video/mp4", "mp4", copy, small, frame.width, frame.height, seconds)
