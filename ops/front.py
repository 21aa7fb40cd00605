"""The browser's side kept in shape: Prettier formats HTML, CSS and JS, Biome looks for mistakes.

python -m ops.front check | format
"""

import shutil
import subprocess
import sys
from pathlib import Path

from ops.vendor import MODULES, ROOT, npm

PRETTIER = MODULES / "prettier" / "bin" / "prettier.cjs"
BIOME = MODULES / "@biomejs" / "biome" / "bin" / "biome"
OURS = ["api/templates", "api/static/css", "api/static/js", "tests"]
MEASURED = OURS[:3]
LONGEST = 120  # signs in a line


def node() -> str:
    """Node of the machine, else the one beside the wheel's npm."""
    return shutil.which("node") or str(Path(npm()[0]))


def tool(program: Path, *arguments: str) -> int:
    return subprocess.run([node(), program, *arguments], cwd=ROOT, check=False).returncode


def too_long() -> list[str]:
    """Lines that no formatter may break and that a person cannot read: words belong into `locale`."""
    lines_too_long = []
    for folder in MEASURED:
        for file in sorted((ROOT / folder).rglob("*.*")):
            for number, line in enumerate(file.read_text().splitlines(), 1):
                if len(line) > LONGEST:
                    lines_too_long.append(f"{file.relative_to(ROOT)}:{number}: {len(line)} signs")
    return lines_too_long


def check() -> int:
    wrong = tool(PRETTIER, "--check", "--log-level", "warn", *OURS) | tool(
        BIOME, "lint", "--error-on-warnings", *OURS[1:]
    )
    for line in (long := too_long()):
        print(line)
    return 1 if wrong or long else 0


if __name__ == "__main__":
    sys.exit(check() if sys.argv[1:] == ["check"] else tool(PRETTIER, "--write", *OURS))
