"""The invisible mark: what it costs beside the copy itself, and whom leaked clips name.

    ./run bench marks [--clips 10] [--minutes 10] [--viewers 200] [--film FILE]

A film is drawn (or FILE is taken), its copy and its variants are made; then each clip is a stretch of one
viewer's segments, cropped by 5 % somewhere, made 480 lines high, encoded again at CRF 28 and traced among all
viewers. As many clips are of two viewers who change places at random, and name both, one or nobody. Not 0 when a
single viewer was not named, or anybody innocent was.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.sources import cpu_of_children
from media import graph, hls, scan, screener
from media.facts import Facts
from media.mark import codes, making, reading, variants
from media.mark.reading import MarkedReference, PlainRendition
from media.mark.variants import FOLDERS, ViewerCode
from media.sandbox import Sandbox
from media.tools import find_tools

KEY = b"a key of the bench's own"
LOOK = (
    "gradients=size=640x360:rate=24:n=8:speed=0.015:seed=7[g];testsrc2=size=640x360:rate=24[t];"
    "[g][t]blend=all_mode=average,noise=alls=7:allf=t"
)


def drawn(folder: Path, minutes: float) -> Path:
    film = folder / "film.mp4"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", LOOK, "-t", f"{60 * minutes:.1f}", "-c:v", "libx264",
         "-preset", "ultrafast", "-crf", "18", "-pix_fmt", "yuv420p", str(film)], check=True,
    )  # fmt: skip
    return film


class Cost(msgspec.Struct):
    """CPU seconds of all that ran, and bytes that it left."""

    cpu: float
    size: int


def sandbox_of(folder: Path, name: str, source: Path) -> Sandbox:
    work = folder / name
    work.mkdir()
    return cell(source, work)


def cell(source: Path, work: Path) -> Sandbox:
    """Without walls: behind them nobody tells us how much processor time was taken."""
    tools = msgspec.structs.replace(find_tools(), bwrap=None)
    return Sandbox(tools=tools, source=source, work=work, allow_fallback=True)


def made(folder: Path, film: Path) -> tuple[Facts, Path, Cost, Cost]:
    """The film's facts, the folder with copy and variants, and the cost of the two."""
    sandbox = sandbox_of(folder, "copy", film)
    facts = scan.inspect(sandbox)
    before = cpu_of_children()
    screener.make(sandbox, facts)
    copy = Cost(cpu_of_children() - before, sized(sandbox.work))
    before = cpu_of_children()
    making.make(sandbox, facts, key=KEY)
    return facts, sandbox.work, copy, Cost(cpu_of_children() - before, sized(sandbox.work) - copy.size)


def sized(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def leaked(work: Path, shown: list[int], first: int, target: Path, chance: random.Random) -> Path:
    """Segments from `first` on, one after the other, cropped and made anew."""
    names = [name for name, _ in hls.durations(work / FOLDERS[0] / "playlist.m3u8")]
    joined = target.with_suffix(".joined.mp4")
    with joined.open("wb") as file:
        file.write((work / FOLDERS[0] / "init.mp4").read_bytes())
        for place, bit in enumerate(shown):
            file.write((work / FOLDERS[bit] / names[first + place]).read_bytes())
    left, top = chance.uniform(0, 0.05), chance.uniform(0, 0.05)
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-i", str(joined), "-vf",
         f"setpts=PTS-STARTPTS,crop=iw*0.95:ih*0.95:iw*{left:.4f}:ih*{top:.4f},scale=854:480", "-c:v", "libx264",
         "-preset", "veryfast", "-crf", "28", "-an", str(target)], check=True,
    )  # fmt: skip
    joined.unlink()
    return target


class Tried(msgspec.Struct):
    """One kind of clip: how many, of how many all were named, how many named nobody or an innocent."""

    clips: int = 0
    all_named: int = 0
    some: int = 0
    nobody: int = 0
    innocent: int = 0
    misread: int = 0
    segments: int = 0
    seconds: float = 0.0

    def count(self, guilty: set[str], named: set[str], wrong: int, segments: int, seconds: float) -> None:
        self.clips += 1
        self.all_named += named == guilty
        self.some += bool(named) and named < guilty
        self.nobody += not named
        self.innocent += bool(named - guilty)
        self.misread += wrong
        self.segments += segments
        self.seconds += seconds


def main() -> int:
    given = arguments()
    chance = random.Random(given.seed)
    with tempfile.TemporaryDirectory(prefix="cfs-marks-") as name:
        folder = Path(name)
        film = given.film or drawn(folder, given.minutes + 1)
        facts, work, copy, mark = made(folder, film)
        picture = graph.known_picture(facts)
        segments = len(hls.durations(work / FOLDERS[0] / "playlist.m3u8"))
        ours = MarkedReference(
            copy=PlainRendition(graph.ladder(picture)[-1].name, graph.cadence(picture), graph.segment(picture)),
            rate=graph.cadence(picture), frames_of_segment=making.frames_of_segment(picture),
            segments=segments, key=KEY,
        )  # fmt: skip
        viewers = {
            f"viewer {n}": variants.bits(chance.randbytes(32), segments) for n in range(given.viewers)
        }
        length = min(segments - 1, round(given.minutes * 60 / making.SECONDS))
        tried = {1: Tried(), 2: Tried()}
        for number in track(range(2 * given.clips), "clips"):
            many = 1 + number % 2
            guilty = chance.sample(sorted(viewers), many)
            first = chance.randrange(segments - length)
            shown = [viewers[chance.choice(guilty)][first + place] for place in range(length)]
            clip = leaked(work, shown, first, folder / "clip.mp4", chance)
            try_one(tried[many], set(guilty), clip, ours, work, viewers, shown, first)
    told(copy, mark, tried, given)
    return int(tried[1].all_named < tried[1].clips or any(one.innocent for one in tried.values()))


def try_one(
    tried: Tried, guilty: set[str], clip: Path, ours: MarkedReference, work: Path,
    viewers: dict[str, ViewerCode], shown: list[int], first: int,
) -> None:  # fmt: skip
    began = time.monotonic()
    read = reading.read(cell(clip, work), ours)
    seconds = time.monotonic() - began
    beyond = read.first + len(read.bits)
    found = codes.suspects(read.bits, {who: code[read.first : beyond] for who, code in viewers.items()})
    truth = shown[read.first - first :][: len(read.bits)]
    wrong = sum(a is not None and a != b for a, b in zip(read.bits, truth, strict=False))
    legible = sum(bit is not None for bit in read.bits)
    tried.count(guilty, {one.viewer for one in found if one.is_named}, wrong, legible, seconds)


def told(copy: Cost, mark: Cost, tried: dict[int, Tried], given: argparse.Namespace) -> None:
    console = Console()
    console.print(f"mark ÷ copy: CPU {mark.cpu / copy.cpu:.2f} ({mark.cpu:.0f} of {copy.cpu:.0f} s), "
                  f"bytes {mark.size / copy.size:.2f}")  # fmt: skip
    table = Table("clips of", "n", "all named", "one", "nobody", "innocent", "misread", "s a clip")
    for many, one in tried.items():
        table.add_row(
            f"{many} of {given.viewers}", str(one.clips), str(one.all_named), str(one.some), str(one.nobody),
            str(one.innocent), f"{one.misread} of {one.segments}", f"{one.seconds / max(1, one.clips):.0f}",
        )  # fmt: skip
    console.print(table)


def arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="./run bench marks", description=__doc__,
                                    formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    asked.add_argument("--clips", type=int, default=10)
    asked.add_argument("--minutes", type=float, default=10.0)
    asked.add_argument("--viewers", type=int, default=200)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--film", type=Path)
    return asked.parse_args()


if __name__ == "__main__":
    sys.exit(main())
