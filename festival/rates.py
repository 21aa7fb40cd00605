"""How often something was tried of late; kept in PostgreSQL, so that a wiped Redis opens no door.

Names tell what is counted, and of whom; they are kept as hashes, so that no address is kept.
"""

from festival.db import rows
from festival.sessions import digest

WINDOW_SECONDS = 600


async def times_of(names: list[str]) -> dict[str, int]:
    """How often each was counted in the window that is open now."""
    counters = await rows(
        f"""SELECT id, times FROM knock WHERE id = ANY({{}})
            AND since > now() - interval '{WINDOW_SECONDS} seconds'""",
        [digest(name) for name in names],
    )
    times = {row["id"]: int(row["times"]) for row in counters}
    return {name: times.get(digest(name), 0) for name in names}


async def count(name: str) -> int:
    """One more in this window; how many there are."""
    counters = await rows(
        f"""INSERT INTO knock (id, since, times) VALUES ({{}}, now(), 1)
            ON CONFLICT (id) DO UPDATE SET
              times = CASE WHEN knock.since < now() - interval '{WINDOW_SECONDS} seconds'
                           THEN 1 ELSE knock.times + 1 END,
              since = CASE WHEN knock.since < now() - interval '{WINDOW_SECONDS} seconds'
                           THEN now() ELSE knock.since END
            RETURNING times""",
        digest(name),
    )
    return int(counters[0]["times"])
