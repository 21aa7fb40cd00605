"""Small festivals in which every rule has something to say, and plans of every quality."""

import random

from screenings.planner.model import (
    Film,
    Guest,
    Hold,
    JuryPanel,
    Measures,
    Old,
    Order,
    Pin,
    Placement,
    Problem,
    Programme,
    ProjectionCrew,
    Screen,
    ScreenReservation,
    Setting,
    SharedResource,
)
from screenings.planner.rules import PRICES, RULES
from screenings.planner.soundness import PHYSICS

DAY = 24 * 60
SOFT = [price.code for price in PRICES]
HARD = sorted((rule.code for rule in RULES), key=lambda code: int(code[1:]))


def any_festival(seed, *, films=6, soft=True, demoted=True):
    """What a festival may ask for, each with some chance."""
    chance = random.Random(seed)
    days = chance.choice([2, 3, 8])
    screens = [a_screen(n, days, chance) for n in range(3)]
    programmes = [a_programme(n, days, chance) for n in range(films)]
    names = [p.id for p in programmes]

    def some(most=3):
        return chance.sample(names, chance.randint(1, most))

    return Problem(
        days, screens, programmes,
        guests=[Guest("g0", "G", [(600, days * DAY)], some()), Guest("g1", "H", [], some())],
        pins=[Pin(names[0], 0, "s0", 19 * 60)] if chance.random() < 0.3 else [],
        pairs=[(*chance.sample(names, 2), chance.randint(1, 5)) for _ in range(3)],
        step=chance.choice([5, 15]),
        ways=[("s0", "v1", 40), ("v1", "v1", 5)] if chance.random() < 0.5 else [],
        juries=[JuryPanel("j", "J", some(5), chance.choice([0, 15, 30]), chance.choice([1, 2]))],
        resources=[
            SharedResource("r", "R", 1, some(5), chance.choice([[], [0]]), chance.choice(["screening", "debate", "film"]))
        ],
        crews=[ProjectionCrew("c", "C", ["s0", "s1"], 10 * 60)] if chance.random() < 0.5 else [],
        holds=[Hold(names[1], 0, day=1, minute=chance.choice([None, 15 * 60])),
               Hold(names[2], 0, screen="s1")] if chance.random() < 0.5 else [],
        reservations=[ScreenReservation("Opening", "s0", 18 * 60, 20 * 60)] if chance.random() < 0.5 else [],
        orders=[Order(names[3], names[4], 10, chance.choice([None, 600]))] if chance.random() < 0.5 else [],
        never_together=[(names[2], names[5])],
        repeat_gap=chance.choice([None, None, 180]),
        repeat_other_band=chance.random() < 0.3,
        premiere_first=chance.random() < 0.8,
        old=[Old(name, 0, "s1", 14 * 60, chance.randint(1, 3)) for name in some()],
        settings=settings(chance, soft, demoted),
        measures=Measures(visa_screenings=2, visa_days=2) if chance.random() < 0.5 else Measures(),
    )  # fmt: skip


def a_screen(n, days, chance):
    hours = [(9 * 60, chance.choice([22 * 60, 26 * 60])) if chance.random() < 0.95 else None for _ in range(days)]
    slots = [day * DAY + minute for day in range(days) for minute in (600, 735, 900, 1080, 1230)]
    return Screen(
        f"s{n}", f"Salle {n}", chance.choice([80, 200, 400]), hours, ["dcp"] + ["35mm"] * (n == 0), 20,
        venue="v1" if n else "", commune=chance.choice(["", "Nancy"]),
        step=chance.choice([None, 5]), slots=slots if chance.random() < 0.2 else None,
        closures=[(14 * 60, 15 * 60)] if chance.random() < 0.3 else [],
        step_free=chance.random() < 0.8, captions=chance.random() < 0.8,
    )  # fmt: skip


def a_programme(n, days, chance):
    def now_and_then(value, otherwise=None, often=0.2):
        return value if chance.random() < often else otherwise

    showings = chance.choice([1, 1, 2, 3])
    return Programme(
        f"p{n}", f"Film {n}", chance.choice(["A", "B", ""]), chance.randrange(60, 130),
        demand=chance.randrange(40, 900), prestige=chance.randint(1, 5), showings=showings,
        least_seats=now_and_then(150, 0), equipment=["35mm"] if chance.random() < 0.2 else [],
        earliest=now_and_then(21 * 60), latest=now_and_then(18 * 60),
        debates=now_and_then([30, 10], []), intros=now_and_then([10, 0], []),
        languages=[chance.choice(["fr", "en"])], step_free=chance.random() < 0.2,
        captions=chance.random() < 0.2, press=now_and_then(1) if showings > 1 else None,
        press_before=chance.random() < 0.7, not_before=now_and_then(DAY + 600),
        most_screenings=now_and_then(1), forbidden_days=now_and_then([0], []),
        visa=chance.random() < 0.2,
        films=now_and_then(
            [Film("a", 30, chance.choice("XY"), "moon"), Film("b", chance.choice([20, 90]), "X", "mars", now_and_then(20 * 60))],
            [],
        ),
    )  # fmt: skip


def settings(chance, soft, demoted):
    found = {rule: Setting(weight=chance.randint(1, 4)) for rule in SOFT if soft and chance.random() < 0.5}
    for rule in HARD if demoted else ():
        if rule not in PHYSICS and chance.random() < 0.2:
            found[rule] = Setting(on=chance.random() < 0.6, hard=False, weight=chance.randint(1, 9))
    return found


def any_plan(problem, seed):
    """Placed by dice: mostly wrong, in every way."""
    chance = random.Random(seed)
    return [
        Placement(p.id, k, chance.choice(problem.screens).id,
                  chance.randrange(problem.days) * DAY + chance.randrange(9 * 60, 25 * 60, 5))
        for p in problem.programmes
        for k in range(p.showings)
        if chance.random() < 0.9
    ]  # fmt: skip
