"""What ffmpeg's own channel says of broken pictures and sound: its count, not our list of phrases.

A packet that a decoder gives back, and a picture that it flags, are told by ffmpeg itself, with the
number of the stream. Some decoders flag nothing and only log errors: for those their lines at
`error` and above count. The lines of the others do not: H.264 complains of healthy cuts.
Logs must be written with `-loglevel level+…`.
"""

import re
from collections import Counter

FLAGS = [
    re.compile(rb"Error while decoding stream #\d+:(\d+)"),
    re.compile(rb"corrupt (?:decoded frame|input packet) in stream (\d+)"),
    re.compile(rb"\[\w+#\d+:(\d+)/\S+ @ \w+\] \[\w+\] (?:Error submitting packet|Decoding error|corrupt )"),
]  # fmt: skip
SAID = re.compile(rb"^\[(\w+?)(?:float|_fixed)? @ \w+\] \[(?:error|fatal|panic)\]")
UNFLAGGED = {"ffv1", "jpeg2000", "flac", "vorbis", "dts", "alac"}  # they only complain
DECODERS = {"dca": "dts", "libdav1d": "av1", "libopus": "opus", "libvorbis": "vorbis"}
LOUD = ("-max_error_rate", "1")  # ffmpeg counts on to the end, where it would stop at two thirds


class Damage:
    """The tally of one run."""

    def __init__(self) -> None:
        self.flagged: Counter[int] = Counter()
        self.said: Counter[str] = Counter()

    def hear(self, line: bytes) -> None:
        for flag in FLAGS:
            if match := flag.search(line):
                self.flagged[int(match[1])] += 1
                return
        if match := SAID.match(line):
            name = match[1].decode()
            self.said[DECODERS.get(name, name)] += 1

    def of(self, stream: int, codec: str) -> int:
        """Broken places of one stream: packets, pictures, or slices of them."""
        counted = self.said[codec] if codec in UNFLAGGED else 0
        return max(self.flagged[stream], counted)
