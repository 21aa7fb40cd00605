"""Make the committee's copy of a sound film: one ffmpeg in its cell, verified before it counts."""

import re
from collections.abc import Callable
from pathlib import Path

import msgspec

from media import graph, hls
from media.facts import Facts, Picture, Run
from media.graph import Rung
from media.runner import PermanentFault, run
from media.sandbox import Cell
from media.scan import number

HALF_SECOND = 0.5


class Screener(msgspec.Struct, frozen=True, kw_only=True):
    """What was made, and in what kind of cell; `facts` now know the whole picture."""

    rungs: tuple[Rung, ...]
    has_sound: bool
    sandbox: str
    sprite_every: float
    gain: float
    facts: Facts


def make(
    cell: Cell,
    facts: Facts,
    *,
    on_progress: Callable[[float], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    threads: int = 2,
) -> Screener:
    """Everything lands in `cell.work`; the caller publishes it as one."""
    picture = facts.picture
    if picture is None:
        raise PermanentFault("VIDEO_MISSING")
    rungs, sound = graph.ladder(picture), graph.has_sound(facts)
    for name in [rung.name for rung in rungs] + (["a0"] if sound else []):
        (cell.work / name).mkdir(exist_ok=True)
    arguments = graph.arguments(facts, film=cell.film, job=cell.job, threads=threads)
    facts = _decode(cell, facts, picture, arguments, on_progress, cancelled, threads)
    _verify(cell, facts, rungs, sound=sound)
    hls.write_master(cell.work, rungs, rate=graph.cadence(picture), sound=sound)
    for note in ("checks.txt", "flashes.txt", "sound.txt"):
        (cell.work / note).unlink(missing_ok=True)
    return Screener(
        rungs=rungs,
        has_sound=sound,
        sandbox=cell.name,
        sprite_every=graph.sprite_every(facts),
        gain=graph.gain(facts),
        facts=facts,
    )


def watch(
    cell: Cell,
    facts: Facts,
    *,
    on_progress: Callable[[float], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    threads: int = 2,
) -> Facts:
    """Decode the whole picture and make nothing: what only T3 can know."""
    picture = facts.picture
    if picture is None:
        return facts
    arguments = graph.watching(facts, film=cell.film, job=cell.job, threads=threads)
    return _decode(cell, facts, picture, arguments, on_progress, cancelled, threads)


def _decode(
    cell: Cell,
    facts: Facts,
    picture: Picture,
    arguments: list[str],
    on_progress: Callable[[float], None],
    cancelled: Callable[[], bool],
    threads: int,
) -> Facts:
    """Run the graph; black, frozen, flashing and damaged stretches join the facts."""
    length = max(facts.duration, 0.1)
    argv = [
        cell.tools.ffmpeg, "-nostdin", "-hide_banner", "-y", "-loglevel", "warning", "-nostats",
        "-progress", "pipe:1", "-stats_period", "0.5", "-filter_threads", str(threads), *arguments,
    ]  # fmt: skip
    ran = run(
        cell.argv(argv),
        deadline=300 + length * 30,
        cancelled=cancelled,
        on_seconds=lambda seconds: on_progress(min(seconds / length, 0.99)),
    )
    blacks, freezes = watched(cell.work / "checks.txt", picture.duration)
    return msgspec.structs.replace(
        facts,
        blacks=blacks,
        freezes=freezes,
        flashes=flashing(cell.work / "flashes.txt"),
        decode_errors=facts.decode_errors + ran.decode_errors,
        how={
            **facts.how,
            **dict.fromkeys(("blacks", "freezes", "flashes", "decode_errors"), "full decode"),
        },
    )


def watched(notes: Path, duration: float) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """Black and frozen stretches from the filters' notes."""
    text = notes.read_text() if notes.exists() else ""
    return runs(text, "lavfi.black", duration), runs(text, "lavfi.freezedetect.freeze", duration)


def flashing(notes: Path) -> tuple[Run, ...]:
    """Stretches in which every frame was marked; frames less than a second apart are one."""
    text = notes.read_text() if notes.exists() else ""
    times = [float(t) for t in re.findall(r"pts_time:([\d.]+)", text)]
    found: list[Run] = []
    for when in times:
        if found and when - found[-1].end < 1:
            found[-1] = Run(found[-1].start, when)
        else:
            found.append(Run(when, when))
    return tuple(found)


def runs(text: str, name: str, duration: float) -> tuple[Run, ...]:
    found: list[Run] = []
    begun: float | None = None
    for end, value in re.findall(rf"{re.escape(name)}_(start|end)=([-\d.]+)", text):
        when = number(value) or 0.0
        if end == "start":
            begun = when
        elif begun is not None:
            found.append(Run(begun, when))
            begun = None
    if begun is not None:
        found.append(Run(begun, duration))
    return tuple(found)


def _verify(cell: Cell, facts: Facts, rungs: tuple[Rung, ...], *, sound: bool) -> None:
    """Frame counts, lengths and every file: a copy that is not whole is thrown away."""
    picture = facts.picture
    assert picture is not None  # noqa: S101
    expected = picture.duration * float(graph.cadence(picture))
    for rung in rungs:
        parts = hls.durations(cell.work / rung.name / "playlist.m3u8")
        if any((cell.work / rung.name / name).stat().st_size == 0 for name, _ in parts):
            raise PermanentFault("copy_not_whole", rung.name)
        frames = counted(cell, rung.name)
        if abs(frames - expected) > max(3, expected * 0.01):
            raise PermanentFault(
                "copy_not_whole", f"{rung.name}: {frames} of {expected:.0f} frames"
            )
    if sound and facts.sound is not None:
        heard = sum(seconds for _, seconds in hls.durations(cell.work / "a0" / "playlist.m3u8"))
        if abs(heard - facts.sound.duration) > HALF_SECOND:
            raise PermanentFault("copy_not_whole", f"sound: {heard:.2f} s")
    if not (cell.work / "poster.jpg").exists():
        raise PermanentFault("copy_not_whole", "no poster")


def counted(cell: Cell, rung: str) -> int:
    """Packets of one rung, read back from what was written."""
    argv = [
        cell.tools.ffprobe, "-v", "error", "-protocol_whitelist", "file", "-allowed_extensions",
        "ALL", "-count_packets", "-select_streams", "v:0", "-show_entries",
        "stream=nb_read_packets", "-of", "csv=p=0", f"{cell.job}/{rung}/playlist.m3u8",
    ]  # fmt: skip
    text = run(cell.argv(argv), deadline=600, stall=300).output.strip().splitlines()
    return int(text[0].strip(",")) if text and text[0].strip(",").isdigit() else 0
