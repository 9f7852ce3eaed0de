"""Recordings made here, with a mark in every tag."""

import array
import io
import math
import struct
from fractions import Fraction

import av

from tests.drivers.media_samples import MARK, picture


def sound(sink, stream, rate, seconds=0.5):
    for at in range(0, int(rate * seconds), 960):
        wave = array.array("h", (int(8000 * math.sin((at + i) * 0.05)) for i in range(960)))
        stereo = stream.layout.name == "stereo"
        frame = av.AudioFrame(format="s16", layout=stream.layout.name, samples=960)
        frame.rate, frame.pts, frame.time_base = rate, at, Fraction(1, rate)
        samples = array.array("h", (w for w in wave for _ in "lr")) if stereo else wave
        frame.planes[0].update(samples.tobytes())
        sink.mux(stream.encode(frame))
    sink.mux(stream.encode(None))


def frames(sink, stream, count=10, first=0):
    for at in range(count):
        frame = av.VideoFrame.from_image(picture((64, 48)))
        frame.pts, frame.time_base = first + at, Fraction(1, 10)
        sink.mux(stream.encode(frame))
    sink.mux(stream.encode(None))


def recording(form, audio=None, video=None, *, rate=48000, options=None, attach=False, first=0):
    """A recording with the mark in every tag of the container and of its streams."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=form, options=options or {}) as sink:
        tags = ("title", "artist", "comment", "description", "copyright", "location", "album")
        sink.metadata.update(dict.fromkeys(tags, MARK), creation_time="2024-02-03T04:05:06Z")
        sink.metadata.update({"location": f"+31.2304+121.4737/{MARK}", "com.apple.model": MARK})
        if form not in ("amr", "adts"):
            sink.set_chapters(
                [{"id": 1, "start": 0, "end": 1, "time_base": Fraction(1, 1), "metadata": {"title": MARK}}]
            )
        if attach:
            sink.add_attachment(f"{MARK}.txt", "text/plain", MARK.encode())
        picture_stream = sink.add_stream(video, rate=10) if video else None
        sound_stream = sink.add_stream(audio, rate=rate) if audio else None
        if picture_stream:
            picture_stream.width, picture_stream.height = 64, 48
            picture_stream.metadata.update(title=MARK, handler_name=MARK, vendor_id="MARK")
            if video == "libx265":
                picture_stream.options = {"x265-params": "log-level=none"}
        if sound_stream:
            sound_stream.layout = "stereo" if audio == "vorbis" else "mono"
            sound_stream.metadata.update(title=MARK, artist=MARK, handler_name=MARK)
            if audio == "wmav2":
                sound_stream.bit_rate = 64_000
            if audio == "vorbis":
                sound_stream.options = {"strict": "-2"}
        if picture_stream:
            frames(sink, picture_stream, first=first)
        if sound_stream:
            sound(sink, sound_stream, rate)
    return buffer.getvalue()


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + kind + body
