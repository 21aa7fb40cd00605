"""One ffmpeg, watched: progress, a stall clock, a hard clock, cancel to zero processes in 2 s."""

import os
import re
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from media.damage import Damage
from units.parents import end_with_parent

LINES = 200
LINE_BYTES = 64 * 1024
QUOTA_CHECK_S = 1.0
QUOTA_REST = 100  # times as long as a look took, before the next: long films have many segments
BUSY_SHARE = (
    0.02  # of one processor: what a crowded machine leaves, and a waiting process never takes
)
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PROGRESS = re.compile(
    rb"(frame|total_size|out_time_us)=\s*(\d+)\s*$"
    rb"|(fps|stream_\w+|bitrate|out_time\w*|dup_frames|drop_frames|total_size|speed|progress)="
)
_escapes = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")


class Fault(Exception):
    """A typed failure that survives pickling: a code, and what ffmpeg said."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


class PermanentFault(Fault):
    """The file is to blame: trying again changes nothing."""


class TransientFault(Fault):
    """The house is to blame: full disk, killed process, a stall."""


class Cancelled(Exception):
    """A person, or a newer attempt, has stopped this run."""


class Ran(msgspec.Struct, frozen=True):
    """How a run ended: ffmpeg's standard output, the last lines of its log, and its complaints."""

    output: str
    log: tuple[str, ...]
    damage: Damage


def _die_with_parent() -> None:
    end_with_parent()
    os.nice(5)


def cpu_seconds(root: int) -> dict[int, float]:
    """Processor seconds of a process and of all that descend from it, also in a sandbox, by number."""
    processes: dict[int, tuple[int, float]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # ended meanwhile
            fields = path.read_text(errors="replace").rpartition(")")[2].split()
            processes[int(path.parent.name)] = (
                int(fields[1]),
                (int(fields[11]) + int(fields[12])) / TICKS_PER_S,
            )
    used: dict[int, float] = {}
    children = {root} & set(processes)
    while children:
        used |= {pid: processes[pid][1] for pid in children}
        children = {pid for pid, (parent, _) in processes.items() if parent in children} - set(used)
    return used


def clean(line: bytes) -> str:
    """A log line without anything that could steer a terminal or forge a line."""
    return _escapes.sub("", line.decode("utf-8", "replace")).rstrip()[:500]


class DiskQuota(msgspec.Struct, frozen=True):
    """What a run may write: the files of `folder` together stay below `most` bytes."""

    folder: Path
    most: int

    def used(self) -> int:
        total, waiting = 0, [str(self.folder)]
        while waiting:
            with suppress(OSError), os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    with suppress(OSError):  # written under another name meanwhile
                        total += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        return total


class WatchedProcess:
    """One process group and the threads that listen to it."""

    def __init__(
        self,
        argv: list[str],
        most_output: int,
        lines: int,
        on_line: Callable[[bytes], None] | None = None,
    ) -> None:
        self.log: deque[str] = deque(maxlen=lines)
        self.output = bytearray()
        self.most_output = most_output
        self.on_line = on_line
        self.moved = time.monotonic()
        self.quota_due = self.moved + QUOTA_CHECK_S
        self.cpu_sampled = 0.0
        self.cpu_seconds: dict[int, float] = {}
        self.used = 0
        self.seconds = 0.0
        self.damage = Damage()
        self.grown: dict[bytes, int] = {}
        self.process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
        self.readers = [
            threading.Thread(target=self._read_output, daemon=True),
            threading.Thread(target=self._read_log, daemon=True),
        ]
        for reader in self.readers:
            reader.start()

    def _read_output(self) -> None:
        assert self.process.stdout is not None  # noqa: S101
        for line in iter(lambda: self.process.stdout.readline(LINE_BYTES), b""):  # type: ignore[union-attr]
            if progress := PROGRESS.match(line):
                self._read_progress(progress)
            elif self.on_line:
                self.on_line(line)
                self.moved = time.monotonic()
            elif len(self.output) < self.most_output:
                self.output += line
                self.moved = time.monotonic()

    def _read_progress(self, progress: re.Match[bytes]) -> None:
        """Only what grows is progress: a stuck ffmpeg goes on telling the same figures."""
        name, value = progress[1], int(progress[2] or 0)
        if name and value > self.grown.get(name, 0):
            self.grown[name] = value
            self.moved = time.monotonic()
            self.seconds = self.grown.get(b"out_time_us", 0) / 1e6

    def _read_log(self) -> None:
        assert self.process.stderr is not None  # noqa: S101
        for line in iter(lambda: self.process.stderr.readline(LINE_BYTES), b""):  # type: ignore[union-attr]
            self.damage.hear(line)
            self.log.append(clean(line))

    def sample_cpu(self) -> float:
        """Processor seconds that the whole tree has used since it was last looked at."""
        before, self.cpu_seconds, self.cpu_sampled = (
            self.cpu_seconds,
            cpu_seconds(self.process.pid),
            time.monotonic(),
        )
        return sum(max(0.0, now - before.get(pid, 0.0)) for pid, now in self.cpu_seconds.items())

    def stop(self) -> None:
        """Ask, then kill, the whole group: its leader's end is not yet everybody's."""
        for how, patience in ((signal.SIGTERM, 1.0), (signal.SIGKILL, 5.0)):
            try:
                os.killpg(self.process.pid, how)
                self.process.wait(patience)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue


def run(
    argv: list[str],
    *,
    deadline: float,
    stall: float = 60.0,
    most_output: int = 4 * 1024 * 1024,
    lines: int = LINES,
    on_line: Callable[[bytes], None] | None = None,
    quota: DiskQuota | None = None,
    on_seconds: Callable[[float], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Ran:
    """Run to the end and return what was said; `deadline` and `stall` are seconds.

    `lines` is how much of its log is kept; who gives `on_line` hears each line of the output, and none
    is kept. Stalled is who neither tells anything new, nor writes,
    nor computes; who only computes is stopped by `deadline`.

    Raises Cancelled, TransientFault (`stalled`, `too_slow`, `killed`) or PermanentFault
    (`ffmpeg_failed`, `output_too_large`), never anything else for what the film does.
    """
    watched = WatchedProcess(argv, most_output, lines, on_line)
    started = time.monotonic()
    try:
        while watched.process.poll() is None:
            _watch(watched, started, deadline, stall, cancelled)
            _check_quota(watched, quota)
            on_seconds(watched.seconds)
            with suppress(subprocess.TimeoutExpired):
                watched.process.wait(0.1)
    finally:
        watched.stop()
        for reader in watched.readers:
            reader.join(2)
    return _ended(watched)


def _watch(
    watched: WatchedProcess,
    started: float,
    deadline: float,
    stall: float,
    cancelled: Callable[[], bool],
) -> None:
    moment = time.monotonic()
    if cancelled():
        raise Cancelled
    if moment - started > deadline:
        raise TransientFault("too_slow", f"{deadline:.0f} s")
    quiet = moment - watched.moved
    if quiet > stall / 2 and watched.cpu_sampled <= watched.moved:
        watched.sample_cpu()
    if quiet > stall:
        since = moment - watched.cpu_sampled
        if watched.sample_cpu() < BUSY_SHARE * since:
            raise TransientFault("stalled", f"{stall:.0f} s without progress or work")
        watched.moved = time.monotonic()


def _check_quota(watched: WatchedProcess, quota: DiskQuota | None) -> None:
    """A film that makes its copy grow without end is stopped long before the disk is full."""
    moment = time.monotonic()
    if quota is None or moment < watched.quota_due:
        return
    used = quota.used()
    ended = time.monotonic()
    watched.quota_due = ended + max(QUOTA_CHECK_S, QUOTA_REST * (ended - moment))
    if used > watched.used:
        watched.used, watched.moved = used, ended  # ffmpeg may write long before it tells
    if used > quota.most:
        raise PermanentFault("output_too_large", f"{used} bytes, {quota.most} expected at most")


def _ended(watched: WatchedProcess) -> Ran:
    code = watched.process.returncode
    log = tuple(watched.log)
    tail = " | ".join(log[-4:])
    if code in (-signal.SIGKILL, 137) or "No space left on device" in tail:
        raise TransientFault("killed", tail)
    if code != 0:
        raise PermanentFault("ffmpeg_failed", f"exit {code}: {tail}")
    output = watched.output.decode("utf-8", "replace")
    return Ran(output=output, log=log, damage=watched.damage)
