"""Queues that an operator has paused: what runs goes on to its end, what waits keeps its place."""

from datetime import datetime
from typing import Literal

import msgspec

from festival.db import rows, transaction
from festival.record import record
from festival.tables import Edition, Person, new_id

Pausable = Literal["fast", "heavy", "plans"]
PAUSABLE: tuple[Pausable, ...] = ("fast", "heavy", "plans")
"""Letters are held on their own desk, and the house's own work never stops."""


class Paused(msgspec.Struct, frozen=True):
    """Since when a queue stands, who has stopped it, and how many lines wait in it."""

    queue: str
    since: datetime
    by: str
    waits: int


async def pauses_of(edition: Edition) -> dict[str, Paused]:
    """The paused queues of an edition, by their names."""
    found = await rows(
        """SELECT u.queue, u.created_at AS since, coalesce(nullif(p.name, ''), p.email) AS by,
             (SELECT count(*) FROM outbox o WHERE o.edition = u.edition AND o.queue = u.queue
               AND o.done_at IS NULL AND o.parked_at IS NULL) AS waits
           FROM pause u JOIN person p ON p.id = u.paused_by WHERE u.edition = {} ORDER BY u.queue""",
        edition.id,
    )
    return {row["queue"]: Paused(**row) for row in found}


async def pause(queue: Pausable, *, edition: Edition, by: Person) -> None:
    """No worker takes anything more of this queue for this edition; twice is once."""
    async with transaction():
        made = await rows(
            """INSERT INTO pause (id, edition, queue, paused_by) VALUES ({}, {}, {}, {})
               ON CONFLICT (edition, queue) DO NOTHING RETURNING id""",
            new_id(),
            edition.id,
            queue,
            by.id,
        )
        if made:
            await record("queue_paused", edition.id, by=by, edition=edition.id, queue=queue)


async def resume(queue: Pausable, *, edition: Edition, by: Person) -> None:
    """Work goes on at once, in the order in which it waited; twice is once."""
    async with transaction():
        gone = await rows(
            "DELETE FROM pause WHERE edition = {} AND queue = {} RETURNING id", edition.id, queue
        )
        if not gone:
            return
        await rows(
            """UPDATE outbox SET rung_at = NULL WHERE edition = {} AND queue = {}
                 AND done_at IS NULL AND parked_at IS NULL AND leased_until IS NULL RETURNING id""",
            edition.id,
            queue,
        )
        await record("queue_resumed", edition.id, by=by, edition=edition.id, queue=queue)
