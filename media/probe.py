"""Sniff the first bytes, then ask ffprobe inside the cell; both are claims, not facts."""

import json
from pathlib import Path
from typing import Any

from media.runner import PermanentFault, run
from media.sandbox import Cell

HEAD = 4096
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mxf,mpegts,mpeg,avi"
GUARDS = [
    "-protocol_whitelist", "file,pipe", "-format_whitelist", FORMATS,
    "-max_streams", "64", "-max_pixels", "36000000",
]  # fmt: skip
PROBE_SECONDS = 20
HOSTILE = (
    b"#EXTM3U",
    b"ffconcat",
    b"<MPD",
    b"v=0\r\n",
    b"v=0\n",
    b"[playlist]",
    b"<smil",
    b"<?xml",
)
_TS = 0x47


def sniff(head: bytes, size: int) -> tuple[str, str]:  # noqa: PLR0911 (one return a kind)
    """(container, refusal code): by what the bytes are, whatever the name says."""
    if size == 0:
        return "", "FILE_EMPTY"
    if any(mark in head[:512].lower() for mark in map(bytes.lower, HOSTILE)):
        return "", "HOSTILE_REFERENCE"
    if head[4:8] in {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"}:
        return ("mov" if head[8:12] == b"qt  " or head[4:8] != b"ftyp" else "mp4"), ""
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "mkv", ""
    if head[:4] == b"\x06\x0e\x2b\x34" or b"\x06\x0e\x2b\x34\x02\x05\x01\x01" in head:
        return "mxf", ""
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi", ""
    if len(head) > 376 and head[0] == head[188] == head[376] == _TS:
        return "mpegts", ""
    if head[:4] == b"\x00\x00\x01\xba":
        return "mpeg", ""
    return "", "CONTAINER_NOT_ALLOWED"


def sniff_file(path: Path) -> tuple[str, str]:
    with path.open("rb") as film:
        return sniff(film.read(HEAD), path.stat().st_size)


def headers(cell: Cell) -> dict[str, Any]:
    """Ffprobe's JSON; a file that it cannot open is a PermanentFault."""
    argv = [
        cell.tools.ffprobe, "-v", "error", *GUARDS, "-show_format", "-show_streams",
        "-show_chapters", "-show_entries", "stream_side_data", "-of", "json", "-i", cell.film,
    ]  # fmt: skip
    ran = run(cell.argv(argv), deadline=PROBE_SECONDS)
    try:
        found: dict[str, Any] = json.loads(ran.output)
    except json.JSONDecodeError:
        raise PermanentFault("ffmpeg_failed", "ffprobe said nothing readable") from None
    found["log"] = ran.log
    return found
