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

from media.facts import Facts, Picture, Run, Sound
from media.probe import GUARDS, boxes, headers, sniff_file
from media.runner import PermanentFault, run
from media.sandbox import Cell

CADENCES = [Fraction(n, d) for n, d in [
    (24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (48, 1), (50, 1), (60000, 1001),
    (60, 1), (12, 1), (15, 1), (10, 1), (20, 1), (100, 1), (120, 1), (8, 1), (1, 1), (5, 1),
]]  # fmt: skip
PACKETS_BYTES = 96 * 1024 * 1024
MOST_GAP = 30.0
INTERLACED_HEIGHTS = {480, 486, 576, 1080, 1088}  # no standard has fields at any other height

HEARING = (
    "astats=measure_overall=none:measure_perchannel=RMS_level,"
    "ebur128=peak=true:framelog=verbose:metadata=1,"
    "silencedetect=n=-60dB:d=2"  # last: ebur128 reframes, and would lose where a silence ends
)

Hook = Callable[[str, float], None]


def inspect(
    cell: Cell, *, on_step: Hook = lambda *_: None, cancelled: Callable[[], bool] = lambda: False
) -> Facts:
    """T0 and T1: sniff, headers, all packets, all sound. `on_step(kind, fraction)` tells how far."""
    on_step("sniff", 0.0)
    container, refusal = sniff_file(cell.source)
    facts = Facts(
        container=container,
        size=cell.source.stat().st_size,
        refusal=refusal,
        how={"container": "first bytes"},
    )
    if refusal:
        return facts
    truncated, trailing = boxes(cell.source) if container in {"mov", "mp4"} else (False, 0)
    facts = msgspec.structs.replace(facts, is_truncated=truncated, trailing_bytes=trailing)
    try:
        found = headers(cell)
        facts = read_headers(facts, found)
        is_shapeless = facts.picture is not None and not facts.picture.width
        if is_shapeless and (refused := beyond(facts, "\n".join(found["log"]))):
            return refused
        on_step("packets", 0.0)
        facts = read_packets(facts, cell, cancelled)
        facts = read_cadence(facts, cell, cancelled)
        on_step("sound", 0.0)
        return read_sound(facts, cell, on_step, cancelled)
    except PermanentFault as fault:
        code = "CONTENT_TRUNCATED" if truncated else "CONTAINER_UNREADABLE"
        return beyond(facts, fault.detail) or msgspec.structs.replace(facts, refusal=code)


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
    kinds = [s.get("codec_type") for s in streams]
    encrypted = any(s.get("codec_tag_string") in {"encv", "enca"} for s in streams)
    return msgspec.structs.replace(
        facts,
        streams=len(streams),
        pictures=tuple(picture_of(s) for s in streams if is_picture(s)),
        sounds=tuple(sound_of(s) for s in streams if s.get("codec_type") == "audio"),
        subtitles=tuple(
            s.get("codec_name", "") for s in streams if s.get("codec_type") == "subtitle"
        ),
        data_tracks=kinds.count("data") + kinds.count("attachment"),
        is_encrypted=encrypted,
        duration=number(found.get("format", {}).get("duration")) or 0.0,
        how={**facts.how, "streams": "headers"},
    )


def is_picture(stream: dict[str, Any]) -> bool:
    return stream.get("codec_type") == "video" and not stream.get("disposition", {}).get(
        "attached_pic"
    )


def picture_of(stream: dict[str, Any]) -> Picture:
    sar = ratio(stream.get("sample_aspect_ratio", "1:1").replace(":", "/"))
    turns = [d.get("rotation") for d in stream.get("side_data_list", []) if "rotation" in d]
    rate = ratio(stream.get("avg_frame_rate", "0/1"))
    return Picture(
        codec=stream.get("codec_name", ""),
        profile=str(stream.get("profile", "")),
        width=int(stream.get("width", 0)),
        height=int(stream.get("height", 0)),
        sar=(sar.numerator, sar.denominator) if sar > 0 else (1, 1),
        rotation=int(turns[0]) % 360 if turns else 0,
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
    )


def sound_of(stream: dict[str, Any]) -> Sound:
    return Sound(
        codec=stream.get("codec_name", ""),
        channels=int(stream.get("channels", 0)),
        layout=stream.get("channel_layout", ""),
        sample_rate=int(number(stream.get("sample_rate")) or 0),
        language=str(stream.get("tags", {}).get("language", ""))[:12],
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


def read_packets(facts: Facts, cell: Cell, cancelled: Callable[[], bool]) -> Facts:
    """Exact durations, frames, gaps and cadence of the first picture and every sound."""
    argv = [
        cell.tools.ffprobe, "-v", "warning", *GUARDS, "-show_entries",
        "packet=codec_type,stream_index,pts_time,dts_time,duration_time,size", "-of", "csv=p=0",
        "-i", cell.film,
    ]  # fmt: skip
    ran = run(
        cell.argv(argv),
        deadline=120 + facts.size / 20e6,
        most_output=PACKETS_BYTES,
        stall=120,
        cancelled=cancelled,
    )
    tracks: dict[tuple[str, int], list[tuple[float, float, int]]] = {}
    for line in ran.output.splitlines():
        kind, index, pts, dts, duration, size, *_ = [*line.split(","), *[""] * 6]
        when = number(pts)
        if when is None:
            when = number(dts)  # AVI knows no other time
        if when is not None and index.isdigit():
            lasts = number(duration) or 0.0
            tracks.setdefault((kind, int(index)), []).append((when, lasts, int(number(size) or 0)))
    seen = [
        sorted(p)
        for (kind, _), p in sorted(tracks.items(), key=lambda x: x[0][1])
        if kind == "video"
    ]
    heard = [
        sorted(p)
        for (kind, _), p in sorted(tracks.items(), key=lambda x: x[0][1])
        if kind == "audio"
    ]
    pictures = tuple(
        timed(p, seen[i]) if i < len(seen) else msgspec.structs.replace(p, frames=0, duration=0.0)
        for i, p in enumerate(facts.pictures)
    )
    sounds = tuple(
        msgspec.structs.replace(s, start=heard[i][0][0], duration=span(heard[i]))
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
        duration=longest,
        is_truncated=facts.is_truncated or short or cut,
        how={**facts.how, "duration": "packets", "rate": "packets"},
    )


def span(packets: list[tuple[float, float, int]]) -> float:
    return packets[-1][0] + packets[-1][1] - packets[0][0]


def timed(picture: Picture, packets: list[tuple[float, float, int]]) -> Picture:
    times = [when for when, _, _ in packets]
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
        rate=exact_rate(gaps if is_variable else even, picture.rate),
        is_variable=is_variable,
        bit_rate=int(sum(size for _, _, size in packets) * 8 / duration) if duration > 0 else 0,
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


def read_cadence(facts: Facts, cell: Cell, cancelled: Callable[[], bool]) -> Facts:
    """Combing in one window at full height: flags lie, and a scaled picture hides it."""
    picture = facts.picture
    if picture is None or picture.frames < 12 or picture.longest_gap > MOST_GAP:
        return facts
    if picture.height not in INTERLACED_HEIGHTS or picture.fps > 30.5:
        return facts
    argv = [
        cell.tools.ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "info", *GUARDS,
        "-ss", f"{picture.duration * 0.3:.3f}", "-t", "3", "-threads", "2", "-i", cell.film,
        "-map", "0:v:0", "-vf", "idet", "-an", "-f", "null", "-",
    ]  # fmt: skip
    try:
        ran = run(cell.argv(argv), deadline=60, cancelled=cancelled)
    except PermanentFault:
        return msgspec.structs.replace(facts, decode_errors=facts.decode_errors + 1)
    found = re.search(
        r"Multi frame detection:\s*TFF:\s*(\d+)\s*BFF:\s*(\d+)\s*Progressive:\s*(\d+)",
        "\n".join(ran.log),
    )
    if not found:
        return facts
    tff, bff, progressive = map(int, found.groups())
    combed = (tff + bff) / max(tff + bff + progressive, 1)
    first = msgspec.structs.replace(picture, combed=round(combed, 3))
    return msgspec.structs.replace(
        facts,
        pictures=(first, *facts.pictures[1:]),
        how={**facts.how, "combed": "idet, one window"},
    )


def read_sound(facts: Facts, cell: Cell, on_step: Hook, cancelled: Callable[[], bool]) -> Facts:
    """Loudness, true peak, silence and every channel's level, over all of the first track."""
    if not facts.sounds or facts.sounds[0].duration <= 0:
        return facts
    argv = [
        cell.tools.ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "info",
        "-progress", "pipe:1", "-stats_period", "0.5", *GUARDS, "-i", cell.film, "-map", "0:a:0",
        "-af", f"{HEARING},ametadata=mode=print:file={cell.job}/sound.txt",
        "-vn", "-f", "null", "-",
    ]  # fmt: skip
    length = max(facts.sounds[0].duration, 0.1)
    ran = run(
        cell.argv(argv),
        deadline=120 + length,
        cancelled=cancelled,
        on_seconds=lambda s: on_step("sound", min(s / length, 1.0)),
    )
    curve, silences = heard(cell.work / "sound.txt", length)
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
    )
    return msgspec.structs.replace(
        facts,
        sounds=(measured, *facts.sounds[1:]),
        curve=curve,
        silences=silences,
        how={**facts.how, "loudness": "ebur128, all samples"},
    )


def level(text: str, pattern: str) -> float | None:
    found = re.search(pattern, text)
    return max(float(found[1]), -120.0) if found else None


def heard(path: Path, length: float) -> tuple[tuple[float, ...], tuple[Run, ...]]:
    """Short-term loudness once a second, and the silences, from the filter's own notes."""
    curve: dict[int, float] = {}
    silences: list[Run] = []
    begun: float | None = None
    when = 0.0
    with path.open() as notes:
        for line in notes:
            if line.startswith("frame:"):
                when = number(line.rpartition("pts_time:")[2]) or when
            elif line.startswith("lavfi.r128.S="):
                curve.setdefault(int(when), max(number(line[13:]) or -120.0, -120.0))
            elif line.startswith("lavfi.silence_start="):
                begun = number(line[20:])
            elif line.startswith("lavfi.silence_end=") and begun is not None:
                silences.append(Run(begun, number(line[18:]) or when))
                begun = None
    if begun is not None:
        silences.append(Run(begun, length))
    return tuple(round(curve[s], 1) for s in sorted(curve)), tuple(silences)
