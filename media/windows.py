"""T2: a few short windows at full height, before any graph is built; what they show chooses filters.

A scaled picture hides combing, and one dark scene invents bars: so several windows, whole pictures.
"""

import re
from collections.abc import Callable
from contextlib import suppress

import msgspec

from media.facts import Bars, Facts, Picture
from media.probe import GUARDS
from media.runner import PermanentFault, run
from media.sandbox import Cell

INTERLACED_HEIGHTS = {480, 486, 576, 1080, 1088}  # no standard has fields at any other height
MOST_GAP = 30.0
WHOLE_BELOW = 4.0


def look(cell: Cell, facts: Facts, *, cancelled: Callable[[], bool] = lambda: False) -> Facts:
    """Combing, repeated fields and bars of the first picture; a film too odd to sample is left."""
    picture = facts.picture
    if picture is None or picture.frames < 2 or picture.longest_gap > MOST_GAP:
        return facts
    logs: list[str] = []
    for start, length in places(picture.duration):
        with suppress(PermanentFault):  # what cannot be decoded is counted when all of it is
            ran = run(argv(cell, start, length), deadline=60, cancelled=cancelled)
            logs.append("\n".join(ran.log))
    fields = picture.height in INTERLACED_HEIGHTS and picture.fps <= 30.5 and picture.frames >= 12
    combed, repeated = combing(logs) if fields else (None, None)
    first = msgspec.structs.replace(
        picture, combed=combed, repeated=repeated, bars=bars(logs, picture)
    )
    told = f"{len(logs)} windows at full height"
    return msgspec.structs.replace(
        facts,
        pictures=(first, *facts.pictures[1:]),
        how={**facts.how, "combed": f"idet, {told}", "bars": f"cropdetect, {told}"},
    )


def places(duration: float) -> list[tuple[float, float]]:
    """(start, length) in seconds: spread over the film, away from its titles."""
    if duration <= WHOLE_BELOW:
        return [(0.0, max(duration, 0.5))]
    count, length = (3, 0.8) if duration < 60 else (6, 1.5)
    step = duration * 0.9 / count
    return [(duration * 0.05 + step * (i + 0.5), length) for i in range(count)]


def argv(cell: Cell, start: float, length: float) -> list[str]:
    return cell.argv([
        cell.tools.ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "info", *GUARDS,
        "-ss", f"{start:.3f}", "-t", f"{length:.3f}", "-noautorotate", "-noaccurate_seek",
        "-threads", "2",
        "-i", cell.film, "-map", "0:v:0", "-vf", "idet,cropdetect=limit=0.09:round=2:reset=0",
        "-an", "-f", "null", "-",
    ])  # fmt: skip


def combing(logs: list[str]) -> tuple[float | None, float | None]:
    """(combed, repeated) shares over all windows."""
    kinds = [0, 0, 0]
    again = [0, 0]
    for log in logs:
        if found := re.search(
            r"Multi frame detection:\s*TFF:\s*(\d+)\s*BFF:\s*(\d+)\s*Progressive:\s*(\d+)", log
        ):
            kinds = [a + int(b) for a, b in zip(kinds, found.groups(), strict=True)]
        if found := re.search(
            r"Repeated Fields:\s*Neither:\s*(\d+)\s*Top:\s*(\d+)\s*Bottom:\s*(\d+)", log
        ):
            neither, top, bottom = map(int, found.groups())
            again = [again[0] + top + bottom, again[1] + neither + top + bottom]
    if not sum(kinds):
        return None, None
    combed = round((kinds[0] + kinds[1]) / sum(kinds), 3)
    return combed, round(again[0] / max(again[1], 1), 3)


def bars(logs: list[str], picture: Picture) -> Bars | None:
    """What stays black in every window; a window that is black all over says nothing."""
    shown: list[tuple[int, int, int, int]] = []
    for log in logs:
        crops = re.findall(r"crop=(-?\d+):(-?\d+):(-?\d+):(-?\d+)", log)
        if crops and int(crops[-1][0]) > 0 and int(crops[-1][1]) > 0:
            w, h, x, y = map(int, crops[-1])
            shown.append((x, y, x + w, y + h))
    if not shown:
        return None
    left, top = min(s[0] for s in shown), min(s[1] for s in shown)
    right, bottom = max(s[2] for s in shown), max(s[3] for s in shown)
    return Bars(
        top=top, bottom=max(picture.height - bottom, 0), left=left,
        right=max(picture.width - right, 0),
    )  # fmt: skip
