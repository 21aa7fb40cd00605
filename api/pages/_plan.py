"""What the page of a planner's run shows: its curve, where the points go, and what would move."""

from collections.abc import Collection
from itertools import count, pairwise
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from api.grid import OF_HOURS, Names, details_in, evening_and_hour, explanation_of_run, in_hours
from api.pages._picture import GridPicture, of_change
from festival.language import listed, signed, t
from festival.tables import Edition
from screenings.accepting import released_in
from screenings.lists import Item
from screenings.planner.answers.newfacts import NewFact, still_possible
from screenings.planner.answers.shapes import Change, Explanation, WayOut, difference
from screenings.planner.answers.whatif import Cell, LaidPlan, lay
from screenings.planner.answers.why import costs
from screenings.planner.model import Name, Placement, Plan, Problem, Progress
from screenings.planner.rules import breaches, prices
from screenings.planner.rules.facts import ProblemFacts
from screenings.tables import PlanRun

LEFT, RIGHT, TOP, FOOT = 34.0, 404.0, 16.0, 152.0
"""Where the curve lies in its box of 520 by 178; to its right stand the two last figures."""
APART = 16.0  # units of the box, between the two figures
MOST_MARKS = 6
MOST_FINDS = 4
MOST_CHANGED = 8  # screenings; a plan that differs by more is another plan, and no find
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


class Other(Struct, frozen=True):
    """Another place for one screening: in words, its price beside the proposed one, and for the form."""

    where: str
    price: int
    value: str


class PlanLine(Struct, frozen=True):
    """One screening that the plan moves, adds or drops; `price` in points, less is better.

    `others` are further places, where somebody has asked for them.
    """

    number: int
    name: str
    title: str
    section: str | None
    showing: int
    was: str
    now: str
    price: int
    why: list[str]
    freed: bool = False
    others: list[Other] | None = None


class LineGroup(Struct, frozen=True):
    change: Change
    price: int
    lines: list[PlanLine]


class Proposal(Struct, frozen=True):
    """The difference to the grid as it stood when the plan was asked for.

    `was` is that grid's cost; it is told only where it `compares`: of as many screenings, and of a
    grid that broke no rule, for what breaks one is not paid.
    """

    was: int | None
    clashes: int
    changes: int
    groups: list[LineGroup]
    compares: bool
    picture: GridPicture

    @property
    def lines(self) -> list[PlanLine]:
        return [line for group in self.groups for line in group.lines]


class Find(Struct, frozen=True):
    """A better plan, when it was found, what it saved, and what it has elsewhere."""

    seconds: float
    saved: int
    words: str


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


def finds_of(run: PlanRun, items: dict[str, Item], edition: Edition, lang: str) -> list[Find]:
    """The newest better plans, as far as their costs compare."""
    problem = msgspec.convert(run.problem, Problem)
    houses = {screen.id: screen.name for screen in problem.screens}
    found = [
        Find(
            now.seconds,
            now.best - before.best,
            t(
                lang,
                "plan.find" if now.changed == 1 else "plan.find.more",
                title=items[now.found[0].programme].title(lang),
                where=place(edition, now.found[0], houses, lang),
                n=now.changed - 1,
            ),
        )
        for before, now in pairwise(trail_of(run))
        if now.found
        and now.best < before.best
        and now.changed <= MOST_CHANGED
        and now.found[0].programme in items
    ]
    return found[: -MOST_FINDS - 1 : -1]


def proposal_of(
    edition: Edition, items: dict[str, Item], run: PlanRun, plan: Plan, lang: str
) -> Proposal:
    problem = msgspec.convert(run.problem, Problem)
    houses = {screen.id: screen.name for screen in problem.screens}
    stood = msgspec.convert(run.before, list[Placement])
    before = still_possible(problem, stood)
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
    freed = {f"{programme}:{number}" for programme, number in released_in(run)}
    ordered = numbered(groups, freed=freed)
    numbers = {name_of(line.name): line.number for group in ordered for line in group.lines}
    clashes = len(breaches(facts, before)) + len(stood) - len(before)
    return Proposal(
        was=sum(prices(facts, before).values()) if before else None,
        clashes=clashes,
        changes=len(numbers),
        groups=ordered,
        compares=len(before) == len(plan.placements) and not clashes,
        picture=of_change(
            edition, problem, items, stood, plan.placements, numbers, lang,
            hot_days=hot_in(explanation_in(run))[1],
        ),
    )  # fmt: skip


def name_of(text: str) -> Name:
    """`programme:number`, as a form has it."""
    programme, _, number = text.rpartition(":")
    return programme, int(number)


def with_others(
    proposal: Proposal, name: str, cells: list[Cell], run: PlanRun, edition: Edition, lang: str
) -> Proposal:
    """The line whose further places somebody asked for has them."""
    problem = msgspec.convert(run.problem, Problem)
    houses = {screen.id: screen.name for screen in problem.screens}
    others = [
        Other(
            place(edition, Placement(*name_of(name), cell.screen, cell.start), houses, lang),
            cell.price,
            f"{name}@{cell.screen}@{cell.start}",
        )
        for cell in cells
    ]
    groups = [
        replace(
            group,
            lines=[
                replace(line, others=others) if line.name == name else line for line in group.lines
            ],
        )
        for group in proposal.groups
    ]
    return replace(proposal, groups=groups)


def explanation_in(run: PlanRun) -> Explanation | None:
    return msgspec.convert(run.explanation, Explanation) if run.explanation else None


def locks_clash(facts: ProblemFacts) -> bool:
    """What is locked breaks a rule by itself: no plan can mend that."""
    pins = [Placement(p.programme, p.number, p.screen, p.start) for p in facts.problem.pins]
    return any(clash.code != "lock_moved" for clash in breaches(facts, pins))


def numbered(groups: dict[Change, list[PlanLine]], *, freed: Collection[str]) -> list[LineGroup]:
    """The best gains first, and one count through all the groups."""
    number = count(1)
    return [
        LineGroup(
            change,
            sum(line.price for line in lines),
            [
                replace(line, number=next(number), freed=line.name in freed)
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


class MinutesBar(Struct, frozen=True):
    """How many minutes are needed, and how many there are; shares of the wider in percent."""

    words: str
    need: int
    has: int
    has_share: float
    over_share: float


class CoreCard(Struct, frozen=True):
    """Rules of the core, and what can be done about them; without a `remedy`, what somebody outside could."""

    rules: list[str]
    words: str
    remedy: WayOut | None
    number: int = 0


def bars_of(explanation: Explanation | None, names: Names, lang: str) -> list[MinutesBar]:
    """What arithmetic alone sees: a screen's day, a stay, the equipment, the whole festival."""
    bars = []
    for remark in explanation.remarks if explanation else []:
        need, has = (
            remark.details.get("need"),
            remark.details.get("open", remark.details.get("stay")),
        )
        if isinstance(need, int) and isinstance(has, int) and need > has:
            share = round(100 * has / need, 2)
            words = t(lang, f"remark.{remark.code}", **details_in(remark.details, names, lang))
            bars.append(MinutesBar(words, need, has, share, round(100 - share, 2)))
    return bars


def cards_of(
    explanation: Explanation | None, remedies: list[WayOut], names: Names, lang: str
) -> list[CoreCard]:
    """In the order of the core; rules that the same remedy answers are on one card."""
    if explanation is None:
        return []
    tried = {remedy.rule: (number, remedy) for number, remedy in enumerate(remedies)}
    cards: list[CoreCard] = []
    for said in explanation.core:
        rule = t(lang, f"because.{said.code}", **details_in(said.details, names, lang))
        number, remedy = next((tried[one] for one in said.rules if one in tried), (0, None))
        words = (
            fact_words(remedy.fact, names, lang)
            if remedy
            else t(lang, f"letgo.{said.code}", **details_in(said.details, names, lang))
        )
        same = next((card for card in cards if remedy and answers(card, remedy)), None)
        if same:
            same.rules.append(rule)
        else:
            cards.append(CoreCard([rule], words, remedy, number))
    return cards


def answers(card: CoreCard, remedy: WayOut) -> bool:
    return card.remedy is not None and card.remedy.fact == remedy.fact


def fact_words(fact: NewFact, names: Names, lang: str) -> str:
    """What is supposed, or done about it, as something that somebody does."""
    if fact.cause == "weights":
        rules = [t(lang, f"planner.rule.{rule}") for rule in str(fact.details["rules"]).split()]
        return t(lang, "plan.fact.weights", rules=listed(lang, rules))
    shown = details_in(fact.details, names, lang)
    if fact.cause == "promise" and not shown["n"]:
        return t(lang, "plan.fact.withdrawal", **shown)
    return t(
        lang,
        f"plan.fact.{fact.cause}",
        **(in_hours(shown, lang) if fact.cause in OF_HOURS else shown),
    )


def hot_in(explanation: Explanation | None) -> tuple[set[Name], set[tuple[str, int]]]:
    """The screenings and the days of screens of which the core speaks."""
    demands = [rule for said in explanation.core for rule in said.rules] if explanation else []
    return (
        {(rule.of, rule.number) for rule in demands if rule.code in {"lock", "promise"}},
        {(rule.of, rule.number) for rule in demands if rule.code == "outside_hours"},
    )
