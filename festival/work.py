"""What people do about work, and hear of it: operators send it again, put it first or let it go."""

from collections.abc import Callable

from festival import leases, letters
from festival.db import transaction
from festival.errors import Conflict, Missing
from festival.jobs import follow, job_of
from festival.language import has_words, t
from festival.leases import Lease
from festival.record import record
from festival.tables import Edition, Outbox, Person

LONGEST_FAULT = 400  # characters of an error in a letter

# Acts


async def within_reach(line: str, edition: Edition) -> None:
    """An operator reaches the lines of their own edition, and those of the house itself."""
    if not await Outbox.exists().where(
        (Outbox.id == line) & Outbox.edition.is_in([edition.id, ""])
    ):
        raise Missing("line_missing")


async def send_again(line: str, *, edition: Edition, by: Person) -> None:
    """A dead letter (a parked line) goes on its way again, and what it works on stands where the work begins."""
    await within_reach(line, edition)
    async with transaction():
        again = await leases.retry(line)
        if again is None:
            raise Conflict("line_moved_on")
        await follow(job_of(again.task).taken_up, again)
        await record("line_retried", line, by=by, edition=edition.id)


async def put_first(line: str, *, edition: Edition, by: Person) -> None:
    """A waiting line goes before all others."""
    await within_reach(line, edition)
    async with transaction():
        if not await leases.raise_up(line):
            raise Conflict("line_moved_on")
        await record("line_raised", line, by=by, edition=edition.id)


async def let_go(line: str, *, edition: Edition, by: Person) -> None:
    """A line is stopped for good, and what it worked on says so."""
    await within_reach(line, edition)
    async with transaction():
        stopped = await leases.cancel(line, by=by.id)
        if stopped is None:
            raise Conflict("line_moved_on")
        await follow(job_of(stopped.task).given_up, stopped, "cancelled")
        await record("line_cancelled", line, by=by, edition=edition.id)


# Telling


async def give_up(lease: Lease, fault: str) -> None:
    """Nothing more is tried by itself: what it worked on says so, and people are told."""
    job = job_of(lease.task)
    await follow(job.given_up, lease, fault)
    await follow(job.tells, lease, fault)


async def tell_stopped(lease: Lease, fault: str) -> None:
    """To operators, that work waits for one of them."""
    await letters.write_to_operators(
        "work_parked",
        occasion=f"parked:{lease.line}:{lease.attempt}",
        edition=lease.edition,
        task=in_words("operator.task", lease.task),
        fault=fault[:LONGEST_FAULT],
    )


async def tell_waiting(lease: Lease, reason: str) -> None:
    """To operators, once for each line, that work cannot begin for now."""
    await letters.write_to_operators(
        "work_waits",
        occasion=f"waits:{lease.line}",
        edition=lease.edition,
        task=in_words("operator.task", lease.task),
        fault=in_words("operator.reason", reason),
    )


def in_words(family: str, code: str) -> Callable[[str], str]:
    """What a reader of either language reads in a letter, not our name for it."""
    key = f"{family}.{code}"
    return lambda language: t(language, key).rstrip(".") if has_words(key) else code
