"""Films of the largest shapes: whether memory stays flat, and whether the time that is told as left is true.

    ./run bench media --shapes [--long]

Two hours of 1080p24 ProRes, 4K JPEG 2000 as in a DCP, six hours of a varying cadence: a piece that was
encoded once, again and again. Each is read whole, and a part of it is copied at two lengths: so short a
part that what ffmpeg takes to begin and to end shows in what is left. `--long` gives them sound and copies
them whole, for hours. Every film has a process of its own, whose memory is measured beside that of its
largest ffmpeg.
"""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bench.sources import Row, cpu_of_children, looped, raw, sandbox
from festival import forecast
from media import scan, screener, windows
from media.runner import cpu_seconds

SHARES = (0.1, 0.25, 0.5, 0.75)
SMALLER = 4  # times as long is the film that may not take more memory
FLAT, TRUE = 1.1, 0.2
EVERY = 0.2  # seconds between two notes of what is done


class Shape(msgspec.Struct, frozen=True):
    """`piece` seconds are made by `made`; `whole` is the film that is read, `copied` what is copied."""

    name: str
    piece: float
    whole: float
    copied: float
    made: tuple[str, ...]
    kind: str


SHAPES = (
    Shape(
        "2 h 1080p24 ProRes", 5, 7200, 40,
        ("-f", "lavfi", "-i", "gradients=s=1920x1080:r=24:c0=0x203040:c1=0xa08040:speed=0.01",
         "-c:v", "prores_ks", "-profile:v", "0", "-q:v", "40", "-pix_fmt", "yuv422p10le"),
        "mov",
    ),
    Shape(
        "4K JPEG 2000", 0.25, 240, 3,
        ("-f", "lavfi", "-i", "gradients=s=4096x2160:r=24:c0=0x203040:c1=0xa08040:speed=0.01",
         "-c:v", "libopenjpeg", "-pix_fmt", "xyz12le", "-compression_level", "40"),
        "mxf",
    ),
    Shape(
        "6 h of a varying cadence", 30, 21600, 120,
        ("-f", "lavfi", "-i", "testsrc2=s=640x360:r=60,select='not(eq(mod(n,7),2)+eq(mod(n,7),3)+eq(mod(n,7),5))'",
         "-fps_mode", "passthrough", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "34", "-g", "60",
         "-pix_fmt", "yuv420p", "-video_track_timescale", "60000"),
        "mp4",
    ),
)  # fmt: skip
SOUND = ("-f", "lavfi", "-i", "anoisesrc=c=pink:r=48000:a=0.3", "-ac", "2")


class Told(msgspec.Struct, frozen=True):
    """What a process of its own says of one film: MB of it and of its largest ffmpeg, and along the way
    (seconds on the clock, CPU seconds, share done), to the end.
    """

    own: float
    ffmpeg: float
    cpu: float
    wall: float
    frames: int
    refusal: str
    way: list[tuple[float, float, float]] = []

    def errors(self, clock: int) -> dict[float, float]:
        """By how much what was told as left was too long or too short, at each of `SHARES`; by the `clock`
        on the wall (0), or by the CPU's (1), which stands still while others compute.
        """
        found = {}
        for share in SHARES:
            first = next(point for point in self.way if point[2] > 0)
            here = next(point for point in self.way if point[2] >= share)
            left = forecast.left(here[2], here[clock] - first[clock], begun=first[2])
            if left is not None and here[2] < 1:
                found[share] = left / (self.way[-1][clock] - here[clock]) - 1
        return found


def seen(film: Path, *, copied: bool) -> Told:
    """In a process of its own."""
    argv = [sys.executable, "-m", "bench.shapes", str(film), *(["copied"] if copied else [])]
    return msgspec.json.decode(subprocess.run(argv, check=True, stdout=subprocess.PIPE).stdout, type=Told)


def used() -> float:
    """CPU seconds of this process, of its children and of those that have ended."""
    return cpu_of_children() + sum(cpu_seconds(os.getpid()).values())


def look(film: Path, *, copied: bool) -> Told:
    way: list[tuple[float, float, float]] = []
    began = time.monotonic()

    def note(share: float) -> None:
        if share in {0.0, 1.0} or time.monotonic() - began - way[-1][0] > EVERY:
            way.append((time.monotonic() - began, used(), share))

    with sandbox(film, walls=False) as here:
        facts = scan.inspect(here)
        if copied:
            facts = windows.look(here, facts)
            began = time.monotonic()
            note(0.0)
            screener.make(here, facts, on_progress=note)
            note(1.0)
    wall = time.monotonic() - began
    own, theirs = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return Told(
        own=own.ru_maxrss / 1024, ffmpeg=theirs.ru_maxrss / 1024, cpu=used(), wall=wall,
        frames=facts.picture.frames if facts.picture else 0, refusal=facts.refusal, way=way,
    )  # fmt: skip


def made(shape: Shape, folder: Path, *, long: bool) -> Path:
    sound = SOUND + (("-c:a", "aac") if shape.kind == "mp4" else ("-c:a", "pcm_s16le")) if long else ()
    source, encoding = shape.made[:4], shape.made[4:]
    piece = folder / f"piece.{shape.kind}"
    raw(*source, *sound[:4], "-t", str(shape.piece), *encoding, *sound[4:], str(piece))
    return piece


def rows(folder: Path, *, long: bool) -> Iterator[Row]:
    folder.mkdir()
    for shape in SHAPES:
        piece = made(shape, folder, long=long)
        yield from rows_of(shape, piece, long=long)
        for used in folder.iterdir():
            used.unlink()


def rows_of(shape: Shape, piece: Path, *, long: bool) -> Iterator[Row]:
    copied = shape.whole if long else shape.copied
    for what, seconds, is_copied in (("read", shape.whole, False), ("copied", copied, True)):
        few, many = (
            seen(looped(piece, max(1, round(length / shape.piece))), copied=is_copied)
            for length in (seconds / SMALLER, seconds)
        )
        grown = (many.own + many.ffmpeg) / (few.own + few.ffmpeg)
        yield (
            f"{shape.name}, {what}: memory of {seconds:.0f} s / a quarter of it", grown,
            f"≤ {FLAT}" if is_copied else "", (grown <= FLAT if is_copied else None) if not many.refusal else False,
            (f"ours {few.own:.0f} → {many.own:.0f} MB, ffmpeg {few.ffmpeg:.0f} → {many.ffmpeg:.0f} MB; "
             f"{many.frames} frames, {many.cpu:.1f} s CPU, {many.wall:.1f} s {many.refusal}"),
        )  # fmt: skip
    for clock, named in enumerate(("on the clock", "in CPU seconds, whoever else computes")):
        errors = many.errors(clock)
        worst = max((abs(error) for error in errors.values()), default=None)
        yield (
            f"{shape.name}: time left, told / true, off by at most, {named}", worst, f"≤ {TRUE}",
            worst is not None and worst <= TRUE,
            ", ".join(f"{share:.0%}: {error:+.0%}" for share, error in errors.items()),
        )  # fmt: skip


if __name__ == "__main__":
    print(msgspec.json.encode(look(Path(sys.argv[1]), copied="copied" in sys.argv)).decode())
