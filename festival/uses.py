"""Who still names a row: what must be asked before it is taken away.

Foreign keys of ours end what names a row together with it: a section that was removed would take its
entries along. So every table that could name it is asked, also those that are made later.
"""

from typing import Any

from festival.db import rows


async def uses_of(row: Any) -> dict[str, int]:
    """Table → how many of its rows name this one, without those that do not."""
    table = row._meta.tablename  # noqa: SLF001
    named = await rows(
        """SELECT c.conrelid::regclass::text AS source, a.attname AS field
           FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
           WHERE c.contype = 'f' AND c.confrelid = {}::regclass ORDER BY 1, 2""",
        table,
    )
    counts: dict[str, int] = {}
    for one in named:
        found = await rows(
            f'SELECT count(*) AS n FROM {one["source"]} WHERE "{one["field"]}" = {{}}',
            row.id,
        )
        counts[one["source"]] = counts.get(one["source"], 0) + int(found[0]["n"])
    return {name: n for name, n in counts.items() if n}
