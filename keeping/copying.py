"""How long a new edition keeps what: as the earlier one did."""

from festival.copying import Copy, rows_of
from keeping.tables import RetentionRule


async def keeping(copy: Copy) -> int:
    return await rows_of(RetentionRule, copy)
