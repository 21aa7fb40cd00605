import msgspec
import pytest

from festival.language import spoken, t
from screenings.planner.model import Clash, Placement, Plan, Problem, day_of, minute_of
from screenings.planner.rules import clashes, cost
from screenings.planner.rules.guests import present
from tests.screenings.planner.builders import (
    a_guest,
    a_placement,
    a_problem,
    a_programme,
    a_screen,
    at,
)

pytestmark = pytest.mark.unit


def codes(problem, *placements):
    return [(c.code, c.level, c.screenings) for c in clashes(problem, list(placements))]


def two(**what):
    return a_problem([a_programme("apogee"), a_programme("lagrange")],
                     [a_screen("orion"), a_screen("vega")], **what)


def test_a_screen_is_taken_until_the_last_question():
    clash = clashes(two(), [a_placement("18:00"), a_placement("19:40", "lagrange")])

    assert clash == [
        Clash("screen_taken", "block", [("apogee", 0), ("lagrange", 0)],
              {"screen": "Orion", "minutes": 15})
    ]


def test_too_little_time_to_clear_is_a_warning():
    clash = clashes(two(), [a_placement("18:00"), a_placement("20:05", "lagrange")])

    assert clash == [
        Clash("turnaround_short", "warn", [("apogee", 0), ("lagrange", 0)],
              {"screen": "Orion", "minutes": 10, "turnaround": 20})
    ]


def test_a_cleared_screen_and_another_screen_are_free():
    after = a_placement("20:15", "lagrange")
    beside = a_placement("18:00", "lagrange", screen="vega")

    assert codes(two(), a_placement("18:00"), after) == []
    assert codes(two(), a_placement("18:00"), beside) == []


@pytest.mark.parametrize("clock", ["09:45", "22:15"])
def test_a_screening_stays_within_opening_hours(clock):
    assert codes(a_problem(), a_placement(clock)) == [
        ("outside_hours", "block", [("apogee", 0)])
    ]


def test_a_closed_day_has_no_hours_and_neither_has_the_day_after_the_last():
    problem = a_problem(screens=[a_screen(hours=[(600, 1440), None, (600, 1440)])])

    assert codes(problem, a_placement("18:00", day=1)) == [
        ("outside_hours", "block", [("apogee", 0)])
    ]
    assert codes(problem, a_placement("18:00", day=3)) == [
        ("outside_hours", "block", [("apogee", 0)])
    ]


def test_one_in_the_morning_belongs_to_the_evening_before():
    problem = a_problem(screens=[a_screen(hours=[(600, 1680), None, None])])

    assert (day_of(at("25:00")), minute_of(at("25:00"))) == (0, 1500)
    assert codes(problem, a_placement("25:00")) == []


def test_a_programme_needs_its_equipment_and_its_first_screening_its_seats():
    problem = a_problem([a_programme(equipment=["35mm"], least_seats=300)])

    assert codes(problem, a_placement("18:00")) == [
        ("equipment_missing", "block", [("apogee", 0)]),
        ("too_few_seats", "publication", [("apogee", 0)]),
    ]
    assert codes(problem, a_placement("18:00", number=1)) == [
        ("equipment_missing", "block", [("apogee", 1)])
    ]


def test_a_late_film_starts_late_and_a_family_film_early():
    problem = a_problem([a_programme(earliest=1260), a_programme("lagrange", latest=1110)])

    assert codes(problem, a_placement("20:45"), a_placement("18:45", "lagrange", day=1)) == [
        ("too_early", "publication", [("apogee", 0)]),
        ("too_late", "publication", [("lagrange", 0)]),
    ]


def test_a_guest_stays_for_the_debate_but_not_for_the_repeat():
    guest = a_guest(programmes=["apogee"], windows=[(at("18:00"), at("19:50"))])
    problem = a_problem(guests=[guest])

    assert codes(problem, a_placement("18:00")) == [("guest_absent", "block", [("apogee", 0)])]
    assert codes(problem, a_placement("18:00", number=1, day=1)) == []


def test_windows_that_touch_are_one_stay():
    assert present([(600, 700), (700, 900)], 650, 800)
    assert not present([(600, 700), (710, 900)], 650, 800)
    assert present([], 0, 10_000)


@pytest.mark.parametrize(("clock", "screen", "found"), [
    ("20:00", "vega", ["guest_in_two_places"]),
    ("20:15", "vega", []),
    ("20:15", "orion", []),
])
def test_a_guest_needs_the_way_between_two_screens(clock, screen, found):
    problem = two(guests=[a_guest(programmes=["apogee", "lagrange"])])
    second = a_placement(clock, "lagrange", screen=screen)

    assert [c.code for c in clashes(problem, [a_placement("18:00"), second])] == found


def test_a_programme_is_shown_once_a_day_and_its_premiere_first():
    later = a_placement("20:30", day=1)

    assert codes(a_problem(), later, a_placement("14:00", number=1, day=1)) == [
        ("repeat_same_day", "publication", [("apogee", 1), ("apogee", 0)]),
        ("premiere_after_repeat", "publication", [("apogee", 0), ("apogee", 1)]),
    ]
    assert codes(a_problem(), later, a_placement("14:00", number=1, day=2)) == []


@pytest.mark.parametrize(("clock", "expected"), [
    ("11:45", 15), ("12:00", 10), ("14:00", 5), ("18:00", 0), ("21:15", 0), ("21:30", 10),
    ("25:00", 10),
])
def test_the_hour_costs_by_prestige(clock, expected):
    problem = a_problem([a_programme(prestige=5)])

    assert cost(problem, [a_placement(clock)])["S1"] == expected


@pytest.mark.parametrize(("demand", "number", "expected"), [
    (200, 0, 0), (209, 0, 0), (210, 0, 2), (399, 0, 38), (320, 1, 0), (336, 1, 2), (49, 0, 1),
    (50, 0, 0), (79, 1, 1), (80, 1, 0),
])
def test_people_turned_away_and_empty_rooms_cost(demand, number, expected):
    problem = a_problem([a_programme(demand=demand)])

    assert cost(problem, [a_placement("18:00", number=number)])["S2"] == expected


def test_films_with_one_public_cost_their_weights_when_they_overlap():
    problem = two(pairs=[("apogee", "lagrange", 4), ("lagrange", "apogee", 3)])
    beside = a_placement("19:45", "lagrange", screen="vega")
    after = a_placement("19:55", "lagrange", screen="vega")

    assert cost(problem, [a_placement("18:00"), beside])["S3"] == 7
    assert cost(problem, [a_placement("18:00"), after])["S3"] == 0


def test_problems_and_plans_travel_as_json():
    problem = two(pairs=[("apogee", "lagrange", 4)],
                  guests=[a_guest(programmes=["apogee"], windows=[(0, 10)])])
    plan = Plan([Placement("apogee", 0, "orion", 1080)], [], 0, {"S1": 0}, 0, 0.0, 0.1,
                proved=True, seed=1)

    assert msgspec.json.decode(msgspec.json.encode(problem), type=Problem) == problem
    assert msgspec.json.decode(msgspec.json.encode(plan), type=Plan) == plan


def test_every_clash_and_reason_has_words_that_fit_its_details():
    problem = two(guests=[a_guest(programmes=["apogee", "lagrange"], windows=[(0, 60)])])
    strict = a_problem([
        a_programme("apogee", equipment=["35mm"], least_seats=300, earliest=1260),
        a_programme("lagrange", latest=600),
    ])
    found = [
        *clashes(problem, [a_placement("18:00"), a_placement("18:15", "lagrange")]),
        *clashes(problem, [a_placement("18:00"), a_placement("19:55", "lagrange")]),
        *clashes(strict, [a_placement("09:00"), a_placement("18:00", "lagrange")]),
        *clashes(strict, [a_placement("20:00"), a_placement("18:00", number=1)]),
    ]

    assert {clash.code for clash in found} == {
        "screen_taken", "turnaround_short", "outside_hours", "equipment_missing", "too_few_seats",
        "guest_absent", "guest_in_two_places", "too_early", "too_late", "repeat_same_day",
        "premiere_after_repeat",
    }
    for language in spoken():
        for clash in found:
            assert "{" not in t(language, f"clash.{clash.code}", **clash.details)
