"""Finds the true type of a file from its content. The name and type that the sender claims are not consulted."""

from media import document

PHOTOS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/heic": "heic",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/gif": "gif",
    "image/bmp": "bmp",
    "image/tiff": "tiff",
}
RECORDINGS = {
    "audio/aac": "aac",
    "audio/aiff": "aiff",
    "audio/amr": "amr",
    "audio/flac": "flac",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/x-caf": "caf",
    "video/3gpp": "3gp",
    "video/mp2t": "ts",
    "video/mp4": "mp4",
    "video/mpeg": "mpg",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-flv": "flv",
    "video/x-matroska": "mkv",
    "video/x-ms-asf": "wmv",
    "video/x-msvideo": "avi",
}
UNHEARD = {"audio/x-silk": "silk"}
"""Recordings that no library here decodes, such as a voice message saved out of WeChat."""
EXTENSIONS = {**PHOTOS, **RECORDINGS, **UNHEARD, **document.EXTENSIONS}
"""Every type that is taken, with the extension that such a file has; without the dot."""

_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0", "image/tiff"),
    (b"MM\0+", "image/tiff"),
    (b"OggS", "audio/ogg"),
    (b"#!AMR", "audio/amr"),
    (b"#!SILK_V3", "audio/x-silk"),
    (b"\x02#!SILK_V3", "audio/x-silk"),  # as WeChat writes it
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"caff", "audio/x-caf"),
    (b"\0\0\1\xba", "video/mpeg"),
    (b"FLV\1", "video/x-flv"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-asf"),
)
_IN_CHUNKS = {
    (b"RIFF", b"WEBP"): "image/webp",
    (b"RIFF", b"WAVE"): "audio/wav",
    (b"RIFF", b"AVI "): "video/x-msvideo",
    (b"FORM", b"AIFF"): "audio/aiff",
    (b"FORM", b"AIFC"): "audio/aiff",
}
HEAD_BYTES = 4096
_EBML = b"\x1a\x45\xdf\xa3"
_TS_PACKETS = ((0, 188), (4, 192))  # where the first begins and how many bytes each has; cameras put a time before it
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_AVIF_BRANDS = {b"avif", b"avis"}
_STILL_BRANDS = {b"mif1", b"msf1"}
_BMP_HEADS = {12, 16, 40, 52, 56, 64, 108, 124}  # lengths in bytes; two letters alone could begin a text
_AUDIO_BRANDS = {b"M4A ", b"M4B ", b"M4P "}
_OLD_QUICKTIME = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}


def sniff(data: bytes) -> str | None:
    """The MIME type of what `data` really is, or None for a type that we do not take.

    A container type does not say whether there is a picture in it: a voice message from a browser
    is "video/webm" or "video/mp4" here, and only `clean` tells it from a video. A long text or archive takes seconds:
    a stranger's file is asked by `sniff_apart`, and `sniff_head` costs nothing.
    """
    return sniff_head(data) or (None if data.startswith(_EBML) else document.sniff(data))


def sniff_head(data: bytes) -> str | None:
    """The same of a picture or a recording alone, from its first 4 KiB; of a whole file or of its beginning."""
    for start, mime in _STARTS:
        if data.startswith(start):
            return mime
    if data[:4] in (b"RIFF", b"FORM"):
        return _IN_CHUNKS.get((data[:4], data[8:12]))
    if data.startswith(_EBML):
        return _matroska(data[:HEAD_BYTES])
    if data[4:8] == b"ftyp":
        return _iso_media(data)
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _BMP_HEADS:
        return "image/bmp"
    if data[4:8] in _OLD_QUICKTIME:
        return "video/quicktime"
    return _bare_audio_frames(data) or _transport_stream(data)


def _matroska(head: bytes) -> str | None:
    if b"\x42\x82\x84webm" in head:
        return "video/webm"
    return "video/x-matroska" if b"\x42\x82\x88matroska" in head else None


def _iso_media(data: bytes) -> str | None:
    size = int.from_bytes(data[:4], "big")
    box = data[8 : min(size, 512)]
    major = box[:4]
    brands = {major, *(box[at : at + 4] for at in range(8, len(box) - 3, 4))}
    if brands & _HEIC_BRANDS:
        return "image/heic"
    if brands & _AVIF_BRANDS:
        return "image/avif"
    if brands & _STILL_BRANDS:
        return "image/heic"
    if major == b"qt  ":
        return "video/quicktime"
    if major in _AUDIO_BRANDS:
        return "audio/mp4"
    return "video/3gpp" if major[:2] == b"3g" else "video/mp4"


def _bare_audio_frames(data: bytes) -> str | None:
    """The type of MP3 or ADTS frames without any header: an 11- or 12-bit sync word, then the layer."""
    if len(data) < 4 or data[0] != 0xFF:
        return None
    if data[1] & 0xF6 == 0xF0:
        return "audio/aac"
    layer_3 = data[1] & 0xE6 == 0xE2 and data[1] & 0x18 != 0x08
    return "audio/mpeg" if layer_3 and data[2] >> 4 not in (0, 15) else None


def _transport_stream(data: bytes) -> str | None:
    """The type of an MPEG transport stream: each of its first packets begins with 0x47, and carries something."""
    for start, size in _TS_PACKETS:
        heads = [data[at : at + 4] for at in range(start, start + 5 * size, size) if at + 4 <= len(data)]
        if len(heads) > 1 and all(head[0] == 0x47 and head[3] & 0x30 for head in heads):
            return "video/mp2t"
    return None
