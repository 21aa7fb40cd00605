"""Somebody has decided of every column what it holds of people; the record names nobody where it need not."""

import ast
from pathlib import Path

import pytest

from festival.db import rows
from festival.language import has_words
from keeping.export import ENTRY
from keeping.held import FREE, HELD, Leaves
from tests.trees import tree_of

ROOT = Path(__file__).parents[2]
PACKAGES = ("festival", "submissions", "reviews", "screenings", "keeping")
# What acts write into the details of the record under other names than `FREE`: keys, states and figures.
CODES = {
    "field", "fix", "peer_entry",  # of what makers are asked to mend
    "bound", "by", "changed", "changes", "code",
    "codes", "columns", "cost", "counts", "edition", "erasure", "file", "films", "from_screen",
    "from_start", "kind", "language", "lines",
    "made_at",
    "masters",
    "copies", "material", "moves", "note", "now", "before", "outcome", "part",
    "person_back", "moved", "parts", "placed", "policy", "programme", "question", "questions", "queue", "rows", "sandbox", "screen", "scopes", "section", "seconds", "size", "slug", "source", "stands", "stays", "goes",
    "start", "task", "to", "token", "undone", "version", "vote_removed", "wanted", "was", "way", "writer",
    "grid_act", "number", "copied", "day", "emptied", "into", "onto", "redone",  # of grids: days, blocks, and how many
    "due_at", "seen",  # of planned publications: a moment, and the version that somebody saw
    "trailer", "remark", "receipt", "list", "is_on",  # of talk, receipts and lists: keys and codes
    "named", "read", "first",  # of a traced clip: persons, and figures
    "added", "removed", "person_apart", "wish",  # of who watches what: how many, and who may not
    "found", "new", "again", "gone",  # of conflicts that were looked for: how many
    "invited", "member", "right",  # of people on an entry: persons, and what they may
    "fields", "n", "rule", "status",  # of letters, reminders and rules: names, counts and codes
}  # fmt: skip


async def test_every_column_of_every_table_is_decided_about(house) -> None:
    kept: dict[str, set[str]] = {}
    for row in await rows(
        """SELECT table_name, column_name FROM information_schema.columns
           WHERE table_schema = 'public' AND table_name <> 'migration'"""
    ):
        kept.setdefault(row["table_name"], set()).add(row["column_name"])

    assert {table: set(held.columns) for table, held in HELD.items()} == kept


async def test_whatever_points_to_an_account_says_what_becomes_of_it(house) -> None:
    """Every foreign key to a person is a `who`, in a table whose rows go or stay."""
    pointing = await rows(
        """SELECT c.conrelid::regclass::text AS "table", a.attname AS "column" FROM pg_constraint c
           JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
           WHERE c.contype = 'f' AND c.confrelid = 'person'::regclass"""
    )
    assert len(pointing) > 20
    for row in pointing:
        held = HELD[row["table"].strip('"')]
        assert row["column"] in held.who.split(), row
        assert held.leaves is not Leaves.NOBODY, row


@pytest.mark.unit
def test_a_column_is_decided_about_once_and_what_stays_says_why() -> None:
    for table, held in HELD.items():
        assert len(held.columns) == len(set(held.columns)), table
        assert set(held.blank.split()) <= set(held.words.split()), table
        assert (held.leaves is not Leaves.STAYS) or held.why, table


@pytest.mark.unit
def test_whatever_an_erasure_or_an_archive_names_has_a_word() -> None:
    """Else whoever asks for their data, or to be forgotten, gets a fault."""
    named = {table for table, held in HELD.items() if held.leaves is not Leaves.NOBODY} | set(ENTRY)

    assert [table for table in sorted(named) if not has_words(f"privacy.table.{table}")] == []


def details() -> set[str]:
    """Every name under which an act writes something into the record."""
    found = set()
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record":
                found |= {one.arg for one in node.keywords if one.arg}
    return found


@pytest.mark.unit
def test_every_detail_of_the_record_is_known_as_a_code_or_as_a_text() -> None:
    """A text is told apart from a code: only texts may be redacted, so no decision can be."""
    assert {"wanted", "reason", "peer"} <= details()
    assert details() - FREE - CODES == set()
