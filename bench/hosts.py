"""One film made by one host, by two, and by four on two cores: wall and CPU, the real house between them.

Hosts are network namespaces with a disk of their own, each pinned to a core; they share a bucket,
Redis and PostgreSQL. Bubblewrap is off on both sides, so that CPU can be counted.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import ClassVar, Self

import msgspec

from bench.sources import Row
from tests.hosts import Festival, Host, NoNamespaces, hosts
from tests.media.test_chunks import frames
from tests.objects import running_objects
from tests.servers import running_postgres, running_redis
from tests.site import Site

ROOT = Path(__file__).parents[1]
PLAIN = {"BWRAP": "/bin/false"}


class Quiet(Site):
    """The house without its door: only the relay rings."""

    COMMANDS: ClassVar = {"relay": ["workers.relay"]}

    def __enter__(self) -> Self:
        for name, command in self.COMMANDS.items():
            self.start(name, command)
        return self


@contextmanager
def house(folder: Path, film: Path, *, count: int) -> Iterator[Festival]:
    """A house of its own, even where another one is open."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    os.environ.update(MODE="development", PICCOLO_CONF="piccolo_conf", MEDIA_ROOT=str(folder / "media"))
    with ExitStack() as stack:
        os.environ["DATABASE_URL"] = stack.enter_context(running_postgres(folder / "pg"))
        os.environ["REDIS_URL"] = stack.enter_context(running_redis(folder / "redis"))
        subprocess.run([sys.executable, "-m", "festival.migrate"], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        bucket = stack.enter_context(running_objects(folder / "objects.log"))
        made = stack.enter_context(hosts(count, folder=folder / "disks", hidden=[folder / "pg"], bucket=bucket))
        site = stack.enter_context(Quiet(folder, ROOT))
        yield Festival(site, made, bucket, film, folder)


class Run(msgspec.Struct, frozen=True):
    """How a film was made: seconds on the clock, CPU seconds of each host, the copy, its parts."""

    wall: float
    each: list[float]
    copy: Path
    parts: int

    @property
    def cpu(self) -> float:
        return sum(self.each)


def run_of(here: Festival, chosen: list[Host]) -> Run:
    here.wake(*chosen, **PLAIN)
    before, began = [host.cpu() for host in chosen], time.monotonic()
    file, copy = here.made()
    wall = time.monotonic() - began
    each = [host.cpu() - used for host, used in zip(chosen, before, strict=True)]
    here.wake()
    parts = here.site.sql(
        "SELECT 1 FROM outbox WHERE task = 'encode_part' AND args->>'file' = $1", file
    )
    return Run(wall, each, copy, len(parts))


def rows(film: Path) -> Iterator[Row]:
    """(what, ratio, goal, kept, seconds)."""
    try:
        with tempfile.TemporaryDirectory(prefix="cfs-hosts-") as folder, house(Path(folder), film, count=4) as here:
            yield from _rows(here)
    except NoNamespaces as reason:
        yield "several hosts", None, "skipped", None, f"network namespaces are refused: {reason}"


def _rows(here: Festival) -> Iterator[Row]:
    one, two, four = (run_of(here, here.hosts[:count]) for count in (1, 2, 4))
    speed, summed = one.wall / two.wall, four.cpu / one.cpu
    yield (
        "two hosts against one, wall (each on its core)", speed, "≥ 1.7", speed >= 1.7,
        (f"{one.wall:.1f} / {two.wall:.1f} s in {two.parts} parts; of the CPU, the busier host had "
        f"{max(two.each):.1f} of {one.cpu:.1f} s: {one.cpu / max(two.each):.2f} where nobody else computes"),
    )  # fmt: skip
    yield (
        "four hosts on two cores, summed CPU against one host", summed, "≤ 1.05", summed <= 1.05,
        (f"{four.cpu:.1f} / {one.cpu:.1f} s in {four.parts} parts, {four.wall:.1f} s on the clock; "
        f"two hosts {two.cpu:.1f} s"),
    )  # fmt: skip
    same = all(
        frames(made.copy / rung.name) == frames(one.copy / rung.name)
        for made in (two, four) for rung in one.copy.iterdir() if (rung / "playlist.m3u8").exists()
    )  # fmt: skip
    yield "same frames and time stamps, all rungs", None, "same", same, "two and four hosts against one"
