"""What was measured of a file: the frozen document on which every verdict is judged.

Seconds, decibels and bytes throughout; a rate is an exact fraction. `how` names the measurement.
"""

import msgspec

VERSION = 1


class Run(msgspec.Struct, frozen=True):
    """A stretch of the film, in seconds."""

    start: float
    end: float

    @property
    def length(self) -> float:
        return self.end - self.start


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """One video stream; width and height are as stored, before rotation and pixel shape."""

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
    frames_promised: int = 0
    start: float = 0.0
    duration: float = 0.0
    longest_gap: float = 0.0
    bit_rate: int = 0
    combed: float | None = None
    transfer: str = ""
    primaries: str = ""
    matrix: str = ""
    full_range: bool = False

    @property
    def fps(self) -> float:
        return self.rate[0] / self.rate[1]

    @property
    def shown_size(self) -> tuple[int, int]:
        """Width and height on the screen: square pixels, upright."""
        width = round(self.width * self.sar[0] / self.sar[1])
        return (self.height, width) if self.rotation % 180 else (width, self.height)


class Sound(msgspec.Struct, frozen=True, kw_only=True):
    """One audio stream; loudness in LUFS, true peak in dBTP, levels in dB for each channel."""

    codec: str = ""
    channels: int = 0
    layout: str = ""
    sample_rate: int = 0
    language: str = ""
    start: float = 0.0
    duration: float = 0.0
    loudness: float | None = None
    loudness_range: float | None = None
    true_peak: float | None = None
    levels: tuple[float, ...] = ()


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    version: int = VERSION
    container: str = ""
    size: int = 0
    sha256: str = ""
    duration: float = 0.0
    streams: int = 0
    pictures: tuple[Picture, ...] = ()
    sounds: tuple[Sound, ...] = ()
    subtitles: tuple[str, ...] = ()
    data_tracks: int = 0
    refusal: str = ""
    is_truncated: bool = False
    is_encrypted: bool = False
    trailing_bytes: int = 0
    decode_errors: int = 0
    silences: tuple[Run, ...] = ()
    blacks: tuple[Run, ...] | None = None
    freezes: tuple[Run, ...] | None = None
    curve: tuple[float, ...] = ()
    how: dict[str, str] = {}

    @property
    def picture(self) -> Picture | None:
        return self.pictures[0] if self.pictures else None

    @property
    def sound(self) -> Sound | None:
        return self.sounds[0] if self.sounds else None
