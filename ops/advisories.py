"""Is anything known against what `requirements.lock` holds: the lock against an offline copy of advisories.

python -m ops.advisories --check       (`./run check`); `./run advisories` asks the live databases
"""

import re
import sys
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.version import Version

ROOT = Path(__file__).parents[1]
COPY = ROOT / "ops" / "advisories.toml"
LOCKED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^ ;\\]+)", re.MULTILINE)
OLD_DAYS = 30


def locked(text: str) -> set[tuple[str, Version]]:
    """Every package of a lock with its versions."""
    return {(name, Version(version)) for name, version in LOCKED.findall(text)}


def faults(packages: set[tuple[str, Version]], copy: dict[str, Any]) -> list[str]:
    """What is known against these packages and is not borne with a reason; and reasons that are over."""
    hits = {
        advisory: f"{name} {version}: {advisory} ({affected})"
        for name, version in sorted(packages)
        for advisory, affected in copy["known"].get(name, {}).items()
        if SpecifierSet(affected, prereleases=True).contains(version)
    }
    borne = copy["borne"]
    return [
        *(words for advisory, words in hits.items() if advisory not in borne),
        *(f"{advisory} is borne and harms nothing that is locked" for advisory in borne if advisory not in hits),
    ]  # fmt: skip


def age(written: date, today: date) -> str:
    """How old the copy is, said louder when it is stale."""
    days = (today - written).days
    stale = ": stale, ./run advisories asks the live databases" if days > OLD_DAYS else ""
    return f"advisories as of {written}, {days} days old{stale}"


def main() -> int:
    copy = tomllib.loads(COPY.read_text())
    wrong = faults(locked((ROOT / "requirements.lock").read_text()), copy)
    print("\n".join([age(copy["written"], datetime.now(UTC).date()), *wrong]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
