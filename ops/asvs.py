"""docs/asvs.md: its rows as they are read by tests, and its head, which is made of them.

python -m ops.asvs                      (writes the head anew)
"""

import re
from collections import Counter
from pathlib import Path

import msgspec

PAGE = Path(__file__).parents[1] / "docs" / "asvs.md"
RESULTS = ("met", "met, not tested", "not met", "not applicable")
BEGIN, END = "<!-- made by `python -m ops.asvs` -->", "<!-- to here -->"
ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \|(.*)\|$", re.MULTILINE)


class Requirement(msgspec.Struct, frozen=True):
    """One row; `tests` are `path::name` below tests/."""

    id: str
    level: int
    asked: str
    how: str
    tests: tuple[str, ...]
    result: str

    @property
    def chapter(self) -> str:
        return self.id.partition(".")[0]


def requirements(text: str) -> list[Requirement]:
    return [requirement(name, rest) for name, rest in ROW.findall(text)]


def requirement(name: str, rest: str) -> Requirement:
    level, asked, how, tests, result = (cell.strip() for cell in rest.split(" | "))
    named = tuple(test.strip("` ") for test in tests.split("<br>") if test.strip())
    return Requirement(name, int(level), asked, how, named, result)


def head(rows: list[Requirement]) -> str:
    """What is not met, first; then how many of each result in every chapter."""
    missing = [row for row in rows if row.result == "not met"]
    chapters = list(dict.fromkeys(row.chapter for row in rows))
    counted = {chapter: counts(rows, chapter) for chapter in [*chapters, ""]}
    return "\n".join([
        f"## Not met: {len(missing)} of {len(rows)}",
        "",
        *(f"- **{row.id}** (level {row.level}), {row.asked}: {row.how}." for row in missing),
        "",
        "## How many",
        "",
        f"| Chapter | {' | '.join(RESULTS)} | rows |",
        "|---|" + "---:|" * (len(RESULTS) + 1),
        *(f"| {chapter or 'all'} | {' | '.join(map(str, many))} | {sum(many)} |" for chapter, many in counted.items()),
    ])  # fmt: skip


def counts(rows: list[Requirement], chapter: str) -> list[int]:
    found = Counter(row.result for row in rows if chapter in {row.chapter, ""})
    return [found[result] for result in RESULTS]


def written(text: str) -> str:
    """The page with its head made anew."""
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n\n{head(requirements(text))}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
