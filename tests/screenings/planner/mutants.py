"""Breaks legal plans, one rule at a time, and names the rule. Knows the model and nothing else.

Neither the rules nor the checker are read here: what each rule means is worked out a third time.
"""

import random
from collections.abc import Callable, Iterator
from itertools import combinations

from msgspec import Struct
from msgspec.structs import replace

from screenings.planner.model import (
    Film,
    Guest,
    Hold,
    JuryPanel,
    Order,
    Pin,
    Placement,
    Plan,
    Problem,
    ProjectionCrew,
    ScreenReservation,
    SharedResource,
)

DAY = 1440


class Mutant(Struct, frozen=True):
    """A plan that breaks `rule`, beside the problem that it breaks it in."""

    rule: str
    how: str
    problem: Problem
    plan: Plan


Made = tuple[Problem, list[Placement]] | None
Mutator = Callable[["World", random.Random], Made]
MUTATORS: dict[str, list[Mutator]] = {}


def breaks(rule: str) -> Callable[[Mutator], Mutator]:
    def known(mutator: Mutator) -> Mutator:
        MUTATORS.setdefault(rule, []).append(mutator)
        return mutator

    return known


class World:
    """A problem and a legal plan of it, laid out for whoever wants to break something."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem, self.plan = problem, plan
        self.placements = list(plan.placements)
        self.programmes = {p.id: p for p in problem.programmes}
        self.screens = {s.id: s for s in problem.screens}
        held = {(p.programme, p.number) for p in problem.pins}
        self.free = [p for p in self.placements if (p.programme, p.number) not in held]
        self.firsts = [p for p in self.placements if p.number == 0]

    def minutes(self, p: Placement) -> int:
        one = self.programmes[p.programme]
        intro = one.intros[p.number] if p.number < len(one.intros) else one.intro
        debates = [*one.debates, *([] if one.debates else [one.debate])]
        debate = debates[p.number] if p.number < len(debates) else 0
        return one.film_minutes + intro + debate

    def end(self, p: Placement) -> int:
        return p.start + self.minutes(p)

    def day(self, p: Placement) -> int:
        return (p.start - 240) // DAY

    def clock(self, p: Placement) -> int:
        return p.start - self.day(p) * DAY

    def with_programme(self, name: str, **fields: object) -> Problem:
        programmes = [replace(p, **fields) if p.id == name else p for p in self.problem.programmes]
        return replace(self.problem, programmes=programmes)

    def with_screen(self, name: str, **fields: object) -> Problem:
        screens = [replace(s, **fields) if s.id == name else s for s in self.problem.screens]
        return replace(self.problem, screens=screens)

    def moved(self, p: Placement, **fields: object) -> list[Placement]:
        return [replace(one, **fields) if one is p else one for one in self.placements]

    def overlapping(self, among: list[Placement]) -> list[tuple[Placement, Placement]]:
        return [
            (a, b) for a, b in combinations(among, 2)
            if a.start < self.end(b) and b.start < self.end(a) and a.programme != b.programme
        ]  # fmt: skip

    def grid(self, minute: int) -> int:
        return minute - minute % self.problem.step


def pick(chance: random.Random, some: list) -> object:
    return chance.choice(some) if some else None


@breaks("H1")
def one_is_forgotten(world: World, chance: random.Random) -> Made:
    gone = chance.choice(world.placements)
    return world.problem, [p for p in world.placements if p is not gone]


@breaks("H1")
def one_is_shown_twice(world: World, chance: random.Random) -> Made:
    again = chance.choice(world.free)
    return world.problem, [*world.placements, replace(again, start=again.start + 60)]


@breaks("H1")
def more_is_promised_than_shown(world: World, chance: random.Random) -> Made:
    name = chance.choice(world.placements).programme
    return world.with_programme(name, showings=world.programmes[name].showings + 1), world.placements


@breaks("H2")
def two_films_in_one_screen(world: World, chance: random.Random) -> Made:
    a, b = chance.choice(world.placements), chance.choice(world.free)
    if a is b:
        return None
    start = world.grid(a.start + chance.randrange(world.minutes(a)))
    start = max(start, a.start)
    return world.problem, world.moved(b, screen=a.screen, start=start)


@breaks("H3")
def no_time_to_clear(world: World, chance: random.Random) -> Made:
    a, b = chance.choice(world.placements), chance.choice(world.free)
    least = world.screens[a.screen].turnaround
    starts = [m for m in range(world.end(a), world.end(a) + least) if m % world.problem.step == 0]
    if a is b or not starts:
        return None
    others = [o for o in world.placements if o is not b and o.screen == a.screen]
    start = chance.choice(starts)
    long = world.minutes(b)
    if any(o.start < start + long and start < world.end(o) for o in others):
        return None
    return world.problem, world.moved(b, screen=a.screen, start=start)


@breaks("H3")
def cleaning_takes_longer(world: World, chance: random.Random) -> Made:
    rows = [
        (a, b) for a in world.placements for b in world.placements
        if a.screen == b.screen and 0 <= b.start - world.end(a) < 240
    ]  # fmt: skip
    found = pick(chance, rows)
    if not found:
        return None
    a, b = found
    return world.with_screen(a.screen, turnaround=b.start - world.end(a) + 1), world.placements


@breaks("H4")
def before_the_doors_open(world: World, chance: random.Random) -> Made:
    p = chance.choice(world.placements)
    hours = list(world.screens[p.screen].hours)
    _, closes = hours[world.day(p)]
    hours[world.day(p)] = (world.clock(p) + chance.randrange(1, 30), max(closes, world.clock(p) + 40))
    return world.with_screen(p.screen, hours=hours), world.placements


@breaks("H4")
def after_the_doors_close(world: World, chance: random.Random) -> Made:
    p = chance.choice(world.placements)
    hours = list(world.screens[p.screen].hours)
    opens, _ = hours[world.day(p)]
    hours[world.day(p)] = (opens, world.clock(p) + world.minutes(p) - chance.randrange(1, 30))
    return world.with_screen(p.screen, hours=hours), world.placements


@breaks("H4")
def the_screen_is_closed_that_day(world: World, chance: random.Random) -> Made:
    p = chance.choice(world.placements)
    hours = list(world.screens[p.screen].hours)
    hours[world.day(p)] = None
    return world.with_screen(p.screen, hours=hours), world.placements


@breaks("H4")
def works_in_the_middle(world: World, chance: random.Random) -> Made:
    p = chance.choice(world.placements)
    begins = p.start + chance.randrange(world.minutes(p))
    return world.with_screen(p.screen, closures=[(begins, begins + chance.randrange(1, 60))]), world.placements


@breaks("H5")
def a_machine_that_is_not_there(world: World, chance: random.Random) -> Made:
    name = chance.choice(world.placements).programme
    return world.with_programme(name, equipment=[*world.programmes[name].equipment, "imax"]), world.placements


@breaks("H6")
def more_seats_than_the_house_has(world: World, chance: random.Random) -> Made:
    p = chance.choice(world.firsts)
    return world.with_programme(p.programme, least_seats=world.screens[p.screen].seats + 1), world.placements


@breaks("H6")
def steps_before_the_door(world: World, chance: random.Random) -> Made:
    p = chance.choice(world.placements)
    problem = world.with_screen(p.screen, step_free=False)
    return World(problem, world.plan).with_programme(p.programme, step_free=True), world.placements


@breaks("H6")
def no_captions_here(world: World, chance: random.Random) -> Made:
    p = chance.choice(world.placements)
    problem = world.with_screen(p.screen, captions=False)
    return World(problem, world.plan).with_programme(p.programme, captions=True), world.placements


@breaks("H7")
def the_guest_leaves_early(world: World, chance: random.Random) -> Made:
    p = chance.choice(world.firsts)
    guest = Guest("late", "late", [(p.start - 60, world.end(p) - 1)], [p.programme])
    return replace(world.problem, guests=[*world.problem.guests, guest]), world.placements


@breaks("H7")
def the_guest_comes_late(world: World, chance: random.Random) -> Made:
    p = chance.choice(world.firsts)
    guest = Guest("late", "late", [(p.start + 1, world.end(p) + 600)], [p.programme])
    return replace(world.problem, guests=[*world.problem.guests, guest]), world.placements


@breaks("H8")
def in_two_places(world: World, chance: random.Random) -> Made:
    found = pick(chance, world.overlapping(world.firsts))
    if not found:
        return None
    guest = Guest("two", "two", [], [found[0].programme, found[1].programme])
    return replace(world.problem, guests=[*world.problem.guests, guest]), world.placements


@breaks("H8")
def the_way_is_too_long(world: World, chance: random.Random) -> Made:
    rows = [
        (a, b) for a in world.firsts for b in world.firsts
        if a.screen != b.screen and 0 <= b.start - world.end(a) < 100
    ]  # fmt: skip
    found = pick(chance, rows)
    if not found:
        return None
    a, b = found
    guest = Guest("far", "far", [], [a.programme, b.programme])
    problem = replace(world.problem, guests=[guest], travel=b.start - world.end(a) + 1, ways=[])
    return problem, world.placements


@breaks("H9")
def a_jury_in_two_rooms(world: World, chance: random.Random) -> Made:
    found = pick(chance, world.overlapping(world.firsts))
    if not found:
        return None
    jury = JuryPanel("J", "J", [found[0].programme, found[1].programme])
    return replace(world.problem, juries=[*world.problem.juries, jury]), world.placements


@breaks("H9")
def a_jury_without_a_pause(world: World, chance: random.Random) -> Made:
    rows = [(a, b) for a in world.firsts for b in world.firsts if 0 <= b.start - world.end(a) < 200]
    found = pick(chance, rows)
    if not found:
        return None
    a, b = found
    jury = JuryPanel("J", "J", [a.programme, b.programme], pause=b.start - world.end(a) + 1)
    return replace(world.problem, juries=[*world.problem.juries, jury]), world.placements


@breaks("H9")
def a_jury_that_sees_too_much(world: World, chance: random.Random) -> Made:
    p = chance.choice(world.firsts)
    same = [o.programme for o in world.firsts if world.day(o) == world.day(p)]
    if len(same) < 2:
        return None
    jury = JuryPanel("J", "J", same, pause=0, most_a_day=len(same) - 1)
    return replace(world.problem, juries=[*world.problem.juries, jury]), world.placements


def repeated(world: World) -> list[tuple[Placement, Placement]]:
    held = {(p.programme, p.number) for p in world.problem.pins}
    return [
        (a, b) for a in world.firsts for b in world.placements
        if b.programme == a.programme and b.number > 0
        and not {(a.programme, 0), (b.programme, b.number)} & held
    ]  # fmt: skip


@breaks("H10")
def the_repeat_comes_first(world: World, chance: random.Random) -> Made:
    found = pick(chance, repeated(world))
    if not found:
        return None
    a, b = found
    swapped = {id(a): (b.screen, b.start), id(b): (a.screen, a.start)}
    placements = [
        replace(p, screen=swapped[id(p)][0], start=swapped[id(p)][1]) if id(p) in swapped else p
        for p in world.placements
    ]
    return world.problem, placements


@breaks("H11")
def twice_on_one_day(world: World, chance: random.Random) -> Made:
    found = pick(chance, repeated(world))
    if not found:
        return None
    a, b = found
    later = world.grid(b.start % DAY) + world.day(a) * DAY
    return world.problem, world.moved(b, start=later if later > a.start else later + 5 * 60)


@breaks("H12")
def a_film_for_adults_too_early(world: World, chance: random.Random) -> Made:
    p = chance.choice(world.placements)
    return world.with_programme(p.programme, earliest=world.clock(p) + chance.randrange(1, 120)), world.placements


@breaks("H12")
def a_film_for_children_too_late(world: World, chance: random.Random) -> Made:
    p = chance.choice(world.placements)
    return world.with_programme(p.programme, latest=world.clock(p) - chance.randrange(1, 120)), world.placements


@breaks("H13")
def before_the_embargo_ends(world: World, chance: random.Random) -> Made:
    p = chance.choice(world.placements)
    return world.with_programme(p.programme, not_before=p.start + chance.randrange(1, 600)), world.placements


@breaks("H13")
def on_a_forbidden_day(world: World, chance: random.Random) -> Made:
    p = chance.choice(world.placements)
    return world.with_programme(p.programme, forbidden_days=[world.day(p)]), world.placements


@breaks("H13")
def more_often_than_the_rights_allow(world: World, chance: random.Random) -> Made:
    p = chance.choice(world.placements)
    shown = sum(o.programme == p.programme for o in world.placements)
    return world.with_programme(p.programme, most_screenings=shown - 1), world.placements


@breaks("H13")
def more_often_than_the_visa_allows(world: World, chance: random.Random) -> Made:
    p = chance.choice(world.placements)
    shown = sum(o.programme == p.programme for o in world.placements)
    if shown < 2:
        return None
    measures = replace(world.problem.measures, visa_screenings=shown - 1)
    return replace(world.with_programme(p.programme, visa=True), measures=measures), world.placements


@breaks("H14")
def a_locked_one_is_moved(world: World, chance: random.Random) -> Made:
    p = chance.choice(world.free)
    other = [s for s in world.screens if s != p.screen]
    pin = Pin(p.programme, p.number, chance.choice([*other, p.screen]), p.start)
    if pin.screen == p.screen:
        pin = replace(pin, start=p.start + world.problem.step)
    return replace(world.problem, pins=[*world.problem.pins, pin]), world.placements


@breaks("H14")
def a_day_that_was_promised(world: World, chance: random.Random) -> Made:
    p = chance.choice(world.free)
    day = chance.choice([d for d in range(world.problem.days) if d != world.day(p)] or [-1])
    if day < 0:
        return None
    return replace(world.problem, holds=[Hold(p.programme, p.number, day=day)]), world.placements


@breaks("H14")
def an_hour_that_was_promised(world: World, chance: random.Random) -> Made:
    p = chance.choice(world.free)
    hold = Hold(p.programme, p.number, minute=world.clock(p) + chance.choice([-30, -5, 5, 60]))
    return replace(world.problem, holds=[hold]), world.placements


@breaks("H14")
def a_house_that_was_promised(world: World, chance: random.Random) -> Made:
    p = chance.choice(world.free)
    other = pick(chance, [s for s in world.screens if s != p.screen])
    return (replace(world.problem, holds=[Hold(p.programme, p.number, screen=other)]), world.placements) if other else None


@breaks("H15")
def over_the_awards(world: World, chance: random.Random) -> Made:
    p = chance.choice(world.placements)
    begins = p.start + chance.randrange(world.minutes(p))
    taken = ScreenReservation("awards", p.screen, begins, begins + 90)
    return replace(world.problem, reservations=[taken]), world.placements


@breaks("H16")
def more_debates_than_moderators(world: World, chance: random.Random) -> Made:
    found = pick(chance, world.overlapping(world.firsts))
    if not found:
        return None
    team = SharedResource("M", "M", 1, [found[0].programme, found[1].programme], [0])
    return replace(world.problem, resources=[*world.problem.resources, team]), world.placements


@breaks("H16")
def nobody_for_a_kit(world: World, chance: random.Random) -> Made:
    p = chance.choice(world.placements)
    kit = SharedResource("K", "K", 0, [p.programme])
    return replace(world.problem, resources=[*world.problem.resources, kit]), world.placements


@breaks("H18")
def the_second_part_first(world: World, chance: random.Random) -> Made:
    a, b = chance.sample(world.firsts, 2)
    if world.end(a) <= b.start:
        a, b = b, a
    if world.end(a) <= b.start:
        return None
    return replace(world.problem, orders=[Order(a.programme, b.programme)]), world.placements


@breaks("H18")
def the_talk_too_soon_after_the_film(world: World, chance: random.Random) -> Made:
    a, b = chance.sample(world.firsts, 2)
    if world.end(a) > b.start:
        return None
    least = b.start - world.end(a) + 1
    return replace(world.problem, orders=[Order(a.programme, b.programme, least=least)]), world.placements


@breaks("H19")
def no_night_for_the_projectionist(world: World, chance: random.Random) -> Made:
    screen = chance.choice(world.placements).screen
    row = [p for p in world.placements if p.screen == screen]
    days = {world.day(p) for p in row}
    day = pick(chance, [d for d in sorted(days) if d + 1 in days])
    if day is None:
        return None
    last = max(world.end(p) for p in row if world.day(p) == day)
    first = min(p.start for p in row if world.day(p) == day + 1)
    return replace(world.problem, crews=[ProjectionCrew("C", "C", [screen], rest=first - last + 1)]), world.placements


@breaks("H20")
def two_films_of_one_producer(world: World, chance: random.Random) -> Made:
    found = pick(chance, world.overlapping(world.placements))
    if not found:
        return None
    names = (found[0].programme, found[1].programme)
    return replace(world.problem, never_together=[names]), world.placements


@breaks("H17")
def a_block_longer_than_it_may_be(world: World, chance: random.Random) -> Made:
    name = chance.choice(world.placements).programme
    most = world.problem.measures.block_minutes
    films = [Film("a", most // 2 + 1), Film("b", most // 2 + 1)]
    return world.with_programme(name, films=films), world.placements


@breaks("H17")
def one_director_twice_in_a_block(world: World, chance: random.Random) -> Made:
    name = chance.choice(world.placements).programme
    films = [Film("a", 10, director="Ada"), Film("b", 10, director="Bo"), Film("c", 10, director="Ada")]
    return world.with_programme(name, films=films), world.placements


@breaks("H17")
def the_strictest_rating_counts(world: World, chance: random.Random) -> Made:
    p = chance.choice(world.placements)
    films = [Film("a", 10), Film("b", 10, earliest=world.clock(p) + chance.randrange(1, 60))]
    return world.with_programme(p.programme, films=films), world.placements


def mutants(problem: Problem, plan: Plan, rule: str, *, count: int, seed: int) -> Iterator[Mutant]:
    """`count` broken plans for this rule; a breaking that finds nothing to break is tried again."""
    world, chance = World(problem, plan), random.Random(f"{rule}{seed}")
    made = tried = 0
    while made < count and tried < 50 * count:
        tried += 1
        mutator = chance.choice(MUTATORS[rule])
        found = mutator(world, chance)
        if found is not None:
            made += 1
            bent, placements = found
            yield Mutant(rule, mutator.__name__, bent, replace(plan, placements=placements))
