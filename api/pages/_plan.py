"""What the page of a planner's run shows: its curve, where the points go, and what would move."""

from itertools import count, pairwise
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from api.grid import Names, evening_and_hour, explanation_of_run
from festival.language import signed, t
from festival.tables import Edition
from screenings import planning
from screenings.lists import Item
from screenings.planner.answers.shapes import Change, difference
from screenings.planner.answers.whatif import LaidPlan, lay
from screenings.planner.answers.why import costs
from screenings.planner.model import Placement, Plan, Problem, Progress
from screenings.planner.rules import breaches, prices
from screenings.planner.rules.facts import ProblemFacts
from screenings.tables import PlanRun

LEFT, RIGHT, TOP, FOOT = 34.0, 404.0, 16.0, 152.0
"""Where the curve lies in its box of 520 by 178; to its right stand the two last figures."""
APART = 16.0  # units of the box, between the two figures
MOST_MARKS = 6
STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)


class Curve(Struct, frozen=True):
    """Paths in an SVG; `best_at` and `bound_at` are where their figures are written."""

    best: str
    bound: str
    gap: str
    end: float
    best_y: float
    bound_y: float
    best_at: float
    bound_at: float
    draft_y: float | None
    seconds: list[tuple[float, float]]
    points: list[tuple[float, str]]


class Share(Struct, frozen=True):
    """A rule's part of the cost; `percent` of the dearest rule's."""

    words: str
    cost: int
    percent: int


class PlanLine(Struct, frozen=True):
    """One screening that the plan moves, adds or drops; `price` in points, less is better."""

    number: int
    name: str
    title: str
    section: str | None
    showing: int
    was: str
    now: str
    price: int
    why: list[str]


class Proposal(Struct, frozen=True):
    """The difference to the grid as it stood when the plan was asked for."""

    was: int | None
    clashes: int
    """Broken rules of the grid as it stood: its cost alone would flatter it."""
    changes: int
    groups: list[tuple[Change, list[PlanLine]]]
    compares: bool
    """Whether the two costs are of as many screenings."""


def trail_of(run: PlanRun) -> list[Progress]:
    """As far as costs compare: from when as many found a place as in the end."""
    trail = msgspec.convert(run.trail, list[Progress])
    fewest = min((p.unplaced for p in trail), default=0)
    return [p for p in trail if p.unplaced == fewest]


def curve_of(run: PlanRun, draft: int | None) -> Curve | None:
    trail = trail_of(run)
    if len(trail) < 2:
        return None
    ended = run.state not in {"waiting", "running"}
    longest = max(trail[-1].seconds, 0.1) if ended else max(float(run.seconds), trail[-1].seconds)
    costs_seen = [p.best for p in trail] + [p.bound for p in trail]
    high = max(*costs_seen, draft or 0)
    low = min(*costs_seen, high - 1)

    def x(seconds: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * seconds / longest, 1)

    def y(cost: int) -> float:
        return round(FOOT - 8 - (FOOT - 8 - TOP) * (cost - low) / (high - low), 1)

    best = stairs([(x(p.seconds), y(p.best)) for p in trail])
    bound = stairs([(x(p.seconds), y(p.bound)) for p in trail])
    last = trail[-1]
    best_y, bound_y = y(last.best), y(last.bound)
    lift = max(0.0, APART - (bound_y - best_y)) / 2
    return Curve(
        best=path(best),
        bound=path(bound),
        gap=path([*best, *reversed(bound)]) + "Z",
        end=x(last.seconds),
        best_y=best_y,
        bound_y=bound_y,
        best_at=best_y + 4 - lift,
        bound_at=bound_y + 4 + lift,
        draft_y=y(draft) if draft is not None else None,
        seconds=[(x(s), s) for s in marks(0, longest)],
        points=[(y(round(c)), f"{c:g}") for c in marks(low, high) if c == round(c)],
    )


def stairs(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """What is known holds until something better is: across first, then down or up."""
    corners = points[:1]
    for (_, before), (x, y) in pairwise(points):
        corners += [(x, before), (x, y)]
    return corners


def path(points: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def marks(low: float, high: float) -> list[float]:
    """Round figures between two others, few enough to be read."""
    step = next((s for s in STEPS if (high - low) / s <= MOST_MARKS), STEPS[-1])
    first = -(-low // step)
    return [round(n * step, 1) for n in range(int(first), int(high // step) + 1)]


def shares_of(plan: Plan, lang: str) -> list[Share]:
    """Where the points go, the dearest rule first."""
    paid = {rule: cost for rule, cost in plan.cost_by_rule.items() if cost}
    most = max(paid.values(), default=1)
    return [
        Share(t(lang, f"planner.rule.{rule}"), paid[rule], round(100 * paid[rule] / most))
        for rule in sorted(paid, key=lambda rule: -paid[rule])
    ]


def proposal_of(
    edition: Edition, items: dict[str, Item], run: PlanRun, plan: Plan, lang: str
) -> Proposal:
    problem = msgspec.convert(run.problem, Problem)
    houses = {screen.id: screen.name for screen in problem.screens}
    stood = msgspec.convert(run.before, list[Placement])
    before = planning.known(problem, run.before)
    facts = ProblemFacts(problem)
    old, new = lay(facts, before), lay(facts, plan.placements)
    groups: dict[Change, list[PlanLine]] = {"moved": [], "added": [], "dropped": []}
    for move in difference(stood, plan.placements):
        line = line_of(
            items.get(move.programme),
            (old, move.before),
            (new, move.after),
            edition=edition,
            houses=houses,
            lang=lang,
        )
        groups[move.change].append(line)
    ordered = numbered(groups)
    return Proposal(
        was=sum(prices(facts, before).values()) if before else None,
        clashes=len(breaches(facts, before)) + len(stood) - len(before),
        changes=sum(len(lines) for _, lines in ordered),
        groups=ordered,
        compares=len(before) == len(plan.placements),
    )


def locks_clash(facts: ProblemFacts) -> bool:
    """What is locked breaks a rule by itself: no plan can mend that."""
    pins = [Placement(p.programme, p.number, p.screen, p.start) for p in facts.problem.pins]
    return any(clash.code != "lock_moved" for clash in breaches(facts, pins))


def numbered(groups: dict[Change, list[PlanLine]]) -> list[tuple[Change, list[PlanLine]]]:
    """The best gains first, and one count through all the groups."""
    number = count(1)
    return [
        (
            change,
            [
                replace(line, number=next(number))
                for line in sorted(
                    lines, key=lambda planned: (planned.price, planned.title, planned.showing)
                )
            ],
        )
        for change, lines in groups.items()
        if lines
    ]


def line_of(
    item: Item | None,
    old: tuple[LaidPlan, Placement | None],
    new: tuple[LaidPlan, Placement | None],
    *,
    edition: Edition,
    houses: dict[str, str],
    lang: str,
) -> PlanLine:
    (grid, was), (after, now) = old, new
    paid = costs(grid, was) if was and (was.programme, was.number) in grid.plan else {}
    pays = costs(after, now) if now else {}
    steps = {rule: pays.get(rule, 0) - paid.get(rule, 0) for rule in pays | paid}
    placed = now or was
    steps |= price_of_leaving(after, was) if was and now else {}
    return PlanLine(
        number=0,
        name=f"{placed.programme}:{placed.number}" if placed else "",
        title=item.title(lang) if item else "–",
        section=item.section_letter if item else None,
        showing=placed.number + 1 if placed else 1,
        was=place(edition, was, houses, lang),
        now=place(edition, now, houses, lang),
        price=sum(steps.values()),
        why=[
            f"{t(lang, f'planner.rule.{rule}')} {signed(step)}"
            for rule, step in sorted(steps.items(), key=lambda by_rule: by_rule[1])
            if step
        ],
    )


def price_of_leaving(grid: LaidPlan, was: Placement) -> dict[str, int]:
    """What it costs to leave a place where others expect it."""
    name = (was.programme, was.number)
    return {"S11": sum(o.price for o in grid.facts.problem.old if (o.programme, o.number) == name)}


def place(edition: Edition, p: Placement | None, houses: dict[str, str], lang: str) -> str:
    if p is None:
        return ""
    return f"{evening_and_hour(lang, edition, p.start)}, {houses.get(p.screen, '–')}"


def explanation_of(run: PlanRun, names: Names, lang: str) -> dict[str, Any] | None:
    """As the JSON door tells it, in the words of one language."""
    explanation = explanation_of_run(run, names)
    if explanation is None:
        return None
    return explanation | {
        kind: [remark["words"][lang] for remark in explanation[kind]]
        for kind in ("remarks", "because", "letgo")
    }
