"""No bound is above the best plan: tiny festivals of every kind, with all soft rules, tried out whole."""

import random

import msgspec
import pytest
from msgspec.structs import replace

from screenings.planner import checker as judge
from screenings.planner.bound.master import bound_for
from screenings.planner.bound.prices import certificate_of
from screenings.planner.certificate import (
    Certificate,
    RefusedCertificate,
    TastePrice,
    Verifier,
    refusals,
)
from screenings.planner.driver import plan, positions_of
from screenings.planner.model import Problem
from screenings.planner.search.instance import compile_instance
from screenings.planner.search.schedule import Schedule
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
        **maybe(0.4, measures={"slack": chance.choice([0, 40, 100]), "long_debate": chance.choice([0, 20, 30])}),
    )  # fmt: skip


COUPLING = ("S7", "S8", "S10", "S13", "S14")


def coupled(seed):
    """As `tiny`, with one of the rules that couple screens, or all of them, in a house where they have much to say."""
    said, chance = tiny(seed), random.Random(seed)
    rules = COUPLING if seed % 6 == 5 else COUPLING[seed % 6 :][:1]
    for room in said["screens"]:
        room["venue"] = chance.choice("vvw")
    for film in said["programmes"]:
        film["languages"] = [chance.choice(["fr", "fr", "fr", "en"])] if chance.random() < 0.9 else []
    said["settings"] = {rule: {"on": True, "weight": chance.randint(1, 6)} for rule in rules}
    said["juries"] = [{"id": "j", "name": "J", "programmes": [film["id"] for film in said["programmes"]]}]
    if {room["venue"] for room in said["screens"]} == {"v", "w"}:
        said["ways"] = [("v", "w", chance.choice([10, 25]))]
    said["measures"] = {
        "foyer": chance.choice([0, 10, 60, 130]), "free_slot": chance.choice([120, 300, 800]),
        "meal": chance.choice([(720, 840, 45), (900, 1200, 100), (1000, 1290, 200)]),
        "late": chance.choice([1300, 1440]), "morning": chance.choice([600, 800]),
        "slack": chance.choice([0, 40]),
    }  # fmt: skip
    return said


def faults(seed, said, *, seconds=0.6, deterministic=True):
    """What is told of a tiny festival and is not true; None where it can have no plan."""
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
        wrong += [f"the columns prove {most}" for most in proved_to_the_end(problem, found) if most > best]
    return wrong


def proved_to_the_end(problem, found):
    """What the columns say, and their certificate, whether a plan as cheap is known long before or not."""
    instance = compile_instance(problem)
    bound = bound_for(Schedule(instance), positions_of(instance, found.placements))
    if bound is None or found.unplaced:
        return []
    for _ in bound.iterations():
        pass
    return [bound.whole, Verifier(problem).proved(certificate_of(bound, left_out=0, left_out_firsts=0))]


@pytest.mark.parametrize("seed", range(12))
def test_a_bound_is_true_whatever_costs(seed):
    assert not faults(seed, tiny(seed))


@pytest.mark.parametrize("seed", range(12))
def test_a_bound_is_true_where_screens_are_coupled(seed):
    assert not faults(seed, coupled(seed), seconds=0.2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1000, 1500))
def test_a_bound_of_many_festivals_is_true_where_screens_are_coupled(seed):
    assert not faults(seed, coupled(seed), deterministic=seed % 4 > 0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 300))
def test_a_bound_of_many_festivals_is_true_whatever_costs(seed):
    assert not faults(seed, tiny(seed), deterministic=seed % 4 > 0)


def test_films_of_one_section_at_once_are_in_the_bound_and_in_its_certificate():
    """Three rooms, one evening each: whatever the grid, each film runs beside the two others."""
    rooms = [a_room(name, slots=[1080, 1110], turnaround=0) for name in "abc"]
    said = a_file(*(a_film(name) for name in "xyz"), screens=rooms, settings={"S4": {"weight": 4}})
    problem, runs = msgspec.convert(said, Problem, strict=False), []

    found = plan(problem, seconds=1.0, deterministic=True, on_run=runs.append)

    assert (found.cost_by_rule["S4"], found.bound, found.proof) == (12, found.cost, "certificate")
    assert {price.times for price in runs[0].certificate.moments} == {2}
    assert refusals(problem, found, runs[0].certificate) == []


def test_starts_in_one_foyer_are_in_the_bound_and_in_its_certificate():
    """Three rooms of one house, each with one film at the same hour, and a fourth next door."""
    rooms = [a_room(name, slots=[1080, 1085], venue="v") for name in "abc"] + [a_room("d", slots=[1080])]
    films = [a_film(name, demand=200) for name in "xyz"] + [a_film("u", demand=200)]
    for film, room in zip(films, rooms, strict=True):
        film["equipment"] = room["equipment"] = [room["id"]]
    said = a_file(*films, screens=rooms, settings={"S7": {"weight": 4}})
    problem, runs = msgspec.convert(said, Problem, strict=False), []

    found = plan(problem, seconds=1.0, deterministic=True, on_run=runs.append)
    certificate = runs[0].certificate

    assert (found.cost_by_rule["S7"], found.bound, found.proof) == (12, found.cost, "certificate")
    assert {(price.rule, price.of) for price in certificate.moments} == {("S7", "v")}
    assert refusals(problem, found, certificate) == []
    assert max(proved_to_the_end(problem, found)) == found.cost
    lighter = msgspec.convert(said | {"settings": {"S7": {"weight": 3}}}, Problem, strict=False)
    apart = msgspec.convert(said | {"measures": {"foyer": 0}}, Problem, strict=False)
    for other in (lighter, apart):
        with pytest.raises(RefusedCertificate):
            Verifier(other).proved(certificate)


def test_a_day_without_a_free_slot_is_found_by_the_search():
    """Three films fill the one evening, wherever they stand."""
    room = a_room("a", hours=[(1080, 1440), None], slots=None, step=5, turnaround=0)
    said = a_file(*(a_film(name) for name in "xyz"), screens=[room], settings={"S14": {"weight": 7}},
                  measures={"long_debate": 30})  # fmt: skip
    problem = msgspec.convert(said, Problem, strict=False)

    found = plan(problem, seconds=6.0, deterministic=True)

    assert (found.cost_by_rule["S14"], found.bound, found.proof) == (7, found.cost, "search")


def of_taste(rule, weight):
    """Three days, and nothing that any grid could do about what it costs."""
    rooms = [a_room("a", equipment=["35"], slots=[1080, 1225, DAY + 1080]), a_room("b", equipment=["70"], slots=[1080])]
    films = {
        "S5": [a_film(name, equipment=["35"], latest=1079 + 150) for name in "xy"],
        "S6": [a_film("x", equipment=["35"]), a_film("y", equipment=["70"])],
        "S8": [a_film(name, equipment=["35"], latest=900) for name in "xy"],
        "S12": [a_film("x", showings=2, equipment=["35"])],
        "S13": [a_film(name, equipment=["35"], latest=1225, languages=["fr"]) for name in "xy"],
        "S14": [a_film("x", equipment=["35"], latest=1225), a_film("y", equipment=["35"], latest=1225)],
    }[rule]
    if rule == "S5":
        rooms[0] |= {"slots": [600, 780]}
    if rule in {"S13", "S14"}:
        rooms[0] |= {"slots": [1080, 1225]}
    if rule == "S8":
        rooms[0] |= {"slots": [660, 800]}
    hours = [(540, 1440)] * 3
    said = a_file(
        *films, screens=[{**room, "hours": hours} for room in rooms],
        settings={rule: {"on": True, "weight": weight}}, days=3,
        juries=[{"id": "j", "name": "J", "programmes": ["x", "y"]}],
    )  # fmt: skip
    return msgspec.convert(said, Problem, strict=False)


@pytest.mark.parametrize(("rule", "units"), [
    ("S5", 25), ("S6", 1), ("S8", 1), ("S12", 1), ("S13", 1), ("S14", 1),
])  # fmt: skip
def test_what_a_grid_costs_as_a_whole_is_in_the_bound_and_in_its_certificate(rule, units):
    problem, runs = of_taste(rule, 4), []

    found = plan(problem, seconds=1.0, deterministic=True, on_run=runs.append)
    certificate = runs[0].certificate

    assert (found.cost_by_rule[rule], found.proof) == (4 * units, "certificate")
    assert certificate.bound == found.cost
    assert refusals(problem, found, certificate) == []
    assert {price.rule for price in certificate.tastes} == {rule} - {"S14"}  # which a screen knows by itself
    dearer = [
        replace(certificate, tastes=[replace(p, price=p.price + (n == at) * 9 * certificate.parts)
                                     for n, p in enumerate(certificate.tastes)])
        for at in range(len(certificate.tastes))
    ]  # fmt: skip
    assert [one for one in (*dearer, replace(certificate, bound=found.cost + 1)) if not refusals(problem, found, one)] == []
    assert refusals(of_taste(rule, 3), found, certificate) != []


@pytest.mark.parametrize(("rule", "slots", "other", "costs"), [
    ("S8", [660, 820], [], 0),  # the meal has just its minutes
    ("S13", [1080, 1225], ["en"], 0),  # on the other screen, in the same part of the day
    ("S13", [1080, 1225], ["fr"], 4),  # three of them, for one price
    ("S13", [900, 1080], [], 0),
])  # fmt: skip
def test_no_bound_has_more_than_a_rule_just_costs(rule, slots, other, costs):
    problem = of_taste(rule, 4)
    there, elsewhere = problem.screens
    third = [replace(problem.programmes[0], id="z", languages=other, equipment=["70"])] if other else []
    problem = replace(problem, programmes=[*problem.programmes, *third], screens=[replace(there, slots=slots), elsewhere])

    found = plan(problem, seconds=1.0, deterministic=True)

    assert found.cost_by_rule[rule] == costs
    assert max(proved_to_the_end(problem, found)) <= found.cost


@pytest.mark.parametrize("wrong", [
    TastePrice("S5", "C", 1),  # two films: more than the weight
    TastePrice("S5", "D", 1),
    TastePrice("S6", "x", 2, 0, "a"),
    TastePrice("S6", "x", 1, 1, "a"),
    TastePrice("S6", "z", 1, 0, "a"),
    TastePrice("S12", "x", 1),  # shown once
    TastePrice("S13", "x", 1),
    TastePrice("S13", "fr", 1, 10),
    TastePrice("S13", "fr", 2, 3),
    TastePrice("S8", "k", 1, 0),
    TastePrice("S8", "j", 1, 1),  # no day follows the last
    TastePrice("S8", "j", 2, 0),
    TastePrice("S8", "j", 1, 0, "", -780),
    TastePrice("S10", "C", 1),
    TastePrice("S6", "x", -1, 0, "a"),
])  # fmt: skip
def test_a_price_for_what_no_taste_asks_is_refused(wrong):
    settings = {rule: {"on": True, "weight": 1} for rule in ("S5", "S6", "S8", "S12", "S13")}
    juries = [{"id": "j", "name": "J", "programmes": ["x", "y"]}]
    films = [a_film(name, languages=["fr"]) for name in "xy"]
    problem = msgspec.convert(a_file(*films, settings=settings, juries=juries), Problem, strict=False)

    with pytest.raises(RefusedCertificate):
        Verifier(problem).proved(Certificate(0, 1, tastes=[wrong]))
    with pytest.raises(RefusedCertificate):
        Verifier(problem).proved(Certificate(0, 1, 1, tastes=[TastePrice("S6", "x", 1, 0, "a")]))
