"""docs/archive.md: the format of an archive, written from the tables themselves, so that it cannot lie.

python -m ops.archive_format            writes it
python -m ops.archive_format --check    says whether it is stale
"""

import sys
from pathlib import Path

from submissions.archiving import walk
from submissions.archiving.shape import FORMAT, VERSION
from submissions.projection import KIND

FILE = Path(__file__).parents[1] / "docs" / "archive.md"
HEAD = f"""# The archive of an edition

Made by `python -m ops.archive_format` from the tables; `./run check` fails when it is stale.
`./run archive EDITION FILE` and the operators' page make one, `./run unarchive FILE` brings it in again
([why it is sealed](decisions/0037-archives-are-sealed.md)).

A tar archive (POSIX.1-2001, not compressed), version {VERSION}. From the operators' page it comes sealed with
[age](https://age-encryption.org) (`age -d -i KEY FILE.tar.age > FILE.tar`). Its members, in this order:

| Member | What |
|---|---|
{{members}}

A member of any other name, kind or hash ends the reading, and nothing is kept. Tables stand so that each comes
after those whose rows it names. Numbers that a house counts for itself (the key of `record`) are not told: the
order of the lines is theirs.

## Tables

| Table | What it keeps | Belongs by | Names |
|---|---|---|---|
"""


MEMBERS = {
    "format": f"one line: `{FORMAT.decode().strip()}`",
    "rows/TABLE.jsonl": "one row a line, a JSON object by column, in the order of its key; moments in ISO 8601 and UTC,"
    " bytes as `\\\\x` and hexadecimal",
    "masters/ID/source": "the file of a `film_file` of this id, as it was sent",
    "copies/ID/…": f"the committee's copy of a `film_file`, its projection copy (`ID{KIND}`),"
    " the one file of an `attachment`, or the copy of a `trailer`",
    "manifest.json": "at the end: the edition; of each table its columns, its number of rows, the SHA-256 of its member"
    " and of its rows (that of each line's SHA-256, sorted); of each file its size and SHA-256; what was left out on"
    " purpose (`without`), and what a row names and was not there (`missing`)",
}


WHY_APART = {"a secret": walk.SECRETS, "made of the row's other columns": walk.MADE}


def belongs(one: walk.Branch) -> str:
    if one.table == walk.ROOT:
        return "it is the edition"
    if one.named_by:
        return "a row of the edition names it"
    return ", ".join(f"`{edge.column}`" for edge in one.own)


def line_of(one: walk.Branch) -> str:
    names = ", ".join(f"`{edge.column}` → {edge.target}" for edge in one.edges) or "nothing"
    doc = " ".join(one.doc.split()).replace("|", "\\|")
    return f"| `{one.table}` | {doc} | {belongs(one)} | {names} |\n"


def page() -> str:
    left = "".join(f"| `{table}` | {why} |\n" for table, why in walk.LEFT_OUT.items())
    apart = "".join(
        f"| `{table}.{column}` | {why} |\n"
        for why, of in WHY_APART.items()
        for table, columns in of.items()
        for column in sorted(columns)
    )
    members = "\n".join(f"| `{name}` | {what} |" for name, what in MEMBERS.items())
    return (
        HEAD.replace("{members}", members)
        + "".join(map(line_of, walk.plan()))
        + "\n## What stays in the house\n\n| Table or column | Why |\n|---|---|\n"
        + left
        + apart
    )


def main() -> int:
    if "--check" in sys.argv:
        if not FILE.exists() or FILE.read_text() != page():
            print("docs/archive.md is stale: python -m ops.archive_format")
            return 1
        return 0
    FILE.write_text(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
