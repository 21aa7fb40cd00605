"""The visible mark within the picture: one segment for one viewer, decoded, signed and encoded again.

Copies have closed groups, no edit lists and no frames out of order (`media/graph.py`): a segment stands by itself, and
its moments are kept. What comes out begins as every other segment of the same size does.
"""

import subprocess
import tempfile
import unicodedata
from pathlib import Path

import msgspec

from media.runner import PermanentFault
from media.tools import Tools

DEADLINE_S = 60.0
HIGH = 360  # lines of the script's own picture, whatever the film's
SCRIPT = f"""[Script Info]
ScriptType: v4.00+
PlayResX: 640
PlayResY: {HIGH}
ScaledBorderAndShadow: yes
WrapStyle: 2

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, BackColour, Bold, BorderStyle, \
Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: mark,DejaVu Sans,12,&H48FFFFFF,&H60000000,&H60000000,1,1,0.6,0.4,{{alignment}},26,26,20,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:00.00,99:00:00.00,mark,,0,0,0,,{{words}}
"""
HIGH_LEFT, LOW_RIGHT = 7, 3


class SignedSegment(msgspec.Struct, frozen=True):
    """`head` is what its playlist begins with, the same for every viewer; `body` the segment itself."""

    head: bytes
    body: bytes


def signed(tools: Tools, head: bytes, segment: bytes, words: str, *, number: int) -> SignedSegment:
    """The segment with these words in its picture: above on the left, or below on the right where its `number` is
    odd, so that nothing is covered for long.
    """
    alignment = LOW_RIGHT if number % 2 else HIGH_LEFT
    with tempfile.TemporaryDirectory(prefix="signed") as name:
        folder = Path(name)
        (folder / "given.mp4").write_bytes(head + segment)
        (folder / "mark.ass").write_text(SCRIPT.format(alignment=alignment, words=plain(words)))
        try:
            subprocess.run(
                [*tools_argv(tools), "signed.mp4"], cwd=folder, check=True, timeout=DEADLINE_S,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        except subprocess.SubprocessError as error:
            raise PermanentFault("copy_not_signed", type(error).__name__) from None
        return parted((folder / "signed.mp4").read_bytes())


def tools_argv(tools: Tools) -> list[str]:
    """As `media/graph.py:encoder` has it, but for the ceiling: a mark must not blur what was sharp."""
    return [
        tools.ffmpeg, "-nostdin", "-v", "error", "-y", "-i", "given.mp4", "-copyts", "-vf", "ass=mark.ass",
        "-c:v", "libx264", "-preset", "veryfast", "-crf", "24", "-profile:v", "high", "-bf", "0",
        "-sc_threshold", "0", "-g", "100000", "-threads", "1", "-fps_mode", "passthrough", "-map_metadata", "-1",
        "-avoid_negative_ts", "disabled", "-f", "mp4", "-use_editlist", "0", "-frag_duration", "1000000000",
        "-movflags", "+empty_moov+default_base_moof+frag_discont",
    ]  # fmt: skip


def plain(words: str) -> str:
    """Nothing that a script would take for an order."""
    told = "".join(one for one in words if unicodedata.category(one)[0] != "C")
    return told.replace("\\", "/").replace("{", "(").replace("}", ")")


def parted(made: bytes) -> SignedSegment:
    """What stands before the first fragment, and the fragments."""
    at = 0
    while at + 8 <= len(made):
        size = int.from_bytes(made[at : at + 4], "big")
        if made[at + 4 : at + 8] == b"moof":
            return SignedSegment(made[:at], made[at:])
        if size < 8:
            break
        at += size
    raise PermanentFault("copy_not_signed", "no fragment")
