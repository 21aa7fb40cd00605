"""./run dev: the house, each of whose parts is renewed when something that it reads has changed.

A verb, a task, a template, a style, a script or a word: save it, and load the page again.
"""

import argparse
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from watchfiles import Change, DefaultFilter, watch

from ops.launcher import DOORS, ROOT, TICK_S, House, open_house

SERVERS = {"postgres", "redis", "mailbox"}  # they read nothing of ours
# read by door and workers alike
BELOW = ["units", "festival", "media", "submissions", "reviews", "screenings", "keeping"]
READ = [*BELOW, "api", "workers"]


class Ours(DefaultFilter):
    """What a part reads: source, templates, styles, scripts, words and rules."""

    endings = (".py", ".html", ".css", ".js", ".po", ".yaml", ".svg")

    def __call__(self, change: Change, path: str) -> bool:
        return path.endswith(self.endings) and super().__call__(change, path)


def concerned(paths: Iterable[Path], parts: Iterable[str]) -> set[str]:
    """Names of the parts that must be renewed: the doors for `api/`, all others of ours for
    `workers/`, all of ours for what lies below both.
    """
    ours = set(parts) - SERVERS
    doors = ours & set(DOORS)
    concerned_parts: set[str] = set()
    for path in paths:
        package = path.relative_to(ROOT).parts[0]
        concerned_parts |= {"api": doors, "workers": ours - doors}.get(package, ours)
    return concerned_parts


def keep_fresh(house: House) -> None:
    """Until Ctrl-C: watch the processes as ever, and the files beside them."""
    folders = [ROOT / name for name in READ]
    for changes in watch(
        *folders, watch_filter=Ours(), rust_timeout=int(TICK_S * 1000), yield_on_timeout=True
    ):
        house.watch()
        if paths := sorted({Path(path) for _, path in changes}):
            began = time.monotonic()
            names = concerned(paths, house.processes)
            house.renew(names)
            changed = ", ".join(str(path.relative_to(ROOT)) for path in paths[:3])
            print(
                f"  {changed}: {len(names)} renewed in {time.monotonic() - began:.1f} s", flush=True
            )


def main() -> int:
    reader = argparse.ArgumentParser(prog="./run dev", description=__doc__)
    reader.add_argument("--fresh", action="store_true", help="empty everything first")
    given = reader.parse_args()
    return open_house(once=False, fresh=given.fresh, serve=keep_fresh)


if __name__ == "__main__":
    sys.exit(main())
