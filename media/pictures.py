"""A picture as somebody has sent it, drawn anew: a JPEG upright and without anything that a camera wrote."""

import struct
from pathlib import Path

from media.runner import PermanentFault, run
from media.sandbox import Sandbox

WIDEST = 2560
MOST_PIXELS = 80_000_000
READERS = {"jpg": "jpeg_pipe", "png": "png_pipe", "tif": "tiff_pipe"}
SIZES = {0xC0, 0xC1, 0xC2}  # markers after which a JPEG tells its size
HEAD = 2
NAME = "picture.jpg"


def drawn(sandbox: Sandbox, kind: str) -> bytes:
    """The picture of this kind that lies in the sandbox, at most `WIDEST` wide.

    Raises PermanentFault for what is no picture, or is larger than any.
    """
    scaled = f"scale=w='min({WIDEST},iw)':h=-2:out_range=pc:out_color_matrix=bt601,format=yuvj420p"
    argv = [
        sandbox.tools.ffmpeg, "-nostdin", "-hide_banner", "-y", "-loglevel", "error", "-protocol_whitelist",
        "file", "-max_pixels", str(MOST_PIXELS), "-f", READERS[kind], "-i", sandbox.film,
        "-map_metadata", "-1", "-frames:v", "1", "-vf", scaled, "-q:v", "3", f"{sandbox.job}/{NAME}",
    ]  # fmt: skip
    run(sandbox.argv(argv), deadline=30)
    made = Path(sandbox.work, NAME)
    if not made.exists() or not made.stat().st_size:
        raise PermanentFault("picture_unreadable")
    return made.read_bytes()


def size_of(jpeg: bytes) -> tuple[int, int]:
    """Width and height of a JPEG of our own making."""
    at = HEAD
    while at + 9 < len(jpeg):
        marker, length = jpeg[at + 1], struct.unpack(">H", jpeg[at + 2 : at + 4])[0]
        if marker in SIZES:
            height, width = struct.unpack(">HH", jpeg[at + 5 : at + 9])
            return int(width), int(height)
        at += HEAD + length
    raise PermanentFault("picture_unreadable")
