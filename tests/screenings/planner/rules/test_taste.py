"""The soft rules, reckoned by hand: rules and judge count the same, times the weight."""

import msgspec
import pytest

from screenings.planner.checker import check
from screenings.planner.model import Placement, Plan, Problem
from screenings.planner.rules import clashes, cost
from tests.screenings.planner.stranger import DAY, a_file, a_film, a_room

pytestmark = pytest.mark.unit

JURY = [{"id": "j", "name": "J", "programmes": ["x", "y"]}]
FAR = [a_room("a"), a_room("b", venue="w")]
FOYER = [a_room("a", venue="v"), a_room("b", venue="v")]
THEMES = [{"id": str(n), "minutes": 10, "theme": theme} for n, theme in enumerate(["moon", "mars", "moon", ""])]
FRENCH = [a_film("x", languages=["fr", "en"]), a_film("y", languages=["fr"])]
BUSY = [a_room("a", hours=[(540, 900), None])]

REASONED = [  # a first screening lasts 115 minutes, a repeat 95
    ("S4", a_file(screens=FAR), [("x", 0, "a", 1080), ("y", 0, "b", 1194)], 1),
    ("S4", a_file(screens=FAR), [("x", 0, "a", 1080), ("y", 0, "b", 1195)], 0),
    ("S4", a_file(a_film("x"), a_film("y", section="D"), screens=FAR), [("x", 0, "a", 1080), ("y", 0, "b", 1080)], 0),
    ("S5", a_file(), [("x", 0, "a", 600), ("y", 0, "a", 1260)], 15),
    ("S5", a_file(a_film("x"), a_film("y", section="D")), [("x", 0, "a", 600), ("y", 0, "a", 1260)], 30),
    ("S5", a_file(a_film("x", section="")), [("x", 0, "a", 600)], 0),
    ("S6", a_file(screens=FAR), [("x", 0, "a", 600), ("y", 0, "b", 1080)], 1),
    ("S6", a_file(screens=FOYER), [("x", 0, "a", 600), ("y", 0, "b", 1080)], 0),
    ("S7", a_file(), [("x", 0, "a", 1087), ("y", 0, "a", 600)], 1),
    ("S7", a_file(screens=FOYER), [("x", 0, "a", 1080), ("y", 0, "b", 1089)], 2),
    ("S7", a_file(screens=FOYER), [("x", 0, "a", 1080), ("y", 0, "b", 1095)], 0),
    ("S8", a_file(juries=JURY), [("x", 0, "a", 720)], 1),
    ("S8", a_file(juries=JURY), [("x", 0, "a", 680)], 0),
    ("S8", a_file(juries=JURY), [("x", 0, "a", 1326), ("y", 0, "a", DAY + 599)], 1),
    ("S8", a_file(juries=JURY), [("x", 0, "a", 1325), ("y", 0, "a", DAY + 599)], 0),
    ("S8", a_file(juries=JURY), [("x", 0, "a", 1326), ("y", 0, "a", DAY + 600)], 0),
    ("S9", a_file(a_film("x", films=THEMES)), [("x", 0, "a", 600)], 1),
    ("S10", a_file(screens=FAR, ways=[("a", "w", 40)]), [("x", 0, "a", 600), ("y", 0, "b", 1080)], 1),
    ("S10", a_file(screens=FAR, ways=[("a", "w", 15)]), [("x", 0, "a", 600), ("y", 0, "b", 1080)], 0),
    ("S10", a_file(screens=FAR, ways=[("a", "w", 40)]), [("x", 0, "a", 600), ("y", 0, "b", DAY + 600)], 0),
    ("S11", a_file(old=[{"programme": "x", "number": 0, "screen": "a", "start": 600, "price": 3}]),
     [("x", 0, "a", 615)], 3),
    ("S11", a_file(old=[{"programme": "x", "number": 0, "screen": "a", "start": 600}]), [("x", 0, "a", 600)], 0),
    ("S12", a_file(a_film("x", showings=2), days=2), [("x", 0, "a", 600), ("x", 1, "a", 1080)], 1),
    ("S12", a_file(a_film("x", showings=2), days=2), [("x", 0, "a", 600), ("x", 1, "a", DAY + 600)], 0),
    ("S13", a_file(*FRENCH), [("x", 0, "a", 840), ("y", 0, "a", 1000)], 1),
    ("S13", a_file(*FRENCH), [("x", 0, "a", 840), ("y", 0, "a", 1080)], 0),
    ("S14", a_file(), [("x", 0, "a", 840), ("y", 0, "a", 994)], 1),
    ("S14", a_file(), [("x", 0, "a", 840), ("y", 0, "a", 995)], 0),
    ("S14", a_file(screens=BUSY), [("x", 0, "a", 641)], 1),
    ("S14", a_file(screens=BUSY), [("x", 0, "a", 660)], 0),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "said", "places", "units"), REASONED)
def test_a_soft_rule_counts_what_offends_it(rule, said, places, units):
    problem = msgspec.convert(said | {"settings": {rule: {"weight": 4}}}, Problem)
    placements = [Placement(*place) for place in places]
    by_rule = cost(problem, placements)

    judged = check(problem, Plan(placements, [], 0, {}, 0, 0.0, 0.0, proved=False, seed=1))

    assert (by_rule[rule], judged.cost_by_rule[rule]) == (4 * units, 4 * units)
    assert rule not in cost(msgspec.convert(said | {"settings": {rule: {"on": False}}}, Problem), placements)


@pytest.mark.parametrize(("setting", "levels"), [
    ({}, ["publication"]), ({"level": "block"}, ["block"]), ({"level": "warn"}, ["warn"]), ({"level": "ignore"}, []),
    ({"on": False}, []), ({"hard": False}, ["warn"]), ({"hard": False, "level": "block"}, ["block"]),
])
def test_the_programmer_says_how_loud_a_rule_is(setting, levels):
    problem = msgspec.convert(a_file(a_film("x", earliest=1260), settings={"H12": setting}), Problem)

    assert [clash.level for clash in clashes(problem, [Placement("x", 0, "a", 1080)])] == levels
