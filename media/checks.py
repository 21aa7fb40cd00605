"""What the checks on the small branch noticed: black, frozen and flashing stretches. Pure but for reading.

This is a festival of space: a picture is judged by its brightest points and by what moves, never by
how much of it is dark. Thresholds are of 8 bits, and are explained in docs/decisions/0019.
"""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from media.facts import Interval

DARK = 38  # luma below which nothing glows: 10 % of the range above black
COLOURLESS = 24  # saturation: deep blue is as dark as black, and is a picture
SPECK = 7  # luma of a point above its ground: what noise reaches, and the faintest star does not
GONE = 0.5  # of what glows, that a point must lose or win to have moved: a re-encoded one stays
MOVED = 18  # luma by which a point changes in half a second; a re-encoded still stays below
CHANGED = 64  # so much is a change by itself; less must last, or a key frame would be one
STEP = 0.5  # seconds between the pictures that are compared
BLACK_LEAST, STILL_LEAST = 1.0, 2.0
FILES = ("checks.txt", "dark.txt", "moves.txt", "flashes.txt", "glow.txt", "stir.txt")


def blacks(folder: Path, *, frame: float, least: float) -> tuple[Interval, ...]:
    """Stretches of at least `least` seconds whose every picture is black; `frame` is one picture.

    Twice a second the whole picture is looked at: a star of one pixel is lost on a small one.
    """
    dark_runs: list[Interval] = []
    for when, levels in frames(folder / "dark.txt"):
        if not is_black(levels):
            continue
        if dark_runs and when - dark_runs[-1].end < frame / 2:
            dark_runs[-1] = Interval(dark_runs[-1].start, when + frame)
        else:
            dark_runs.append(Interval(when, when + frame))
    glowing = stretches(
        [(when, stands_out(levels)) for when, levels in frames(folder / "glow.txt")]
    )
    dark = (part for run in dark_runs for part in without(run, glowing))
    return tuple(run for run in dark if run.length >= least - frame / 2)


def is_black(levels: dict[str, float]) -> bool:
    """Nothing glows, nothing is coloured, and no point stands out of its ground."""
    is_dark = levels.get("YMAX", 255.0) <= DARK and levels.get("SATMAX", 255.0) <= COLOURLESS
    return is_dark and not stands_out(levels)


def stands_out(levels: dict[str, float]) -> bool:
    """Some point rises above all others as no noise does, be it of a picture or of a difference."""
    brightest, high, low = (levels.get(name, 255.0) for name in ("YMAX", "YHIGH", "YLOW"))
    return brightest - high > SPECK + 3 * (high - low)


def stills(folder: Path, *, length: float, least: float) -> tuple[Interval, ...]:
    """Frozen stretches: hardly any of the picture changes, and nothing in it moves."""
    notes = folder / "checks.txt"
    text = notes.read_text() if notes.exists() else ""
    moving = sorted([*moves(folder / "moves.txt"), *stirs(folder)], key=lambda run: run.start)
    return tuple(
        part
        for run in runs(text, "lavfi.freezedetect.freeze", length)
        for part in without(run, tuple(moving))
        if part.length >= least
    )


def moves(notes: Path) -> tuple[Interval, ...]:
    """When something moves: pictures half a second apart that differ, twice on end or by much."""
    changes = [
        (when, max(levels.get(n, 0.0) for n in ("YMAX", "UMAX", "VMAX")))
        for when, levels in frames(notes)
    ]
    much = {when for when, by in changes if by > CHANGED}
    return stretches([(when, by > MOVED) for when, by in changes], alone=much)


def stirs(folder: Path) -> tuple[Interval, ...]:
    """When faint points move: what stands out of the difference is most of what glows at all."""
    glow = {round(when, 3): levels for when, levels in frames(folder / "glow.txt")}
    stirring = []
    for when, difference in frames(folder / "stir.txt"):
        lights = glow.get(round(when, 3), {})
        glows = lights.get("YMAX", 255.0) - lights.get("YLOW", 0.0)
        is_gone = difference.get("YMAX", 0.0) >= GONE * glows
        stirring.append((when, is_gone and stands_out(difference)))
    return stretches(stirring)


def stretches(
    looks: list[tuple[float, bool]], *, alone: Collection[float] = ()
) -> tuple[Interval, ...]:
    """The stretches before looks that say yes, twice on end unless they may stand `alone`."""
    runs: list[Interval] = []
    for place, (when, says) in enumerate(looks):
        beside = [looks[n][1] for n in (place - 1, place + 1) if 0 <= n < len(looks)]
        if not says or not (when in alone or any(beside)):
            continue
        if runs and when - STEP - runs[-1].end < STEP / 2:
            runs[-1] = Interval(runs[-1].start, when)
        else:
            runs.append(Interval(max(when - STEP, 0.0), when))
    return tuple(runs)


def without(run: Interval, taken: tuple[Interval, ...]) -> Iterator[Interval]:
    """What is left of a stretch."""
    start = run.start
    for span in taken:
        if span.end <= start or span.start >= run.end:
            continue
        if span.start > start:
            yield Interval(start, span.start)
        start = span.end
    if start < run.end:
        yield Interval(start, run.end)


def frames(notes: Path) -> Iterator[tuple[float, dict[str, float]]]:
    """(when, what `signalstats` says) of each picture that was noted."""
    if not notes.exists():
        return
    when: float | None = None
    levels: dict[str, float] = {}
    with notes.open() as lines:
        for line in lines:
            if line.startswith("frame:"):
                if when is not None:
                    yield when, levels
                when, levels = float(line.rpartition("pts_time:")[2]), {}
            elif line.startswith("lavfi.signalstats."):
                name, _, value = line[18:].partition("=")
                levels[name] = float(value)
    if when is not None:
        yield when, levels


def flashing(notes: Path) -> tuple[Interval, ...]:
    """Stretches in which every frame was marked; frames less than a second apart are one."""
    text = notes.read_text() if notes.exists() else ""
    times = [float(t) for t in re.findall(r"pts_time:([\d.]+)", text)]
    flashes: list[Interval] = []
    for when in times:
        if flashes and when - flashes[-1].end < 1:
            flashes[-1] = Interval(flashes[-1].start, when)
        else:
            flashes.append(Interval(when, when))
    return tuple(flashes)


def runs(text: str, name: str, duration: float) -> tuple[Interval, ...]:
    intervals: list[Interval] = []
    begun: float | None = None
    for end, value in re.findall(rf"{re.escape(name)}_(start|end)=([-\d.]+)", text):
        if end == "start":
            begun = float(value)
        elif begun is not None:
            intervals.append(Interval(begun, float(value)))
            begun = None
    if begun is not None:
        intervals.append(Interval(begun, duration))
    return tuple(intervals)


def forget(folder: Path) -> None:
    for name in FILES:
        (folder / name).unlink(missing_ok=True)
