"""Pictures and peaks that stand for a film: poster candidates, and how loud it is along its length."""

import json
import math
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from media import hls
from media.runner import PermanentFault, run
from media.sandbox import Sandbox

CANDIDATES = (0.30, 0.08, 0.20, 0.42, 0.58, 0.75)
LOUDEST = 100
# JPEG knows no other matrix than BT.601 and no other range than the full one.
AS_JPEG = (
    "scale=in_color_matrix=bt709:out_color_matrix=bt601:in_range=tv:out_range=pc,format=yuvj420p"
)


def posters(sandbox: Sandbox, rung: str, *, seconds: float, key_every: float) -> int:
    """`poster-1.jpg`… at key frames along the film, and `poster.jpg`, the one that shows most.

    Cut from the copy that was just made: a handful of key frames cost nothing, whoever made it and
    in however many parts. Returns how many there are.
    """
    argv = [sandbox.tools.ffmpeg, "-nostdin", "-hide_banner", "-y", "-loglevel", "error"]
    keys = []
    for place, share in enumerate(CANDIDATES):
        name = f"still-{place}.mp4"
        keys.append(stretch(sandbox.work, rung, share * seconds, name, key_every))
        argv += [
            "-protocol_whitelist",
            "file",
            "-skip_frame",
            "nokey",
            "-i",
            f"{sandbox.job}/{name}",
        ]
    for place, key in enumerate(keys):
        argv += ["-map", f"{place}:v:0", "-vf", f"select=gte(n\\,{key}),{AS_JPEG}", "-frames:v", "1",
                 "-q:v", "3", f"{sandbox.job}/poster-{place + 1}.jpg"]  # fmt: skip
    run(sandbox.argv(argv), deadline=120)
    for used in sandbox.work.glob("still-*.mp4"):
        used.unlink()
    made = sorted(sandbox.work.glob("poster-*.jpg"))
    if not made:
        raise PermanentFault("copy_not_whole", "no poster")
    shutil.copyfile(best(made), sandbox.work / "poster.jpg")
    return len(made)


def sheet(
    sandbox: Sandbox,
    rung: str,
    *,
    every: float,
    rows: int,
    key_every: float,
    cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """`sprite.jpg`: a small picture for every `every` seconds, ten in a row, from the finished copy.

    Never an output of the graph: ffmpeg tells no progress until each of its outputs has begun, and
    this one begins at the film's end. Key frames are enough where they come often enough.
    """
    argv = [
        sandbox.tools.ffmpeg, "-nostdin", "-hide_banner", "-y", "-loglevel", "error",
        *(("-skip_frame", "nokey") if every >= key_every else ()),
        "-protocol_whitelist", "file", "-allowed_extensions", "ALL",
        "-i", f"{sandbox.job}/{rung}/playlist.m3u8", "-map", "0:v:0",
        "-vf", f"fps=1/{every:.3f}:round=down:eof_action=pass,scale=160:-2,{AS_JPEG},tile=10x{rows}",
        "-frames:v", "1", "-q:v", "5", f"{sandbox.job}/sprite.jpg",
    ]  # fmt: skip
    run(sandbox.argv(argv), deadline=3600, stall=3600, cancelled=cancelled)
    if not (sandbox.work / "sprite.jpg").exists():
        raise PermanentFault("copy_not_whole", "no sheet")


def stretch(work: Path, rung: str, when: float, name: str, key_every: float) -> int:
    """The segment that holds this moment as a film of its own; returns which key frame of it."""
    begun, lasts, last = 0.0, 0.0, work
    for segment, lasts in hls.durations(work / rung / "playlist.m3u8"):
        last = work / rung / segment
        if begun + lasts > when:
            break
        begun += lasts
    (work / name).write_bytes((work / rung / "init.mp4").read_bytes() + last.read_bytes())
    keys = max(1, math.ceil(lasts / key_every - 0.01))
    return min(int(max(0.0, when - begun) / key_every), keys - 1)


def best(made: list[Path]) -> Path:
    """A black or empty picture packs small: the fullest one shows most."""
    return max(made, key=lambda path: path.stat().st_size)


def keep_peaks(work: Path, *, seconds: float) -> None:
    """`peaks.txt`, the filter's notes, become `peaks.json`: {seconds, peaks of 0 to 100}."""
    notes = work / "peaks.txt"
    if not notes.exists():
        return
    levels = re.findall(r"Peak_level=(-?[\d.]+|-?inf)", notes.read_text())
    peaks = [linear(level) for level in levels]
    (work / "peaks.json").write_text(json.dumps({"seconds": round(seconds, 3), "peaks": peaks}))
    notes.unlink()


def linear(decibels: str) -> int:
    return 0 if "inf" in decibels else min(LOUDEST, round(LOUDEST * 10 ** (float(decibels) / 20)))
