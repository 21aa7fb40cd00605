"""Why a screening stands where it stands: the newest act on it since the last number, and whose it was."""

from datetime import datetime

import msgspec

from festival.db import rows
from festival.tables import Edition
from screenings.acts import TAKEN_BACK
from screenings.compared import last_published
from screenings.lists import working_grid
from screenings.planner.model import Name


class MoveReason(msgspec.Struct, frozen=True, kw_only=True):
    """How a screening was moved: by a hand, a plan, a repair, an undoing …"""

    kind: str
    by: str
    at: datetime


async def reasons_since_last(edition: Edition) -> dict[Name, MoveReason]:
    """By programme and number; of what an act did that was taken back nothing is told."""
    last, grid = await last_published(edition), await working_grid(edition)
    selected = await rows(
        f"""SELECT DISTINCT ON (c.programme, c.number) c.programme, c.number, c.kind,
              coalesce(p.name, '') AS by, c.at
            FROM grid_change c LEFT JOIN person p ON p.id = c.by
            WHERE c.grid = {{}} AND ({{}}::timestamptz IS NULL OR c.at > {{}}) AND c.number >= 0
              AND NOT {TAKEN_BACK}
            ORDER BY c.programme, c.number, c.act DESC""",
        grid.id,
        last.published_at if last else None,
        last.published_at if last else None,
    )
    return {
        (row["programme"], row["number"]): MoveReason(kind=row["kind"], by=row["by"], at=row["at"])
        for row in selected
    }
