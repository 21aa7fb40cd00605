"""Each rule where it bites: forbidden, switched off, and let go of for a price.

Whatever the planner finds is what a stranger finds who tries every plan.
"""

import copy

import msgspec
import pytest

from screenings.planner.checker import check
from screenings.planner.driver import plan
from screenings.planner.model import Problem
from screenings.planner.soundness import validate
from tests.screenings.planner.stranger import DAY, Reader, a_file, a_film, a_room

WORK = 0.2
TWO_ROOMS = [a_room("a"), a_room("b", seats=100, venue="w", equipment=["35mm"], commune="Nancy", step_free=False)]
EVENING = [a_room("a", slots=[1080]), a_room("b", slots=[1080], venue="w")]
AFTERNOON = {"day": 0, "minute": 840}


def shorts(*films):
    return [{"id": str(n), "minutes": 10, **film} for n, film in enumerate(films)]


BITES = {
    "H3": a_file(screens=[a_room("a", slots=[1080, 1195])]),
    "H4 hours": a_file(screens=[a_room("a", hours=[(540, 1180), None])]),
    "H4 closure": a_file(screens=[
        a_room("a", slots=[600, 1080, DAY + 1080], closures=[(1194, 1200), (DAY + 1070, DAY + 1081)])]),
    "H5": a_file(a_film("x", equipment=["35mm"]), screens=TWO_ROOMS),
    "H6 seats": a_file(a_film("x", least_seats=150, demand=50), screens=[a_room("a", slots=[600]), TWO_ROOMS[1]]),
    "H6 steps": a_file(a_film("x", step_free=True, demand=25), screens=TWO_ROOMS),
    "H6 captions": a_file(a_film("x", captions=True), screens=[a_room("a", captions=False)]),
    "H7": a_file(guests=[{"id": "g", "name": "G", "programmes": ["x"], "windows": [(600, 700), (700, 715)]}]),
    "H8": a_file(screens=EVENING, guests=[{"id": "g", "name": "G", "programmes": ["x", "y"], "windows": []}]),
    "H8 way": a_file(screens=[a_room("a", slots=[1080]), a_room("b", slots=[1210], venue="w")],
                     ways=[("w", "a", 40)],
                     guests=[{"id": "g", "name": "G", "programmes": ["x", "y"], "windows": []}]),
    "H9 place": a_file(screens=EVENING, juries=[{"id": "j", "name": "J", "programmes": ["x", "y"]}]),
    "H9 day": a_file(screens=[a_room("a", hours=[(540, 1440), None])],
                     juries=[{"id": "j", "name": "J", "programmes": ["x", "y"], "most_a_day": 1}]),
    "H10": a_file(a_film("x", showings=2, prestige=5), screens=[a_room("a", slots=[600, DAY + 1080])]),
    "H10 press": a_file(a_film("x", showings=2, press=1, prestige=5), screens=[a_room("a", slots=[1080, DAY + 600])]),
    "H11 day": a_file(a_film("x", showings=2), screens=[a_room("a", hours=[(540, 1440), None])]),
    "H11 gap": a_file(a_film("x", showings=2), screens=[a_room("a", slots=[1080, DAY + 1080])], repeat_gap=DAY + 1),
    "H11 band": a_file(a_film("x", showings=2), repeat_other_band=True),
    "H12 late": a_file(a_film("x", earliest=1290), screens=[a_room("a", slots=[1080, 1300])]),
    "H12 early": a_file(a_film("x", latest=840)),
    "H13 embargo": a_file(a_film("x", not_before=DAY), screens=[a_room("a", slots=[1080, DAY + 600])]),
    "H13 day": a_file(a_film("x", forbidden_days=[0]), screens=[a_room("a", hours=[(540, 1440), (540, 800)])]),
    "H13 rights": a_file(a_film("x", showings=2, most_screenings=1)),
    "H13 visa number": a_file(a_film("x", showings=2, visa=True), measures={"visa_screenings": 1}),
    "H13 visa days": a_file(a_film("x", showings=2, visa=True), measures={"visa_days": 1}),
    "H13 visa communes": a_file(a_film("x", showings=2, visa=True),
                                screens=[a_room("a", slots=[600]), a_room("b", commune="Nancy", slots=[DAY + 600])]),
    "H14 day and hour": a_file(holds=[{"programme": "x", **AFTERNOON}]),
    "H14 screen": a_file(screens=TWO_ROOMS, holds=[{"programme": "x", "screen": "b"}]),
    "H14 pin": a_file(pins=[{"programme": "x", "number": 0, "screen": "a", "start": 600}]),
    "H15": a_file(reservations=[{"title": "Awards", "screen": "a", "begins": 1200, "ends": DAY + 1300}]),
    "H16": a_file(screens=EVENING, resources=[{"id": "m", "name": "M", "limit": 1, "programmes": ["x", "y"]}]),
    "H16 debate": a_file(a_film("x"), a_film("y", intro=15), screens=EVENING, resources=[
        {"id": "m", "name": "M", "limit": 1, "programmes": ["x", "y"], "numbers": [0], "counted": "debate"}]),
    "H17 director": a_file(a_film("x", films=shorts({"director": "Ada"}, {"director": "Ada"}))),
    "H17 length": a_file(a_film("x", films=shorts({"minutes": 50}, {"minutes": 50}))),
    "H17 rating": a_file(a_film("x", films=shorts({"earliest": 1270}, {}))),
    "H18": a_file(orders=[{"first": "y", "then": "x", "least": 70, "most": 300}]),
    "H19": a_file(screens=[a_room("a", slots=[1260, DAY + 600])],
                  crews=[{"id": "c", "name": "C", "screens": ["a"], "rest": 720}]),
    "H20": a_file(screens=EVENING, never_together=[("x", "y")]),
}  # fmt: skip


def with_setting(said, rule, **setting):
    changed = copy.deepcopy(said)
    return changed | {"settings": {rule: setting}}


def found_by_planner(said):
    problem = msgspec.convert(msgspec.json.decode(msgspec.json.encode(said)), Problem)
    assert validate(problem) == []
    found = plan(problem, seconds=WORK, deterministic=True)
    assert check(problem, found).violations == []
    placed = {(p.programme, p.number): (p.screen, p.start) for p in found.placements}
    assert Reader(said).legal(placed)
    assert found.cost == Reader(said).cost(placed, len(found.unplaced))
    return len(found.unplaced), sum(u.number == 0 for u in found.unplaced), found.cost


@pytest.mark.parametrize("name", BITES)
def test_a_rule_binds_and_can_be_switched_off_and_bought(name):
    rule, strict = name.split()[0], BITES[name]
    off, cheap, dear = (with_setting(strict, rule, **how) for how in (
        {"on": False}, {"hard": False, "weight": 1}, {"hard": False, "weight": 500}))  # fmt: skip
    asked = [strict, off, cheap, dear]

    assert [found_by_planner(one) for one in asked] == [Reader(one).best() for one in asked]
    assert Reader(strict).best() != Reader(off).best()


def test_a_film_is_in_one_place_and_a_promise_that_fails_costs_what_was_said():
    small = a_file(screens=[a_room("a", slots=[1080])])
    priced = with_setting(small, "H1", hard=False, weight=7)

    assert found_by_planner(small) == Reader(small).best() == (1, 1, 0)
    assert found_by_planner(priced) == Reader(priced).best() == (1, 1, 7)


@pytest.mark.parametrize(("step", "own", "hours", "starts"), [
    (15, None, (1080, 1315), [1080, 1200]), (5, None, (1085, 1320), [1085, 1205]),
    (15, 5, (1085, 1320), [1085, 1205]),
])
def test_free_starts_stand_beside_slots(step, own, hours, starts):
    said = a_file(a_film("x"), a_film("y"), a_film("z"), step=step, screens=[
        a_room("a", slots=[1087], hours=[(540, 1440), None]),
        a_room("b", slots=None, step=own, hours=[hours, None], turnaround=5)])  # fmt: skip
    problem = msgspec.convert(said, Problem)

    found = plan(problem, seconds=WORK, deterministic=True)

    assert sorted(p.start for p in found.placements if p.screen == "b") == starts
    assert [p.start for p in found.placements if p.screen == "a"] == [1087]


@pytest.mark.parametrize(("closes", "placed"), [(1680, 1), (1679, 0), (1800, 1)])
def test_a_day_ends_at_four_in_the_morning(closes, placed):
    said = a_file(a_film("x", earliest=1560, debate=25), screens=[a_room("a", slots=None, hours=[(600, closes), None])])
    problem = msgspec.convert(said, Problem)

    found = plan(problem, seconds=WORK, deterministic=True)

    assert len(found.placements) == placed
    assert check(problem, found).violations == []


def test_locks_take_their_share_of_the_rights():
    said = a_file(a_film("x", showings=3, most_screenings=2), days=2,
                  pins=[{"programme": "x", "number": 2, "screen": "a", "start": DAY + 1080}])  # fmt: skip

    assert found_by_planner(said) == Reader(said).best()


def test_a_lock_between_the_lines_is_granted_even_as_a_wish():
    said = a_file(a_film("x"), screens=[a_room("a", slots=None)],
                  pins=[{"programme": "x", "number": 0, "screen": "a", "start": 1087}],
                  settings={"H14": {"hard": False, "weight": 500}})  # fmt: skip

    found = plan(msgspec.convert(said, Problem), seconds=WORK, deterministic=True)

    assert [p.start for p in found.placements] == [1087]
