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

from ops.postgres import running_postgres
from ops.redis import running_redis
from tests.hosts import Festival, Host, NoNamespaces, hosts
from tests.media.test_chunks import frames
from tests.objects import running_objects
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


def run_of(here: Festival, chosen: list[Host]) -> tuple[float, float, Path, int]:
    """(wall, CPU of all workers, the copy, how many parts)."""
    here.wake(*chosen, **PLAIN)
    before, began = sum(host.cpu() for host in chosen), time.monotonic()
    file, copy = here.made()
    wall, cpu = time.monotonic() - began, sum(host.cpu() for host in chosen) - before
    here.wake()
    return wall, cpu, copy, len(here.site.sql(
        "SELECT 1 FROM outbox WHERE task = 'encode_part' AND args->>'file' = $1", file
    ))  # fmt: skip


def rows(film: Path) -> Iterator[tuple[str, float | None, str, bool | None, str]]:
    """(what, ratio, goal, kept, seconds)."""
    try:
        with tempfile.TemporaryDirectory(prefix="cfs-hosts-") as folder, house(Path(folder), film, count=4) as here:
            yield from _rows(here)
    except NoNamespaces as reason:
        yield "several hosts", None, "skipped", None, f"network namespaces are refused: {reason}"


def _rows(here: Festival) -> Iterator[tuple[str, float | None, str, bool | None, str]]:
    wall1, cpu1, alone, _ = run_of(here, here.hosts[:1])
    wall2, cpu2, two, parts2 = run_of(here, here.hosts[:2])
    wall4, cpu4, four, parts4 = run_of(here, here.hosts)
    speed, summed = wall1 / wall2, cpu4 / cpu1
    yield ("two hosts against one, wall (each on its core)", speed, "≥ 1.7", speed >= 1.7,
           f"{wall1:.1f} / {wall2:.1f} s in {parts2} parts, CPU {cpu1:.1f} and {cpu2:.1f} s")  # fmt: skip
    yield ("four hosts on two cores, summed CPU against one host", summed, "≤ 1.05", summed <= 1.05,
           f"{cpu4:.1f} / {cpu1:.1f} s in {parts4} parts, {wall4:.1f} s on the clock")  # fmt: skip
    same = all(
        frames(made / rung.name) == frames(alone / rung.name)
        for made in (two, four) for rung in alone.iterdir() if (rung / "playlist.m3u8").exists()
    )  # fmt: skip
    yield "same frames and time stamps, all rungs", None, "same", same, "two and four hosts against one"
