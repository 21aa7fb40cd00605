from itertools import combinations

import pytest

from bench.festivals import festival, problem_of
from screenings.planner.answers.repair import repair
from screenings.planner.answers.shapes import closed, difference
from screenings.planner.model import Pin, Placement, ScreenReservation
from screenings.planner.rules import ProblemFacts, breaches, clashes
from tests.screenings.planner.builders import (
    a_guest,
    a_placement,
    a_problem,
    a_programme,
    a_screen,
    at,
)
from tests.screenings.planner.human_grid import human_grid

EVENINGS = [(at("18:00"), at("24:00"))] * 3


def moved(found):
    return [(m.programme, m.number) for m in found.diff if m.change == "moved"]


def two_rooms(**what):
    names = ["one", "two", "three"]
    screens = [a_screen("orion", hours=EVENINGS), a_screen("vega", hours=EVENINGS)]
    return a_problem([a_programme(n) for n in names], screens, **what)


def test_nothing_moves_when_nothing_is_wrong():
    was = [a_placement("18:00", "one"), a_placement("18:00", "two", screen="vega"),
           a_placement("20:30", "three")]

    found = repair(two_rooms(), was, seconds=5)

    assert (found.verdict, found.moves, found.moves_proved, found.diff) == ("repaired", 0, True, [])


def test_a_closed_screen_moves_its_films_alone():
    was = [a_placement("18:00", "one"), a_placement("18:00", "two", screen="vega"),
           a_placement("20:30", "three")]
    problem = closed(two_rooms(), "vega", 0)

    found = repair(problem, was, seconds=5)

    assert (moved(found), found.moves_bound, found.moves_proved) == ([("two", 0)], 1, True)
    assert clashes(problem, found.plan) == []


def test_among_the_fewest_moves_the_cheapest_is_taken():
    was = [a_placement("18:00", "one"), a_placement("18:00", "two", screen="vega"),
           a_placement("20:30", "three")]

    found = repair(closed(two_rooms(), "vega", 0), was, seconds=5)

    # prime time on another day costs nothing
    assert (found.moves, found.cost, found.cost_proved) == (1, 0, True)


def test_a_dear_screening_stays_where_it_is():
    was = [a_placement("18:00", "one"), a_placement("18:30", "two")]
    problem = two_rooms()

    assert moved(repair(problem, was, move_costs={("one", 0): 5}, seconds=5)) == [("two", 0)]
    assert moved(repair(problem, was, move_costs={("two", 0): 5}, seconds=5)) == [("one", 0)]


def test_a_lock_holds_and_a_broken_lock_is_named():
    pins = [Pin("one", 0, "orion", at("18:00"))]
    was = [a_placement("18:00", "one"), a_placement("18:30", "two")]

    held = repair(two_rooms(pins=pins), was, seconds=5)
    broken = repair(closed(two_rooms(pins=pins), "orion", 0), was, seconds=5)

    assert (moved(held), held.released) == ([("two", 0)], [])
    assert (sorted(moved(broken)), broken.released) == ([("one", 0), ("two", 0)], [("one", 0)])


def test_moving_one_may_ask_for_another():
    """The guestless film fits the long evening only once another has left it."""
    screens = [a_screen("orion", hours=[(at("18:00"), at("20:00")), None, None]),
               a_screen("vega", hours=[(at("18:00"), at("21:00")), None, None]),
               a_screen("lyra", hours=[(at("18:00"), at("21:00")), None, None])]
    long = a_programme("long", film_minutes=150)
    problem = a_problem([a_programme("one"), long], screens)
    was = [a_placement("18:00", "one", screen="vega"), a_placement("18:00", "long", screen="lyra")]

    found = repair(closed(problem, "lyra", 0), was, seconds=5)

    assert (sorted(moved(found)), found.moves_bound) == ([("long", 0), ("one", 0)], 2)


def test_no_room_at_all_is_said_to_be_impossible():
    problem = a_problem([a_programme("one")], [a_screen(hours=[EVENINGS[0], None, None])])

    found = repair(closed(problem, "orion", 0), [a_placement("18:00", "one")], seconds=5)

    assert (found.verdict, found.plan) == ("impossible", [])


def test_a_new_film_is_added_and_a_gone_one_dropped():
    was = [a_placement("18:00", "one"), a_placement("20:30", "gone")]
    problem = a_problem([a_programme("one"), a_programme("new")])

    found = repair(problem, was, seconds=5)

    assert [(m.change, m.programme) for m in found.diff] == [("dropped", "gone"), ("added", "new")]
    assert found.moves == 0


def test_difference_says_before_and_after():
    before, after = a_placement("18:00"), a_placement("20:00")

    assert [(m.before, m.after) for m in difference([before], [after])] == [(before, after)]


def overlaps(problem, placements):
    minutes = {p.id: p.film_minutes for p in problem.programmes}
    return sorted(
        sorted([(a.programme, a.number), (b.programme, b.number)])
        for a, b in combinations(placements, 2)
        if a.screen == b.screen
        and a.start < b.start + minutes[b.programme]
        and b.start < a.start + minutes[a.programme]
    )


def test_a_real_grid_is_read_and_mended_with_the_provably_fewest_moves():
    published = human_grid()
    if published is None:
        pytest.skip("the real grid is not beside the project")
    problem, was = published
    assert isinstance(was[0], Placement)

    taken = sorted(sorted(c.screenings) for c in clashes(problem, was) if c.code == "screen_taken")
    found = repair(problem, was, tolerated={"repeat_same_day"}, polish=2)

    assert taken == overlaps(problem, was)
    assert (found.verdict, found.moves_proved, found.moves) == (
        "repaired", True, found.moves_bound
    )
    assert found.moves <= len(taken)
    assert {c.code for c in clashes(problem, found.plan)} <= {"repeat_same_day"}


def test_a_ceremony_moves_the_film_that_stood_there_and_its_guest_has_time_for_the_way():
    problem = a_problem(
        [a_programme("one", debate=0), a_programme("two", debate=0)],
        [a_screen("orion", hours=[(1080, 1440), None, None]), a_screen("vega", hours=[(1080, 1440), None, None])],
        guests=[a_guest(programmes=["one", "two"])], ways=[("orion", "vega", 60)],
        reservations=[ScreenReservation("Opening", "orion", 1080, 1200)],
    )
    was = [a_placement("18:00", "one"), a_placement("18:00", "two", screen="vega")]

    found = repair(problem, was, seconds=5)

    assert (moved(found), found.moves_proved) == ([("one", 0)], True)
    assert clashes(problem, found.plan) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_a_festival_with_juries_and_moderators_is_repaired_within_its_rules(seed):
    made = festival("S", seed=seed)
    problem = problem_of(made)
    was = [Placement(o.item.id, o.number, problem.screens[o.screen].id, o.start) for o in made.laid]
    shut = closed(problem, problem.screens[1].id, 1)

    found = repair(shut, was, seconds=15, polish=1)

    assert found.verdict in {"repaired", "impossible"}
    assert breaches(ProblemFacts(shut), found.plan) == []
