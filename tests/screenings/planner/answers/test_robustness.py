import pytest

from screenings.planner.answers.robustness import Overrun, lateness
from tests.screenings.planner.builders import a_guest, a_placement, a_problem, a_programme, a_screen

pytestmark = pytest.mark.unit

LATE = Overrun((30,), (1,))


def two(**what):
    problem = a_problem([a_programme("one"), a_programme("two")], **what)
    return problem, [a_placement("18:00", "one"), a_placement("20:15", "two")]


def test_a_debate_on_time_makes_nobody_late():
    found = lateness(*two(), overrun=Overrun((0,), (1,)))

    assert [(one.chance, one.worst, one.slack, one.after) for one in found] == [(0, 0, 0, None)] * 2


def test_a_long_debate_is_handed_on_and_the_slack_is_told():
    # 18:00 + 115 + 30 + 20 to clear = 20:45
    _, second = lateness(*two(), overrun=LATE)

    assert (second.chance, second.mean, second.slack, second.after) == (1.0, 30.0, 25, ("one", 0))


def test_the_chance_is_that_of_the_distribution():
    _, second = lateness(*two(), overrun=Overrun((0, 30), (3, 1)), draws=20_000)

    assert abs(second.chance - 0.25) < 0.02


def test_a_guest_carries_the_delay_to_another_screen():
    problem, _ = two(screens=[a_screen("orion"), a_screen("vega")],
                     guests=[a_guest(programmes=["one", "two"])])
    plan = [a_placement("18:00", "one"), a_placement("20:15", "two", screen="vega")]

    _, second = lateness(problem, plan, overrun=LATE)

    assert (second.mean, second.after) == (25.0, ("one", 0))


def test_a_night_ends_the_delay():
    problem, _ = two()
    plan = [a_placement("21:00", "one"), a_placement("10:00", "two", day=1)]

    assert lateness(problem, plan, overrun=LATE)[1].chance == 0


def test_the_same_seed_tells_the_same():
    assert lateness(*two(), seed=3) == lateness(*two(), seed=3)


def test_a_repeat_has_no_debate_to_run_over():
    problem, _ = two()
    plan = [a_placement("18:00", "one", 1), a_placement("19:55", "two")]

    assert lateness(problem, plan, overrun=LATE)[1].chance == 0


def test_each_screening_has_the_debate_that_was_planned_for_it():
    problem = a_problem([a_programme("one", debates=[0, 30]), a_programme("two")])
    silent = [a_placement("18:00", "one"), a_placement("19:55", "two")]
    talked = [a_placement("18:00", "one", 1), a_placement("20:25", "two")]

    assert lateness(problem, silent, overrun=LATE)[1].chance == 0
    assert lateness(problem, talked, overrun=LATE)[1].mean == 30


def test_two_delays_add_up_as_arithmetic_says():
    # ten minutes to spare between two films; one debate in four runs over by thirty
    problem = a_problem([a_programme(name) for name in ("one", "two", "three")])
    plan = [a_placement("12:00", "one"), a_placement("14:25", "two"), a_placement("16:50", "three")]

    _, second, third = lateness(problem, plan, overrun=Overrun((0, 30), (3, 1)), tolerated=0, draws=40_000)

    # late by 20 when the one before ran over, by 40 when both did, by 10 when only the first did
    assert abs(second.mean - 20 / 4) < 0.3
    assert abs(third.mean - (40 / 16 + 10 * 3 / 16 + 20 * 3 / 16)) < 0.4
    assert abs(third.chance - 7 / 16) < 0.02
