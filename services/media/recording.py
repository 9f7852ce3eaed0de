"""Voice messages and videos: their sound and picture are put into a new, empty container.

At most one sound and one picture stream go over, packet by packet and without side data. Tags,
dates, places, names of tracks, chapters, subtitles, data tracks, attachments and cover pictures
stay behind, and time starts at zero, so that a clock in the time stamps is lost too.

sound alone:    Opus stays as it is (Ogg, or WebM if it came so), MP3 too (each frame is checked),
                AAC goes into MP4; AMR, Vorbis, PCM and all else is encoded again as AAC in MP4.
with a picture: VP8 and VP9 go into WebM (sound: Opus, or encoded as such), H.264, HEVC and AV1
                into MP4 (sound: AAC, or encoded as such); H.263, MPEG-4 part 2, Motion JPEG and
                all else is encoded again as H.264, at most 1280 pixels wide or high.

H.264, HEVC and AV1 lose every unit that is not needed to decode the picture (`units`), which is
where cameras write places and programs their names. What an audio codec may hide within its own
frames (AAC fill elements, MP3 ancillary bits, Opus padding) is not searched.
"""

import io
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from services.media.lanes import Copy, EncodePicture, EncodeSound, Lane
from services.media.values import Cleaned, Limits, Refused

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer

_READERS = {
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "video/webm": "matroska",
    "video/x-matroska": "matroska",
}
_SOUND_COPIED = {"mp4": "aac", "webm": "opus", "ogg": "opus", "mp3": "mp3"}
_PICTURE_COPIED = {"mp4": ("h264", "hevc", "av1"), "webm": ("vp8", "vp9")}
_VOICE_NAMES = {
    "mp4": ("audio/mp4", "m4a"),
    "webm": ("audio/webm", "weba"),
    "ogg": ("audio/ogg", "ogg"),
    "mp3": ("audio/mpeg", "mp3"),
}
_NO_TAGS = {"mp3": {"id3v2_version": "0", "write_xing": "0"}}


def clean(data: bytes, mime: str, limits: Limits) -> Cleaned:
    """The copy of a recording of one of the types in `sniffing.RECORDINGS`.

    Raises Refused: "too_many_pixels", "too_long", "too_big" (of the copy: a small file can name
    the same bytes a thousand times), "unreadable"; and whatever PyAV raises on broken bytes.
    """
    import av
    from av.container.core import Flags

    with av.open(
        io.BytesIO(data),
        "r",
        format=_READERS.get(mime, "mov"),
        options={"max_pixels": str(limits.pixels)},
        metadata_errors="ignore",
        io_open=_no_other_file,
    ) as source:
        sound, picture = _first_sound(source), _first_picture(source)
        if picture and picture.width * picture.height > limits.pixels:
            raise Refused("too_many_pixels")
        container = _container(sound, picture, mime)
        target = io.BytesIO()
        with av.open(target, "w", format=container, options=_NO_TAGS.get(container)) as sink:
            sink.flags |= Flags.bitexact.value
            lanes = _lanes(sink, container, sound, picture, limits)
            seconds = _pump(source, sink, lanes, limits)
    first_frame = lanes[0].first_frame
    if first_frame is None:
        raise Refused("unreadable")
    if picture is None:
        return Cleaned("voice", *_VOICE_NAMES[container], target.getvalue(), seconds=seconds)
    return _video(target.getvalue(), container, first_frame, seconds, limits)


def _no_other_file(*_: Any) -> Any:
    raise PermissionError  # a playlist or a reference in the file must not reach out


def _first_sound(source: "InputContainer") -> "Any | None":
    return next((each for each in source.streams.audio if each.codec_context), None)


def _first_picture(source: "InputContainer") -> "Any | None":
    from av.stream import Disposition

    still = Disposition.attached_pic | Disposition.timed_thumbnails
    return next((each for each in source.streams.video if not each.disposition & still), None)


def _container(sound: "Any | None", picture: "Any | None", mime: str) -> str:
    if picture:
        return "webm" if _codec(picture) in _PICTURE_COPIED["webm"] else "mp4"
    if sound and _codec(sound) == "opus":
        return "webm" if _READERS.get(mime) == "matroska" else "ogg"
    return "mp3" if sound and _codec(sound) == "mp3" else "mp4"


def _codec(stream: "Any") -> str:
    """The codec and not its decoder: "amrnb" may be decoded by "libopencore_amrnb"."""
    if stream.codec_context is None:
        raise Refused("unreadable")
    return stream.codec_context.codec.canonical_name


def _lanes(
    sink: "OutputContainer",
    container: str,
    sound: "Any | None",
    picture: "Any | None",
    limits: Limits,
) -> list[Lane]:
    """The picture's lane first, if there is one; Refused("unreadable") if there is nothing at all."""
    lanes: list[Lane] = []
    if picture:
        picture.codec_context.options = {"max_pixels": str(limits.pixels), "threads": "1"}
        copied = _codec(picture) in _PICTURE_COPIED[container]
        lanes.append(Copy(picture, sink, _codec(picture)) if copied else EncodePicture(picture, sink))
    if sound:
        copied = _codec(sound) == _SOUND_COPIED[container]
        encoder = "libopus" if container == "webm" else "aac"
        lanes.append(Copy(sound, sink, _codec(sound)) if copied else EncodeSound(sound, sink, encoder))
    if not lanes:
        raise Refused("unreadable")
    return lanes


def _pump(source: "InputContainer", sink: "OutputContainer", lanes: list[Lane], limits: Limits) -> float:
    """Moves every packet over and returns the playing time in seconds."""
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
            if length > limits.file_bytes:
                raise Refused("too_big")
            if end > limits.seconds:
                raise Refused("too_long")
            sink.mux(ready)
    return round(float(end), 3)


def _video(copy: bytes, container: str, frame: Any, seconds: float, limits: Limits) -> Cleaned:
    from services.media.frames import upright
    from services.media.photo import thumbnail

    image = upright(frame)
    small = thumbnail(image, limits)
    return Cleaned("video", f"video/{container}", container, copy, small, *image.size, seconds)
