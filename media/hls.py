"""Playlists that tell the truth: everything in the master is measured from the files."""

import re
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import msgspec
from langcodes import standardize_tag

from media.graph import Rung
from media.runner import PermanentFault
from media.subtitles import TextTrack

AUDIO_CODEC = "mp4a.40.2"
LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}")
NAMED = re.compile(
    r'(#EXT-X-MEDIA:TYPE=SUBTITLES,[^\n]*?NAME=")[^"\n]*("(?:,LANGUAGE="([^"\n]*)")?)'
)


def durations(playlist: Path) -> list[tuple[str, float]]:
    """(file, seconds) of each segment; a playlist without an end is not whole."""
    text = playlist.read_text()
    if "#EXT-X-ENDLIST" not in text:
        raise PermanentFault("copy_not_whole", playlist.parent.name)
    segments = re.findall(r"#EXTINF:([\d.]+),[^\n]*\n([^#\n]+)", text)
    return [(name.strip(), float(seconds)) for seconds, name in segments]


def spans(playlist: str) -> dict[str, tuple[float, float]]:
    """Where each segment of a media playlist begins and ends, in seconds of the film."""
    segments: dict[str, tuple[float, float]] = {}
    at = 0.0
    for seconds, name in re.findall(r"#EXTINF:([\d.]+),[^\n]*\n([^#\n]+)", playlist):
        segments[name.strip()] = (round(at, 3), round(at + float(seconds), 3))
        at += float(seconds)
    return segments


def length(folder: Path) -> float:
    return sum(seconds for _, seconds in durations(folder / "playlist.m3u8"))


def bandwidth(folder: Path) -> tuple[int, int]:
    """(peak, average) bits per second of one rendition."""
    parts = durations(folder / "playlist.m3u8")
    sizes = [(folder / name).stat().st_size * 8 for name, _ in parts]
    total = sum(seconds for _, seconds in parts)
    peak = max((s / max(t, 0.5) for s, (_, t) in zip(sizes, parts, strict=True)), default=0.0)
    return round(peak), round(sum(sizes) / max(total, 0.1))


def codec(folder: Path) -> str:
    """`avc1.64001f`, read from the initialisation segment."""
    init = (folder / "init.mp4").read_bytes()
    at = init.find(b"avcC")
    if at < 0:
        raise PermanentFault("copy_not_whole", "no avcC")
    return "avc1." + init[at + 5 : at + 8].hex()


class Voice(msgspec.Struct, frozen=True):
    """One sound rendition: its folder, its group, and how many channels it has."""

    folder: str
    group: str
    channels: int

    @property
    def line(self) -> str:
        name = "Stereo" if self.channels == 2 else "5.1"
        return (
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{self.group}",NAME="{name}",DEFAULT=YES,'
            f'AUTOSELECT=YES,CHANNELS="{self.channels}",URI="{self.folder}/playlist.m3u8"'
        )


def write_master(
    job: Path,
    rungs: tuple[Rung, ...],
    *,
    rate: Fraction,
    voices: tuple[Voice, ...] = (),
    texts: tuple[TextTrack, ...] = (),
) -> None:
    """The door to the copy; sound and subtitles are groups, so that rungs never change them."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines += [voice.line for voice in voices]
    lines += [text_line(place, text) for place, text in enumerate(texts)]
    for voice in voices or (None,):
        for rung in rungs:
            lines += rung_lines(job, rung, voice, rate=rate, has_texts=bool(texts))
    (job / "master.m3u8").write_text("\n".join(lines) + "\n")


def offered(master: str, lines: int) -> tuple[str, str]:
    """(size, folder) of the largest picture of a copy that has no more than so many lines, else of its smallest."""
    sizes = re.findall(
        r"#EXT-X-STREAM-INF:[^\n]*RESOLUTION=(\d+)x(\d+),[^\n]*\n([^\n/]+)/playlist\.m3u8", master
    )
    if not sizes:
        raise PermanentFault("copy_not_whole", "no rung")
    fitting = [one for one in sizes if int(one[1]) <= lines]
    wide, high, folder = (
        max(fitting, key=lambda one: int(one[1]))
        if fitting
        else min(sizes, key=lambda one: int(one[1]))
    )
    return f"{wide}x{high}", folder


def only(master: str, size: str, door: str) -> str:
    """A master that offers one size alone, whose pictures lie behind `door`.

    Its rates stay those of the unmarked rung, made by the same encoder under the same ceiling; with one
    size there is nothing to choose by them.
    """
    kept: list[str] = []
    for line in master.splitlines():
        if line.startswith("#EXT-X-STREAM-INF") and f"RESOLUTION={size}," in line:
            kept += [line, f"{door}/playlist.m3u8"]
        elif line.startswith("#") and not line.startswith("#EXT-X-STREAM-INF"):
            kept.append(line)
    if not any(line.endswith("/playlist.m3u8") and not line.startswith("#") for line in kept):
        raise PermanentFault("copy_not_whole", f"no rung of {size}")
    return "\n".join(kept) + "\n"


def rung_lines(
    job: Path, rung: Rung, voice: Voice | None, *, rate: Fraction, has_texts: bool
) -> tuple[str, str]:
    peak, average = bandwidth(job / rung.name)
    codecs = codec(job / rung.name)
    groups = ""
    if voice:
        heard_peak, heard_average = bandwidth(job / voice.folder)
        peak, average = peak + heard_peak, average + heard_average
        codecs += f",{AUDIO_CODEC}"
        groups = f',AUDIO="{voice.group}"'
    if has_texts:
        groups += ',SUBTITLES="texts"'
    attributes = (
        f"#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={average},"
        f"RESOLUTION={rung.width}x{rung.height},FRAME-RATE={float(rate):.3f},"
        f'CODECS="{codecs}"{groups}'
    )
    return attributes, f"{rung.name}/playlist.m3u8"


def text_line(place: int, text: TextTrack) -> str:
    """A maker's language tag is only believed when it looks like one; who serves it gives it a name."""
    tag = standardize_tag(text.language) if LANGUAGE.fullmatch(text.language) else ""
    language = f'LANGUAGE="{tag}",' if tag else ""
    begin = f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="texts",NAME="{place + 1}",{language}'
    return f'{begin}DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI="{text.name}/playlist.m3u8"'


def named(master: str, name_of: Callable[[str], str]) -> str:
    """A master whose subtitles have the names that `name_of` gives to their language tags.

    The tag is empty where the film says none; a name that comes again is numbered.
    """
    given: Counter[str] = Counter()

    def call(line: re.Match[str]) -> str:
        name = re.sub(r'["\r\n]', "", name_of(line[3] or ""))
        given[name] += 1
        return f"{line[1]}{name}{f' {given[name]}' if given[name] > 1 else ''}{line[2]}"

    return NAMED.sub(call, master)
