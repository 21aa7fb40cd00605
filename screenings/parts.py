"""What an act on the grid does to programmes themselves: which films they have, and how many showings.

It stands among the act's changes, where a programme's screenings have numbers, under `WHOLE`.
"""

from collections.abc import Mapping

import msgspec

from festival.db import rows
from festival.tables import Person, new_id
from screenings.tables import Grid

WHOLE = -1
"""In place of a screening's number: the programme itself."""


class ProgrammeParts(msgspec.Struct, frozen=True, kw_only=True):
    """`films` are submissions, in their order; `own_minutes` where they do not add up to its length."""

    films: list[str]
    showings: int
    own_minutes: int | None = None


class PartsChange(msgspec.Struct, frozen=True, kw_only=True):
    before: ProgrammeParts
    after: ProgrammeParts


async def parts_of(programmes: list[str]) -> dict[str, ProgrammeParts]:
    """As they stand, locked until the act ends."""
    selected = await rows(
        """SELECT p.id, p.showings, p.own_minutes,
             ARRAY(SELECT q.submission FROM programme_film q WHERE q.programme = p.id
                   ORDER BY q.position, q.id) AS films
           FROM programme p WHERE p.id = ANY({}) ORDER BY p.id FOR UPDATE OF p""",
        programmes,
    )
    return {row.pop("id"): msgspec.convert(row, ProgrammeParts) for row in selected}


async def change_parts(
    grid: Grid,
    kind: str,
    wanted: Mapping[str, ProgrammeParts],
    *,
    by: Person,
    undoes: int | None = None,
) -> None:
    """Give each programme its films, and note what that has changed; its editors see a new version."""
    before = await parts_of(list(wanted))
    for programme, parts in wanted.items():
        await rows("DELETE FROM programme_film WHERE programme = {} RETURNING id", programme)
        for position, film in enumerate(parts.films):
            await rows(
                """INSERT INTO programme_film (id, programme, submission, position)
                   VALUES ({}, {}, {}, {}) RETURNING id""",
                new_id(), programme, film, position,
            )  # fmt: skip
        await rows(
            """UPDATE programme SET showings = {}, own_minutes = {}, version = version + 1
               WHERE id = {} RETURNING id""",
            parts.showings,
            parts.own_minutes,
            programme,
        )
        await rows(
            """INSERT INTO grid_change (id, grid, act, kind, programme, number, before, after,
                 undoes, by, at)
               VALUES ({}, {}, {}, {}, {}, {}, {}::jsonb, {}::jsonb, {}, {}, now()) RETURNING id""",
            new_id(), grid.id, grid.version, kind, programme, WHOLE,
            msgspec.json.encode(before[programme]).decode(), msgspec.json.encode(parts).decode(),
            undoes, by.id,
        )  # fmt: skip


async def parts_changed(grid: Grid, number: int) -> dict[str, PartsChange]:
    """What an act did to programmes, by their ids."""
    selected = await rows(
        """SELECT programme, before, after FROM grid_change
           WHERE grid = {} AND act = {} AND number = {} AND undoes IS NULL""",
        grid.id,
        number,
        WHOLE,
    )
    return {row["programme"]: msgspec.convert(row, PartsChange) for row in selected}
