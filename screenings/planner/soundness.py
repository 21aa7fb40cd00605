"""What no shape can say of a problem: names that lead nowhere, things said twice, times backwards.

Each fault names its field. Nothing that a problem asks for may be passed over in silence.
"""

from collections.abc import Iterable, Iterator

from screenings.planner.model import Problem, Programme
from screenings.planner.rules import PRICES, RULES
from screenings.planner.rules.facts import length, venue
from units.times import DAY, DAY_TURNS

PHYSICS = {rule.code for rule in RULES if rule.is_physics}
HARD, SOFT = {rule.code for rule in RULES}, {price.code for price in PRICES}
Reference = tuple[str, str, str]  # kind, field, name


def validate(problem: Problem) -> list[str]:
    """Every fault, and none when the planner can work with it."""
    return [
        *of_days(problem),
        *of_screens(problem),
        *of_programmes(problem),
        *of_measures(problem),
        *twice(problem),
        *strangers(problem),
        *backwards(problem),
        *with_itself(problem),
        *of_settings(problem),
    ]


def of_days(problem: Problem) -> Iterator[str]:
    if problem.days < 1:
        yield "days: at least 1"
    if problem.step < 1:
        yield "step: at least 1 minute"
    for n, hold in enumerate(problem.holds):
        if hold.day is not None and hold.day >= problem.days:
            yield f"holds[{n}].day: there are {problem.days} days, and the first is 0"


def of_screens(problem: Problem) -> Iterator[str]:
    for n, screen in enumerate(problem.screens):
        if len(screen.hours) < problem.days:
            yield f"screens[{n}].hours: {len(screen.hours)} of {problem.days} days"
        for day, hours in enumerate(screen.hours):
            field = f"screens[{n}].hours[{day}]"
            if hours and hours[0] >= hours[1]:
                yield f"{field}: it closes before it opens"
            elif hours and hours[0] >= DAY + DAY_TURNS:
                yield f"{field}: minutes after that day's own midnight, which ends at 1680"
        yield from gone_by(f"screens[{n}].closures", screen.closures)


def of_programmes(problem: Problem) -> Iterator[str]:
    pinned = {(pin.programme, pin.number) for pin in problem.pins}
    known = {(p.id, k) for p in problem.programmes for k in range(p.showings)} | pinned
    for n, programme in enumerate(problem.programmes):
        if any(length(programme, k) == 0 for k in range(max(1, programme.showings))):
            yield f"programmes[{n}].film_minutes: a screening lasts no minute"
        if programme.press is not None and (programme.id, programme.press) not in known:
            yield f"programmes[{n}].press: {there_are(programme)}"
    by_id = {p.id: p for p in problem.programmes}
    for n, hold in enumerate(problem.holds):
        if hold.programme in by_id and (hold.programme, hold.number) not in known:
            yield f"holds[{n}].number: {there_are(by_id[hold.programme])}"


def there_are(programme: Programme) -> str:
    return f"{programme.id} has {programme.showings} screenings, and the first is 0"


def of_measures(problem: Problem) -> Iterator[str]:
    begins = [begin for begin, _ in problem.measures.bands]
    if not begins or begins[0] > DAY_TURNS:
        yield f"measures.bands: the first begins by {DAY_TURNS}"
    if begins != sorted(set(begins)):
        yield "measures.bands: each begins after the one before"
    meal = problem.measures.meal
    if meal[0] >= meal[1]:
        yield "measures.meal: it ends before it begins"


def twice(problem: Problem) -> Iterator[str]:
    for field in ("screens", "programmes", "guests", "juries", "resources", "crews"):
        yield from repeated(field, "id", (thing.id for thing in getattr(problem, field)))
    for field in ("pins", "old"):
        names = (f"{entry.programme} {entry.number}" for entry in getattr(problem, field))
        yield from repeated(field, "programme", names)
    ways = (" – ".join(sorted(way[:2])) for way in problem.ways)
    yield from repeated("ways", "0", ways)


def repeated(field: str, part: str, names: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for n, name in enumerate(names):
        if name in seen:
            yield f"{field}[{n}].{part}: {name} is there twice"
        seen.add(name)


def strangers(problem: Problem) -> Iterator[str]:
    known = {
        "screen": {s.id for s in problem.screens},
        "programme": {p.id for p in problem.programmes},
        "venue": {venue(s) for s in problem.screens},
        "rule": HARD | SOFT,
    }
    for kind, field, name in (*by_number(problem), *by_list(problem)):
        if name not in known[kind]:
            yield f"{field}: no {kind} {name}"


def by_number(problem: Problem) -> Iterator[Reference]:
    """Things that name one programme or one screen."""
    for field in ("pins", "holds", "old", "reservations"):
        for n, thing in enumerate(getattr(problem, field)):
            for kind in ("screen", "programme"):
                name = getattr(thing, kind, None)
                if name is not None:
                    yield kind, f"{field}[{n}].{kind}", name
    for n, order in enumerate(problem.orders):
        yield "programme", f"orders[{n}].first", order.first
        yield "programme", f"orders[{n}].then", order.then
    for code in problem.settings:
        yield "rule", f"settings.{code}", code


def by_list(problem: Problem) -> Iterator[Reference]:
    """Things that name several."""
    for field in ("guests", "juries", "resources"):
        for n, thing in enumerate(getattr(problem, field)):
            for name in thing.programmes:
                yield "programme", f"{field}[{n}].programmes", name
    for n, crew in enumerate(problem.crews):
        for name in crew.screens:
            yield "screen", f"crews[{n}].screens", name
    for field, kind in (("pairs", "programme"), ("never_together", "programme"), ("ways", "venue")):
        for n, pair in enumerate(getattr(problem, field)):
            yield kind, f"{field}[{n}]", pair[0]
            yield kind, f"{field}[{n}]", pair[1]


def backwards(problem: Problem) -> Iterator[str]:
    for n, guest in enumerate(problem.guests):
        yield from gone_by(f"guests[{n}].windows", guest.windows)
    for n, reserved in enumerate(problem.reservations):
        if reserved.begins >= reserved.ends:
            yield f"reservations[{n}].ends: it ends before it begins"
    for n, order in enumerate(problem.orders):
        if order.most is not None and order.most < order.least:
            yield f"orders[{n}].most: less than the least"


def gone_by(field: str, spans: Iterable[tuple[int, int]]) -> Iterator[str]:
    for n, (begins, ends) in enumerate(spans):
        if begins >= ends:
            yield f"{field}[{n}]: it ends before it begins"


def with_itself(problem: Problem) -> Iterator[str]:
    for field in ("pairs", "never_together"):
        for n, pair in enumerate(getattr(problem, field)):
            if pair[0] == pair[1]:
                yield f"{field}[{n}]: {pair[0]} with itself"
    for n, order in enumerate(problem.orders):
        if order.first == order.then:
            yield f"orders[{n}].then: {order.then} after itself"


def of_settings(problem: Problem) -> Iterator[str]:
    for code, setting in problem.settings.items():
        if code in PHYSICS and (setting.hard is False or not setting.on):
            yield f"settings.{code}: nobody can let go of this one"
        if code in SOFT and setting.hard:
            yield f"settings.{code}: it can only cost"
