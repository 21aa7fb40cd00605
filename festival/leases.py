"""Who works on an outbox line: a lease with an attempt number, on PostgreSQL's clock.

A message may arrive 0, 1 or n times. The row decides: whoever takes it gets the next attempt
number, and every later write of theirs goes through `hold`, which refuses a superseded attempt.
Attempt numbers only rise, so that an attempt from before a retry stays superseded.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import msgspec

from festival.db import rows
from festival.tables import Outbox

LEASE_SECONDS = 15
BEAT_SECONDS = 4
RING_AGAIN_SECONDS = 60
MOST_FAULTS = 3
MOST_CRASHES = 3

_COUNT_LAPSE = "crashes = crashes + CASE WHEN leased_until IS NULL THEN 0 ELSE 1 END"


class Superseded(Exception):
    """Another attempt has taken over, or a person has cancelled: throw the result away."""


class NotYet(Exception):
    """The work cannot begin for now, and nobody is to blame: it waits, and that counts as no fault."""


class Lease(msgspec.Struct, frozen=True):
    """The right to act for one line until somebody else holds a higher attempt.

    `crashes`: workers that took the line before and were never heard of again.
    """

    line: str
    task: str
    args: dict[str, str]
    attempt: int
    crashes: int = 0


async def take(line: str, *, worker: str) -> Lease | None:
    """Take a line that is due and free; None when it is done, parked, or in other hands."""
    taken = await rows(
        f"""UPDATE outbox SET attempt = attempt + 1, worker = {{}}, {_COUNT_LAPSE},
              leased_until = now() + interval '{LEASE_SECONDS} seconds'
            WHERE id = {{}} AND done_at IS NULL AND parked_at IS NULL AND due_at <= now()
              AND (leased_until IS NULL OR leased_until < now())
            RETURNING id AS line, task, args, attempt, crashes""",
        worker,
        line,
    )
    return Lease(**taken[0]) if taken else None


async def hold(lease: Lease) -> None:
    """Inside a transaction: lock the line, or learn that the work is no longer ours."""
    held = await rows(
        """SELECT id FROM outbox WHERE id = {} AND attempt = {} AND done_at IS NULL
             AND parked_at IS NULL FOR UPDATE""",
        lease.line,
        lease.attempt,
    )
    if not held:
        raise Superseded(lease.line)


async def renew(lease: Lease) -> bool:
    """Beat once; False means that the work is no longer ours."""
    beaten = await rows(
        f"""UPDATE outbox SET leased_until = now() + interval '{LEASE_SECONDS} seconds'
            WHERE id = {{}} AND attempt = {{}} AND done_at IS NULL AND parked_at IS NULL
            RETURNING id""",
        lease.line,
        lease.attempt,
    )
    return bool(beaten)


class Heartbeat:
    """Beats beside the work and says when it must stop; read from any thread."""

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self.lost = False

    async def beat(self) -> None:
        while not self.lost:
            await asyncio.sleep(BEAT_SECONDS)
            self.lost = not await renew(self.lease)


@asynccontextmanager
async def kept(lease: Lease) -> AsyncIterator[Heartbeat]:
    """Keep the lease alive while the work lasts."""
    heartbeat = Heartbeat(lease)
    beating = asyncio.create_task(heartbeat.beat())
    try:
        yield heartbeat
    finally:
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating


async def finish(lease: Lease) -> None:
    """The work has taken effect; the line is done, once."""
    await rows(
        """UPDATE outbox SET done_at = now(), leased_until = NULL, fault = ''
           WHERE id = {} AND attempt = {} AND done_at IS NULL RETURNING id""",
        lease.line,
        lease.attempt,
    )


async def give_back(lease: Lease, *, fault: str, for_good: bool = False) -> bool:
    """Let the line be tried again later, or park it for a person to see; True when parked."""
    given = await rows(
        f"""UPDATE outbox SET leased_until = NULL, rung_at = NULL, fault = {{}}, faults = faults + 1,
             parked_at = CASE WHEN {{}} OR faults + 1 >= {MOST_FAULTS} THEN now() END,
             due_at = now() + interval '2 seconds' * power(3, faults + 1)
           WHERE id = {{}} AND attempt = {{}} AND done_at IS NULL AND parked_at IS NULL
           RETURNING parked_at IS NOT NULL AS parked""",
        fault[:2000],
        for_good,
        lease.line,
        lease.attempt,
    )
    return bool(given and given[0]["parked"])


async def postpone(lease: Lease, *, reason: str, seconds: int = 60) -> None:
    """Put the line back as it was, with the reason for everybody to read; it is due again later."""
    await rows(
        """UPDATE outbox SET leased_until = NULL, rung_at = NULL, fault = {},
             due_at = now() + interval '1 second' * {}
           WHERE id = {} AND attempt = {} AND done_at IS NULL AND parked_at IS NULL RETURNING id""",
        reason[:2000],
        seconds,
        lease.line,
        lease.attempt,
    )


async def cancel(line: str, *, by: str) -> Lease | None:
    """A person stops the line: a running attempt learns of it at its next beat."""
    cancelled = await rows(
        """UPDATE outbox SET parked_at = now(), leased_until = NULL, cancelled_by = {},
             fault = 'cancelled' WHERE id = {} AND done_at IS NULL
           RETURNING id AS line, task, args, attempt""",
        by,
        line,
    )
    return Lease(**cancelled[0]) if cancelled else None


async def retry(line: str) -> Lease | None:
    """A person sends a parked line on its way again, with fresh attempts."""
    again = await rows(
        """UPDATE outbox SET parked_at = NULL, leased_until = NULL, rung_at = NULL, faults = 0,
             crashes = 0, cancelled_by = '', due_at = now()
           WHERE id = {} AND done_at IS NULL AND parked_at IS NOT NULL RETURNING id AS line, task, args, attempt""",
        line,
    )
    return Lease(**again[0]) if again else None


async def waiting(limit: int) -> list[Outbox]:
    """Lines to ring for: due, free, and not rung in the last while; most urgent first."""
    due = await rows(
        f"""UPDATE outbox SET rung_at = now(), {_COUNT_LAPSE}, leased_until = NULL WHERE id IN (
              SELECT id FROM outbox
              WHERE done_at IS NULL AND parked_at IS NULL AND due_at <= now()
                AND (leased_until < now() OR leased_until IS NULL AND
                     (rung_at IS NULL OR rung_at < now() - interval '{RING_AGAIN_SECONDS} seconds'))
              ORDER BY priority, due_at LIMIT {int(limit)} FOR UPDATE SKIP LOCKED)
            RETURNING id, task, queue, priority"""
    )
    return [Outbox(**row) for row in due]


async def unring(lines: list[str] | None = None) -> None:
    """The bell could not be reached, or forgot everything (None): ring again at once."""
    await rows(
        """UPDATE outbox SET rung_at = NULL
           WHERE done_at IS NULL AND ({}::text[] IS NULL OR id = ANY({})) RETURNING id""",
        lines,
        lines,
    )
