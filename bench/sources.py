"""Films for the benches of the booth, and where they are worked on."""

import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from media.sandbox import Sandbox
from media.tools import find_tools

GLOBALS = ["-nostdin", "-hide_banner", "-y", "-loglevel", "error", "-filter_threads", "2"]

Row = tuple[str, float | None, str, bool | None, str]
"""What was measured, its ratio, its goal, whether that was kept, and what is told beside."""


def cpu_of_children() -> float:
    """CPU seconds of all that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def raw(*argv: str) -> None:
    subprocess.run([find_tools().ffmpeg, *GLOBALS, *argv], check=True, stdin=subprocess.DEVNULL)


def repeated(piece: Path, times: int) -> Path:
    """The same film again and again, without encoding it again."""
    script, long = piece.with_suffix(".txt"), piece.with_name(f"times{times}{piece.suffix}")
    script.write_text(f"file '{piece}'\n" * times)
    raw("-f", "concat", "-safe", "0", "-i", str(script), "-c", "copy", str(long))
    return long


def looped(piece: Path, times: int) -> Path:
    """The same, opened but once: of large pictures the concat demuxer decodes some of every piece."""
    long = piece.with_name(f"times{times}{piece.suffix}")
    raw("-stream_loop", str(times - 1), "-i", str(piece), "-map", "0", "-c", "copy", str(long))
    return long


@contextmanager
def sandbox(film: Path, *, walls: bool) -> Iterator[Sandbox]:
    work = Path(tempfile.mkdtemp(prefix="cfs-bench-"))
    work.chmod(0o777)
    tools = find_tools()
    if not walls:
        tools = msgspec.structs.replace(tools, bwrap=None)
    try:
        yield Sandbox(tools=tools, source=film, work=work, allow_fallback=not walls)
    finally:
        shutil.rmtree(work)
