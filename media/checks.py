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
    found: list[Interval] = []
    for when, told in frames(folder / "dark.txt"):
        if not is_black(told):
            continue
        if found and when - found[-1].end < frame / 2:
            found[-1] = Interval(found[-1].start, when + frame)
        else:
            found.append(Interval(when, when + frame))
    glowing = stretches([(when, stands_out(told)) for when, told in frames(folder / "glow.txt")])
    dark = (part for run in found for part in without(run, glowing))
    return tuple(run for run in dark if run.length >= least - frame / 2)


def is_black(told: dict[str, float]) -> bool:
    """Nothing glows, nothing is coloured, and no point stands out of its ground."""
    is_dark = told.get("YMAX", 255.0) <= DARK and told.get("SATMAX", 255.0) <= COLOURLESS
    return is_dark and not stands_out(told)


def stands_out(told: dict[str, float]) -> bool:
    """Some point rises above all others as no noise does, be it of a picture or of a difference."""
    brightest, high, low = (told.get(name, 255.0) for name in ("YMAX", "YHIGH", "YLOW"))
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
    told = [
        (when, max(told.get(n, 0.0) for n in ("YMAX", "UMAX", "VMAX")))
        for when, told in frames(notes)
    ]
    much = {when for when, by in told if by > CHANGED}
    return stretches([(when, by > MOVED) for when, by in told], alone=much)


def stirs(folder: Path) -> tuple[Interval, ...]:
    """When faint points move: what stands out of the difference is most of what glows at all."""
    glow = {round(when, 3): told for when, told in frames(folder / "glow.txt")}
    told = []
    for when, difference in frames(folder / "stir.txt"):
        here = glow.get(round(when, 3), {})
        glows = here.get("YMAX", 255.0) - here.get("YLOW", 0.0)
        is_gone = difference.get("YMAX", 0.0) >= GONE * glows
        told.append((when, is_gone and stands_out(difference)))
    return stretches(told)


def stretches(
    looks: list[tuple[float, bool]], *, alone: Collection[float] = ()
) -> tuple[Interval, ...]:
    """The stretches before looks that say yes, twice on end unless they may stand `alone`."""
    found: list[Interval] = []
    for place, (when, says) in enumerate(looks):
        beside = [looks[n][1] for n in (place - 1, place + 1) if 0 <= n < len(looks)]
        if not says or not (when in alone or any(beside)):
            continue
        if found and when - STEP - found[-1].end < STEP / 2:
            found[-1] = Interval(found[-1].start, when)
        else:
            found.append(Interval(max(when - STEP, 0.0), when))
    return tuple(found)


def without(run: Interval, taken: tuple[Interval, ...]) -> Iterator[Interval]:
    """What is left of a stretch."""
    start = run.start
    for one in taken:
        if one.end <= start or one.start >= run.end:
            continue
        if one.start > start:
            yield Interval(start, one.start)
        start = one.end
    if start < run.end:
        yield Interval(start, run.end)


def frames(notes: Path) -> Iterator[tuple[float, dict[str, float]]]:
    """(when, what `signalstats` says) of each picture that was noted."""
    if not notes.exists():
        return
    when: float | None = None
    told: dict[str, float] = {}
    with notes.open() as lines:
        for line in lines:
            if line.startswith("frame:"):
                if when is not None:
                    yield when, told
                when, told = float(line.rpartition("pts_time:")[2]), {}
            elif line.startswith("lavfi.signalstats."):
                name, _, value = line[18:].partition("=")
                told[name] = float(value)
    if when is not None:
        yield when, told


def flashing(notes: Path) -> tuple[Interval, ...]:
    """Stretches in which every frame was marked; frames less than a second apart are one."""
    text = notes.read_text() if notes.exists() else ""
    times = [float(t) for t in re.findall(r"pts_time:([\d.]+)", text)]
    found: list[Interval] = []
    for when in times:
        if found and when - found[-1].end < 1:
            found[-1] = Interval(found[-1].start, when)
        else:
            found.append(Interval(when, when))
    return tuple(found)


def runs(text: str, name: str, duration: float) -> tuple[Interval, ...]:
    found: list[Interval] = []
    begun: float | None = None
    for end, value in re.findall(rf"{re.escape(name)}_(start|end)=([-\d.]+)", text):
        if end == "start":
            begun = float(value)
        elif begun is not None:
            found.append(Interval(begun, float(value)))
            begun = None
    if begun is not None:
        found.append(Interval(begun, duration))
    return tuple(found)


def forget(folder: Path) -> None:
    for name in FILES:
        (folder / name).unlink(missing_ok=True)
