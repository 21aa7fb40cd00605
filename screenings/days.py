"""A day of the grid laid out like another: the same programmes' next showings, in the same rooms at
the same hours.
"""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from festival.db import transaction
from festival.errors import Refused
from festival.record import record
from festival.tables import Edition, Person
from screenings.acts import Place, act, hold_grid
from screenings.lists import placed_in
from screenings.planner.model import Clash, Name, Placement, Problem, day_of
from screenings.planner.rules import clashes
from screenings.problem import placement_of, problem_of
from units.times import DAY

Day = Annotated[int, Meta(ge=0, le=30)]


class DayCopy(msgspec.Struct, frozen=True, kw_only=True):
    """From one day to another; the first is 0."""

    day: Day
    onto: Day


class LeftBehind(msgspec.Struct, frozen=True):
    """A screening that was not copied: the rule against it, or nothing where all are placed already."""

    programme: str
    number: int
    clash: Clash | None


async def copy_day(
    edition: Edition, wanted: DayCopy, *, by: Person
) -> tuple[int, list[Name], list[LeftBehind]]:
    """One act; what would break a rule that the grid keeps now is left behind, and told."""
    if wanted.day == wanted.onto or not max(wanted.day, wanted.onto) < edition.days:
        raise Refused("day_copy_unclear")
    async with transaction():
        grid = await hold_grid(edition)
        placed = await placed_in(grid)
        problem = await problem_of(edition, pins=[p for p in placed if p.locked])
        known = {programme.id for programme in problem.programmes}
        standing = [placement_of(p, edition) for p in placed if p.programme in known]
        copied, left = await asyncio.to_thread(laid_like, problem, standing, wanted)
        if not copied:
            raise Refused("day_copy_nothing")
        places = {(p.programme, p.number): Place(screen=p.screen, start=p.start) for p in copied}
        await act(edition, grid, "copy", places, by=by)
        await record(
            "day_copied", grid.id, by=by, edition=edition.id,
            day=wanted.day, onto=wanted.onto, copied=len(copied),
        )  # fmt: skip
    return grid.version, list(places), left


def laid_like(
    problem: Problem, standing: Sequence[Placement], wanted: DayCopy
) -> tuple[list[Placement], list[LeftBehind]]:
    """What can be copied, in the order of the day, and what cannot."""
    plan, copied, left = list(standing), [], []
    breaks = broken(problem, plan)
    pattern = sorted((p for p in standing if day_of(p.start) == wanted.day), key=in_order)
    for p in pattern:
        number = next_showing(problem, plan, p.programme)
        if number is None:
            left.append(LeftBehind(p.programme, p.number, None))
            continue
        start = p.start + (wanted.onto - wanted.day) * DAY
        made = Placement(p.programme, number, p.screen, start)
        after = broken(problem, [*plan, made])
        if new := [after[key] for key in sorted(after.keys() - breaks.keys())]:
            left.append(LeftBehind(p.programme, p.number, new[0]))
            continue
        plan.append(made)
        copied.append(made)
    return copied, left


def in_order(p: Placement) -> tuple[int, str]:
    return (p.start, p.screen)


def next_showing(problem: Problem, plan: Sequence[Placement], programme: str) -> int | None:
    promised = next(p.showings for p in problem.programmes if p.id == programme)
    taken = {p.number for p in plan if p.programme == programme}
    return next((number for number in range(promised) if number not in taken), None)


def broken(
    problem: Problem, plan: Sequence[Placement]
) -> dict[tuple[str, tuple[Name, ...]], Clash]:
    """Every breach that is more than a warning, by its rule and its screenings."""
    return {
        (clash.code, tuple(sorted(clash.screenings))): clash
        for clash in clashes(problem, plan)
        if clash.level != "warn"
    }
