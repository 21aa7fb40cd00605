"""A page of a long list: the database finds, cuts and counts it in one statement."""

from collections.abc import Sequence
from typing import Any

import msgspec

from festival.directory import folded

NEWEST = 50
"""So many are shown of what happens now and then and is looked for by its date: archives, brought lists, backups."""
FIRSTS = 40
"""So many are shown of what is sought more narrowly, or comes when these are done: accounts of a name, proposals."""


class Paged(msgspec.Struct, frozen=True, kw_only=True):
    """Where a page stands: pages count from 1 to the `last`, `found` are the rows of all of them."""

    number: int = 1
    last: int = 1
    found: int = 0


def paged(found: str, *, order: str, of: int) -> str:
    """Tables for a WITH: `found`, what a query selects, and `page`, `of` rows of it in that order, each with its
    `place` and with how many were `found` in all. One value follows the query's own: the number of the page;
    beyond the last it is the last. What else is told of these rows is joined to `page`, and asked of them alone.
    """
    # Rows are numbered on the page alone: of ten thousand that costs a quarter of what numbering them all does.
    return f"""found AS MATERIALIZED ({found}),
      cut AS (SELECT count(*) AS found,
        least(greatest({{}}::bigint, 1) - 1, greatest(count(*) - 1, 0) / {of}) * {of} AS first FROM found),
      page AS MATERIALIZED (
        SELECT *, row_number() OVER (ORDER BY {order}) - 1 + (SELECT first FROM cut) AS place,
          (SELECT found FROM cut) AS found
        FROM (SELECT * FROM found ORDER BY {order} LIMIT {of} OFFSET (SELECT first FROM cut)) one)"""


def nearest(number: int, found: int, *, of: int) -> tuple[int, int]:
    """Of so many rows, `of` them a page: the page that is shown where this one is asked for, and the last one."""
    last = max(1, -(-found // of))
    return min(max(number, 1), last), last


def numbers_of(told: Sequence[dict[str, Any]], *, of: int) -> dict[str, int]:
    """The columns of `Paged`, from rows of a `page`; where nothing was found they are the first page's."""
    if not told or told[0]["place"] is None:
        return {"number": 1, "last": 1, "found": 0}
    found = told[0]["found"]
    return {"number": told[0]["place"] // of + 1, "last": -(-found // of), "found": found}


def sought(text: str) -> str:
    """SQL: whether words, its value, stand in a text, whatever their accents and capitals."""
    return f"strpos({folded(text)}, {folded('{}::text')}) > 0"
