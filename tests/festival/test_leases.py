"""One line, one worker: whoever was overtaken may not write."""

import asyncio
from datetime import timedelta

import pytest

from festival import leases
from festival.clock import now
from festival.db import later, rows, transaction
from festival.leases import Superseded
from festival.tables import Outbox, new_id
from tests.builders import an_edition

FAR = "now() + interval '1 day'"


async def a_line() -> str:
    """A line that no relay rings for: tests take it by hand."""
    line = await later("send_letter", letter=new_id())
    await rows("UPDATE outbox SET rung_at = now() WHERE id = {} RETURNING id", line)
    return line


async def the(line: str) -> Outbox:
    found = await Outbox.objects().get(Outbox.id == line)
    assert found is not None
    return found


async def let_lapse(line: str) -> None:
    await rows("UPDATE outbox SET leased_until = now() - interval '1 second' WHERE id = {} RETURNING id", line)


async def due_now(line: str) -> None:
    await rows("UPDATE outbox SET due_at = now() WHERE id = {} RETURNING id", line)


async def test_of_many_takers_one_wins(house) -> None:
    line = await a_line()

    taken = await asyncio.gather(*(leases.take(line, worker=f"w{n}") for n in range(6)))

    assert [lease.attempt for lease in taken if lease] == [1]


async def test_a_lapsed_lease_goes_to_the_next_and_the_first_is_refused(house) -> None:
    line = await a_line()
    first = await leases.take(line, worker="slow")
    await let_lapse(line)

    second = await leases.take(line, worker="quick")

    assert (second.attempt, await leases.renew(first)) == (2, False)
    with pytest.raises(Superseded):
        async with transaction():
            await leases.hold(first)
    async with transaction():
        await leases.hold(second)


async def test_what_a_superseded_attempt_finishes_is_not_finished(house) -> None:
    line = await a_line()
    first = await leases.take(line, worker="slow")
    await let_lapse(line)
    await leases.take(line, worker="quick")

    await leases.finish(first)
    await leases.fail(first, fault="late", permanent=True)

    assert ((await the(line)).done_at, (await the(line)).parked_at) == (None, None)


async def test_a_done_line_is_never_taken_again(house) -> None:
    line = await a_line()
    await leases.finish(await leases.take(line, worker="w"))

    again = await leases.take(line, worker="w")

    assert again is None


async def test_three_faults_park_a_line_and_a_person_frees_it(house) -> None:
    line = await a_line()

    parked = []
    for _ in range(3):
        await due_now(line)
        lease = await leases.take(line, worker="w")
        parked.append(await leases.fail(lease, fault="the server is away"))

    assert parked == [False, False, True]
    assert (await the(line)).fault == "the server is away"
    await due_now(line)
    assert await leases.take(line, worker="w") is None
    assert await leases.retry(line)
    assert (await leases.take(line, worker="w")).attempt == 4


async def test_who_was_cancelled_stays_superseded_when_the_line_is_sent_again(house) -> None:
    line = await a_line()
    before = await leases.take(line, worker="slow")
    await leases.cancel(line, by="somebody")
    await leases.retry(line)

    after = await leases.take(line, worker="quick")

    assert after is not None
    assert await leases.renew(before) is False
    await leases.finish(before)
    assert (await the(line)).done_at is None


async def test_every_worker_that_died_is_counted(house) -> None:
    line = await a_line()

    crashes = []
    for _ in range(4):
        crashes.append((await leases.take(line, worker="w")).crashes)
        await let_lapse(line)
        await leases.waiting(10_000)

    assert crashes == [0, 1, 2, 3]


async def test_a_fault_is_tried_again_later_not_at_once(house) -> None:
    line = await a_line()

    await leases.fail(await leases.take(line, worker="w"), fault="away")

    assert await leases.take(line, worker="w") is None


async def test_work_that_cannot_begin_waits_and_that_is_no_fault(house) -> None:
    line = await a_line()

    for _ in range(5):
        await due_now(line)
        await leases.postpone(await leases.take(line, worker="w"), reason="storage_full")

    waits = await the(line)
    assert (waits.fault, waits.faults, waits.crashes, waits.parked_at) == ("storage_full", 0, 0, None)
    assert await leases.take(line, worker="w") is None


async def test_a_cancelled_line_is_taken_from_whoever_has_it(house) -> None:
    line = await a_line()
    lease = await leases.take(line, worker="w")

    await leases.cancel(line, by="somebody")

    assert await leases.renew(lease) is False
    with pytest.raises(Superseded):
        async with transaction():
            await leases.hold(lease)


async def test_a_line_is_rung_for_once_and_again_when_the_bell_was_lost(house) -> None:
    line = await later("send_letter", letter=new_id())

    first = [row.id for row in await leases.waiting(10_000)]
    second = [row.id for row in await leases.waiting(10_000)]
    await leases.renotify([line])
    third = [row.id for row in await leases.waiting(10_000)]

    assert (line in first, line in second, line in third) == (True, False, True)


async def heavy_lines(owner: str, count: int, *, weight: int = 0) -> list[str]:
    return [
        await later("make_screener", file=new_id(), owner=owner, weight=weight) for _ in range(count)
    ]


async def nothing_else_is_heavy() -> None:
    await rows("UPDATE outbox SET done_at = now() WHERE queue = 'heavy' AND done_at IS NULL RETURNING id")


async def heavy_ring() -> list[str]:
    return [line.id for line in await leases.waiting(10_000) if line.queue == "heavy"]


async def test_nobody_fills_the_heavy_queue(house) -> None:
    await nothing_else_is_heavy()
    many = await heavy_lines("ada", 20)
    one, two = await heavy_lines("bo", 1), await heavy_lines("cy", 1)

    rung = await heavy_ring()

    assert len(rung) == leases.HEAVY_WAITING
    assert set(rung[:3]) == {many[0], *one, *two}
    assert await heavy_ring() == []


async def test_whoever_has_work_running_waits_for_the_others(house) -> None:
    await nothing_else_is_heavy()
    busy = await heavy_lines("ada", 2)
    await leases.take(busy[0], worker="w")
    other = await heavy_lines("bo", 1)

    assert await heavy_ring() == [*other, busy[1]]


async def test_near_the_deadline_the_shorter_film_comes_first(house) -> None:
    await nothing_else_is_heavy()
    edition = await an_edition(deadline_at=now() + timedelta(hours=3))
    long, short = await heavy_lines("ada", 1, weight=7200), await heavy_lines("bo", 1, weight=300)

    assert await heavy_ring() == [*short, *long]
    edition.deadline_at = now() + timedelta(days=30)
    await edition.save()


async def test_a_raised_line_comes_before_all_others(house) -> None:
    await nothing_else_is_heavy()
    first, last = await heavy_lines("ada", 1), await heavy_lines("ada", 1)

    assert await leases.raise_up(last[0])

    assert await heavy_ring() == [*last, *first]
