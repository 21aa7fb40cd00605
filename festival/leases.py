"""Who works on an outbox line: a lease with an attempt number, on PostgreSQL's clock.

A message may arrive 0, 1 or n times. The row decides: whoever takes it gets the next attempt
number, and every later write of theirs goes through `hold`, which refuses a superseded attempt.
Attempt numbers only rise, so that an attempt from before a retry stays superseded.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime

import msgspec

from festival.db import rows
from festival.jobs import WHEN_ARCHIVED
from festival.tables import Outbox

LEASE_SECONDS = 15
BEAT_SECONDS = 0.8  # whoever is cancelled has stopped within two seconds
RENOTIFY_SECONDS = 60
MOST_FAULTS = 3
MOST_CRASHES = 3
HEAVY_WAITING = 6
NEAR_DEADLINE_HOURS = 12
PATIENCE_HOURS = 48
MOST_RISKY = 6  # tries of what may have been done already: over a quarter of an hour or so
FIRST_PAUSE, LONGEST_PAUSE = 30, 3600  # seconds

_STILL_DONE = ", ".join(f"'{task}'" for task in sorted(WHEN_ARCHIVED))
FLOWS = f"""(queue, edition) NOT IN (SELECT p.queue, p.edition FROM pause p)
  AND (task IN ({_STILL_DONE}) OR edition NOT IN (SELECT e.id FROM edition e WHERE e.phase = 'archived'))"""
"""Whether a line may be worked on: its queue is not paused, and its edition not archived."""
_COUNT_LAPSE = "crashes = crashes + CASE WHEN leased_until IS NULL THEN 0 ELSE 1 END"


class Superseded(Exception):
    """Another attempt has taken over, or a person has cancelled: throw the result away."""


class TryLater(Exception):
    """Somebody outside the house says: later. Tried again with growing pauses, for two days.

    `at`: when to try, where that is known; then nobody's patience is spent.
    `is_risky`: it may have been done already, unheard; such tries are few.
    """

    def __init__(self, reason: str, *, at: datetime | None = None, is_risky: bool = False) -> None:
        super().__init__(reason)
        self.at = at
        self.is_risky = is_risky


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
    edition: str = ""
    zone: str = ""


async def take(line: str, *, worker: str) -> Lease | None:
    """Take a line that is due and free; None when it is done, parked, in other hands or paused."""
    taken = await rows(
        f"""UPDATE outbox SET attempt = attempt + 1, worker = {{}}, {_COUNT_LAPSE},
              leased_until = now() + interval '{LEASE_SECONDS} seconds', taken_at = now()
            WHERE id = {{}} AND done_at IS NULL AND parked_at IS NULL AND due_at <= now()
              AND held_at IS NULL AND (leased_until IS NULL OR leased_until < now()) AND {FLOWS}
            RETURNING id AS line, task, args, attempt, crashes, edition,
              coalesce((SELECT zone FROM edition e WHERE e.id = outbox.edition), '') AS zone""",
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


async def fail(lease: Lease, *, fault: str, permanent: bool = False) -> bool:
    """The attempt failed: tried again later, or a dead letter (`parked_at`) that a person sees; True then."""
    given = await rows(
        f"""UPDATE outbox SET leased_until = NULL, rung_at = NULL, fault = {{}}, faults = faults + 1,
             parked_at = CASE WHEN {{}} OR faults + 1 >= {MOST_FAULTS} THEN now() END,
             due_at = now() + interval '2 seconds' * power(3, faults + 1)
           WHERE id = {{}} AND attempt = {{}} AND done_at IS NULL AND parked_at IS NULL
           RETURNING parked_at IS NOT NULL AS parked""",
        fault[:2000],
        permanent,
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


async def back_off(
    lease: Lease, *, reason: str, at: datetime | None = None, is_risky: bool = False
) -> bool:
    """Try again `at`, or after a pause; once patience is spent it is a dead letter: True.

    A pause is as long as the line has been put off already, a quarter more or less: so they
    double. None of this is a fault of the house, and none is counted, but for risky tries.
    """
    put = await rows(
        f"""UPDATE outbox SET leased_until = NULL, rung_at = NULL, fault = {{}},
              patient_until = CASE WHEN {{}} THEN patient_until
                ELSE coalesce(patient_until, now() + interval '{PATIENCE_HOURS} hours') END,
              faults = faults + {{}}::int,
              parked_at = CASE WHEN NOT {{}} AND patient_until < now()
                OR {{}} AND faults + 1 >= {MOST_RISKY} THEN now() END,
              due_at = coalesce({{}}, now() + (0.75 + random() / 2) * greatest(
                interval '{FIRST_PAUSE} seconds', least(interval '{LONGEST_PAUSE} seconds',
                coalesce(now() + interval '{PATIENCE_HOURS} hours' - patient_until, interval '0'))))
            WHERE id = {{}} AND attempt = {{}} AND done_at IS NULL AND parked_at IS NULL
            RETURNING parked_at IS NOT NULL AS parked""",
        reason[:2000],
        at is not None,
        is_risky,
        at is not None,
        is_risky,
        at,
        lease.line,
        lease.attempt,
    )
    return bool(put and put[0]["parked"])


async def cancel(line: str, *, by: str) -> Lease | None:
    """A person stops the line: a running attempt learns of it at its next beat."""
    cancelled = await rows(
        """UPDATE outbox SET parked_at = now(), leased_until = NULL, cancelled_by = {},
             fault = 'cancelled' WHERE id = {} AND done_at IS NULL
           RETURNING id AS line, task, args, attempt, edition""",
        by,
        line,
    )
    return Lease(**cancelled[0]) if cancelled else None


async def retry(line: str) -> Lease | None:
    """A person sends a dead letter on its way again, with fresh attempts."""
    again = await rows(
        """UPDATE outbox SET parked_at = NULL, leased_until = NULL, rung_at = NULL, faults = 0,
             crashes = 0, cancelled_by = '', patient_until = NULL, told_at = NULL, held_at = NULL,
             due_at = now()
           WHERE id = {} AND done_at IS NULL AND parked_at IS NOT NULL
           RETURNING id AS line, task, args, attempt, edition""",
        line,
    )
    return Lease(**again[0]) if again else None


_DUE = f"""done_at IS NULL AND parked_at IS NULL AND held_at IS NULL AND due_at <= now() AND {FLOWS}
  AND (leased_until < now() OR leased_until IS NULL AND
       (rung_at IS NULL OR rung_at < now() - interval '{RENOTIFY_SECONDS} seconds'))"""
_TO_NOTIFY = f"""
WITH near AS (
  SELECT EXISTS (SELECT 1 FROM (SELECT deadline_at AS at FROM edition
                                UNION ALL SELECT at FROM deadline) d
                 WHERE abs(extract(epoch FROM d.at - now())) < {NEAR_DEADLINE_HOURS * 3600}) AS yes),
running AS (
  SELECT queue, owner, count(*) AS n FROM outbox
  WHERE done_at IS NULL AND leased_until > now() AND owner <> '' GROUP BY queue, owner),
due AS (
  SELECT o.id, o.queue, o.priority, o.due_at, CASE WHEN near.yes THEN o.weight ELSE 0 END AS weight,
    coalesce(running.n, 0) + row_number() OVER (
      PARTITION BY o.queue, CASE WHEN o.owner = '' THEN o.id ELSE o.owner END
      ORDER BY o.priority, o.due_at) AS turn
  FROM near, outbox o LEFT JOIN running USING (queue, owner) WHERE {_DUE}),
ranked AS (
  SELECT due.*, row_number() OVER (
    PARTITION BY queue ORDER BY priority, turn, weight, due_at) AS place FROM due),
free AS (
  SELECT {HEAVY_WAITING} - count(*) AS n FROM outbox
  WHERE queue = 'heavy' AND done_at IS NULL AND parked_at IS NULL AND leased_until IS NULL
    AND rung_at >= now() - interval '{RENOTIFY_SECONDS} seconds')
SELECT ranked.id FROM ranked, free WHERE queue <> 'heavy' OR place <= free.n
ORDER BY priority, turn, weight, due_at LIMIT {{}}
"""


async def waiting(limit: int) -> list[Outbox]:
    """Lines to notify workers of: due, free, and not notified in the last while; most urgent first.

    Of the heavy queue only a few at a time, each owner in turn, so that nobody fills it; near a
    deadline the shorter film comes first. What was notified can no longer be put in order.
    """
    ranked = [row["id"] for row in await rows(_TO_NOTIFY, limit)]
    due = await rows(
        f"""UPDATE outbox SET rung_at = now(), {_COUNT_LAPSE}, leased_until = NULL
            WHERE id IN (SELECT id FROM outbox WHERE id = ANY({{}}) AND {_DUE}
                         FOR UPDATE SKIP LOCKED)
            RETURNING id, task, queue, priority""",
        ranked,
    )
    place = {line: at for at, line in enumerate(ranked)}
    return [Outbox(**row) for row in sorted(due, key=lambda row: place[row["id"]])]


async def raise_up(line: str) -> bool:
    """Before all others: a person has said so."""
    raised = await rows(
        """UPDATE outbox SET priority = 0, rung_at = NULL
           WHERE id = {} AND done_at IS NULL AND parked_at IS NULL RETURNING id""",
        line,
    )
    return bool(raised)


async def renotify(lines: list[str] | None = None) -> None:
    """The broker could not be reached, or lost all messages (None): notify again at once."""
    await rows(
        """UPDATE outbox SET rung_at = NULL
           WHERE done_at IS NULL AND ({}::text[] IS NULL OR id = ANY({})) RETURNING id""",
        lines,
        lines,
    )
