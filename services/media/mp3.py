"""MP3 frames: a reader hands on whatever lies between two of them, such as tags at the end."""

_KBITS = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
}
_HZ = (44_100, 48_000, 32_000, 0)
_INFO_MARKS = (b"Xing", b"Info", b"VBRI")


def only_frame(packet: bytes) -> bytes:
    """The MPEG layer 3 frame that `packet` starts with, without what follows it.

    b"" when there is none or it is cut off, or when it holds no sound but an encoder's notes.
    """
    length = _frame_length(packet[:4])
    frame = packet[:length]
    if not length or len(frame) < length or any(mark in frame[:48] for mark in _INFO_MARKS):
        return b""
    return frame


def _frame_length(head: bytes) -> int:
    """In bytes, from the four bytes of a frame header; 0 when it is not one."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version_bits, index = head[1] >> 3 & 3, head[2] >> 4
    if version_bits == 1:
        return 0
    version = 1 if version_bits == 3 else 2
    hz = _HZ[head[2] >> 2 & 3] // {3: 1, 2: 2, 0: 4}[version_bits]
    kbits = _KBITS[version][index]
    if not hz or not kbits:
        return 0
    return (144 if version == 1 else 72) * kbits * 1000 // hz + (head[2] >> 1 & 1)
