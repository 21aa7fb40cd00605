"""Read every packet and hear every second: what the file really holds.

`inspect` never raises for what a film does: a hopeless file yields Facts with a `refusal`.
"""

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from media import boxes, packets, tracks
from media.damage import LOUD
from media.facts import Facts, Interval, Picture, Sound, Text
from media.packets import PacketLines, Packets
from media.probe import CLOSED, GUARDS, headers, sniff_file
from media.runner import PermanentFault, Ran, run
from media.sandbox import GIB, Sandbox

ASIDE = ("comment", "visual_impaired", "descriptions")  # a sound that is spoken over another
MISSING = 0.5  # seconds that a torn file lacks of what it promised: its end was not found again
TORN = re.compile(r"\[(?:matroska,webm|mxf) @ \w+\] (?:\[error\]|\[warning\] edit unit sync lost)")
LOOKING = GIB  # no picture is decoded here: whoever wants more is no film

HEARING = (
    "astats@{name}=measure_overall=none:measure_perchannel=RMS_level,"
    "ebur128@{name}=peak=true:framelog=verbose:metadata=1,"
    "astats=metadata=1:reset=1:measure_perchannel=none:measure_overall=Peak_level,"  # of each tenth
    "silencedetect=n=-60dB:d=2,"  # last: ebur128 reframes, and would lose where a silence ends
    "ametadata=mode=print:file={notes}"
)
PEAK, SILENT = "lavfi.astats.Overall.Peak_level=", -120.0
LINES_EACH = 80  # of the log, for one track: its levels and the meter's summary

StepHook = Callable[[str, float], None]
T = TypeVar("T", Picture, Sound)


def inspect(
    sandbox: Sandbox,
    *,
    name: str = "",
    on_step: StepHook = lambda *_: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Facts:
    """T0 and T1: sniff, headers, all packets, all sound. `on_step(kind, fraction)` tells how far.

    `name` is what the sender calls the file: compared with what it is, never used.
    """
    on_step("sniff", 0.0)
    sandbox = msgspec.structs.replace(sandbox, memory=LOOKING)
    facts = by_bytes(sandbox.source, name)
    if facts.refusal:
        return facts
    try:
        ffprobe_json = headers(sandbox)
        facts = read_headers(facts, ffprobe_json)
        is_shapeless = facts.picture is not None and not facts.picture.width
        if is_shapeless and (refused := beyond(facts, "\n".join(ffprobe_json["log"]))):
            return refused
        on_step("packets", 0.0)
        facts = read_packets(facts, sandbox, cancelled)
        if facts.refusal:
            return facts
        on_step("sound", 0.0)
        return read_sound(facts, sandbox, on_step, cancelled)
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
    layout = boxes.walk(film, size)
    absurd = "SAMPLE_TABLE_ABSURD" if layout.is_absurd else ""
    return msgspec.structs.replace(
        facts,
        refusal="HOSTILE_REFERENCE" if layout.refers_out else absurd,
        is_truncated=layout.is_truncated,
        trailing_bytes=layout.trailing,
        is_fragmented=layout.is_fragmented,
        is_encrypted=layout.is_encrypted,
        how={**facts.how, "whole": "boxes", "is_fragmented": "boxes"},
    )


def beyond(facts: Facts, log: str) -> Facts | None:
    """What ffprobe would not open because it is larger than any film; told as it is."""
    if refusal := re.search(r"Picture size (\d+)x(\d+) exceeds", log):
        size = Picture(width=int(refusal[1]), height=int(refusal[2]))
        return msgspec.structs.replace(facts, refusal="DIMENSIONS_TOO_LARGE", pictures=(size,))
    if refusal := re.search(r"exceeds max_streams parameter \((\d+)\)", log):
        return msgspec.structs.replace(facts, refusal="STREAM_COUNT", streams=int(refusal[1]) + 1)
    return None


def read_headers(facts: Facts, listing: dict[str, Any]) -> Facts:
    """Streams as the headers claim them; attached pictures are no film."""
    streams = listing.get("streams", [])
    kinds = [s.get("codec_type") for s in streams if s.get("codec_tag_string") != "tmcd"]
    encrypted = any(s.get("codec_tag_string") in {"encv", "enca"} for s in streams)
    return msgspec.structs.replace(
        facts,
        streams=len(streams),
        pictures=tuple(picture_of(s) for s in streams if is_picture(s)),
        sounds=tuple(sound_of(s) for s in streams if s.get("codec_type") == "audio"),
        texts=tuple(text_of(s) for s in streams if s.get("codec_type") == "subtitle"),
        chapters=len(listing.get("chapters", [])),
        data_tracks=kinds.count("data") + kinds.count("attachment") + kinds.count(None),
        unknown_tracks=sum(is_unknown(s) for s in streams),
        is_encrypted=facts.is_encrypted or encrypted,
        duration=number(listing.get("format", {}).get("duration")) or 0.0,
        how={**facts.how, "streams": "headers", "texts": "headers", "chapters": "headers"},
    )


def is_unknown(stream: dict[str, Any]) -> bool:
    """A picture or a sound for which nobody here has a decoder."""
    return stream.get("codec_type") in {"video", "audio"} and not stream.get("codec_name")


def text_of(stream: dict[str, Any]) -> Text:
    return Text(
        stream=int(stream.get("index", 0)),
        codec=stream.get("codec_name", ""),
        language=language_of(stream),
    )


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
        stream=int(stream.get("index", 0)),
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
    side_data: list[dict[str, Any]] = stream.get("side_data_list", [])
    return side_data


def sound_of(stream: dict[str, Any]) -> Sound:
    return Sound(
        stream=int(stream.get("index", 0)),
        codec=stream.get("codec_name", ""),
        channels=int(stream.get("channels", 0)),
        layout=stream.get("channel_layout", ""),
        sample_rate=int(number(stream.get("sample_rate")) or 0),
        language=language_of(stream),
        is_aside=any(stream.get("disposition", {}).get(kind) for kind in ASIDE),
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


def read_packets(facts: Facts, sandbox: Sandbox, cancelled: Callable[[], bool]) -> Facts:
    """Exact durations, frames, gaps and cadence of every picture, sound and subtitle."""
    argv = [
        sandbox.tools.ffprobe, "-v", "level+warning", *GUARDS, "-show_entries", packets.ASKED,
        "-of", "csv=p=0", "-i", sandbox.film,
    ]  # fmt: skip
    played = {p.stream for p in facts.pictures} | {s.stream for s in facts.sounds}
    lines = PacketLines({*played, *(text.stream for text in facts.texts)}, played=played)
    ran = run(
        sandbox.argv(argv), deadline=120 + facts.size / 20e6, on_line=lines.hear, stall=120,
        cancelled=cancelled,
    )  # fmt: skip
    if lines.is_absurd:
        return msgspec.structs.replace(facts, refusal="SAMPLE_TABLE_ABSURD")
    if lines.goes_back:
        return msgspec.structs.replace(facts, refusal="TIMESTAMP_RESTART")
    told = lines.packets()
    pictures = tuple(packets.timed(p, told[p.stream]) for p in facts.pictures)
    sounds = tuple(packets.lasting(s, told[s.stream]) for s in facts.sounds)
    short = any(0 < p.packets < p.frames_promised * 0.98 - 1 for p in pictures)
    cut = any("prematurely" in line or "partial file" in line for line in ran.log)
    streams: list[Picture | Sound] = [*pictures, *sounds]
    plays = [(s.start, s.start + s.duration) for s in streams if s.duration > 0]
    begins = min((start for start, _ in plays), default=0.0)
    ends = max((end for _, end in plays), default=0.0)
    torn = sum(TORN.match(line) is not None for line in ran.log)
    lost = torn > 0 and facts.duration - ends > MISSING
    return msgspec.structs.replace(
        facts,
        pictures=tuple(since(begins, stream) for stream in pictures),
        sounds=tuple(since(begins, stream) for stream in sounds),
        texts=tuple(written(text, told[text.stream]) for text in facts.texts),
        empty_tracks=sum(stream.packets == 0 for stream in streams),
        duration=ends - begins,
        torn=torn,
        is_truncated=facts.is_truncated or short or cut or lost,
        how={**facts.how, **dict.fromkeys(("duration", "rate", "gaps", "key_frames"), "packets")},
    )


def since(begins: float, stream: T) -> T:
    """Holes on the film's own clock, which starts with its first picture or sound."""
    holes = tuple(Interval(hole.start - begins, hole.end - begins) for hole in stream.holes)
    return msgspec.structs.replace(stream, holes=holes)


def written(text: Text, told: Packets) -> Text:
    end = float(told.ends.max()) if len(told) else text.end
    return msgspec.structs.replace(text, packets=len(told), end=end)


class Listened(msgspec.Struct, frozen=True):
    """One sound as the meters heard it, second by second."""

    sound: Sound
    curve: tuple[float, ...] = ()
    peaks: tuple[float, ...] = ()
    silences: tuple[Interval, ...] = ()


def read_sound(
    facts: Facts, sandbox: Sandbox, on_step: StepHook, cancelled: Callable[[], bool]
) -> Facts:
    """Loudness, true peak, silence and every channel's level, of each track and of what is heard.

    Every track is decoded in one go; what is joined for the copy is measured once more, joined.
    """
    playing = [n for n, track in enumerate(facts.sounds) if track.duration > 0 and track.codec]
    if not playing:
        return facts
    on_share: Callable[[float], None] = lambda share: on_step("sound", share)  # noqa: E731
    listened = listened_to(facts, playing, sandbox, on_share, cancelled)
    sounds = tuple(
        listened[n].sound if n in listened else track for n, track in enumerate(facts.sounds)
    )
    heard = tracks.heard(sounds)
    if heard is None:
        return msgspec.structs.replace(facts, sounds=sounds)
    first = listened[heard.tracks[0]]
    if heard.layout:
        first = joined(
            msgspec.structs.replace(facts, sounds=sounds, heard=heard), sandbox, cancelled
        )
    return msgspec.structs.replace(
        facts,
        sounds=sounds,
        heard=heard,
        mix=first.sound if heard.layout else None,
        curve=first.curve,
        peaks=first.peaks,
        silences=first.silences,
        how={
            **facts.how,
            "loudness": "ebur128, all samples of every track",
            "levels": "astats, all samples",
            "silences": "silencedetect, all samples",
            "peaks": "astats, all samples of each second",
            "phase": "aphasemeter, all samples",
        },
    )


def listened_to(
    facts: Facts,
    playing: list[int],
    sandbox: Sandbox,
    on_share: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> dict[int, Listened]:
    """Each track by its number; one that no decoder bears counts as broken from end to end."""
    length = max(facts.sounds[n].duration for n in playing)
    outputs: list[str] = []
    for n in playing:
        outputs += ["-map", f"0:a:{n}", "-af", meters(sandbox, f"t{n}", facts.sounds[n].channels)]
        outputs += ["-vn", "-f", "null", "-"]
    try:
        ran = listen(
            sandbox,
            outputs,
            count=len(playing),
            length=length,
            on_share=on_share,
            cancelled=cancelled,
        )
    except PermanentFault:
        if len(playing) == 1:
            broken = facts.sounds[playing[0]]
            broken = msgspec.structs.replace(broken, damaged=max(broken.packets, 1))
            return {playing[0]: Listened(broken)}
        alone = [listened_to(facts, [n], sandbox, on_share, cancelled) for n in playing]
        return {n: track for heard in alone for n, track in heard.items()}
    return {n: measured(facts.sounds[n], f"t{n}", ran, sandbox, facts.container) for n in playing}


def joined(facts: Facts, sandbox: Sandbox, cancelled: Callable[[], bool]) -> Listened:
    """The chosen mono tracks as the one sound that they become."""
    if facts.heard is None:
        raise ValueError("no sound was chosen")
    parts = [facts.sounds[n] for n in facts.heard.tracks]
    mix = msgspec.structs.replace(
        parts[0],
        channels=len(parts),
        layout=facts.heard.layout,
        start=min(track.start for track in parts),
        duration=max(track.start + track.duration for track in parts)
        - min(track.start for track in parts),
        packets=sum(track.packets for track in parts),
        damaged=sum(track.damaged for track in parts),
        holes=tuple(
            sorted((hole for track in parts for hole in track.holes), key=lambda h: h.start)
        ),
    )
    steady = "".join(f"[0:a:{n}]aresample=async=1:first_pts=0[t{n}];" for n in facts.heard.tracks)
    pads = "".join(f"[t{n}]" for n in facts.heard.tracks)
    graph = (
        f"{steady}{pads}join=inputs={len(parts)}:channel_layout={facts.heard.layout}"
        f":map={facts.heard.route},{meters(sandbox, 'mix', len(parts))}[mix]"
    )
    outputs = ["-filter_complex", graph, "-map", "[mix]", "-vn", "-f", "null", "-"]
    ran = listen(sandbox, outputs, count=1, length=mix.duration, cancelled=cancelled)
    joined_mix = measured(mix, "mix", ran, sandbox, facts.container)
    return msgspec.structs.replace(
        joined_mix, sound=msgspec.structs.replace(joined_mix.sound, damaged=mix.damaged)
    )


def meters(sandbox: Sandbox, name: str, channels: int) -> str:
    facing = "aphasemeter=video=0," if channels == 2 else ""
    return facing + HEARING.format(name=name, notes=f"{sandbox.job}/sound-{name}.txt")


def listen(
    sandbox: Sandbox,
    outputs: list[str],
    *,
    count: int,
    length: float,
    cancelled: Callable[[], bool],
    on_share: Callable[[float], None] = lambda _: None,
) -> Ran:
    argv = [
        sandbox.tools.ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info",
        "-progress", "pipe:1", "-stats_period", "0.5", *LOUD, *GUARDS, "-err_detect", "crccheck",
        "-i", sandbox.film, *outputs,
    ]  # fmt: skip
    return run(
        sandbox.argv(argv),
        deadline=120 + length * count,
        lines=LINES_EACH * (count + 2),
        cancelled=cancelled,
        on_seconds=lambda seconds: on_share(min(seconds / max(length, 0.1), 1.0)),
    )


def measured(sound: Sound, name: str, ran: Ran, sandbox: Sandbox, container: str) -> Listened:
    """One track's figures, from the lines that its own meters wrote."""
    summary, levels = said(ran.log, name)
    length = max(sound.duration, 0.1)
    notes = sandbox.work / f"sound-{name}.txt"
    heard = heard_in(notes, length)
    notes.unlink()
    loudness = level(summary, r"\bI:\s*(-?[\d.]+|-inf) LUFS")
    torn = 0 if container in CLOSED else 2  # a stream that is cut anywhere is torn at both its ends
    measured = msgspec.structs.replace(
        sound,
        loudness=loudness if sound.duration >= tracks.MEASURABLE else None,
        loudness_range=level(summary, r"LRA:\s*(-?[\d.]+) LU"),
        true_peak=level(summary, r"Peak:\s*(-?[\d.]+|-inf) dBFS"),
        levels=levels,
        phase=heard.phase,
        damaged=max(0, ran.damage.of(sound.stream, sound.codec) - torn),
    )
    return Listened(measured, heard.curve, heard.peaks, heard.silences)


def said(log: tuple[str, ...], name: str) -> tuple[str, tuple[float, ...]]:
    """(the meter's summary, each channel's level), as the filters of this name wrote them last.

    A graph that is configured anew writes a summary of nothing before.
    """
    summary: list[str] = []
    levels: list[float] = []
    is_mine = False
    for line in log:
        if line.startswith("["):
            if is_mine := line.startswith(f"[ebur128@{name} ") and "Summary" in line:
                summary.clear()
            if match := re.match(
                rf"\[astats@{name} .*(Channel: 1$|RMS level dB: (-?[\d.]+|-inf))", line
            ):
                levels = [*levels, max(float(match[2]), -120.0)] if match[2] else []
        elif is_mine:
            summary.append(line)
    return "\n".join(summary), tuple(levels)


def level(text: str, pattern: str) -> float | None:
    match = re.search(pattern, text)
    return max(float(match[1]), -120.0) if match else None


class Noted(msgspec.Struct, frozen=True):
    """What the filters wrote down along the sound: of each second, and on the whole."""

    curve: tuple[float, ...]
    peaks: tuple[float, ...]
    silences: tuple[Interval, ...]
    phase: float | None


def heard_in(path: Path, length: float) -> Noted:
    """Loudness and highest sample once a second, the silences, and the mean phase."""
    curve: dict[int, float] = {}
    peaks: dict[int, float] = {}
    silences: list[Interval] = []
    phases = [0.0, 0]
    begun: float | None = None
    when = 0.0
    with path.open() as notes:
        for line in notes:
            if line.startswith("frame:"):
                when = number(line.rpartition("pts_time:")[2]) or when
            elif line.startswith("lavfi.r128.S="):
                curve.setdefault(int(when), max(number(line[13:]) or -120.0, -120.0))
            elif line.startswith(PEAK):
                second, heard = int(when), number(line[len(PEAK) :])
                peaks[second] = max(peaks.get(second, SILENT), SILENT if heard is None else heard)
            elif line.startswith("lavfi.aphasemeter.phase="):
                phases = [phases[0] + (number(line[24:]) or 0.0), phases[1] + 1]
            elif line.startswith("lavfi.silence_start="):
                begun = number(line[20:])
            elif line.startswith("lavfi.silence_end=") and begun is not None:
                silences.append(Interval(begun, number(line[18:]) or when))
                begun = None
    if begun is not None:
        silences.append(Interval(begun, length))
    return Noted(
        curve=tuple(round(curve[s], 1) for s in sorted(curve)),
        peaks=tuple(round(peaks.get(s, SILENT), 1) for s in range(max(peaks, default=-1) + 1)),
        silences=tuple(silences),
        phase=round(phases[0] / phases[1], 3) if phases[1] else None,
    )
