"""./run faults [ROW…]: run the tests of docs/failures.md, and say of each row how it went."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "failures.md"
ROW = re.compile(r"\| (\d+) \| (.+?) \| (.+?) \| (.+?) \| (.*?) \|")


class FaultRow(msgspec.Struct, frozen=True):
    """A row of the page; `tests` are names as pytest takes them, below `tests/`."""

    number: int
    name: str
    tests: tuple[str, ...]
    gap: str


def faults() -> list[FaultRow]:
    """Every row of the page."""
    found = ROW.findall(PAGE.read_text())
    return [
        FaultRow(int(number), name, tuple(re.findall(r"`([^`]+)`", tests)), gap)
        for number, name, _, tests, gap in found
    ]


def run(tests: list[str], report: Path) -> dict[str, str]:
    """`path::name` → `passed`, `failed` or `skipped`, the worst of its parameters."""
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-m", "slow or not slow", f"--junit-xml={report}",
         "-o", "junit_family=xunit1", *(f"tests/{test}" for test in tests)],
        cwd=ROOT, check=False,
    )  # fmt: skip
    told: dict[str, str] = {}
    for case in ET.parse(report).iter("testcase"):
        name = f"{str(case.get('file')).removeprefix('tests/')}::{str(case.get('name')).partition('[')[0]}"
        outcome = next(
            (child.tag for child in case if child.tag in {"failure", "error", "skipped"}), "passed"
        )
        outcome = {"failure": "failed", "error": "failed"}.get(outcome, outcome)
        if told.get(name) != "failed":
            told[name] = outcome
    return told


def state_of(fault: FaultRow, told: dict[str, str]) -> str:
    """How a row went: failed if any of its tests did."""
    if not fault.tests:
        return "no test"
    outcomes = {
        outcome for test in fault.tests for name, outcome in told.items()
        if name == test or name.startswith(f"{test}::")
    }  # fmt: skip
    if "failed" in outcomes or not outcomes:
        return "FAILED"
    return "passed" if outcomes == {"passed"} else "skipped in part"


def main(numbers: list[str]) -> int:
    chosen = [fault for fault in faults() if not numbers or str(fault.number) in numbers]
    tests = sorted({test for fault in chosen for test in fault.tests})
    told = run(tests, ROOT / "var" / "faults.xml")
    states = [state_of(fault, told) for fault in chosen]
    for fault, state in zip(chosen, states, strict=True):
        gap = f"  (not tried: {fault.gap})" if fault.gap else ""
        print(f"{fault.number:3} {state:16} {fault.name}{gap}")
    print(f"{states.count('passed')} of {len(chosen)} passed")
    return 1 if "FAILED" in states else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
