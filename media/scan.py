"""Read every packet and hear every second: what the file really holds.

`inspect` never raises for what a film does: a hopeless file yields Facts with a `refusal`.
"""

import re
import statistics
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from media import boxes
from media.facts import Facts, Picture, Run, Sound, Text
from media.probe import GUARDS, headers, sniff_file
from media.runner import PermanentFault, run
from media.sandbox import GIB, Cell

CADENCES = [Fraction(n, d) for n, d in [
    (24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (48, 1), (50, 1), (60000, 1001),
    (60, 1), (12, 1), (15, 1), (10, 1), (20, 1), (100, 1), (120, 1), (8, 1), (1, 1), (5, 1),
]]  # fmt: skip
PACKETS_BYTES = 96 * 1024 * 1024
KEY = "K"
LOOKING = GIB  # no picture is decoded here: whoever wants more is no film

HEARING = (
    "astats=measure_overall=none:measure_perchannel=RMS_level,"
    "ebur128=peak=true:framelog=verbose:metadata=1,"
    "silencedetect=n=-60dB:d=2"  # last: ebur128 reframes, and would lose where a silence ends
)

Hook = Callable[[str, float], None]


def inspect(
    cell: Cell,
    *,
    name: str = "",
    on_step: Hook = lambda *_: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Facts:
    """T0 and T1: sniff, headers, all packets, all sound. `on_step(kind, fraction)` tells how far.

    `name` is what the sender calls the file: compared with what it is, never used.
    """
    on_step("sniff", 0.0)
    cell = msgspec.structs.replace(cell, memory=LOOKING)
    facts = by_bytes(cell.source, name)
    if facts.refusal:
        return facts
    try:
        found = headers(cell)
        facts = read_headers(facts, found)
        is_shapeless = facts.picture is not None and not facts.picture.width
        if is_shapeless and (refused := beyond(facts, "\n".join(found["log"]))):
            return refused
        on_step("packets", 0.0)
        facts = read_packets(facts, cell, cancelled)
        if facts.refusal:
            return facts
        on_step("sound", 0.0)
        return read_sound(facts, cell, on_step, cancelled)
    except PermanentFault as fault:
        code = "CONTENT_TRUNCATED" if facts.is_truncated else "CONTAINER_UNREADABLE"
        return beyond(facts, fault.detail) or msgspec.structs.replace(facts, refusal=code)


def by_bytes(film: Path, name: str, size: int | None = None) -> Facts:
    """What the first bytes and the boxes say, before any program opens the file.

    `size` is what the whole file will have, where only its head is here.
    """
    container, refusal = sniff_file(film)
    facts = Facts(
        container=container,
        extension=Path(name).suffix.lower().lstrip(".")[:12],
        size=film.stat().st_size if size is None else size,
        refusal=refusal,
        how={"container": "first bytes"},
    )
    if refusal or container not in {"mov", "mp4"}:
        return facts
    found = boxes.walk(film, size)
    absurd = "SAMPLE_TABLE_ABSURD" if found.is_absurd else ""
    return msgspec.structs.replace(
        facts,
        refusal="HOSTILE_REFERENCE" if found.refers_out else absurd,
        is_truncated=found.is_truncated,
        trailing_bytes=found.trailing,
        is_fragmented=found.is_fragmented,
        is_encrypted=found.is_encrypted,
        how={**facts.how, "whole": "boxes", "is_fragmented": "boxes"},
    )


def beyond(facts: Facts, log: str) -> Facts | None:
    """What ffprobe would not open because it is larger than any film; told as it is."""
    if found := re.search(r"Picture size (\d+)x(\d+) exceeds", log):
        size = Picture(width=int(found[1]), height=int(found[2]))
        return msgspec.structs.replace(facts, refusal="DIMENSIONS_TOO_LARGE", pictures=(size,))
    if found := re.search(r"exceeds max_streams parameter \((\d+)\)", log):
        return msgspec.structs.replace(facts, refusal="STREAM_COUNT", streams=int(found[1]) + 1)
    return None


def read_headers(facts: Facts, found: dict[str, Any]) -> Facts:
    """Streams as the headers claim them; attached pictures are no film."""
    streams = found.get("streams", [])
    kinds = [s.get("codec_type") for s in streams if s.get("codec_tag_string") != "tmcd"]
    encrypted = any(s.get("codec_tag_string") in {"encv", "enca"} for s in streams)
    return msgspec.structs.replace(
        facts,
        streams=len(streams),
        pictures=tuple(picture_of(s) for s in streams if is_picture(s)),
        sounds=tuple(sound_of(s) for s in streams if s.get("codec_type") == "audio"),
        texts=tuple(text_of(s) for s in streams if s.get("codec_type") == "subtitle"),
        chapters=len(found.get("chapters", [])),
        data_tracks=kinds.count("data") + kinds.count("attachment") + kinds.count(None),
        unknown_tracks=sum(is_unknown(s) for s in streams),
        is_encrypted=facts.is_encrypted or encrypted,
        duration=number(found.get("format", {}).get("duration")) or 0.0,
        how={**facts.how, "streams": "headers", "texts": "headers", "chapters": "headers"},
    )


def is_unknown(stream: dict[str, Any]) -> bool:
    """A picture or a sound for which nobody here has a decoder."""
    return stream.get("codec_type") in {"video", "audio"} and not stream.get("codec_name")


def text_of(stream: dict[str, Any]) -> Text:
    return Text(codec=stream.get("codec_name", ""), language=language_of(stream))


def language_of(stream: dict[str, Any]) -> str:
    named = str(stream.get("tags", {}).get("language", ""))[:12]
    return "" if named == "und" else named


def is_picture(stream: dict[str, Any]) -> bool:
    return stream.get("codec_type") == "video" and not stream.get("disposition", {}).get(
        "attached_pic"
    )


def picture_of(stream: dict[str, Any]) -> Picture:
    sar = ratio(stream.get("sample_aspect_ratio", "1:1").replace(":", "/"))
    turns = [d.get("rotation") for d in beside(stream) if "rotation" in d]
    rate = ratio(stream.get("avg_frame_rate", "0/1"))
    return Picture(
        codec=stream.get("codec_name", ""),
        profile=str(stream.get("profile", "")),
        width=int(stream.get("width", 0)),
        height=int(stream.get("height", 0)),
        sar=(sar.numerator, sar.denominator) if sar > 0 else (1, 1),
        rotation=int(number(turns[0]) or 0) % 360 if turns else 0,
        pixel_format=stream.get("pix_fmt", ""),
        rate=(rate.numerator, rate.denominator),
        frames_promised=int(stream.get("nb_frames", 0) or 0),
        start=number(stream.get("start_time")) or 0.0,
        duration=number(stream.get("duration")) or 0.0,
        bit_rate=int(number(stream.get("bit_rate")) or 0),
        transfer=stream.get("color_transfer", ""),
        primaries=stream.get("color_primaries", ""),
        matrix=stream.get("color_space", ""),
        full_range=stream.get("color_range") == "pc",
        dolby_vision=next(
            (int(d["dv_profile"]) for d in beside(stream) if "dv_profile" in d), None
        ),
        is_spherical=any("Spherical" in str(d.get("side_data_type")) for d in beside(stream)),
    )


def beside(stream: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stream.get("side_data_list", [])
    return found


def sound_of(stream: dict[str, Any]) -> Sound:
    return Sound(
        codec=stream.get("codec_name", ""),
        channels=int(stream.get("channels", 0)),
        layout=stream.get("channel_layout", ""),
        sample_rate=int(number(stream.get("sample_rate")) or 0),
        language=language_of(stream),
        start=number(stream.get("start_time")) or 0.0,
        duration=number(stream.get("duration")) or 0.0,
    )


def number(text: Any) -> float | None:
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if abs(value) < 1e9 else None


def ratio(text: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return Fraction(0)


Packet = tuple[float, float, int, bool]  # when, how long, bytes, key


def read_packets(facts: Facts, cell: Cell, cancelled: Callable[[], bool]) -> Facts:
    """Exact durations, frames, gaps and cadence of every picture, sound and subtitle."""
    argv = [
        cell.tools.ffprobe, "-v", "warning", *GUARDS, "-show_entries",
        "packet=codec_type,stream_index,pts_time,dts_time,duration_time,size,flags", "-of",
        "csv=p=0", "-i", cell.film,
    ]  # fmt: skip
    ran = run(
        cell.argv(argv),
        deadline=120 + facts.size / 20e6,
        most_output=PACKETS_BYTES,
        stall=120,
        cancelled=cancelled,
    )
    if len(ran.output) >= PACKETS_BYTES:
        return msgspec.structs.replace(facts, refusal="SAMPLE_TABLE_ABSURD")
    tracks = tracks_of(ran.output)
    seen, heard = tracks.get("video", []), tracks.get("audio", [])
    pictures = tuple(
        timed(p, seen[i]) if i < len(seen) else msgspec.structs.replace(p, frames=0, duration=0.0)
        for i, p in enumerate(facts.pictures)
    )
    sounds = tuple(
        msgspec.structs.replace(
            s, start=heard[i][0][0], duration=span(heard[i]), packets=len(heard[i])
        )
        if i < len(heard)
        else msgspec.structs.replace(s, duration=0.0)
        for i, s in enumerate(facts.sounds)
    )
    short = any(0 < p.frames < p.frames_promised * 0.98 - 1 for p in pictures)
    cut = any("prematurely" in line or "partial file" in line for line in ran.log)
    longest = max([p.duration for p in pictures] + [s.duration for s in sounds], default=0.0)
    return msgspec.structs.replace(
        facts,
        pictures=pictures,
        sounds=sounds,
        texts=lasting(facts.texts, tracks.get("subtitle", [])),
        empty_tracks=len(facts.pictures) - len(seen) + len(facts.sounds) - len(heard),
        duration=longest,
        is_truncated=facts.is_truncated or short or cut,
        how={**facts.how, **dict.fromkeys(("duration", "rate", "gaps", "key_frames"), "packets")},
    )


def tracks_of(listing: str) -> dict[str, list[list[Packet]]]:
    """The packets of each stream in the order of time; streams of a kind in their own order."""
    found: dict[tuple[str, int], list[Packet]] = {}
    for line in listing.splitlines():
        kind, stream, pts, dts, duration, size, flags, *_ = [*line.split(","), *[""] * 7]
        when = number(pts)
        if when is None:
            when = number(dts)  # AVI knows no other time
        if when is not None and stream.isdigit():
            packet = (when, number(duration) or 0.0, int(number(size) or 0), KEY in flags)
            found.setdefault((kind, int(stream)), []).append(packet)
    tracks: dict[str, list[list[Packet]]] = {}
    for kind, index in sorted(found):
        tracks.setdefault(kind, []).append(sorted(found[kind, index]))
    return tracks


def lasting(texts: tuple[Text, ...], said: list[list[Packet]]) -> tuple[Text, ...]:
    return tuple(
        msgspec.structs.replace(
            text, packets=len(said[i]), end=max(when + lasts for when, lasts, _, _ in said[i])
        )
        if i < len(said)
        else text
        for i, text in enumerate(texts)
    )


def span(packets: list[Packet]) -> float:
    return packets[-1][0] + packets[-1][1] - packets[0][0]


def timed(picture: Picture, packets: list[Packet]) -> Picture:
    times = [when for when, _, _, _ in packets]
    keys = [when for when, _, _, key in packets if key]
    gaps = [b - a for a, b in pairwise(times) if b > a]
    typical = statistics.median(gaps) if gaps else 0.0
    last = packets[-1][1] or typical
    duration = times[-1] + last - times[0]
    even = [gap for gap in gaps if abs(gap - typical) <= 0.1 * typical]
    is_variable = len(gaps) > 4 and len(gaps) - len(even) > 0.03 * len(gaps)
    return msgspec.structs.replace(
        picture,
        frames=len(times),
        start=times[0],
        duration=duration,
        longest_gap=max(gaps, default=0.0),
        key_frames=len(keys),
        longest_key_gap=max((b - a for a, b in pairwise(keys)), default=0.0),
        rate=exact_rate(gaps if is_variable else even, picture.rate),
        is_variable=is_variable,
        bit_rate=int(sum(size for _, _, size, _ in packets) * 8 / duration) if duration > 0 else 0,
    )


def exact_rate(gaps: list[float], claimed: tuple[int, int]) -> tuple[int, int]:
    """The cadence nearest to what the packets show; the header only breaks ties.

    A dropped frame in a steady film is no other cadence: the caller leaves such gaps out.
    """
    if not gaps:
        return claimed
    shown = len(gaps) / sum(gaps)
    near = sorted(CADENCES, key=lambda c: abs(float(c) - shown))
    best = near[0]
    claim = Fraction(*claimed) if claimed[1] else Fraction(0)
    if claim and abs(float(claim) - shown) < 0.002 * shown:
        best = claim
    if abs(float(best) - shown) > 0.004 * shown:
        best = Fraction(shown).limit_denominator(1001)
    return best.numerator, best.denominator


def read_sound(facts: Facts, cell: Cell, on_step: Hook, cancelled: Callable[[], bool]) -> Facts:
    """Loudness, true peak, silence and every channel's level, over all of the first track."""
    if not facts.sounds or facts.sounds[0].duration <= 0:
        return facts
    facing = "aphasemeter=video=0," if facts.sounds[0].channels == 2 else ""
    argv = [
        cell.tools.ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "info",
        "-progress", "pipe:1", "-stats_period", "0.5", *GUARDS, "-i", cell.film, "-map", "0:a:0",
        "-af", f"{facing}{HEARING},ametadata=mode=print:file={cell.job}/sound.txt",
        "-vn", "-f", "null", "-",
    ]  # fmt: skip
    length = max(facts.sounds[0].duration, 0.1)
    ran = run(
        cell.argv(argv),
        deadline=120 + length,
        cancelled=cancelled,
        on_seconds=lambda s: on_step("sound", min(s / length, 1.0)),
    )
    curve, silences, phase = heard(cell.work / "sound.txt", length)
    log = "\n".join(ran.log)
    summary = log.rpartition("Summary:")[2]
    measured = msgspec.structs.replace(
        facts.sounds[0],
        loudness=level(summary, r"\bI:\s*(-?[\d.]+|-inf) LUFS"),
        loudness_range=level(summary, r"LRA:\s*(-?[\d.]+) LU"),
        true_peak=level(summary, r"Peak:\s*(-?[\d.]+|-inf) dBFS"),
        levels=tuple(
            max(float(v), -120.0) for v in re.findall(r"RMS level dB: (-?[\d.]+|-inf)", log)
        ),
        phase=phase,
    )
    return msgspec.structs.replace(
        facts,
        sounds=(measured, *facts.sounds[1:]),
        curve=curve,
        silences=silences,
        how={
            **facts.how,
            "loudness": "ebur128, all samples",
            "levels": "astats, all samples",
            "silences": "silencedetect, all samples",
            "phase": "aphasemeter, all samples",
        },
    )


def level(text: str, pattern: str) -> float | None:
    found = re.search(pattern, text)
    return max(float(found[1]), -120.0) if found else None


def heard(path: Path, length: float) -> tuple[tuple[float, ...], tuple[Run, ...], float | None]:
    """Loudness once a second, the silences, and the mean phase, from the filters' own notes."""
    curve: dict[int, float] = {}
    silences: list[Run] = []
    phases = [0.0, 0]
    begun: float | None = None
    when = 0.0
    with path.open() as notes:
        for line in notes:
            if line.startswith("frame:"):
                when = number(line.rpartition("pts_time:")[2]) or when
            elif line.startswith("lavfi.r128.S="):
                curve.setdefault(int(when), max(number(line[13:]) or -120.0, -120.0))
            elif line.startswith("lavfi.aphasemeter.phase="):
                phases = [phases[0] + (number(line[24:]) or 0.0), phases[1] + 1]
            elif line.startswith("lavfi.silence_start="):
                begun = number(line[20:])
            elif line.startswith("lavfi.silence_end=") and begun is not None:
                silences.append(Run(begun, number(line[18:]) or when))
                begun = None
    if begun is not None:
        silences.append(Run(begun, length))
    mean = round(phases[0] / phases[1], 3) if phases[1] else None
    return tuple(round(curve[s], 1) for s in sorted(curve)), tuple(silences), mean
