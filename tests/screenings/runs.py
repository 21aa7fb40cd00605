"""A run of the planner from asking to its end, as the night shift does it."""

from typing import Any

from redis.asyncio import Redis

from festival import leases
from festival.db import rows
from festival.progress import News
from festival.settings import Settings
from screenings import acts, planning
from screenings.acts import Place
from screenings.lists import working_grid
from screenings.planner.model import Name
from screenings.tables import PlanRun
from tests.screenings.world import World


async def done(run: PlanRun) -> PlanRun:
    """The run after the night shift has worked on it."""
    line = await rows("SELECT id FROM outbox WHERE args->>'run' = {}", run.id)
    lease = await leases.take(line[0]["id"], worker="night shift")
    assert lease is not None
    async with leases.kept(lease) as heartbeat, Redis.from_url(Settings.read().redis_url) as redis:
        await planning.plan(run.id, lease=lease, heartbeat=heartbeat, news=News(redis))
    await leases.finish(lease)
    found = await PlanRun.objects().get(PlanRun.id == run.id)
    assert found is not None
    return found


async def worked(world: World, *, seconds: int = 2, **asked: Any) -> PlanRun:
    return await done(await planning.ask(world.edition, seconds=seconds, by=world.by, **asked))


async def where(world: World) -> dict[Name, Place]:
    return await acts.places(world.edition, await working_grid(world.edition))
