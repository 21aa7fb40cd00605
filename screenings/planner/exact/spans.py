"""The starts that each rule about one screening allows, on one screen and one day."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from ortools.util.python.sorted_interval_list import Domain

from screenings.planner import minutes
from screenings.planner.model import DAY, DAY_TURNS, Guest, Placement, Programme, Screen, day_of
from screenings.planner.rules.facts import Facts, hours_on, length
from screenings.planner.rules.named import House, Name, Named, house_rules, unary_rules
from screenings.planner.rules.rights import block_length, directors_twice, strictest_hour
from screenings.planner.search.instance import grid_of

END = 10**6

WIDE = (8 * 60, 26 * 60)  # where a screening may go once a screen's hours are let go


def starts_in(
    facts: Facts, name: Name, house: House, kept: Collection[Named], pin: Placement | None = None
) -> Domain:
    """The starts that all kept rules about one screening leave in one house."""
    if not can_show(facts, name[0], house[0]):
        return Domain.from_values([])
    allowed = anywhere(facts, *house, pin)
    for rule in (*unary_rules(facts, name), *house_rules(facts, house)):
        if rule in kept:
            allowed = allowed.intersection_with(span(facts, rule, name, *house))
    if pin and Named("lock", *name) in kept:
        here = (pin.screen, day_of(pin.start)) == house
        only = Domain.from_values([pin.start] if here else [])
        allowed = allowed.intersection_with(only)
    return allowed


def can_show(facts: Facts, programme: str, screen: str) -> bool:
    """Machines and doors: physics, never offered to be let go."""
    film, room = facts.programmes[programme], facts.screens[screen]
    equipped = set(film.equipment) <= set(room.equipment) or not facts.forces("H5")
    open_to_all = (room.step_free or not film.step_free) and (room.captions or not film.captions)
    return equipped and (open_to_all or not facts.forces("H6"))


def anywhere(facts: Facts, screen: str, day: int, pin: Placement | None) -> Domain:
    """The wide hours of a day; the lines of the grid come with the start, save for an odd lock."""
    hours = hours_on(facts.screens[screen], day, facts.problem.days) or WIDE
    opens = max(DAY_TURNS, min(WIDE[0], hours[0])) + day * DAY
    closes = min(DAY + DAY_TURNS - 1, max(WIDE[1], hours[1])) + day * DAY
    if tick_of(facts, pin) > 1:
        return Domain(opens, closes)
    left = grid_of(facts.screens[screen], facts.problem) & minutes.span(opens, closes + 1)
    if pin is not None and (pin.screen, day_of(pin.start)) == (screen, day):
        left |= 1 << pin.start
    return Domain.from_values(list(minutes.each(left)))


def tick_of(facts: Facts, pin: Placement | None) -> int:
    """Starts are counted in steps of the grid, so that their domains have no holes."""
    step = facts.problem.step
    if any(s.slots is not None or s.step for s in facts.problem.screens):
        return 1
    return step if pin is None or pin.start % step == 0 else 1


def ticks(allowed: Domain, tick: int) -> Domain:
    if tick == 1:
        return allowed
    flat = allowed.flattened_intervals()
    found = [
        [-(-low // tick), high // tick] for low, high in zip(flat[::2], flat[1::2], strict=True)
    ]
    return Domain.from_intervals([pair for pair in found if pair[0] <= pair[1]])


@dataclass(frozen=True)
class Spot:
    """A rule, and the screening, the screen and the day that it is asked about."""

    facts: Facts
    rule: Named
    programme: Programme
    long: int
    screen: Screen
    day: int

    def from_minute(self, minute: int | None) -> Domain:
        return Domain(self.day * DAY + (minute or 0), END)


def span(facts: Facts, rule: Named, name: Name, screen: str, day: int) -> Domain:
    """The starts that one rule about one screening allows in one house."""
    programme = facts.programmes[name[0]]
    spot = Spot(facts, rule, programme, length(programme, name[1]), facts.screens[screen], day)
    return SPANS[rule.code](spot)


def hours_of(spot: Spot) -> Domain:
    opened = hours_on(spot.screen, spot.day, spot.facts.problem.days)
    if opened is None or opened[1] - spot.long < opened[0]:
        return NOTHING
    morning = spot.day * DAY
    return Domain(morning + opened[0], morning + opened[1] - spot.long)


def reserved(spot: Spot) -> Domain:
    """Clear when the ceremony begins."""
    one = spot.facts.problem.reservations[spot.rule.number]
    return outside((one.begins, one.ends), spot.long + spot.screen.turnaround)


def held(spot: Spot) -> Domain:
    hold = spot.facts.problem.holds[spot.rule.number]
    if hold.screen not in {None, spot.screen.id} or hold.day not in {None, spot.day}:
        return NOTHING
    if hold.minute is None:
        return EVERYTHING
    return Domain.from_values([spot.day * DAY + hold.minute])


def guest_here(spot: Spot) -> Domain:
    its = spot.facts.guests[spot.programme.id]
    return presence(next(g for g in its if g.id == spot.rule.of), spot.long)


def unless(refused: Callable[[Spot], object]) -> Callable[[Spot], Domain]:
    return lambda spot: NOTHING if refused(spot) else EVERYTHING


EVERYTHING, NOTHING = Domain(0, END), Domain.from_values([])
SPANS: dict[str, Callable[[Spot], Domain]] = {
    "outside_hours": hours_of,
    "screen_closed": lambda at: outside(at.screen.closures[at.rule.number], at.long),
    "screen_reserved": reserved,
    "hold_broken": held,
    "guest_absent": guest_here,
    "too_few_seats": unless(lambda at: at.screen.seats < at.programme.least_seats),
    "too_early": lambda at: at.from_minute(at.programme.earliest),
    "too_late": lambda at: Domain(0, at.day * DAY + (at.programme.latest or 0)),
    "embargo_broken": lambda at: Domain(max(0, at.programme.not_before or 0), END),
    "forbidden_day": unless(lambda at: at.day in at.programme.forbidden_days),
    "block_too_long": unless(
        lambda at: block_length(at.facts, at.programme) > at.facts.measures.block_minutes
    ),
    "director_twice": unless(lambda at: directors_twice(at.programme)),
    "block_too_early": lambda at: at.from_minute(strictest_hour(at.programme)),
}


def outside(these: tuple[int, int], long: int) -> Domain:
    """The starts of something so long that ends before these minutes, or begins after them."""
    return Domain(max(0, these[0] - long + 1), max(0, these[1] - 1)).complement()


def presence(guest: Guest, long: int) -> Domain:
    stays: list[list[int]] = []
    for opens, closes in sorted(guest.windows):
        if stays and opens <= stays[-1][1]:
            stays[-1][1] = max(closes, stays[-1][1])
        else:
            stays.append([opens, closes])
    fitting = [[opens, closes - long] for opens, closes in stays if closes - long >= opens]
    return Domain.from_intervals(fitting)
