"""No bound is above the best plan: tiny festivals of every kind, with all soft rules, tried out whole."""

import random

import msgspec
import pytest

from screenings.planner import checker as judge
from screenings.planner.certificate import Certificate, refusals
from screenings.planner.driver import plan
from screenings.planner.model import Problem
from screenings.planner.soundness import validate
from tests.screenings.planner.stranger import DAY, Reader, a_file, a_film, a_room

pytestmark = pytest.mark.unit

HARD = ("H1", "H3", "H4", "H6", "H7", "H8", "H9", "H10", "H11", "H12", "H16", "H18", "H19", "H20")
SOFT = tuple(f"S{n}" for n in range(1, 15))


class TastedReader(Reader):
    """With what the judge says of every soft rule beyond the three that a stranger reckons."""

    def cost(self, plan, missing=0):
        problem = msgspec.convert(self.problem, Problem, strict=False)
        films, screens = (
            {one.id: one for one in them} for them in (problem.programmes, problem.screens)
        )
        shown = [judge.laid(films[p], screens[s], k, start) for (p, k), (s, start) in plan.items()]
        further = sum(
            judge.weight_of(problem, code) * judge.SOFT[code](problem, shown)
            for code in SOFT[3:]
            if judge.setting(problem, code).on
        )
        return super().cost(plan, missing) + further


def tiny(seed):
    """Two or three rooms with a few slots, up to four films, and whatever else may be said of them."""
    chance = random.Random(seed)
    moments = [day * DAY + minute for day in (0, 1) for minute in
               (600, 725, 790, 900, 1000, 1080, 1105, 1200, 1260, 1300)]  # fmt: skip
    rooms = [
        a_room(name, slots=sorted(chance.sample(moments, chance.randint(2, 4))),
               seats=chance.choice([60, 200, 400]), turnaround=chance.choice([0, 10, 25, 40]),
               venue=chance.choice(["", "v"]))
        for name in "abc"[: chance.choice([2, 2, 3])]
    ]  # fmt: skip
    films, total = [], 0
    for name in "wxyz"[: chance.choice([2, 3, 3, 4])]:
        showings = chance.choice([1, 1, 2]) if total < 3 else 1
        total += showings
        films.append(a_film(
            name, showings=showings, film_minutes=chance.choice([60, 90, 110, 150]),
            prestige=chance.randint(1, 9), demand=chance.choice([40, 200, 900]),
            section=chance.choice(["C", "C", "D", ""]), languages=chance.choice([[], ["fr"], ["en"]]),
            films=chance.choice([[], [], [{"id": "1", "minutes": 20, "theme": "a"},
                                         {"id": "2", "minutes": 20, "theme": "b"}]]),
        ))  # fmt: skip
    names = [film["id"] for film in films]

    def some():
        return chance.sample(names, chance.randint(1, len(names)))

    def maybe(share, **said):
        return said if chance.random() < share else {}

    settings = {
        rule: {"on": chance.random() < 0.6, "hard": False, "weight": chance.randint(1, 9)}
        for rule in HARD
        if chance.random() < 0.12
    }
    settings |= {
        rule: {"on": True, "weight": chance.randint(1, 6)}
        for rule in SOFT
        if chance.random() < 0.35
    }
    first = {"programme": names[0], "number": 0, "screen": rooms[0]["id"]}
    return a_file(
        *films, screens=rooms, settings=settings,
        **maybe(0.5, juries=[{"id": "j", "name": "J", "programmes": some(), "most_a_day": chance.choice([1, 2, 4])}]),
        **maybe(0.5, guests=[{"id": "g", "name": "G", "programmes": some(), "windows": chance.choice([[], [(500, DAY + 1400)]])}]),
        **maybe(0.5, resources=[{"id": "r", "name": "R", "limit": chance.choice([0, 1, 1, 2]), "programmes": some(),
                                 "counted": chance.choice(["screening", "debate", "film"])}]),
        **maybe(0.6, pairs=[(*chance.sample(names, 2), chance.randint(1, 9)) for _ in range(2)]),
        **maybe(0.3, repeat_gap=chance.choice([150, 400])),
        **maybe(0.2, premiere_first=False),
        **maybe(0.3, pins=[{**first, "start": chance.choice([605, 900, 1085, DAY + 1080])}]),
        **maybe(0.3, old=[{**first, "start": chance.choice(moments), "price": chance.randint(1, 4)}]),
        **maybe(0.2, crews=[{"id": "c", "name": "C", "screens": ["a", "b"], "rest": 600}]),
    )  # fmt: skip


def faults(seed, *, seconds=0.6, deterministic=True):
    """What is told of a tiny festival and is not true; None where it can have no plan."""
    said = tiny(seed)
    problem = msgspec.convert(said, Problem, strict=False)
    pins = {(p["programme"], p["number"]): (p["screen"], p["start"]) for p in said.get("pins", [])}
    if validate(problem) or not Reader(said).legal(pins):
        return None
    runs = []
    found = plan(
        problem, seconds=seconds, seed=seed, deterministic=deterministic, on_run=runs.append
    )
    certificate = runs[0].certificate or Certificate(0, 1, **runs[0].left_out)
    wrong = refusals(problem, found, certificate)
    out, firsts, best = TastedReader(said).best()
    if (len(found.unplaced), sum(u.number == 0 for u in found.unplaced)) == (out, firsts):
        wrong += [f"bound {found.bound} above {best}"] * (found.bound > best)
        wrong += [f"certificate {certificate.bound} above {best}"] * (certificate.bound > best)
        wrong += [f"proved {found.cost}, and {best} is best"] * (
            found.proved and found.cost != best
        )
        wrong += [f"{found.cost} is below {best}"] * (found.cost < best)
    return wrong


@pytest.mark.parametrize("seed", range(12))
def test_a_bound_is_true_whatever_costs(seed):
    assert not faults(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 300))
def test_a_bound_of_many_festivals_is_true_whatever_costs(seed):
    assert not faults(seed, deterministic=seed % 4 > 0)


def test_films_of_one_section_at_once_are_in_the_bound_and_in_its_certificate():
    """Three rooms, one evening each: whatever the grid, each film runs beside the two others."""
    rooms = [a_room(name, slots=[1080, 1110], turnaround=0) for name in "abc"]
    said = a_file(*(a_film(name) for name in "xyz"), screens=rooms, settings={"S4": {"weight": 4}})
    problem, runs = msgspec.convert(said, Problem, strict=False), []

    found = plan(problem, seconds=1.0, deterministic=True, on_run=runs.append)

    assert (found.cost_by_rule["S4"], found.bound, found.proof) == (12, found.cost, "certificate")
    assert {price.times for price in runs[0].certificate.moments} == {2}
    assert refusals(problem, found, runs[0].certificate) == []
