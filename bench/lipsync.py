"""Flash and beep of twelve films: in the film, by the stamps of its copy, and as Chromium plays that copy.

    ./run bench lipsync

Each copy is made by the house's own code and played with its own hls.js. Times are seconds of the
last flash and of the last beep; a row is kept within one frame and 22 ms.
"""

import itertools
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from media import stamps
from media.sandbox import Sandbox
from media.tools import find_tools
from tests import lipsync
from tests.clips import Clips
from tests.lipsync import MADE, SECONDS, SOUND, agree


class Folder:
    """Cells side by side in one folder, which a browser is then shown."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.numbers = folder, itertools.count()

    def sandbox(self, source: Path) -> Sandbox:
        work = self.folder / f"job{next(self.numbers)}"
        work.mkdir(mode=0o700)
        return Sandbox(tools=find_tools(), source=source, work=work, allow_fallback=True)


def main() -> int:
    table = Table("film", "film: flash", "beep", "stamps: flash", "beep", "Chromium: flash", "beep", "kept")
    missed = 0
    with tempfile.TemporaryDirectory(prefix="cfs-lipsync-") as name:
        folder, clips = Path(name), Clips(Path(name))
        made = {what: (source := draw(clips), *lipsync.copied(what, source, Folder(folder_for(folder)).sandbox))
                for what, draw in MADE.items()}  # fmt: skip
        with lipsync.screen(folder) as screen:
            for what, (source, copy, clock) in made.items():
                moved = ("-itsoffset", f"{clock.offset}")
                film = lipsync.flashes(source, *moved), lipsync.beeps(source, *moved)
                told = lipsync.stamped(copy)
                seen = screen.watch(f"{copy.relative_to(folder)}/master.m3u8", until=SECONDS - 0.3)
                played = seen.flashes, seen.beeps
                rung = stamps.read(copy / "v0")
                frame = rung.seconds[1] / rung.count + 0.001
                kept = not seen.faults and all(
                    agree(found[0], film[0], frame) and agree(found[1], film[1], SOUND)
                    for found in (told, played)
                )
                missed += not kept
                cells = [f"{times[-1]:.3f}" if times else "none" for pair in (film, told, played) for times in pair]
                table.add_row(what, *cells, "yes" if kept else f"no {seen.faults or ''}")
    Console().print(table)
    return 1 if missed else 0


def folder_for(folder: Path) -> Path:
    """A new one inside."""
    return Path(tempfile.mkdtemp(dir=folder))


if __name__ == "__main__":
    sys.exit(main())
