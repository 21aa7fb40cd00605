"""What the projection booth costs, as ratios from one run against plain ffmpeg.

    ./run bench media [--short] [--wall | --hosts | --shapes [--long] | --findings]

CPU seconds are user and system time of the children; the rows about CPU run without bubblewrap,
because a process in a namespace of its own does not tell its parent what it used.
Both sides are built by `media/graph.py`: the settings of every encoder are the same by construction.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import ffmpeg
from rich.console import Console
from rich.table import Table

from bench import findings, hosts, shapes
from bench.sources import cpu_of_children, raw, repeated, sandbox
from media import chunks, graph, scan, screener, stills, windows
from media.facts import Facts
from media.sandbox import Sandbox
from tests.real_clip import real_clip

PIECE = 20


def cost(act: Callable[[], object]) -> tuple[float, float]:
    """(CPU seconds of the children, wall seconds)."""
    before, began = cpu_of_children(), time.monotonic()
    act()
    return cpu_of_children() - before, time.monotonic() - began


def interleaved(
    one: Callable[[], object], other: Callable[[], object], times: int, *, which: int
) -> tuple[float, float]:
    """Medians of turns taken in alternation: CPU (`which` 0) or wall (1) seconds."""
    ones, others = [], []
    for _ in range(times):
        ones.append(cost(one)[which])
        others.append(cost(other)[which])
    return statistics.median(ones), statistics.median(others)


def make_source(piece: Path) -> None:
    """A real trailer, as 1080p24 with grain, H.264 at 20 Mb/s, stereo AAC."""
    raw("-stream_loop", "-1", "-i", str(real_clip()), "-t", str(PIECE), "-vf",
        "scale=1920:1080,setsar=1,fps=24,noise=alls=9:allf=t", "-c:v", "libx264", "-preset",
        "veryfast", "-b:v", "20M", "-maxrate", "20M", "-bufsize", "20M", "-g", "48", "-pix_fmt",
        "yuv420p", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
        "-c:a", "aac", "-ac", "2", "-ar", "48000", "-b:a", "320k", str(piece))  # fmt: skip


def inspected(film: Path) -> Facts:
    with sandbox(film, walls=False) as here:
        return windows.look(here, scan.inspect(here))


def ours(film: Path) -> None:
    """Everything that a film goes through: T0 to T3."""
    with sandbox(film, walls=False) as here:
        screener.make(here, windows.look(here, scan.inspect(here)))


def rungs_only(film: Path, facts: Facts) -> None:
    """The bare ladder with its sound, in one graph: nothing looked at, nothing else made."""
    with sandbox(film, walls=False) as here:
        raw(*ladder_arguments(facts, here))


def ladder_arguments(facts: Facts, here: Sandbox) -> list[str]:
    picture = facts.picture
    assert picture is not None
    clock = screener.clock_of(here, facts)
    opened, rungs = graph.opened(here.film, 2, clock), graph.ladder(picture)
    sizes = graph.cascade(graph.prepared(opened["V:0"], picture), rungs, [1] * len(rungs))
    for name in [rung.name for rung in rungs] + ["a0"]:
        (here.work / name).mkdir()
    outputs = [graph.video_output(sizes[i][0], r, picture, here.job) for i, r in enumerate(rungs)]
    outputs += graph.sound_outputs(opened, facts, clock, here.job)
    return [str(one) for one in ffmpeg.merge_outputs(*outputs).get_args()]


def separately(film: Path, facts: Facts) -> None:
    """The same files and the same measures, each by a command of its own, as most sites do it:

    checks look at the whole picture, because nothing is there to share a smaller one with.
    """
    picture = facts.picture
    assert picture is not None
    with sandbox(film, walls=False) as here:
        clock = screener.clock_of(here, facts)
        for rung in graph.ladder(picture):
            (here.work / rung.name).mkdir()
            stream = graph.prepared(graph.opened(here.film, 2, clock)["V:0"], picture)
            sized = stream.filter("scale", rung.width, rung.height, flags="bicubic")
            raw(*args(graph.video_output(sized, rung, picture, here.job)))
        (here.work / "a0").mkdir()
        raw(*args(graph.sound_outputs(graph.opened(here.film, 2, clock), facts, clock, here.job)[0]))
        heard = graph.played(graph.opened(here.film, 2, clock), facts, clock)
        raw(*args(graph.peaks_output(heard, facts, clock, here.job)))
        stream = graph.prepared(graph.opened(here.film, 2, clock)["V:0"], picture)
        every, lines = graph.sheet(facts)
        raw(*args(
            stream.filter("fps", fps=f"1/{every:.3f}", round="down").filter("scale", 160, -2)
            .filter("tile", f"10x{lines}").output(f"{here.job}/sprite.jpg", vframes=1, **{"q:v": 5})
        ))  # fmt: skip
        for place, share in enumerate(stills.CANDIDATES):
            raw("-ss", f"{facts.duration * share:.3f}", "-i", here.film, "-frames:v", "1", "-q:v", "3",
                f"{here.job}/poster-{place}.jpg")
        decoded(film)  # whether every picture can be read at all
        for look in ("blackdetect=d=1:pic_th=0.98", "freezedetect=n=-50dB:d=2", "idet,cropdetect",
                     "photosensitivity=bypass=1"):  # fmt: skip
            raw("-threads", "2", "-i", here.film, "-map", "0:v:0", "-vf", look, "-f", "null", "-")
        for measure in ("ebur128=peak=true", "astats", "silencedetect=n=-60dB:d=2", "aphasemeter=video=0"):
            raw("-i", here.film, "-map", "0:a:0", "-af", measure, "-f", "null", "-")
        raw("-i", here.film, "-map", "0", "-c", "copy", "-f", "null", "-")


def args(output: ffmpeg.nodes.OutputStream) -> list[str]:
    return [str(one) for one in output.get_args()]


def decoded(film: Path) -> None:
    raw("-threads", "2", "-i", str(film), "-map", "0:v:0", "-f", "null", "-")


def piped(film: Path, facts: Facts) -> None:
    """The graph in its sandbox, watched by the runner, verified."""
    with sandbox(film, walls=True) as here:
        screener.make(here, facts)


def bare(film: Path, facts: Facts) -> None:
    """The very same graph, by ffmpeg alone."""
    with sandbox(film, walls=False) as here:
        for name in [rung.name for rung in graph.ladder(facts.picture)] + ["a0"]:  # type: ignore[arg-type]
            (here.work / name).mkdir()
        raw(*graph.arguments(facts, screener.clock_of(here, facts), film=here.film, job=here.job))


def in_parts(film: Path, facts: Facts) -> None:
    """The same copy out of chunks of 12 seconds, as several workers make it."""
    with sandbox(film, walls=False) as whole:
        clock = screener.clock_of(whole, facts)
        plan = chunks.plan(facts, clock, seconds=12)
        (whole.work / "parts").mkdir()
        for chunk in plan.chunks:
            with sandbox(film, walls=False) as here:
                chunks.encode(here, facts, clock, chunk)
                here.work.rename(chunks.folder_of(whole.work, chunk))
                here.work.mkdir()
        with sandbox(film, walls=False) as here:
            chunks.encode_sound(here, facts, clock)
            here.work.rename(whole.work / "sound")
            here.work.mkdir()
        chunks.join(whole, plan)


def in_one(film: Path, facts: Facts) -> None:
    with sandbox(film, walls=False) as here:
        screener.make(here, facts)


def early(film: Path, facts: Facts) -> None:
    with sandbox(film, walls=False) as here:
        screener.make_early(here, facts)


def watched(film: Path, facts: Facts, *, full: bool) -> None:
    """Every check on the picture: as we do it, on a small branch and in windows; or all at full size."""
    picture = facts.picture
    assert picture is not None
    with sandbox(film, walls=False) as here:
        argv = graph.watching(facts, screener.clock_of(here, facts), film=here.film, job=here.job)
        if not full:
            windows.look(here, facts)
        else:
            small = f"scale=min({graph.WATCHED}\\,iw):-2"
            assert any(small in one for one in argv), argv
            argv = [one.replace(small, "idet,cropdetect") for one in argv]
        raw(*argv)


def rows(piece: Path, *, short: bool):
    facts = inspected(piece)
    minute = repeated(piece, 3)  # what a film costs whatever its length weighs little in a minute
    minute_facts = inspected(minute)
    everything, _ = cost(lambda: ours(minute))
    apart, _ = cost(lambda: separately(minute, minute_facts))
    yield "everything / separate commands, CPU", everything / apart, 0.45, f"{everything:.1f} / {apart:.1f} s"
    graph_all, graph_bare = interleaved(
        lambda: bare(piece, facts), lambda: rungs_only(piece, facts), 1 if short else 3, which=0
    )
    yield "one graph / bare ladder, CPU", graph_all / graph_bare, 1.08, f"{graph_all:.1f} / {graph_bare:.1f} s"
    decode, _ = cost(lambda: decoded(minute))
    yield "decode floor: decode / everything, CPU", decode / everything, None, f"{decode:.1f} / {everything:.1f} s"
    long = repeated(piece, 30)
    with sandbox(long, walls=False) as here:
        verdict, wall = cost(lambda: scan.inspect(here))
    whole, _ = cost(lambda: decoded(long))
    yield (
        f"provisional verdict / full decode of {long.stat().st_size / 1e9:.2f} GB, CPU",
        verdict / whole, 0.03, f"{verdict:.2f} / {whole:.1f} s, {wall:.1f} s on the clock",
    )  # fmt: skip
    job = repeated(piece, 2)
    job_facts = inspected(job)
    yield on_the_clock(job, job_facts, times=1 if short else 3)
    small, full = interleaved(
        lambda: watched(job, job_facts, full=False), lambda: watched(job, job_facts, full=True),
        1 if short else 3, which=0,
    )  # fmt: skip
    yield (
        "checks on 640 pixels and in windows / all at full size, CPU",
        small / full, 0.55, f"{small:.1f} / {full:.1f} s",
    )  # fmt: skip
    first, one = cost(lambda: early(job, job_facts)), cost(lambda: in_one(job, job_facts))
    yield (
        "early 360p, whole and verified / everything with it, wall",
        first[1] / (first[1] + one[1]), 0.35, f"{first[1]:.1f} / {first[1] + one[1]:.1f} s",
    )  # fmt: skip
    yield "early 360p / the copy without it, CPU", first[0] / one[0], None, f"{first[0]:.1f} / {one[0]:.1f} s"
    a, b = interleaved(
        lambda: in_parts(minute, minute_facts), lambda: in_one(minute, minute_facts), 1 if short else 3, which=0
    )
    yield "in parts of 12 s / in one go, CPU", a / b, 1.05, f"{a:.1f} / {b:.1f} s"


def on_the_clock(job: Path, facts: Facts, *, times: int) -> tuple[str, float, float, str]:
    a, b = interleaved(lambda: piped(job, facts), lambda: bare(job, facts), times, which=1)
    return "pipeline / raw ffmpeg, wall, medians", a / b, 1.03, f"{a:.1f} / {b:.1f} s"


def three_runs(piece: Path, *, short: bool):
    """The row that a quiet minute is best spent on, in three runs of three turns."""
    job = repeated(piece, 2)
    facts = inspected(job)
    for _ in range(1 if short else 3):
        yield on_the_clock(job, facts, times=3)


def film_for_hosts(folder: Path, *, seconds: int) -> Path:
    """A smaller picture and a longer film: what counts is how it is shared out."""
    piece = folder / "small.mp4"
    raw("-stream_loop", "-1", "-i", str(real_clip()), "-t", str(PIECE), "-vf",
        "scale=1280:720,setsar=1,fps=24,noise=alls=9:allf=t", "-c:v", "libx264", "-preset",
        "veryfast", "-b:v", "8M", "-g", "48", "-pix_fmt", "yuv420p", "-colorspace", "bt709",
        "-color_primaries", "bt709", "-color_trc", "bt709", "-c:a", "aac", "-ac", "2", "-ar",
        "48000", str(piece))  # fmt: skip
    return repeated(piece, seconds // PIECE)


def main() -> int:
    reader = argparse.ArgumentParser(prog="./run bench media", description=__doc__)
    reader.add_argument("--short", action="store_true", help="one run where three are usual")
    only = reader.add_mutually_exclusive_group()
    only.add_argument("--wall", action="store_true", help="only our copy beside plain ffmpeg, on the clock")
    only.add_argument("--hosts", action="store_true", help="only the rows of several hosts")
    only.add_argument("--shapes", action="store_true", help="only films of the largest shapes")
    only.add_argument("--findings", action="store_true", help="only what each finding costs")
    reader.add_argument("--long", action="store_true", help="the largest shapes copied whole, for hours")
    given = reader.parse_args()
    everything = not (given.wall or given.hosts or given.shapes or given.findings)
    table = Table("what", "ratio", "goal", "seconds")

    def tell(what: str, ratio: float | None, wanted: str, kept: bool | None, told: str) -> None:
        mark, shown = f"{wanted}{'  missed' if kept is False else ''}", "" if ratio is None else f"{ratio:.3f}"
        print(f"{what}: {shown} {mark} ({told})", flush=True)
        table.add_row(what, shown, mark, told)

    with tempfile.TemporaryDirectory(prefix="cfs-bench-") as folder:
        piece = Path(folder) / "piece.mp4"
        if everything or given.wall or given.findings:
            make_source(piece)
        if everything or given.wall:
            for what, ratio, goal, told in (rows if everything else three_runs)(piece, short=given.short):
                tell(what, ratio, "" if goal is None else f"≤ {goal}", goal is None or ratio <= goal, told)
        if everything or given.findings:
            for row in findings.rows(piece):
                tell(*row)
        if everything or given.shapes:
            for row in shapes.rows(Path(folder) / "shapes", long=given.long):
                tell(*row)
        if everything or given.hosts:
            for row in hosts.rows(film_for_hosts(Path(folder), seconds=120 if given.short else 180)):
                tell(*row)
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
