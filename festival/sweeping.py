"""What the house forgets, and after how long; the record is never swept."""

from festival import second_factor
from festival.db import rows
from festival.settings import Settings

MOST = 10_000  # rows in one statement: nobody waits long behind a sweep

# Each with the moment from which it is of no more use to anybody.
AGES = {
    "answer": "created_at < now() - interval '1 day'",
    "knock": "since < now() - interval '1 day'",
    "session": "expires_at < now() OR seen_at < now() - interval '14 days'",
    "first_key": "greatest(expires_at, used_at) < now() - interval '7 days'",
    "link": "greatest(expires_at, used_at) < now() - interval '7 days'",
    "token": "least(expires_at, revoked_at) < now() - interval '90 days'",
    "outbox": "done_at < now() - interval '30 days'",
    "invitation": "created_at < now() - interval '400 days'",
    "invitation_list": "ended_at < now() - interval '90 days'",
    "merge_request": "created_at < now() - interval '400 days'",
    "visitor": """edition IN (SELECT id FROM edition
        WHERE first_day + days < now() - interval '30 days')""",
    "assignment_plan": "number IS NULL AND created_at < now() - interval '30 days'",
    "letter": "sent_at < now() - interval '400 days'",
}


async def sweep() -> dict[str, int]:
    """How many rows of each table went. What was encrypted under the house's secret of before is written anew."""
    await second_factor.renew(Settings.read())
    return {table: await _swept(table, old) for table, old in AGES.items()}


async def _swept(table: str, old: str) -> int:
    gone, last = 0, MOST
    while last == MOST:
        deleted = await rows(
            f"""DELETE FROM {table} WHERE ctid = ANY(ARRAY(
                  SELECT ctid FROM {table} WHERE {old} LIMIT {MOST})) RETURNING 1 AS one"""
        )
        last = len(deleted)
        gone += last
    return gone
