"""Ways out of an impossible festival, each tried: what it asks of whom, and what it would cost."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from screenings.planner.answers.newfacts import FactKind, NewFact, still_possible, tried
from screenings.planner.answers.repair import repair
from screenings.planner.answers.shapes import WayOut
from screenings.planner.answers.words import Statement
from screenings.planner.model import Name, Placement, Problem, day_of
from screenings.planner.rules import cost
from screenings.planner.rules.facts import ProblemFacts, clock
from screenings.planner.rules.rule import Demand
from units.times import DAY, DAY_TURNS

LONGER = (30, 60, 120, 240)  # minutes that a screen opens longer, or a guest stays longer
SHORTER = (15, 10, 5, 0)  # minutes between two films that might do
LONGEST_TRY_S = 6.0  # for one remedy


def ways_out_of(
    problem: Problem,
    was: Sequence[Placement],
    core: Sequence[Statement],
    *,
    seconds: float,
    should_stop: Callable[[], bool] = lambda: False,
) -> list[WayOut]:
    """In the order of the core: of each rule the least that would do, the cheapest of all marked."""
    ends = time.monotonic() + seconds
    wanted = names_of(was, core)
    found: list[WayOut] = []
    known: dict[bytes, WayOut] = {}
    for rule in (demand for statement in core for demand in statement.rules):
        for fact in loosened(problem, rule):
            left = min(LONGEST_TRY_S, ends - time.monotonic())
            if left <= 0 or should_stop():
                return marked(found)
            key = msgspec.json.encode(fact)
            if key not in known:
                known[key] = judged(problem, was, fact, rule, wanted, seconds=left)
            if known[key].works:
                found.append(replace(known[key], rule=rule))
                break
    return marked(found)


def names_of(was: Sequence[Placement], core: Sequence[Statement]) -> set[Name]:
    """What stands, and what this core promises: another core may keep the rest out."""
    promised = {
        (rule.of, rule.number)
        for statement in core
        for rule in statement.rules
        if rule.code == "promise"
    }
    return promised | {(p.programme, p.number) for p in was}


def judged(
    problem: Problem,
    was: Sequence[Placement],
    fact: NewFact,
    rule: Demand,
    wanted: set[Name],
    *,
    seconds: float,
) -> WayOut:
    """Tried on paper, with the fewest moves."""
    supposed = tried(problem, fact)
    standing = still_possible(supposed, was)
    showings = {p.id: p.showings for p in supposed.programmes}
    only = [name for name in wanted if name[1] < showings.get(name[0], 0)]
    mended = repair(supposed, standing, only=only, seconds=seconds, polish=0.5)
    if mended.verdict != "repaired":
        return WayOut(fact, rule, works=False)
    before = sum(cost(problem, list(was)).values())
    return WayOut(
        fact=fact,
        rule=rule,
        works=True,
        moves=mended.moves,
        price=mended.cost - before,
        loses=rule.code == "promise",
        plan=mended.plan,
    )


def marked(found: list[WayOut]) -> list[WayOut]:
    """A kept promise first, then the fewest moves, then the fewest points."""
    best = min(
        range(len(found)),
        key=lambda at: (found[at].loses, found[at].moves, found[at].price),
        default=None,
    )
    return [replace(one, cheapest=at == best) for at, one in enumerate(found)]


# What can be done about a rule, the least of it first


def loosened(problem: Problem, rule: Demand) -> Iterator[NewFact]:
    """Nothing for a rule that only somebody outside of the house can let go."""
    ways = WAYS.get(rule.code)
    for what, of, given, details in ways(ProblemFacts(problem), rule) if ways else ():
        always = "_always" if given == {"windows": []} else ""
        yield NewFact(what, of, given, rule.code + always, details)


WayToTry = tuple[FactKind, str, dict[str, Any], dict[str, int | str]]


def open_longer(facts: ProblemFacts, rule: Demand) -> Iterator[WayToTry]:
    """Earlier in the morning, or later at night."""
    screen, day = facts.screens[rule.of], rule.number
    hours = screen.hours[day]
    if hours is None:
        return
    for more in LONGER:
        for opens, closes in ((hours[0] - more, hours[1]), (hours[0], hours[1] + more)):
            if opens >= DAY_TURNS and closes <= DAY + DAY_TURNS:
                every: list[Any] = list(screen.hours)
                every[day] = (opens, closes)
                said: dict[str, int | str] = {
                    "screen": screen.name,
                    "day": day + 1,
                    "opens": clock(opens),
                    "closes": clock(closes),
                }
                yield "screen", screen.id, {"hours": every}, said


def clear_faster(facts: ProblemFacts, rule: Demand) -> Iterator[WayToTry]:
    screen = facts.screens[rule.of]
    for long in SHORTER:
        if long < screen.turnaround:
            said: dict[str, int | str] = {"screen": screen.name, "minutes": long}
            yield "screen", screen.id, {"turnaround": long}, said


def reopen(facts: ProblemFacts, rule: Demand) -> Iterator[WayToTry]:
    screen = facts.screens[rule.of]
    for number, (begins, ends) in enumerate(screen.closures):
        if number == rule.number:
            left = [span for at, span in enumerate(screen.closures) if at != number]
            said: dict[str, int | str] = {
                "screen": screen.name,
                "day": day_of(begins) + 1,
                "begins": clock(begins),
                "ends": clock(ends),
            }
            yield "screen", screen.id, {"closures": left}, said


def unlock(facts: ProblemFacts, rule: Demand) -> Iterator[WayToTry]:
    said: dict[str, int | str] = {"title": facts.programmes[rule.of].title}
    yield "lock", rule.of, {"number": rule.number}, said | {"number": rule.number + 1}


def show_less(facts: ProblemFacts, rule: Demand) -> Iterator[WayToTry]:
    programme = facts.programmes[rule.of]
    for left in range(programme.showings - 1, -1, -1):
        said: dict[str, int | str] = {"title": programme.title, "n": left}
        yield "programme", programme.id, {"showings": left}, said


def stay_longer(facts: ProblemFacts, rule: Demand) -> Iterator[WayToTry]:
    guest = next(guest for guest in facts.problem.guests if guest.id == rule.of)
    for more in LONGER:
        windows = [(max(0, begins - more), ends + more) for begins, ends in guest.windows]
        yield "guest", guest.id, {"windows": windows}, {"guest": guest.name, "minutes": more}
    yield "guest", guest.id, {"windows": []}, {"guest": guest.name, "minutes": 0}


def of_programme(
    **given: Callable[[Any], Any],
) -> Callable[[ProblemFacts, Demand], Iterator[WayToTry]]:
    """One field of a programme, set anew."""

    def ways(facts: ProblemFacts, rule: Demand) -> Iterator[WayToTry]:
        programme = facts.programmes[rule.of]
        fields = {name: value(programme) for name, value in given.items()}
        yield "programme", programme.id, fields, {"title": programme.title}

    return ways


def of_rules(**given: Any) -> Callable[[ProblemFacts, Demand], Iterator[WayToTry]]:
    def ways(facts: ProblemFacts, rule: Demand) -> Iterator[WayToTry]:
        yield "rules", "", given, {"title": facts.programmes[rule.of].title}

    return ways


def share_jury(facts: ProblemFacts, rule: Demand) -> Iterator[WayToTry]:
    jury = next(jury for jury in facts.problem.juries if jury.id == rule.of)
    said: dict[str, int | str] = {"jury": jury.name}
    if rule.code == "jury_in_two_places":
        yield "jury", jury.id, {"pause": 0}, said
    else:
        most = jury.most_a_day + 1
        yield "jury", jury.id, {"most_a_day": most}, said | {"most": most}


def add_resource(facts: ProblemFacts, rule: Demand) -> Iterator[WayToTry]:
    one = next(one for one in facts.problem.resources if one.id == rule.of)
    for more in (1, 2):
        limit = one.limit + more
        said: dict[str, int | str] = {"resource": one.name, "limit": limit}
        yield "resource", one.id, {"limit": limit}, said


def rest_less(facts: ProblemFacts, rule: Demand) -> Iterator[WayToTry]:
    crew = next(crew for crew in facts.problem.crews if crew.id == rule.of)
    for less in LONGER:
        if less < crew.rest:
            rest = crew.rest - less
            said: dict[str, int | str] = {"crew": crew.name, "minutes": rest}
            yield "crew", crew.id, {"rest": rest}, said


WAYS: dict[str, Callable[[ProblemFacts, Demand], Iterator[WayToTry]]] = {
    "outside_hours": open_longer,
    "turnaround_short": clear_faster,
    "screen_closed": reopen,
    "lock": unlock,
    "promise": show_less,
    "guest_absent": stay_longer,
    "too_few_seats": of_programme(least_seats=lambda _: 0),
    "too_early": of_programme(earliest=lambda _: None),
    "too_late": of_programme(latest=lambda _: None),
    "embargo_broken": of_programme(not_before=lambda _: None),
    "too_many_screenings": of_programme(most_screenings=lambda p: p.showings),
    "forbidden_day": of_programme(forbidden_days=lambda _: []),
    "visa_screenings": of_programme(visa=lambda _: False),
    "visa_days": of_programme(visa=lambda _: False),
    "visa_communes": of_programme(visa=lambda _: False),
    "repeat_same_day": of_rules(repeat_gap=0),
    "repeat_too_soon": of_rules(repeat_gap=0),
    "repeat_same_band": of_rules(repeat_other_band=False),
    "premiere_after_repeat": of_rules(premiere_first=False),
    "press_out_of_order": of_programme(press_before=lambda _: False),
    "jury_in_two_places": share_jury,
    "jury_overworked": share_jury,
    "resource_short": add_resource,
    "rest_too_short": rest_less,
}
