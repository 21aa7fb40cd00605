"""What operators read of a list: its heads with a few values, the words of its sections, faults by row."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from festival.access import Viewer
from festival.db import rows
from festival.paging import FIRSTS, NEWEST, nearest
from festival.tables import Edition
from submissions.importing.imports import LONGEST_CATEGORY, MOST_CATEGORIES
from submissions.importing.own import be_in_scope
from submissions.importing.reading import CellFault
from submissions.tables import Import, ImportMapping

SHOWN = 3  # values of each column on the page
MOST_FAULTS = 100  # rows at once
ON_A_PAGE = 60  # rows of a dry run
AT_ONCE = 1_000


class RowFault(msgspec.Struct, frozen=True):
    """One fault, in its row: `number` is the line of a spreadsheet; `stops` says that the row is left out."""

    number: int
    tracking: str
    fault: CellFault
    stops: bool


async def imports_of(edition: Edition) -> list[Import]:
    """The office's, the newest first: makers' own lists are theirs alone."""
    return await _newest(Import.edition == edition.id, Import.is_own.eq(False))


async def own_imports(edition: Edition, viewer: Viewer) -> list[Import]:
    """Lists of this person's own films, the newest first."""
    be_in_scope(viewer)
    return await _newest(
        Import.edition == edition.id, Import.is_own.eq(True), Import.person == viewer.id
    )


async def _newest(*wheres: Any) -> list[Import]:
    return await (
        Import.objects().where(*wheres).order_by(Import.created_at, ascending=False).limit(NEWEST)
    )


async def mappings_of(edition: Edition) -> list[ImportMapping]:
    return await (
        ImportMapping.objects()
        .where(ImportMapping.edition == edition.id)
        .order_by(ImportMapping.name)
    )


async def first_values(brought: Import) -> list[list[str]]:
    """For each column the first few different values that stand in it."""
    found: list[list[str]] = [[] for _ in brought.headers]
    for row in await rows(
        "SELECT cells FROM import_row WHERE brought = {} ORDER BY number LIMIT 40", brought.id
    ):
        for values, cell in zip(found, row["cells"], strict=False):
            if cell and cell not in values and len(values) < SHOWN:
                values.append(cell[:80])
    return found


async def categories_in(brought: Import) -> list[str]:
    """The words that stand in the section's column, the most frequent first."""
    if "section" not in brought.columns:
        return []
    found = await rows(
        f"""SELECT left(cells->>{{}}::int, {LONGEST_CATEGORY}) AS words, count(*) AS n FROM import_row
            WHERE brought = {{}} AND coalesce(cells->>{{}}::int, '') <> ''
            GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_CATEGORIES}""",
        brought.columns.index("section"),
        brought.id,
        brought.columns.index("section"),
    )
    return [row["words"] for row in found]


async def faults_of(brought: Import, *, after: int = 0, most: int = MOST_FAULTS) -> list[RowFault]:
    """By row, those after one of them; each row with all of its faults."""
    found = await rows(
        """SELECT number, tracking, outcome, faults FROM import_row
           WHERE brought = {} AND number > {} AND faults <> '[]' ORDER BY number LIMIT {}""",
        brought.id,
        after,
        most,
    )
    return [
        RowFault(row["number"], row["tracking"], fault, row["outcome"] == "faulty")
        for row in found
        for fault in msgspec.convert(row["faults"], list[CellFault])
    ]


async def every_fault(brought: Import) -> AsyncIterator[RowFault]:
    after = 0
    while found := await faults_of(brought, after=after, most=AT_ONCE):
        for one in found:
            yield one
        after = found[-1].number


class TriedRow(msgspec.Struct, frozen=True, kw_only=True):
    """What would become of one row, as the dry run has found: `outcome` is new, changed, same, kept or faulty.
    `title` is the list's own word for the film, never the entry's.
    """

    number: int
    tracking: str
    title: str
    outcome: str
    faults: list[CellFault]


class TriedSheet(msgspec.Struct, frozen=True, kw_only=True):
    """A page of rows."""

    lines: list[TriedRow]
    number: int
    last: int


async def tried_rows(brought: Import, *, what: str = "", number: int = 1) -> TriedSheet:
    """Rows in their order, a page at a time; those of one outcome where `what` names it, or those with `remarks`."""
    means = """brought = {} AND CASE {} WHEN '' THEN true
      WHEN 'remarks' THEN faults <> '[]' AND outcome <> 'faulty' ELSE outcome = {} END"""
    said = (brought.id, what, what)
    [counted] = await rows(f"SELECT count(*)::int AS n FROM import_row WHERE {means}", *said)
    number, last = nearest(number, counted["n"], of=ON_A_PAGE)
    found = await rows(
        f"""SELECT number, tracking, coalesce(entry->'entry'->>'title', '') AS title, outcome, faults FROM import_row
            WHERE {means} ORDER BY number LIMIT {ON_A_PAGE} OFFSET {{}}""",
        *said,
        (number - 1) * ON_A_PAGE,
    )
    return TriedSheet(lines=msgspec.convert(found, list[TriedRow]), number=number, last=last)


async def kept_rows(brought: Import) -> list[dict[str, Any]]:
    """Rows that somebody's own work keeps from being changed: the first of them."""
    return await rows(
        """SELECT number, tracking, entry->'entry'->>'title' AS title FROM import_row
           WHERE brought = {} AND outcome = 'kept' ORDER BY number LIMIT {}""",
        brought.id,
        FIRSTS,
    )


async def staying(brought: Import) -> list[dict[str, Any]]:
    """What could not be taken back, and why; whoever is no maker of an entry any more reads no title of it."""
    return await rows(
        """SELECT c.number, c.tracking, c.why, f.title FROM import_change c JOIN import i ON i.id = c.brought
           LEFT JOIN submission s ON s.id = c.submission AND (NOT i.is_own OR EXISTS (
             SELECT 1 FROM member m WHERE m.submission = s.id AND m.person = i.person))
           LEFT JOIN film f ON f.id = s.film
           WHERE c.brought = {} AND c.outcome = 'stays' ORDER BY c.number LIMIT {}""",
        brought.id,
        MOST_FAULTS,
    )


async def left_to_undo(brought: Import) -> int:
    counted = await rows(
        "SELECT count(*) AS n FROM import_change WHERE brought = {} AND outcome IN ('made', 'changed')",
        brought.id,
    )
    return int(counted[0]["n"])
