"""What each finding costs: CPU milliseconds for a second of film, by the very filters of the house.

Each runs alone on pictures, or samples, that are decoded already; what stands beside them is a share
of all that a copy takes.
"""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from bench.sources import Row, cpu_of_children, raw, sandbox
from media import graph, scan, screener, windows

SECONDS, TIMES = 2, 10  # so much is decoded, and looked at so often


def spent(act: Callable[[], object]) -> float:
    """CPU seconds, our own and those of the children."""
    before = time.process_time() + cpu_of_children()
    act()
    return time.process_time() + cpu_of_children() - before


class Decoded(msgspec.Struct, frozen=True):
    """Pictures or samples to be looked at: how ffmpeg opens them, and what does nothing to them."""

    opened: list[str]
    nothing: str

    def each_second(self, *filters: str) -> float:
        """Milliseconds that these filters take for a second of film."""
        which = "-af" if self.nothing == "anull" else "-vf"

        def run(chain: str) -> float:
            return spent(lambda: raw(*self.opened, which, chain, "-f", "null", "-"))

        return (run(",".join(filters)) - run(self.nothing)) * 1000 / (SECONDS * TIMES)


def decoded(film: str, folder: Path, size: str) -> Decoded:
    made = folder / f"{size}.yuv"
    raw("-i", film, "-t", str(SECONDS), "-vf", f"scale={size.replace('x', ':')}", "-pix_fmt", "yuv420p",
        "-f", "rawvideo", str(made))  # fmt: skip
    again = ["-stream_loop", str(TIMES - 1)]
    return Decoded([*again, "-f", "rawvideo", "-s", size, "-r", "24", "-i", str(made)], "null")


def heard(film: str, folder: Path) -> Decoded:
    made = folder / "samples.wav"
    raw("-i", film, "-t", str(SECONDS), "-map", "0:a:0", str(made))
    return Decoded(["-stream_loop", str(TIMES - 1), "-i", str(made)], "anull")


def rows(film: Path) -> Iterator[Row]:
    """(what, share of what a copy takes, "", None, told)."""
    with sandbox(film, walls=False) as here:
        headed = scan.read_headers(scan.by_bytes(film, ""), scan.headers(here))
        reading = spent(lambda: scan.read_packets(headed, here, lambda: False))
        facts = scan.inspect(here)
        looking = spent(lambda: windows.look(here, facts))
        clock = screener.clock_of(here, facts)
        watching = " ".join(graph.watching(facts, clock, film=here.film, job=str(here.work)))
        of = {name: f"{name}{given}" for name, given in re.findall(r"\](\w+)(=[^\[\];]*)\[", watching)}
        of["signalstats"] = "signalstats"
        small, large = (decoded(here.film, here.work, size) for size in ("640x360", "1920x1080"))
        sound = heard(here.film, here.work)
        twice = ["fps=2", of["tblend"], of["signalstats"]]
        astats, meter, peaks, silences, _ = scan.HEARING.format(name="t", notes="").split(",")
        costs = {
            "black": small.each_second(of["blackframe"], "metadata=select:key=lavfi.blackframe.pblack", "signalstats"),
            "frozen": small.each_second(of["freezedetect"]) + small.each_second(*twice),
            "flashes": small.each_second(of["photosensitivity"]),
            "stars that glow and move": large.each_second(
                twice[0], of["dilation"], "scale=640:-2:flags=neighbor", "signalstats", *twice[1:]
            ),
            "loudness and true peak": sound.each_second(meter),
            "levels of every channel": sound.each_second(astats),
            "the curve of peaks": sound.each_second(peaks),
            "silence": sound.each_second(silences),
            "phase": sound.each_second("aphasemeter=video=0"),
            "combing and bars (six windows of any film)": looking * 1000 / facts.duration,
            "packets: length, cadence, holes": reading * 1000 / facts.duration,
        }  # fmt: skip
        for used in here.work.iterdir():
            used.unlink()
        whole = spent(lambda: screener.make(here, facts)) * 1000 / facts.duration
    for finding, each in costs.items():
        told = f"{each:.1f} / {whole:.0f} ms for each second of film"
        yield f"finding: {finding}, of the CPU of a copy", each / whole, "", None, told
