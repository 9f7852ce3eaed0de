"""Recordings: no mark survives in a copy, and every browser plays it."""

import array
import io
import itertools
import struct
from fractions import Fraction

import av
import pytest
from PIL import Image

import media
from tests.drivers.media_samples import MARK, holds_mark
from tests.drivers.recording_samples import box, recording, sound


def with_boxes(data: bytes) -> bytes:
    """An MP4 file plus the boxes that phones and dash cameras add: places, notes, free space."""
    place = f"+31.2304+121.4737+4.0/{MARK}".encode()
    gps = box(b"\xa9xyz", struct.pack(">HH", len(place), 0x15C7), place)
    name = box(b"\xa9nam", struct.pack(">HH", len(MARK), 0), MARK.encode())
    return data + box(b"udta", gps, name) + box(b"free", place) + box(b"uuid", b"u" * 16, place)


def with_h264_note(data: bytes) -> bytes:
    """The x264 options in the first SEI unit, overwritten by the mark (same length)."""
    at = data.index(b"x264 - core")
    return data[:at] + MARK.encode() + data[at + len(MARK) :]


def with_id3(data: bytes) -> bytes:
    picture_note = b"APIC" + struct.pack(">I", 300)[0:4] + b"\0\0" + (MARK.encode() * 40)[:300]
    size = bytes((0, 0, len(picture_note) >> 7, len(picture_note) & 0x7F))
    tail = b"APETAGEX" + MARK.encode() * 10 + b"TAG" + (MARK.encode() * 20)[:125]
    return b"ID3\x03\0\0" + size + picture_note + data + tail


RECORDINGS = {
    "telegram voice": (lambda: recording("ogg", "libopus"), "voice"),
    "ogg vorbis": (lambda: recording("ogg", "vorbis"), "voice"),
    "browser voice webm": (lambda: recording("webm", "libopus"), "voice"),
    "matroska voice": (lambda: recording("matroska", "aac", attach=True), "voice"),
    "browser voice mp4": (lambda: recording("mp4", "aac"), "voice"),
    "m4a": (lambda: with_boxes(recording("ipod", "aac")), "voice"),
    "mp3": (lambda: with_id3(recording("mp3", "libmp3lame")), "voice"),
    "wav": (lambda: recording("wav", "pcm_s16le"), "voice"),
    "flac": (lambda: recording("flac", "flac"), "voice"),
    "caf": (lambda: recording("caf", "pcm_s16le"), "voice"),
    "aiff": (lambda: recording("aiff", "pcm_s16be"), "voice"),
    "wma of a voice recorder": (lambda: recording("asf", "wmav2"), "voice"),
    "avi": (lambda: recording("avi", "libmp3lame", "mpeg4"), "video"),
    "flv": (lambda: recording("flv", "aac", "libx264"), "video"),
    "flv of an old site": (lambda: recording("flv", "libmp3lame", "flv", rate=44100), "video"),
    "ts": (lambda: recording("mpegts", "aac", "libx264"), "video"),
    "ts of a camera": (lambda: recording("mpegts", "aac", "libx264", options={"mpegts_m2ts_mode": "1"}), "video"),
    "mp4": (lambda: with_boxes(recording("mp4", "aac", "libx264")), "video"),
    "mp4 h264 note": (lambda: with_h264_note(recording("mp4", None, "libx264")), "video"),
    "iphone mov": (
        lambda: with_boxes(recording("mov", "aac", "libx265", options={"movflags": "use_metadata_tags"})),
        "video",
    ),
    "mov with pcm": (lambda: recording("mov", "pcm_s16le", "mpeg2video"), "video"),
    "3gp": (lambda: recording("3gp", "aac", "mpeg4"), "video"),
    "old 3gp": (lambda: recording("mov", "libopencore_amrnb", "mpeg4", rate=8000), "video"),
    "webm vp8": (lambda: recording("webm", "libopus", "libvpx"), "video"),
    "webm vp9": (lambda: recording("webm", "libopus", "libvpx-vp9"), "video"),
    "matroska": (lambda: recording("matroska", "libopus", "libx264", attach=True), "video"),
}


def test_a_recording_of_an_old_camera_is_seen():
    cleaned = media.clean(recording("vob", "mp2", "mpeg2video"))
    assert (cleaned.kind, cleaned.width, cleaned.height) == ("video", 64, 48)
    assert_plays(cleaned)


@pytest.mark.parametrize(("make", "kind"), RECORDINGS.values(), ids=RECORDINGS)
def test_no_mark_is_left_in_a_recording(make, kind):
    original = make()
    assert holds_mark(original), "the test must put the mark in"
    cleaned = media.clean(original)
    names = ("audio/mp4", "m4a") if kind == "voice" else ("video/mp4", "mp4")
    assert (cleaned.kind, cleaned.mime, cleaned.extension) == (kind, *names)
    assert not holds_mark(cleaned.copy)
    assert not holds_mark(cleaned.thumbnail or b"")
    assert b"121.4737" not in cleaned.copy
    assert b"2024-02-03" not in cleaned.copy
    assert 0.3 < cleaned.seconds < 1.5
    if kind == "video":
        assert (cleaned.width, cleaned.height) == (64, 48)
        thumbnail = Image.open(io.BytesIO(cleaned.thumbnail)).convert("RGB")
        assert thumbnail.getpixel((4, 4))[1] > 150
        assert thumbnail.getpixel((50, 40))[1] < 100
    assert_plays(cleaned)


def assert_plays(cleaned):
    """Every packet decodes; no date, no tag but the muxer's own, no other stream."""
    own = {"major_brand", "minor_version", "compatible_brands", "encoder", "DURATION"}
    own |= {"handler_name", "language"}
    with av.open(io.BytesIO(cleaned.copy)) as source:
        assert {stream.type for stream in source.streams} <= {"audio", "video"}
        assert len(source.streams.video) == (cleaned.kind == "video")
        assert set(source.metadata) <= own
        assert not source.chapters()
        for stream in source.streams:
            assert set(stream.metadata) <= own
            assert stream.metadata.get("handler_name", "VideoHandler") in ("VideoHandler", "SoundHandler")
        count = sum(1 for _ in source.decode(*source.streams))
        assert count >= 5
        codecs = {stream.codec_context.codec.canonical_name for stream in source.streams}
        assert codecs <= {"aac", "h264"}, "what every browser plays"
    assert cleaned.copy.index(b"moov") < cleaned.copy.index(b"mdat"), "plays before it is there whole"


def repacked(data: bytes, form: str, hide) -> bytes:
    """The same streams in a new container, each packet changed by `hide`."""
    buffer = io.BytesIO()
    with av.open(io.BytesIO(data)) as source, av.open(buffer, "w", format=form) as sink:
        old = [*source.streams.audio, *source.streams.video]
        sinks = {stream.index: sink.add_stream_from_template(stream, opaque=True) for stream in old}
        for packet in source.demux(old):
            if packet.size:
                fresh = av.Packet(hide(bytes(packet)))
                fresh.pts, fresh.dts, fresh.time_base = packet.pts, packet.dts, packet.time_base
                fresh.is_keyframe, fresh.stream = packet.is_keyframe, sinks[packet.stream.index]
                sink.mux(fresh)
    return buffer.getvalue()


def in_aac(packet: bytes) -> bytes:
    """A data stream element (id 4, tag 0, not aligned, length) before the sound."""
    return bytes((0x80, len(MARK))) + MARK.encode() + packet


def in_opus(packet: bytes) -> bytes:
    """A packet of one frame, written as "any number of frames": one of them, and padding."""
    assert packet[0] & 3 == 0
    return bytes((packet[0] | 3, 0x41, len(MARK))) + packet[1:] + MARK.encode()


def in_mp3() -> bytes:
    """Silent frames of MPEG 1 layer 3, 128 kbit/s, 44.1 kHz, mono: all but the head is ancillary."""
    head = b"\xff\xfb\x90\xc0" + bytes(17)
    return (head + (MARK.encode() * 50)[: 417 - len(head)]) * 40


def in_vp8(packet: bytes) -> bytes:
    """Bytes behind the last partition of the picture."""
    return packet + MARK.encode()


HIDDEN = {
    "aac": lambda: repacked(recording("mp4", "aac"), "mp4", in_aac),
    "aac of a browser": lambda: repacked(recording("matroska", "aac"), "matroska", in_aac),
    "opus": lambda: repacked(recording("ogg", "libopus"), "ogg", in_opus),
    "opus of a browser": lambda: repacked(recording("webm", "libopus"), "webm", in_opus),
    "mp3": in_mp3,
    "vp8": lambda: repacked(recording("webm", None, "libvpx"), "webm", in_vp8),
}


@pytest.mark.parametrize("make", HIDDEN.values(), ids=HIDDEN)
def test_no_mark_is_left_that_hides_inside_a_packet(make):
    original = make()
    assert original.count(MARK.encode()) >= 9
    with av.open(io.BytesIO(original)) as source:
        assert sum(1 for _ in source.decode(*source.streams)) >= 9, "a player plays it"
    cleaned = media.clean(original)
    assert not holds_mark(cleaned.copy)
    assert_plays(cleaned)


def test_the_sound_is_still_heard():
    """A tone of 382 Hz goes in, and comes out as loud."""
    for make in (lambda: recording("ogg", "libopus"), HIDDEN["aac"], HIDDEN["opus"]):
        with av.open(io.BytesIO(media.clean(make()).copy)) as source:
            resampler = av.AudioResampler("s16", "mono", 24000)
            samples = array.array("h")
            for frame in source.decode(audio=0):
                for ready in resampler.resample(frame):
                    samples.frombytes(bytes(ready.planes[0])[: ready.samples * 2])
        middle = samples[3000:9000]
        assert 6500 < max(middle) < 9500
        crossings = sum(1 for one, two in itertools.pairwise(middle) if one < 0 <= two)
        assert 90 <= crossings <= 100


def test_broken_sound_does_not_lose_the_picture():
    def hide(packet: bytes) -> bytes:
        is_sound_after_the_first = packet[:2] != b"\0\0" and len(packet) < 200
        return b"\xff" * len(packet) if is_sound_after_the_first else packet

    data = repacked(recording("mp4", "aac", "libx264"), "mp4", hide)
    with av.open(io.BytesIO(data)) as source, pytest.raises(av.FFmpegError):
        list(source.decode(audio=0))
    cleaned = media.clean(data)
    assert (cleaned.kind, cleaned.width) == ("video", 64)
    with av.open(io.BytesIO(cleaned.copy)) as source:
        assert sum(1 for _ in source.decode(video=0)) == 10


def test_a_fast_video_becomes_thirty_frames_a_second_and_1280_pixels():
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as sink:
        stream = sink.add_stream("libx264", rate=120, options={"preset": "ultrafast"})
        stream.width, stream.height = 1440, 720
        for at in range(24):
            frame = av.VideoFrame(1440, 720, "yuv420p")
            frame.pts, frame.time_base = at, Fraction(1, 120)
            sink.mux(stream.encode(frame))
        sink.mux(stream.encode(None))
    cleaned = media.clean(buffer.getvalue())
    assert (cleaned.width, cleaned.height) == (1280, 640)
    with av.open(io.BytesIO(cleaned.copy)) as source:
        assert sum(1 for _ in source.decode(video=0)) == 6


@pytest.mark.parametrize(("encoder", "note"), [("libx264", b"crf=23.0"), ("libx265", b"x265 (build")])
def test_notes_between_the_coded_pictures_are_dropped(encoder, note):
    """An encoder writes its options into an SEI unit; the copy says only how we encode, which is the same for all."""
    original = recording("mp4", None, encoder)
    assert note in original
    assert note not in media.clean(original).copy


def test_amr_becomes_aac():
    cleaned = media.clean(recording("amr", "libopencore_amrnb", rate=8000))
    assert (cleaned.kind, cleaned.mime, cleaned.extension) == ("voice", "audio/mp4", "m4a")
    assert_plays(cleaned)


def test_bare_aac_frames_are_boxed():
    assert media.clean(recording("adts", "aac")).mime == "audio/mp4"


def test_a_cover_picture_does_not_make_a_video():
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp3") as sink:
        stream = sink.add_stream("libmp3lame", rate=48000)
        stream.layout = "mono"
        cover = sink.add_stream("png", rate=1)
        cover.width = cover.height = 16
        cover.pix_fmt = "rgb24"
        cover.disposition = 0x400
        frame = av.VideoFrame.from_image(Image.new("RGB", (16, 16)))
        frame.pts = 0
        sink.mux(cover.encode(frame) + cover.encode(None))
        sound(sink, stream, 48000)
    assert media.clean(buffer.getvalue()).kind == "voice"


def test_the_clock_in_time_stamps_is_lost():
    original = recording("matroska", None, "libx264", first=10 * 3600 * 24)
    cleaned = media.clean(original)
    assert cleaned.seconds < 2
    with av.open(io.BytesIO(cleaned.copy)) as source:
        assert next(source.decode(video=0)).time < 1


@pytest.mark.parametrize("turned", [(0, 1, -1, 0), (0, -1, 1, 0)], ids=["right", "left"])
def test_a_video_filmed_upright_stays_upright(turned):
    original = recording("mp4", "aac", "libx264")
    at = original.index(b"tkhd") + 44
    matrix = struct.pack(">9i", *(65536 * n for n in (*turned[:2], 0, *turned[2:], 0, 0, 0)), 1 << 30)
    cleaned = media.clean(original[:at] + matrix + original[at + 36 :])
    assert (cleaned.width, cleaned.height) == (48, 64)
    thumbnail = Image.open(io.BytesIO(cleaned.thumbnail))
    right = turned[1] == 1
    white, red = ((44, 4), (4, 60)) if right else ((4, 60), (44, 4))
    assert thumbnail.getpixel(white)[1] > 150
    assert thumbnail.getpixel(red)[1] < 100
    with av.open(io.BytesIO(cleaned.copy)) as source:
        frame = next(source.decode(video=0))
        assert (frame.rotation, frame.width, frame.height) == (0, 48, 64)
