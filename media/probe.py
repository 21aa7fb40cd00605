"""Sniff the first bytes, then ask ffprobe inside the sandbox; both are claims, not facts."""

import json
from pathlib import Path
from typing import Any

from media.runner import PermanentFault, run
from media.sandbox import Sandbox

HEAD_BYTES = 4096
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mxf,mpegts,mpeg,avi"
GUARDS = [
    "-protocol_whitelist", "file,pipe", "-format_whitelist", FORMATS,
    "-max_streams", "64", "-max_pixels", "36000000",
]  # fmt: skip
PROBE_SECONDS = 20
HOSTILE = (
    b"#extm3u", b"ffconcat", b"<mpd", b"v=0\r\n", b"v=0\n", b"[playlist]", b"<smil", b"<?xml",
)  # fmt: skip
CLOSED = {"mov", "mp4", "mkv", "mxf"}
_TS = 0x47


def sniff(head: bytes, size: int) -> tuple[str, str]:
    """(container, refusal code): by what the bytes are, whatever the name says.

    Text that lists other files is hostile wherever a demuxer might read it as such: not inside a
    container that begins as one, whose notes may be written in any language.
    """
    if size == 0:
        return "", "FILE_EMPTY"
    container = container_of(head)
    if container not in CLOSED and any(mark in head[:512].lower() for mark in HOSTILE):
        return "", "HOSTILE_REFERENCE"
    if not container and b"\x06\x0e\x2b\x34\x02\x05\x01\x01" in head:
        container = "mxf"  # after a run-in
    return container, "" if container else "CONTAINER_NOT_ALLOWED"


def container_of(head: bytes) -> str:
    """What the file begins as."""
    if head[4:8] in {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"}:
        return "mov" if head[8:12] == b"qt  " or head[4:8] != b"ftyp" else "mp4"
    if len(head) > 376 and head[0] == head[188] == head[376] == _TS:
        return "mpegts"
    begins = {
        b"\x1a\x45\xdf\xa3": "mkv", b"\x06\x0e\x2b\x34": "mxf", b"\x00\x00\x01\xba": "mpeg",
        b"RIFF": "avi" if head[8:12] == b"AVI " else "",
    }  # fmt: skip
    return begins.get(head[:4], "")


def sniff_file(path: Path) -> tuple[str, str]:
    with path.open("rb") as film:
        return sniff(film.read(HEAD_BYTES), path.stat().st_size)


def headers(sandbox: Sandbox) -> dict[str, Any]:
    """Ffprobe's JSON; a file that it cannot open is a PermanentFault."""
    argv = [
        sandbox.tools.ffprobe, "-v", "error", *GUARDS, "-show_format", "-show_streams",
        "-show_chapters", "-show_entries", "stream_side_data", "-of", "json", "-i", sandbox.film,
    ]  # fmt: skip
    ran = run(sandbox.argv(argv), deadline=PROBE_SECONDS)
    try:
        answer: dict[str, Any] = json.loads(ran.output)
    except json.JSONDecodeError:
        raise PermanentFault("ffmpeg_failed", "ffprobe said nothing readable") from None
    answer["log"] = ran.log
    return answer
