"""Three ways out of a conflict: legal, at their true prices, and kept to what may move."""

import pytest

from screenings.planner.answers.remedies import Remedy, remedies
from screenings.planner.answers.whatif import cells, cheapest_first, lay
from screenings.planner.model import Placement
from screenings.planner.rules import ProblemFacts, clashes
from tests.screenings.planner.builders import a_placement, a_problem, a_programme, a_screen

pytestmark = pytest.mark.unit


def overlapping():
    problem = a_problem(
        [a_programme("one", showings=2), a_programme("two")], [a_screen("orion"), a_screen("vega")]
    )
    plan = [a_placement("18:00", "one"), a_placement("20:30", "one", 1, day=1), a_placement("18:15", "two")]
    return problem, plan, lay(ProblemFacts(problem), plan)


def test_each_move_is_the_cheapest_of_its_screening_and_mends_the_conflict():
    problem, plan, grid = overlapping()
    names = [("one", 0), ("two", 0)]
    assert clashes(problem, plan)

    ways = remedies(grid, names)

    moves = [way for way in ways if way.kind == "move"]
    assert {(way.programme, way.number) for way in moves} == set(names)
    assert ways[-1].kind == "tray"
    assert [way.price for way in moves] == sorted(way.price for way in moves)
    for way in moves:
        name = (way.programme, way.number)
        assert way.price == cheapest_first(cells(grid, name))[0].price
        others = [p for p in plan if (p.programme, p.number) != name]
        assert clashes(problem, [*others, Placement(*name, way.screen, way.start)]) == []


def test_what_is_locked_stays_and_can_be_freed():
    _, _, grid = overlapping()
    names = [("one", 0), ("two", 0)]

    one_locked = remedies(grid, names, locked={("one", 0)})
    both_locked = remedies(grid, names, locked=names)

    assert [(way.kind, way.programme) for way in one_locked] == [
        ("move", "two"), ("move", "two"), ("tray", "two"),
    ]  # fmt: skip
    assert both_locked == [Remedy("free", "one", 0), Remedy("free", "two", 0)]


def test_a_repeat_is_let_go_before_a_premiere():
    _, _, grid = overlapping()

    assert remedies(grid, [("one", 0), ("one", 1)])[-1] == Remedy("tray", "one", 1)


def test_what_does_not_stand_has_no_way_out():
    _, _, grid = overlapping()

    assert remedies(grid, [("three", 0)]) == []
