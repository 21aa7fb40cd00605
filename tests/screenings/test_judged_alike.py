"""Whatever programmers do at their doors, in whatever order: the page and the judge say the same of what stands.

A walk of random acts through JSON, some of them foolish. After each the problem can be read by the planner, the clashes
that the page shows are those that the independent checker finds, and every screening lasts as long as its films do.
"""

from collections import Counter
from typing import Any

import pytest

from festival.clock import minutes_of
from screenings.clashes import clashes_of
from screenings.lists import items, placed_in, screens, working_grid
from screenings.planner.checker import RULE_OF, check, hard
from screenings.planner.model import Clash, Plan, Unplaced
from screenings.planner.rules import prices
from screenings.planner.rules.facts import ProblemFacts
from screenings.planner.soundness import validate
from screenings.problem import moments, placement_of, problem_with
from screenings.tables import Programme
from tests.builders import sign_in
from tests.screenings.walk import EDITS, OF_PROGRAMMES, SHOWINGS, Edit, Walk, put_down
from tests.screenings.world import World

ACTS_A_WALK = 60
FILMS = 6


async def standing(world: World) -> tuple[Any, list[Any], list[Clash]]:
    """The problem as the page's own clashes see it, the grid in it, and those clashes."""
    edition, grid = world.edition, await working_grid(world.edition)
    problem = await problem_with(edition, await items(edition))
    plan = [placement_of(p, edition) for p in await placed_in(grid)]
    return problem, plan, await clashes_of(edition, grid)


def judged(problem: Any, placements: list[Any]) -> Counter[Any]:
    facts = ProblemFacts(problem)
    placed = {(p.programme, p.number) for p in placements}
    out = [Unplaced(*name, "tray") for name in facts.names if name not in placed]
    by_rule = prices(facts, placements, out)
    plan = Plan(placements, out, sum(by_rule.values()), by_rule, 0, 0, 0, proved=False, seed=0)
    report = check(problem, plan)
    assert not any(fault.code == "cost_differs" for fault in report.violations)
    return told([c for c in (*report.violations, *report.of_pins) if c.code in RULE_OF])


def told(clashes: list[Clash]) -> Counter[Any]:
    return Counter((clash.code, tuple(sorted(clash.screenings))) for clash in clashes)


def of_the_planner(problem: Any, clashes: list[Clash]) -> list[Clash]:
    """The page's clashes that come from rules which forbid; the house has some of its own."""
    return [c for c in clashes if c.code in RULE_OF and hard(problem, RULE_OF[c.code])]


async def lengths(world: World) -> list[tuple[Any, Any]]:
    """Of each screening its end as it is kept, and as its programme asks."""
    edition = world.edition
    known = {item.id: item for item in await items(edition)}
    rooms = {screen.id: screen for screen in await screens(edition)}
    both = []
    for p in await placed_in(await working_grid(edition)):
        start = minutes_of(p.starts_at, edition.first_day)
        times = moments(edition, known[p.programme], p.number, rooms[p.screen].turnaround, start)
        both.append(([p.film_ends_at, p.ends_at, p.clears_at], list(times.values())[1:]))
    return both


@pytest.mark.parametrize("seed", range(3))
async def test_the_page_and_the_judge_say_the_same_after_any_edits(client, seed) -> None:
    await walked(client, seed, EDITS, ACTS_A_WALK)


async def test_so_they_do_after_edits_of_programmes_blocks_and_relations(client) -> None:
    await walked(client, 3, [*EDITS, *OF_PROGRAMMES, *OF_PROGRAMMES], ACTS_A_WALK)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 20))
async def test_long_walks(client, seed) -> None:
    await walked(client, seed, [*EDITS, *OF_PROGRAMMES], 8 * ACTS_A_WALK)


async def walked(client: Any, seed: int, edits: list[Edit], acts: int) -> None:
    """Films in the grid first, then whatever comes."""
    world = await World().build(*["accepted"] * FILMS)
    await Programme.update({Programme.showings: SHOWINGS, Programme.own_minutes: 90}).where(
        Programme.edition == world.edition.id
    )
    await sign_in(client, world.by)
    walk, seen = Walk(world, client, seed), set()

    for n in range(acts):
        edit = put_down if n < FILMS else walk.chance.choice(edits)
        await edit(walk)
        problem, plan, clashes = await standing(world)
        seen |= {clash.code for clash in clashes}
        assert validate(problem) == [], (n, edit.__name__)
        assert told(of_the_planner(problem, clashes)) == judged(problem, plan), (n, edit.__name__)
        assert all(kept == asked for kept, asked in await lengths(world)), (n, edit.__name__)

    assert walk.done.total() > acts / 3, walk.done
    assert len(seen) > 1, seen
