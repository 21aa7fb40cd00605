"""What was measured of a file: the frozen document on which every verdict is judged.

Seconds, decibels and bytes throughout; a rate is an exact fraction. `how` names the measurement.
"""

import re

import msgspec

VERSION = 3
HDR = {"smpte2084": "PQ", "arib-std-b67": "HLG"}


class Interval(msgspec.Struct, frozen=True):
    """A stretch of the film, in seconds."""

    start: float
    end: float

    @property
    def length(self) -> float:
        return self.end - self.start


class Bars(msgspec.Struct, frozen=True):
    """Black borders around the picture that never go, in lines and columns."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0

    @property
    def thickest(self) -> int:
        return max(self.top + self.bottom, self.left + self.right)


class Text(msgspec.Struct, frozen=True):
    """One subtitle track inside the file; `stream` is its number there."""

    codec: str = ""
    language: str = ""
    packets: int = 0
    end: float = 0.0
    stream: int = 0


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """One video stream; width and height are as stored, before rotation and pixel shape.

    `stream` is its number in the file. `frames` and `duration` are what plays: of all `packets`,
    those that an edit list keeps, without the `unkeyed` ones before the first key. `holes` are stretches in
    which nothing new is shown, on the film's clock.
    `combed` and `repeated` are shares of the frames of the windows that were looked at.
    """

    stream: int = 0
    codec: str = ""
    profile: str = ""
    width: int = 0
    height: int = 0
    sar: tuple[int, int] = (1, 1)
    rotation: int = 0
    pixel_format: str = ""
    rate: tuple[int, int] = (0, 1)
    is_variable: bool = False
    frames: int = 0
    packets: int = 0
    unkeyed: int = 0
    frames_promised: int = 0
    start: float = 0.0
    duration: float = 0.0
    longest_gap: float = 0.0
    holes: tuple[Interval, ...] = ()
    bit_rate: int = 0
    key_frames: int = 0
    longest_key_gap: float = 0.0
    combed: float | None = None
    repeated: float | None = None
    bars: Bars | None = None
    transfer: str = ""
    primaries: str = ""
    matrix: str = ""
    full_range: bool = False
    dolby_vision: int | None = None
    is_spherical: bool = False

    @property
    def bit_depth(self) -> int:
        """Of one sample, as the pixel format says."""
        match = re.search(
            r"p(9|10|12|14|16)(?:le|be)?$|(?:gray|xyz|rgb|bgr)(10|12|16)", self.pixel_format
        )
        return int(match[1] or match[2]) if match else 8

    @property
    def hdr(self) -> str:
        """`PQ`, `HLG`, `Dolby Vision 5`, or nothing for standard range."""
        if self.dolby_vision is not None:
            return f"Dolby Vision {self.dolby_vision}"
        return HDR.get(self.transfer, "")

    @property
    def is_telecined(self) -> bool:
        """Film at 24 on video at 30: combed, and two fields of five come twice."""
        combed, repeated = self.combed or 0.0, self.repeated or 0.0
        return 29 < self.fps < 31 and combed >= 0.2 and repeated >= 0.25

    @property
    def fps(self) -> float:
        return self.rate[0] / self.rate[1]

    @property
    def shown_size(self) -> tuple[int, int]:
        """Width and height on the screen: square pixels, upright."""
        width = round(self.width * self.sar[0] / self.sar[1])
        return (self.height, width) if self.rotation % 180 else (width, self.height)


class Sound(msgspec.Struct, frozen=True, kw_only=True):
    """One audio stream; loudness in LUFS, true peak in dBTP, levels in dB for each channel.

    `phase` goes from 1 (both sides alike) to −1 (each undoes the other); only stereo has one.
    `holes` are stretches without packets, on the film's clock; `damaged` counts broken packets.
    `is_aside` where the file calls it a commentary or an audio description.
    """

    stream: int = 0
    codec: str = ""
    channels: int = 0
    layout: str = ""
    sample_rate: int = 0
    language: str = ""
    is_aside: bool = False
    start: float = 0.0
    duration: float = 0.0
    loudness: float | None = None
    loudness_range: float | None = None
    true_peak: float | None = None
    levels: tuple[float, ...] = ()
    phase: float | None = None
    packets: int = 0
    holes: tuple[Interval, ...] = ()
    damaged: int = 0


SIDES = ("FL", "FR", "FC", "LFE", "SL", "SR")  # mono tracks of a 5.1, in the order of SMPTE


class HeardTracks(msgspec.Struct, frozen=True):
    """What is played: numbers among `Facts.sounds`, and the layout that they are joined to.

    One track alone is played as it is, and `layout` is empty; tracks that are joined are mono.
    """

    tracks: tuple[int, ...] = ()
    layout: str = ""

    @property
    def route(self) -> str:
        """Which track becomes which side, in the words of ffmpeg's `join`."""
        sides = SIDES[: len(self.tracks)]
        return "|".join(f"{place}.0-{side}" for place, side in enumerate(sides))


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """`heard` says which tracks the copy plays, `mix` is their measure once they are joined.

    `curve` is the loudness of each second, `peaks` its highest sample in dBFS, of what is heard.
    `torn` counts the places in which the container itself is broken, as its reader says.
    `is_uncopied` once a whole copy was tried, and the film's own damage has stopped it.
    """

    version: int = VERSION
    container: str = ""
    extension: str = ""
    size: int = 0
    sha256: str = ""
    duration: float = 0.0
    streams: int = 0
    pictures: tuple[Picture, ...] = ()
    sounds: tuple[Sound, ...] = ()
    heard: HeardTracks | None = None
    mix: Sound | None = None
    texts: tuple[Text, ...] = ()
    chapters: int = 0
    data_tracks: int = 0
    empty_tracks: int = 0
    unknown_tracks: int = 0
    is_fragmented: bool = False
    refusal: str = ""
    is_truncated: bool = False
    torn: int = 0
    is_encrypted: bool = False
    trailing_bytes: int = 0
    decode_errors: int = 0
    is_undecodable: bool = False
    is_uncopied: bool = False
    silences: tuple[Interval, ...] = ()
    blacks: tuple[Interval, ...] | None = None
    freezes: tuple[Interval, ...] | None = None
    flashes: tuple[Interval, ...] | None = None
    curve: tuple[float, ...] = ()
    peaks: tuple[float, ...] = ()
    how: dict[str, str] = {}

    @property
    def picture(self) -> Picture | None:
        return self.pictures[0] if self.pictures else None

    @property
    def sound(self) -> Sound | None:
        """What the copy plays, measured as it will be heard."""
        if self.mix is not None or not self.sounds:
            return self.mix
        return self.sounds[self.heard.tracks[0] if self.heard else 0]
