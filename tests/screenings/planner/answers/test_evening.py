"""A day that does not go as planned: three ways on, each of them judged by the independent checker."""

import random

import pytest

from screenings.planner.answers.evening import LEAST_DEBATE, evening_of, taken
from screenings.planner.answers.onward import ways_on
from screenings.planner.answers.robustness import Overrun
from screenings.planner.answers.shapes import Happened
from screenings.planner.checker import check
from screenings.planner.driver import plan
from screenings.planner.model import JuryPanel, Plan, ScreenReservation
from screenings.planner.process import OnwardTask, gone_on
from screenings.planner.rules.facts import ProblemFacts
from tests.screenings.planner.builders import (
    a_festival,
    a_guest,
    a_placement,
    a_problem,
    a_programme,
    a_screen,
    at,
)

pytestmark = pytest.mark.unit


def an_evening(**what):
    """18:00–19:55 and 20:15–22:10 on one screen, with 20 minutes to clear it."""
    problem = a_problem([a_programme("one"), a_programme("two")], **what)
    return problem, [a_placement("18:00", "one"), a_placement("20:15", "two")]


def late(clock, name="one", day=0, **what):
    return Happened(name, 0, ends=at(clock, day), **what)


def by_name(ways):
    return {way.name: way for way in ways}


def test_an_end_in_time_asks_for_nothing():
    assert ways_on(*an_evening(), [late("19:55")], now=at("19:50")) == []
    assert ways_on(*an_evening(), [], now=at("19:50")) == []


def test_who_waits_begins_when_the_screen_is_clear():
    wait = by_name(ways_on(*an_evening(), [late("20:07")], now=at("19:50")))["wait"]

    [delay] = wait.delays
    assert (delay.programme, delay.start, delay.minutes, delay.after) == ("two", at("20:27"), 12, ("one", 0))
    assert wait.price == 12 * 150
    assert wait.works


def test_a_film_that_began_late_ends_late_by_itself():
    problem, planned = an_evening()

    wait = by_name(ways_on(problem, planned, [Happened("one", 0, began=at("18:09"))], now=at("18:10")))["wait"]

    assert [delay.minutes for delay in wait.delays] == [9]
    assert wait.placements[0].start == at("18:09")


def test_a_debate_is_cut_as_far_as_needed_and_no_further():
    shorten = by_name(ways_on(*an_evening(), [late("20:07")], now=at("19:40")))["shorten"]

    [short] = shorten.debates
    assert (short.programme, short.was, short.minutes) == ("one", 32, 20)
    assert shorten.delays == []
    assert shorten.price == 12 * 150


def test_a_debate_that_has_been_held_cannot_be_cut():
    # the film was over at 19:35; at 20:05 thirty of the debate's 32 minutes are said
    shorten = by_name(ways_on(*an_evening(), [late("20:07")], now=at("20:05")))["shorten"]

    assert [short.minutes for short in shorten.debates] == [30]
    assert [delay.minutes for delay in shorten.delays] == [10]


def test_somebody_is_heard_in_every_debate():
    problem, planned = an_evening()
    began = Happened("one", 0, began=at("18:50"))

    shorten = by_name(ways_on(problem, planned, [began], now=at("18:50")))["shorten"]

    assert [short.minutes for short in shorten.debates] == [LEAST_DEBATE]
    assert [delay.minutes for delay in shorten.delays] == [50 - (20 - LEAST_DEBATE)]


def test_the_next_film_goes_to_a_free_screen():
    screens = [a_screen("orion"), a_screen("vega")]

    move = by_name(ways_on(*an_evening(screens=screens), [late("20:45")], now=at("19:50")))["move"]

    assert [(m.programme, m.after.screen, m.after.start) for m in move.moves] == [("two", "vega", at("20:15"))]
    assert move.proved
    assert move.works


def test_what_nobody_said_began_as_soon_as_it_could():
    problem, planned = an_evening()

    soon = evening_of(problem, planned, [late("20:07")], now=at("20:20"))
    later = evening_of(problem, planned, [late("20:07")], now=at("20:40"))

    assert ("two", 0) not in soon.settled
    assert later.stands["two", 0].start == at("20:27")
    assert ("two", 0) in later.settled


def test_the_cheapest_that_works_comes_first():
    screens = [a_screen("orion", hours=[(600, at("22:15"))] * 3), a_screen("vega")]

    ways = ways_on(*an_evening(screens=screens), [late("20:35")], now=at("20:30"))

    assert not by_name(ways)["wait"].works
    assert [clash.code for clash in by_name(ways)["wait"].faults] == ["outside_hours"]
    assert ways[0].works
    assert [way.price for way in ways if way.works] == sorted(way.price for way in ways if way.works)


def test_guests_and_juries_carry_a_delay_to_another_screen():
    screens = [a_screen("orion"), a_screen("vega")]
    plan = [a_placement("18:00", "one"), a_placement("20:15", "two", screen="vega")]
    films = [a_programme("one"), a_programme("two")]
    with_guest = a_problem(films, screens, guests=[a_guest(programmes=["one", "two"])])
    with_jury = a_problem(films, screens, juries=[JuryPanel("j", "Jury", ["one", "two"], pause=18)])

    by_guest = by_name(ways_on(with_guest, plan, [late("20:10")], now=at("19:50")))["wait"]
    by_jury = by_name(ways_on(with_jury, plan, [late("20:10")], now=at("19:50")))["wait"]

    assert [delay.minutes for delay in by_guest.delays] == [10]
    assert [delay.minutes for delay in by_jury.delays] == [13]


def test_what_was_cancelled_makes_nobody_wait_and_frees_its_screen():
    problem = a_problem([a_programme(name) for name in ("one", "two", "three")])
    planned = [a_placement("18:00", "one"), a_placement("20:15", "two"), a_placement("22:30", "three")]
    gone = Happened("two", 0, cancelled=True)

    assert ways_on(problem, planned, [gone, late("21:00")], now=at("19:50")) == []
    assert set(evening_of(problem, planned, [gone], now=at("19:50")).stands) == {("one", 0), ("three", 0)}


def test_other_days_and_what_has_begun_stay():
    problem, planned = an_evening(screens=[a_screen("orion"), a_screen("vega")])
    problem = a_problem([*problem.programmes, a_programme("next")], problem.screens)
    planned = [*planned, a_placement("10:00", "next", day=1)]

    for way in ways_on(problem, planned, [late("20:45")], now=at("19:50")):
        assert planned[0] in way.placements
        assert planned[2] in way.placements


def test_a_screen_that_is_taken_later_is_no_place_to_wait():
    closing = ScreenReservation("Clôture", "orion", at("22:30"), at("23:59"))

    ways = by_name(ways_on(*an_evening(reservations=[closing]), [late("20:07")], now=at("20:06")))

    assert [clash.code for clash in ways["wait"].faults] == ["screen_reserved"]


def judged(problem, placements, unplaced):
    """What the independent checker says of the rules alone."""
    empty = Plan(placements, unplaced, 0, {}, 0, 0.0, 0.0, False, 1)
    return [c for c in check(problem, empty).violations if c.code not in {"cost_differs", "bound_above_cost"}]


@pytest.mark.parametrize("seed", range(3))
def test_three_days_of_long_debates_meet_no_illegal_way(seed):
    """Overruns of the robustness distribution, one after another; the cheapest way is taken each time."""
    problem = a_festival(seed, films=16, screens=3)
    found = plan(problem, seconds=2, seed=seed)
    standing, happened, met = list(found.placements), [], 0
    chance, overrun = random.Random(seed), Overrun()
    for p in sorted(standing, key=lambda p: p.start):
        name = (p.programme, p.number)
        runs = evening_of(problem, standing, happened, now=0)
        began, [extra] = runs.stands[name].start, chance.choices(overrun.minutes, overrun.weights)
        ends = ProblemFacts(runs.problem).ends(runs.stands[name]) + max(0, extra)
        happened.append(Happened(*name, began=began, ends=ends))
        ways = ways_on(problem, standing, happened, now=began, seconds=1)
        for way in ways:
            real = evening_of(problem, way.placements, taken(happened, way), now=began)
            faults = judged(real.problem, way.placements, found.unplaced)
            assert all(p.start >= runs.stands[p.programme, p.number].start for p in way.placements)
            assert way.works == all(set(c.screenings) <= real.settled for c in faults), (way, faults)
        if ways and ways[0].works:
            standing, happened, met = ways[0].placements, taken(happened, ways[0]), met + 1
    assert met


def test_the_ways_are_found_elsewhere_too():
    """In the planner's process, which the door asks."""
    problem, planned = an_evening(screens=[a_screen("orion"), a_screen("vega")])
    task = OnwardTask(problem, planned, [late("20:45")], at("19:50"), [], 5.0)

    assert gone_on(task) == ways_on(problem, planned, [late("20:45")], now=at("19:50"))
