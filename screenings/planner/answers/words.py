"""A rule in words: a code, and the names and figures that its sentence needs."""

from collections.abc import Callable

from msgspec import Struct

from screenings.planner.model import DAY, Screen, day_of
from screenings.planner.rules.facts import Facts, clock, hours_on
from screenings.planner.rules.named import Name, Named
from screenings.planner.rules.rights import block_length, directors_twice, strictest_hour, told

Details = dict[str, int | str]


class Remark(Struct, frozen=True):
    """A code and what its sentence needs; `rules` are those that it speaks of."""

    code: str
    details: Details
    rules: list[Named] = []


def spoken(facts: Facts, rule: Named) -> Remark:
    details = details_of(facts, rule)
    within = rule.code == "out_of_order" and "most" in details
    return Remark("out_of_order_within" if within else rule.code, details, [rule])


def title(facts: Facts, name: Name) -> Details:
    return {"title": facts.programmes[name[0]].title, "number": name[1] + 1}


def details_of(facts: Facts, rule: Named) -> Details:
    """What the sentence of a rule needs."""
    return SAID.get(rule.code, bounds)(facts, rule)


def turnaround(facts: Facts, rule: Named) -> Details:
    screen = facts.screens[rule.of]
    return {"screen": screen.name, "minutes": screen.turnaround}


def of_jury(facts: Facts, rule: Named) -> Details:
    jury = next(j for j in facts.problem.juries if j.id == rule.of)
    return {"jury": jury.name, "pause": jury.pause, "most": jury.most_a_day}


def of_resource(facts: Facts, rule: Named) -> Details:
    resource = next(r for r in facts.problem.resources if r.id == rule.of)
    return {"resource": resource.name, "limit": resource.limit}


def of_crew(facts: Facts, rule: Named) -> Details:
    crew = next(c for c in facts.problem.crews if c.id == rule.of)
    return {"crew": crew.name, "hours": f"{crew.rest // 60} h {crew.rest % 60:02}"}


def of_pair(facts: Facts, rule: Named) -> Details:
    one, other = facts.problem.never_together[rule.number]
    return {"one": facts.programmes[one].title, "other": facts.programmes[other].title}


def closure(facts: Facts, rule: Named) -> Details:
    screen = facts.screens[rule.of]
    return span_said(screen, *screen.closures[rule.number])


def reservation(facts: Facts, rule: Named) -> Details:
    one = facts.problem.reservations[rule.number]
    return {**span_said(facts.screens[rule.of], one.begins, one.ends), "title": one.title}


def held(facts: Facts, rule: Named) -> Details:
    hold = facts.problem.holds[rule.number]
    return {**title(facts, (hold.programme, hold.number)), **told(facts, hold)}


def opening(facts: Facts, rule: Named) -> Details:
    hours = hours_on(facts.screens[rule.of], rule.number, facts.problem.days) or (0, 0)
    return {
        "screen": facts.screens[rule.of].name,
        "day": rule.number + 1,
        "opens": clock(rule.number * DAY + hours[0]),
        "closes": clock(rule.number * DAY + hours[1]),
        "minutes": hours[1] - hours[0],
    }


def stay(facts: Facts, rule: Named) -> Details:
    guest = next(g for g in facts.problem.guests if g.id == rule.of)
    stays = united(guest.windows)
    return {
        "guest": guest.name,
        "stays": " · ".join(f"{day_of(a) + 1} {clock(a)}–{clock(b)}" for a, b in stays),
        "minutes": sum(b - a for a, b in stays),
    }


def united(windows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for opens, closes in sorted(windows):
        if found and opens <= found[-1][1]:
            found[-1] = (found[-1][0], max(closes, found[-1][1]))
        else:
            found.append((opens, closes))
    return found


def locked_at(facts: Facts, rule: Named) -> Details:
    pin = next(p for p in facts.problem.pins if (p.programme, p.number) == (rule.of, rule.number))
    day, screen = day_of(pin.start) + 1, facts.screens[pin.screen].name
    name = title(facts, (rule.of, rule.number))
    return {**name, "screen": screen, "day": day, "starts": clock(pin.start)}


def of_order(facts: Facts, rule: Named) -> Details:
    order = facts.problem.orders[rule.number]
    titles: Details = {
        "first": facts.programmes[order.first].title,
        "then": facts.programmes[order.then].title,
        "least": order.least,
    }
    return titles if order.most is None else {**titles, "most": order.most}


def span_said(screen: Screen, begins: int, ends: int) -> Details:
    day = day_of(begins) + 1
    return {"screen": screen.name, "day": day, "begins": clock(begins), "ends": clock(ends)}


def bounds(facts: Facts, rule: Named) -> Details:
    """What is said of one programme, with its figures."""
    programme, measures = facts.programmes[rule.of], facts.measures
    embargo, earliest = programme.not_before or 0, strictest_hour(programme) or 0
    said: dict[str, Details] = {
        "too_few_seats": {"least": programme.least_seats},
        "too_early": {"earliest": clock(programme.earliest or 0)},
        "too_late": {"latest": clock(programme.latest or 0)},
        "embargo_broken": {"day": day_of(embargo) + 1, "from": clock(embargo)},
        "forbidden_day": {
            "days": ", ".join(str(day + 1) for day in sorted(programme.forbidden_days))
        },
        "too_many_screenings": {"most": programme.most_screenings or 0},
        "visa_screenings": {"most": measures.visa_screenings},
        "visa_days": {"most": measures.visa_days},
        "block_too_long": {
            "minutes": block_length(facts, programme),
            "most": measures.block_minutes,
        },
        "director_twice": {"director": ", ".join(directors_twice(programme))},
        "block_too_early": {"earliest": clock(earliest)},
        "repeat_too_soon": {"least": facts.problem.repeat_gap or 0},
    }
    return {**title(facts, (rule.of, rule.number)), **said.get(rule.code, {})}


SAID: dict[str, Callable[[Facts, Named], Details]] = {
    "outside_hours": opening,
    "turnaround_short": turnaround,
    "guest_absent": stay,
    "jury_in_two_places": of_jury,
    "jury_overworked": of_jury,
    "resource_short": of_resource,
    "rest_too_short": of_crew,
    "out_of_order": of_order,
    "never_together": of_pair,
    "screen_closed": closure,
    "screen_reserved": reservation,
    "hold_broken": held,
    "lock": locked_at,
}
