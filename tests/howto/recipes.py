"""The recipes of `docs/howto`: their code blocks, applied to a copy of the tree.

A `diff` block names its file in a first line `+++ place`; its hunks have no numbers, `@@` parts them, and
what has no line of context is added at the end. A block whose first line ends in `new file: place` is that file.
A `sh` block is run.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[2]
HOWTO = ROOT / "docs" / "howto"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NEW_FILE = re.compile(r"\W*new file: (\S+)")
LEFT_OUT = (".git", ".venv", "node_modules", "var", "__pycache__", "vendor", ".mypy_cache", ".ruff_cache",
            ".import_linter_cache", ".hypothesis")
OWN_SERVERS = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "MEDIA_ROOT", "MAILBOX", "MODE"}


class CannotBeApplied(AssertionError):
    """The tree has moved on, and the recipe has not: its block says what it looked for."""


class Block(msgspec.Struct, frozen=True):
    kind: str
    text: str


def blocks(page: Path) -> Iterator[Block]:
    for kind, text in BLOCK.findall(page.read_text()):
        yield Block(kind, text)


def commands(page: Path) -> list[str]:
    return [block.text for block in blocks(page) if block.kind == "sh"]


def copy_of_the_tree(target: Path) -> Path:
    """Our files; the packages and the browser's libraries are lent by the tree itself."""
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
    for lent in (".venv", "node_modules", "api/static/vendor", "var/tests"):
        (target / lent).parent.mkdir(exist_ok=True)
        if (ROOT / lent).exists():
            (target / lent).symlink_to(ROOT / lent)
    return target


def apply(page: Path, tree: Path) -> list[Path]:
    """What is new, or changed."""
    places = []
    for block in blocks(page):
        first, _, rest = block.text.partition("\n")
        if block.kind == "diff":
            places.append(tree / first.removeprefix("+++ "))
            change(places[-1], rest)
        elif found := NEW_FILE.match(first):
            place = tree / found[1]
            if place.exists():
                raise CannotBeApplied(f"{page.name}: {found[1]} is there already")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(rest)
            places.append(place)
    return places


def change(file: Path, hunks: str) -> None:
    text = file.read_text()
    for hunk in re.split(r"^@@.*\n", hunks, flags=re.MULTILINE):
        lines = hunk.splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if not line.startswith("+"))
        new = "".join(line[1:] for line in lines if not line.startswith("-"))
        if old and text.count(old) != 1:
            raise CannotBeApplied(f"{file.name}: found {text.count(old)} times, looked for once:\n{old}")
        text = text.replace(old, new) if old else text + new
    file.write_text(text)


def run(command: str, tree: Path) -> subprocess.CompletedProcess[str]:
    """As somebody would type it in the copy, who has no server of ours."""
    env = {name: value for name, value in os.environ.items()
           if name not in OWN_SERVERS and not name.startswith(("PYTEST", "COV_"))}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command], cwd=tree, env={**env, "PYTHONPATH": str(tree)},
        capture_output=True, text=True, check=False, timeout=170,
    )
