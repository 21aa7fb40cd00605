"""Two variants of each segment of one rung, made in one decode."""

from collections.abc import Callable
from fractions import Fraction

import ffmpeg
import msgspec

from media import graph, hls, screener
from media.facts import Facts, Picture
from media.graph import CopyClock, Rung
from media.mark import patterns
from media.mark.variants import DOOR, FOLDERS
from media.runner import DiskQuota, run
from media.sandbox import Sandbox

SECONDS = 4
MOST_LINES = 720
CLOUDS = "clouds.gray"


class MarkedVariants(msgspec.Struct, frozen=True, kw_only=True):
    """What was made: the size of the picture, and how many segments have a bit."""

    width: int
    height: int
    segments: int


def rung_of(picture: Picture) -> Rung:
    """The largest of the copy's sizes that has no more than `MOST_LINES`, else its smallest."""
    rungs = graph.ladder(picture)
    return next((rung for rung in rungs if rung.height <= MOST_LINES), rungs[-1])


def frames_of_segment(picture: Picture) -> int:
    return graph.segment(picture, SECONDS)


def segment_seconds(picture: Picture) -> Fraction:
    return frames_of_segment(picture) / graph.cadence(picture)


def arguments(
    facts: Facts, clock: CopyClock, *, film: str, job: str, threads: int = 2
) -> list[str]:
    """Everything after `ffmpeg` and its global options: light is added for one, taken away for the other."""
    picture = graph.known_picture(facts)
    rung = rung_of(picture)
    opened = graph.opened(film, threads, clock)
    shown = graph.prepared(opened["V:0"], picture, top=rung).filter_multi_output("split", 2)
    faint = faint_light(picture, rung, job).filter_multi_output("split", 2)
    outputs = [
        ffmpeg.filter([shown[n], faint[n]], "blend", c0_mode=mode, c1_mode="normal", c2_mode="normal",
                      shortest=1)
        .output(f"{job}/{folder}/playlist.m3u8", **graph.encoder(rung, picture),
                **graph.segments(f"{job}/{folder}", picture, SECONDS))
        for n, (folder, mode) in enumerate(zip(FOLDERS, ("grainmerge", "grainextract"), strict=True))
    ]  # fmt: skip
    return [str(argument) for argument in ffmpeg.merge_outputs(*outputs).get_args()]


def faint_light(picture: Picture, rung: Rung, job: str) -> ffmpeg.nodes.FilterableStream:
    rate = len(patterns.STEPS) / segment_seconds(picture)
    return (
        ffmpeg.input(f"{job}/{CLOUDS}", f="rawvideo", pix_fmt="gray", s=f"{patterns.WIDE}x{patterns.HIGH}",
                     r=f"{rate.numerator}/{rate.denominator}")
        .filter("scale", rung.width, rung.height, flags="bicubic")
        .filter("format", "yuv420p")
    )  # fmt: skip


def make(
    sandbox: Sandbox,
    facts: Facts,
    *,
    key: bytes,
    on_progress: Callable[[float], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    threads: int = 2,
) -> MarkedVariants:
    """Both variants in the work folder, every frame counted; the caller publishes them as one."""
    picture, clock = graph.known_picture(facts), screener.clock_of(sandbox, facts)
    rung, expected = rung_of(picture), graph.frames(picture, clock)
    count = int(expected) // frames_of_segment(picture) + 2
    (sandbox.work / CLOUDS).write_bytes(patterns.film(key, count))
    for folder in FOLDERS:
        (sandbox.work / folder).mkdir(exist_ok=True)
    argv = [
        sandbox.tools.ffmpeg, "-nostdin", "-hide_banner", "-y", "-loglevel", "warning", "-nostats",
        "-progress", "pipe:1", "-stats_period", "0.5", "-filter_threads", str(threads),
        *arguments(facts, clock, film=sandbox.film, job=sandbox.job, threads=threads),
    ]  # fmt: skip
    length = max(facts.duration, 0.1)
    run(
        sandbox.argv(argv),
        deadline=300 + length * 30,
        cancelled=cancelled,
        quota=DiskQuota(sandbox.work, 2 * graph.most_bytes(facts, (rung,))),
        on_seconds=lambda seconds: on_progress(min(seconds / length, 0.99)),
    )
    (sandbox.work / CLOUDS).unlink()
    return MarkedVariants(
        width=rung.width, height=rung.height, segments=verified(sandbox, expected)
    )


def verified(sandbox: Sandbox, expected: float) -> int:
    """Both have every frame, cut at the same places: one may follow the other anywhere."""
    first, second = (hls.durations(sandbox.work / folder / "playlist.m3u8") for folder in FOLDERS)
    if first != second:
        raise screener.not_whole(DOOR, "its variants are not cut at the same places")
    inits = {(sandbox.work / folder / "init.mp4").read_bytes() for folder in FOLDERS}
    if len(inits) > 1:
        raise screener.not_whole(DOOR, "its variants do not begin alike")
    slack = max(3, expected * screener.UNEVEN_SLACK)
    for folder in FOLDERS:
        stamped, frames = screener.in_time(sandbox, folder), screener.read_back(sandbox, folder)
        if abs(frames - expected) > slack or frames != stamped.count:
            raise screener.not_whole(folder, f"{frames} of {expected:.0f} frames")
    return len(first)
