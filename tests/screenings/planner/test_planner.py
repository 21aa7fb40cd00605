import time

import pytest
from msgspec.structs import replace

from screenings.planner import driver
from screenings.planner.bound.master import bound_for
from screenings.planner.checker import check
from screenings.planner.clock import WallClock
from screenings.planner.driver import plan
from screenings.planner.model import Pin, Placement
from screenings.planner.search import construct as first
from screenings.planner.search.schedule import Schedule
from tests.screenings.planner.builders import (
    a_festival,
    a_guest,
    a_placement,
    a_problem,
    a_programme,
    a_screen,
    at,
)


def why(found):
    return [(u.programme, u.number, u.reason) for u in found.unplaced]


def test_a_single_film_gets_prime_time_and_a_proof():
    problem = a_problem([a_programme(prestige=5)])

    found = plan(problem, seconds=3)

    assert (found.cost, found.bound, found.gap, found.proved, found.unplaced) == (
        0, 0, 0.0, True, []
    )
    assert check(problem, found).violations == []


def test_the_proved_cost_is_the_least_there_is():
    programmes = [a_programme(name, prestige=3, debate=0) for name in ("one", "two", "three")]
    problem = a_problem(programmes, [a_screen(hours=[(1080, 1440), None, None])])

    found = plan(problem, seconds=5)

    # two of three fit into the first hours; the third starts at half past nine or later
    assert (found.cost, found.bound, found.proved, len(found.placements)) == (6, 6, True, 3)


@pytest.mark.parametrize(("seed", "load"), [
    (1, 0.5), pytest.param(1, 1.0, marks=pytest.mark.slow), pytest.param(7, 1.0, marks=pytest.mark.slow),
])  # fmt: skip
def test_a_festival_of_twenty_films_is_legal_bounded_and_far_better_than_the_first_plan(seed, load):
    problem = a_festival(seed, load=load)
    seen = []

    found = plan(problem, seconds=90, target=0.1, on_progress=seen.append)

    report = check(problem, found)
    assert report.violations == []
    assert report.cost == found.cost
    assert 0 < found.bound <= found.cost
    first_told = next(p for p in seen if p.phase == "bound")
    assert len(found.placements) >= first_told.placed
    assert found.gap <= 0.1


def test_progress_never_goes_back():
    seen = []

    plan(a_festival(2, films=14, load=0.5), seconds=4, on_progress=seen.append)

    assert [p.placed for p in seen] == sorted(p.placed for p in seen)
    assert [p.seconds for p in seen] == sorted(p.seconds for p in seen)
    last = [p for p in seen if p.placed == seen[-1].placed and p.phase != "place"]
    assert [p.best for p in last] == sorted((p.best for p in last), reverse=True)


def test_locks_stay_whatever_they_break():
    pins = [Pin("apogee", 0, "orion", at("18:07")), Pin("lagrange", 0, "orion", at("18:30"))]
    names = ["apogee", "lagrange", "vostok"]
    problem = a_problem([a_programme(name) for name in names], pins=pins)

    found = plan(problem, seconds=3)

    held = [a_placement("18:07"), a_placement("18:30", "lagrange")]
    assert [p for p in found.placements if p.programme != "vostok"] == held
    assert found.unplaced == []
    report = check(problem, found)
    assert report.violations == []
    assert [fault.code for fault in report.of_pins] == ["screen_taken"]


def test_repeats_follow_their_premiere_on_other_days():
    problem = a_problem([a_programme(showings=3)])

    found = plan(problem, seconds=3)

    days = {p.number: p.start // 1440 for p in found.placements}
    assert (days[0], sorted(days.values())) == (0, [0, 1, 2])


def test_a_premiere_is_worth_more_than_a_repeat():
    guest = a_guest(programmes=["apogee"], windows=[(at("10:00", 2), at("24:00", 2))])
    problem = a_problem([a_programme(showings=2)], guests=[guest])

    found = plan(problem, seconds=3)

    assert [p.number for p in found.placements] == [0]
    assert why(found) == [("apogee", 1, "no_other_day")]


@pytest.mark.parametrize(("programme", "what", "reason"), [
    (a_programme(equipment=["70mm"]), {}, "equipment_missing"),
    (a_programme(least_seats=900), {}, "too_few_seats"),
    (a_programme(film_minutes=900), {}, "outside_hours"),
    (a_programme(earliest=1500), {}, "too_early"),
    (a_programme(latest=500), {}, "too_late"),
    (a_programme(), {"guests": [a_guest(programmes=["apogee"], windows=[(0, 60)])]},
     "guest_absent"),
    (a_programme(), {"screens": []}, "no_open_screen"),
    (a_programme(), {"screens": [a_screen(hours=[None] * 3)]}, "no_open_screen"),
])
def test_what_cannot_be_placed_says_why(programme, what, reason):
    problem = a_problem([programme], **what)

    found = plan(problem, seconds=2)

    assert (found.placements, why(found)) == ([], [("apogee", 0, reason)])
    assert check(problem, found).violations == []


def test_too_many_films_and_too_many_showings_say_why():
    short = [a_screen(hours=[(1080, 1260), None, None])]
    crowded = a_problem([a_programme("one"), a_programme("two")], short)

    assert [reason for *_, reason in why(plan(crowded, seconds=2))] == ["no_room_left"]
    assert why(plan(a_problem([a_programme(showings=4)]), seconds=2)) == [
        ("apogee", 3, "more_showings_than_days")
    ]


def test_locks_in_the_way_are_named():
    short = [a_screen(hours=[(1080, 1260), None, None])]
    problem = a_problem([a_programme("one"), a_programme("two")], short,
                        pins=[Pin("one", 0, "orion", at("18:30"))])

    assert why(plan(problem, seconds=2)) == [("two", 0, "locks_in_the_way")]


def test_a_wish_to_stop_is_heard_within_a_second():
    seen = []

    found = plan(a_festival(3), seconds=60, on_progress=seen.append,
                 should_stop=lambda: len(seen) > 3)

    assert found.seconds < 10
    assert check(a_festival(3), found).violations == []


def test_a_caller_that_fails_ends_the_run():
    def fail(_):
        raise RuntimeError("gone")

    with pytest.raises(RuntimeError, match="gone"):
        plan(a_festival(3), seconds=30, on_progress=fail)


def test_the_first_plan_alone_is_legal():
    problem = replace(a_festival(5, films=30), pairs=[])
    run = driver.begin(problem, WallClock(time.monotonic), seconds=2, seed=1)

    run.offer(first.first_plan(run.instance, seed=1, over=lambda: False).positions)

    assert check(problem, driver.report(run)).violations == []


def test_no_plan_beats_the_linear_bound():
    programmes = [a_programme(str(n), prestige=2, debate=0) for n in range(4)]
    problem = a_problem(programmes, [a_screen(hours=[(840, 1440), None, None])])
    run = driver.begin(problem, WallClock(time.monotonic), seconds=5, seed=1)
    driver.first_plan(run)

    bound = bound_for(Schedule(run.instance), run.positions)
    for _ in bound.iterations():
        pass
    found = plan(problem, seconds=5)

    assert 0 < bound.whole <= found.cost
    assert found.proved


def test_guests_have_time_to_walk():
    problem = a_problem(
        [a_programme("one"), a_programme("two")],
        [a_screen("orion", hours=[(1080, 1320), None, None]),
         a_screen("vega", hours=[(1080, 1335), None, None])],
        guests=[a_guest(programmes=["one", "two"])],
    )

    found = plan(problem, seconds=3)

    assert check(problem, found).violations == []
    starts = sorted(p.start for p in found.placements)
    assert len(starts) == 1 or starts[1] - starts[0] >= 115 + 15


def test_pairs_are_kept_apart_from_locks_too():
    problem = a_problem(
        [a_programme("one"), a_programme("two")], [a_screen("orion"), a_screen("vega")],
        pairs=[("one", "two", 9)], pins=[Pin("one", 0, "orion", at("18:00"))],
    )

    found = plan(problem, seconds=3)

    assert (found.cost, found.proved) == (0, True)
    assert Placement("one", 0, "orion", at("18:00")) in found.placements
