"""Which units of a coded picture go over: those a player needs, and none that can hold a note.

Left out are the SEI units (H.264 6, HEVC 39 and 40: a camera's place and name, an encoder's
options), AV1 metadata, filler and padding, and every type that no browser uses.
"""

import re

FILTERS = {
    "h264": "filter_units=pass_types=1-5|7-11",
    "hevc": "filter_units=pass_types=0-9|16-21|32-37",
    "av1": "filter_units=pass_types=1-4|6-7",
}
"""For the packets, as FFmpeg's bitstream filter; it leaves the header alone."""

_PARAMETER_SETS = {"h264": {7, 8}, "hevc": {32, 33, 34}}
_START_CODE = re.compile(rb"\x00\x00\x00?\x01")


def only_parameter_sets(header: bytes, codec: str) -> bytes:
    """The header of an H.264 or HEVC stream, in start-code form, without its other units."""
    kept = (
        b"\0\0\0\1" + unit
        for unit in _START_CODE.split(header)
        if unit and _type(unit[0], codec) in _PARAMETER_SETS[codec]
    )
    return b"".join(kept)


def _type(first: int, codec: str) -> int:
    return first & 0x1F if codec == "h264" else first >> 1 & 0x3F
