"""Playlists that tell the truth: everything in the master is measured from the files."""

import re
from fractions import Fraction
from pathlib import Path

from media.graph import Rung
from media.runner import PermanentFault

AUDIO_CODEC = "mp4a.40.2"


def durations(playlist: Path) -> list[tuple[str, float]]:
    """(file, seconds) of each segment; a playlist without an end is not whole."""
    text = playlist.read_text()
    if "#EXT-X-ENDLIST" not in text:
        raise PermanentFault("copy_not_whole", playlist.parent.name)
    found = re.findall(r"#EXTINF:([\d.]+),[^\n]*\n([^#\n]+)", text)
    return [(name.strip(), float(seconds)) for seconds, name in found]


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


def write_master(job: Path, rungs: tuple[Rung, ...], *, rate: Fraction, sound: bool) -> None:
    """The door to the copy; sound is a group of its own, so that rungs never change it."""
    heard_peak, heard_average = bandwidth(job / "a0") if sound else (0, 0)
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    if sound:
        lines.append(
            '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Stereo",DEFAULT=YES,AUTOSELECT=YES,'
            'CHANNELS="2",URI="a0/playlist.m3u8"'
        )
    for rung in rungs:
        peak, average = bandwidth(job / rung.name)
        codecs = f"{codec(job / rung.name)},{AUDIO_CODEC}" if sound else codec(job / rung.name)
        lines.append(
            f"#EXT-X-STREAM-INF:BANDWIDTH={peak + heard_peak},"
            f"AVERAGE-BANDWIDTH={average + heard_average},RESOLUTION={rung.width}x{rung.height},"
            f'FRAME-RATE={float(rate):.3f},CODECS="{codecs}"' + (',AUDIO="sound"' if sound else "")
        )
        lines.append(f"{rung.name}/playlist.m3u8")
    (job / "master.m3u8").write_text("\n".join(lines) + "\n")
