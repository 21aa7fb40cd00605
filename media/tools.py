"""Where ffmpeg, ffprobe and bubblewrap are, and whether they are good enough."""

import os
import re
import shutil
import subprocess
from functools import cache

import msgspec

NEEDED_FILTERS = (
    "ebur128", "astats", "aphasemeter", "silencedetect", "idet", "cropdetect", "bwdif", "pullup",
    "fps", "trim", "zscale", "tonemap", "blackframe", "freezedetect", "photosensitivity", "tile",
)  # fmt: skip
NEEDED_ENCODERS = ("libx264", "aac", "mjpeg", "srt", "prores_aw", "pcm_s24le")


class ToolMissing(Exception):
    """The worker may not start; the message says what to install."""


class Tools(msgspec.Struct, frozen=True):
    ffmpeg: str
    ffprobe: str
    bwrap: str | None


@cache
def find_tools() -> Tools:
    """Environment, then PATH; checked once a process."""
    ffmpeg, ffprobe = _find("FFMPEG", "ffmpeg"), _find("FFPROBE", "ffprobe")
    _check(ffmpeg)
    return Tools(ffmpeg=ffmpeg, ffprobe=ffprobe, bwrap=_working_bwrap())


def _find(variable: str, name: str) -> str:
    path = os.environ.get(variable) or shutil.which(name)
    if not path:
        raise ToolMissing(f"{name} is missing: install the package ffmpeg, or set {variable}")
    return path


def _out(*argv: str) -> str:
    done = subprocess.run(
        argv, capture_output=True, text=True, timeout=30, check=False, stdin=subprocess.DEVNULL
    )
    return done.stdout + done.stderr


def _check(ffmpeg: str) -> None:
    version = re.search(r"version n?(\d+)\.(\d+)", _out(ffmpeg, "-version"))
    if version and (int(version[1]), int(version[2])) < (5, 1):
        raise ToolMissing(f"{ffmpeg} is {version[0]}: 5.1 or newer is needed")
    have = _out(ffmpeg, "-hide_banner", "-filters") + _out(ffmpeg, "-hide_banner", "-encoders")
    missing = [n for n in (*NEEDED_FILTERS, *NEEDED_ENCODERS) if not re.search(rf"\b{n}\b", have)]
    if missing:
        raise ToolMissing(f"{ffmpeg} lacks {', '.join(missing)}")


def _working_bwrap() -> str | None:
    """Some hosts forbid namespaces: only a sandbox that was seen to work counts."""
    bwrap = os.environ.get("BWRAP") or shutil.which("bwrap")
    if not bwrap:
        return None
    tried = subprocess.run(
        [
            bwrap,
            "--ro-bind",
            "/usr",
            "/usr",
            "--symlink",
            "usr/lib",
            "/lib",
            "--symlink",
            "usr/lib64",
            "/lib64",
            "--symlink",
            "usr/bin",
            "/bin",
            "--proc",
            "/proc",
            "--dev",
            "/dev",
            "--unshare-all",
            "--uid",
            "65534",
            "--gid",
            "65534",
            "/usr/bin/true",
        ],
        capture_output=True,
        timeout=10,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return bwrap if tried.returncode == 0 else None
