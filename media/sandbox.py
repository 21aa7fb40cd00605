"""A sandbox for one ffmpeg: no network, one film to read, one folder to write, nothing else.

Inside, the film is always `/in/film` and the work folder `/job`: no user's name reaches ffmpeg.
"""

import shutil
from pathlib import Path

import msgspec

from media.tools import Tools

GIB = 1024**3


class NoSandbox(Exception):
    """bubblewrap does not work here, and running without it was not allowed."""


class Sandbox(msgspec.Struct, frozen=True):
    """Where one job runs, and what it may use. Paths as ffmpeg sees them: `film` and `job`."""

    tools: Tools
    source: Path
    work: Path
    allow_fallback: bool = False
    memory: int = 4 * GIB
    cpu_seconds: int = 6 * 3600
    file_bytes: int = 64 * GIB

    @property
    def name(self) -> str:
        return "bwrap" if self.tools.bwrap else "prlimit"

    @property
    def film(self) -> str:
        return "file:/in/film" if self.tools.bwrap else f"file:{self.source}"

    @property
    def job(self) -> str:
        return "/job" if self.tools.bwrap else str(self.work)

    def argv(self, program: list[str]) -> list[str]:
        """The command inside bubblewrap, under prlimit."""
        limits = [
            shutil.which("prlimit") or "prlimit",
            f"--as={self.memory}",
            f"--cpu={self.cpu_seconds}",
            f"--fsize={self.file_bytes}",
            "--nofile=256",
            "--core=0",
        ]
        if self.tools.bwrap:
            return [*limits, *self.bwrap_argv(self.tools.bwrap), *program]
        if not self.allow_fallback:
            raise NoSandbox("bubblewrap is missing or forbidden here")
        return [*limits, *program]

    def bwrap_argv(self, bwrap: str) -> list[str]:
        return [
            bwrap, "--unshare-all", "--die-with-parent", "--new-session", "--clearenv",
            "--uid", "65534", "--gid", "65534",
            "--ro-bind", "/usr", "/usr", "--symlink", "usr/lib", "/lib",
            "--symlink", "usr/lib64", "/lib64", "--symlink", "usr/bin", "/bin",
            "--ro-bind-try", "/etc/alternatives", "/etc/alternatives",
            "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp",  # noqa: S108
            "--dir", "/in", "--ro-bind", str(self.source), "/in/film",
            "--bind", str(self.work), "/job", "--remount-ro", "/", "--chdir", "/job",
            "--setenv", "PATH", "/usr/bin:/bin", "--setenv", "LC_ALL", "C.UTF-8", "--",
        ]  # fmt: skip
