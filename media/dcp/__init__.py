"""Digital cinema packages: unpacked with care, read whole, judged by the festival's rules."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from media.dcp import reading, unpacking
from media.dcp.package import Package
from media.tools import Tools


def is_archive(path: Path) -> bool:
    """A zip or a tar, by how it begins: a film that carries a zip behind it is a film."""
    with path.open("rb") as given:
        return given.read(4) == b"PK\x03\x04" or unpacking.is_tar(path)


def inspect(
    given: Path,
    tools: Tools,
    *,
    most_bytes: int,
    allow_fallback: bool = False,
    on_progress: Callable[[float], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Package:
    """The package in a folder, a zip or a tar; an archive is unpacked below `most_bytes`, and gone after.

    Beside the archive where that can be written: a temporary folder is often too small for a film.
    """

    def read(folder: Path) -> Package:
        return reading.read(
            folder,
            tools,
            allow_fallback=allow_fallback,
            on_progress=on_progress,
            cancelled=cancelled,
        )

    if given.is_dir():
        return read(given)
    beside = given.parent if os.access(given.parent, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="cfs-dcp-", dir=beside) as folder:
        try:
            unpacking.unpack(given, Path(folder), most_bytes=most_bytes, cancelled=cancelled)
        except unpacking.BadArchive as bad:
            return Package(problems=(bad.problem,))
        return read(Path(folder))
