"""Whatever programmers do at their doors, in whatever order: the page and the judge say the same of what stands.

A walk of random acts through JSON, some of them foolish. After each the problem can be read by the planner, the clashes
that the page shows are those that the independent checker finds, and every screening lasts as long as its films do.
"""

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
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
from screenings.rulebook import RULE_CODES
from screenings.tables import Programme
from tests.builders import sign_in
from tests.screenings.world import World

ACTS_A_WALK = 60
FILMS = 6
SHOWINGS = 2


class Walk:
    """A programmer before a grid, who does one thing after the other."""

    def __init__(self, world: World, client: Any, seed: int) -> None:
        self.world, self.client, self.chance = world, client, random.Random(seed)
        self.api = f"/api/v1/{world.edition.slug}"
        self.done: Counter[str] = Counter()

    async def send(self, method: str, path: str, body: Any = None, *, seen: int = 0) -> Any:
        headers = {"if-match": str(seen)} if seen else {}
        answer: httpx.Response = await self.client.request(
            method, f"{self.api}{path}", json=body, headers=headers
        )
        assert answer.status_code < 500, (method, path, body, answer.text)
        self.done[f"{method} {path.split('/')[1]}"] += answer.is_success
        return answer.json() if answer.content and answer.is_success else {}

    async def version(self) -> int:
        return (await working_grid(self.world.edition)).version

    async def screening(self) -> str:
        placed = await placed_in(await working_grid(self.world.edition))
        return self.chance.choice([p.id for p in placed]) if placed else "none"

    async def screen(self) -> str:
        return self.chance.choice([s.id for s in await screens(self.world.edition)])

    def programme(self) -> str:
        return self.chance.choice(self.world.programmes)

    def start(self) -> int:
        """Open or not, and not always on the grid's step; now and then beyond the last day."""
        day = self.chance.choice([0, 0, 1, 1, 2, 3])
        return day * 1440 + self.chance.randint(540, 1500) // 5 * 5


async def put_down(walk: Walk) -> None:
    body = {
        "programme": walk.programme(), "number": walk.chance.randint(0, SHOWINGS),
        "screen": await walk.screen(), "start": walk.start(),
    }  # fmt: skip
    await walk.send("POST", "/grid/screenings", body)


async def carry(walk: Walk) -> None:
    where = {"screen": await walk.screen(), "start": walk.start()}
    seen = await walk.version()
    await walk.send(
        "PUT", f"/screenings/{await walk.screening()}/placement", where, seen=seen
    )


async def lock(walk: Walk) -> None:
    method = walk.chance.choice(["POST", "DELETE"])
    await walk.send(method, f"/screenings/{await walk.screening()}/lock")


async def take_out(walk: Walk) -> None:
    await walk.send("DELETE", f"/screenings/{await walk.screening()}", seen=await walk.version())


async def take_back(walk: Walk) -> None:
    act = max(1, await walk.version() - walk.chance.randint(0, 3))
    way = walk.chance.choice(["undoing", "redoing"])
    await walk.send("POST", f"/grid/acts/{act}/{way}")


async def hold(walk: Walk) -> None:
    parts = {part: walk.chance.random() < 0.4 for part in ("day", "hour", "screen")}
    await walk.send(
        "PUT", f"/screenings/{await walk.screening()}/holds", parts, seen=await walk.version()
    )


async def copy_day(walk: Walk) -> None:
    day, onto = walk.chance.sample(range(3), 2)
    await walk.send("POST", "/grid/days", {"day": day, "onto": onto})


async def rule(walk: Walk) -> None:
    version = (await walk.send("GET", "/grid/rules"))["version"]
    body = {
        "version": version, "mode": walk.chance.choice(["hard", "hard", "soft", "off"]),
        "weight": walk.chance.randint(1, 9),
    }  # fmt: skip
    await walk.send("PUT", f"/grid/rules/{walk.chance.choice(RULE_CODES)}", body)


async def another_screen(walk: Walk) -> None:
    name = f"Salle {walk.chance.randint(1, 4)}"
    hours = [walk.chance.choice([None, [600, 1440], [840, 1560]]) for _ in range(3)]
    body = {"venue": walk.world.venue, "name": name, "seats": 90, "hours": hours}
    await walk.send("POST", "/screens", body)


async def change_screen(walk: Walk) -> None:
    screen = walk.chance.choice(await screens(walk.world.edition))
    new = walk.chance.choice(
        [
            {"turnaround": walk.chance.randint(0, 60)},
            {"hours": [[walk.chance.randint(480, 900), 1440]] * 3},
            {"closures": [[walk.chance.randint(700, 900), 960]]},
            {"step": walk.chance.choice([None, 5, 30])},
            {"step_free": False},
            {"starts": [[], [1080, 2520]][walk.chance.random() < 0.3]},
        ]
    )
    await walk.send("PATCH", f"/screens/{screen.id}", {"version": screen.version, **new})


async def remove_screen(walk: Walk) -> None:
    houses = await screens(walk.world.edition)
    if len(houses) > 1:
        screen = walk.chance.choice(houses)
        body = {"version": screen.version, "empties": walk.chance.random() < 0.7}
        await walk.send("POST", f"/screens/{screen.id}/removal", body)


async def take_a_screen(walk: Walk) -> None:
    begins = walk.start()
    await walk.send(
        "POST",
        "/reservations",
        {
            "titles": {"fr": f"Cérémonie {begins}"}, "screen": await walk.screen(),
            "begins": begins, "ends": begins + walk.chance.choice([-5, 45, 120]),
        },
    )  # fmt: skip


async def invite(walk: Walk) -> None:
    begins = walk.start()
    theirs = walk.chance.sample(walk.world.programmes, 2)
    windows = [[begins, begins + 300]] if walk.chance.random() < 0.6 else []
    body = {"name": f"Invité {begins}", "windows": windows, "programmes": theirs}
    await walk.send("POST", "/guests", body)


EDITS: list[Callable[[Walk], Awaitable[None]]] = [
    put_down, put_down, put_down, carry, carry, lock, take_out, take_back, hold, copy_day, rule,
    another_screen, change_screen, change_screen, remove_screen, take_a_screen, invite,
]  # fmt: skip


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
    world = await World().build(*["accepted"] * FILMS)
    await Programme.update({Programme.showings: SHOWINGS, Programme.own_minutes: 90}).where(
        Programme.edition == world.edition.id
    )
    await sign_in(client, world.by)
    walk, seen = Walk(world, client, seed), set()

    for n in range(ACTS_A_WALK):
        edit = put_down if n < FILMS else walk.chance.choice(EDITS)
        await edit(walk)
        problem, plan, clashes = await standing(world)
        seen |= {clash.code for clash in clashes}
        assert validate(problem) == [], (n, edit.__name__)
        assert told(of_the_planner(problem, clashes)) == judged(problem, plan), (n, edit.__name__)
        assert all(kept == asked for kept, asked in await lengths(world)), (n, edit.__name__)

    assert walk.done.total() > ACTS_A_WALK / 3, walk.done
    assert len(seen) > 1, seen
