"""The projection copy of a chosen film: ProRes 422 HQ and 24-bit sound, at the film's own size and level.

`prores_aw` was chosen by measure: on 1080p24 with grain it took an eighth of the encoding CPU of
`prores_ks` (1.4 against 10.7 s a second of film) and came 6 dB closer to the source, at 1.8 times the bytes.
"""

from collections.abc import Callable

import ffmpeg
import msgspec

from media import graph, screener
from media.facts import Facts
from media.graph import CopyClock, Rung
from media.runner import DiskQuota, PermanentFault, run
from media.sandbox import Sandbox

NAME = "mezzanine.mov"
BITS = 8.0  # for each pixel of each frame: grain took 6.5


class Mezzanine(msgspec.Struct, frozen=True):
    width: int
    height: int
    frames: int
    seconds: float
    size: int


def most_bytes(facts: Facts) -> int:
    """Room to be found before it begins."""
    picture = graph.known_picture(facts)
    width, height = picture.shown_size
    frames = facts.duration * float(graph.cadence(picture))
    sound = sum(s.channels for s in facts.sounds) * 48_000 * 3 * facts.duration
    return int(width * height * frames * BITS / 8 + sound) + 64 * 1024 * 1024


def full_size(facts: Facts) -> Rung:
    width, height = graph.known_picture(facts).shown_size
    return Rung("full", graph.even(width), graph.even(height), 0)


def arguments(
    facts: Facts, clock: CopyClock, *, film: str, job: str, threads: int = 2
) -> list[str]:
    """One file with the picture as it is shown and every sound track untouched."""
    picture = graph.known_picture(facts)
    opened = graph.opened(film, threads, clock)
    shown = graph.prepared(opened["V:0"], picture, top=full_size(facts), pixels="yuv422p10le")
    sounds = [
        graph.steady(opened[f"a:{i}"]) for i, sound in enumerate(facts.sounds) if sound.duration > 0
    ]
    made = ffmpeg.output(
        shown, *sounds, f"{job}/{NAME}",
        vcodec="prores_aw", **{"profile:v": 3}, fps_mode="passthrough", vendor="apl0", acodec="pcm_s24le", ar=48000,
        map_metadata=-1, map_chapters=-1,
    )  # fmt: skip
    return [str(argument) for argument in made.get_args()]


def make(
    sandbox: Sandbox,
    facts: Facts,
    *,
    on_progress: Callable[[float], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Mezzanine:
    """Made in the work folder, every frame counted; the caller publishes it."""
    picture, clock = graph.known_picture(facts), screener.clock_of(sandbox, facts)
    sandbox = msgspec.structs.replace(
        sandbox,
        file_bytes=max(sandbox.file_bytes, 2 * most_bytes(facts)),
        cpu_seconds=max(sandbox.cpu_seconds, int(facts.duration * 30)),
    )
    argv = [
        sandbox.tools.ffmpeg, "-nostdin", "-hide_banner", "-y", "-loglevel", "warning", "-nostats",
        "-progress", "pipe:1", "-stats_period", "0.5",
        *arguments(facts, clock, film=sandbox.film, job=sandbox.job),
    ]  # fmt: skip
    length = max(facts.duration, 0.1)
    run(
        sandbox.argv(argv),
        deadline=300 + length * 60,
        cancelled=cancelled,
        quota=DiskQuota(sandbox.work, 2 * most_bytes(facts)),
        on_seconds=lambda seconds: on_progress(min(seconds / length, 0.99)),
    )
    frames = screener.counted(sandbox, NAME)
    expected = graph.frames(picture, clock)
    if abs(frames - expected) > max(3, expected * 0.01):
        raise PermanentFault("copy_not_whole", f"projection: {frames} of {expected:.0f} frames")
    full = full_size(facts)
    size = (sandbox.work / NAME).stat().st_size
    return Mezzanine(full.width, full.height, frames, round(length, 3), size)
