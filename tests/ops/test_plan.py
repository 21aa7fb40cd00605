"""The planner's door: files in, files out, and an exit code that says how it went."""

import subprocess
import sys

import msgspec
import pytest

from ops.plan import sound
from screenings.checker import check
from screenings.model import Crew, Hold, Jury, Order, Plan, Setting
from tests.screenings.any_festival import any_festival
from tests.screenings.builders import a_problem, a_programme, a_screen


def door(*given):
    return subprocess.run(
        [sys.executable, "-m", "ops.plan", *map(str, given)], capture_output=True, text=True, check=False
    )


def test_a_plan_is_written_and_shown(tmp_path):
    problem, plan = tmp_path / "problem.json", tmp_path / "plan.json"
    problem.write_bytes(msgspec.json.encode(a_problem()))

    done = door(problem, "--seconds", 3, "-o", plan)

    assert done.returncode == 0
    assert msgspec.json.decode(plan.read_bytes(), type=Plan).proved
    assert "Apogee │" in done.stderr


def test_what_cannot_all_be_placed_ends_with_three(tmp_path):
    problem = tmp_path / "problem.json"
    short = [a_screen(hours=[(1080, 1260), None, None])]
    problem.write_bytes(msgspec.json.encode(a_problem([a_programme("one"), a_programme("two")], short)))

    done = door(problem, "--seconds", 3)

    assert done.returncode == 3
    assert "no_room_left" in done.stderr


def test_a_faulty_field_is_named(tmp_path):
    problem = tmp_path / "problem.json"
    problem.write_text('{"days": 3, "screens": [{"id": 3}], "programmes": []}')

    done = door(problem)

    assert done.returncode == 2
    assert "$.screens[0].id" in done.stderr


def test_a_name_that_leads_nowhere_is_a_fault(tmp_path):
    problem = tmp_path / "problem.json"
    problem.write_bytes(msgspec.json.encode(a_problem(pairs=[("apogee", "nowhere", 2)])))

    done = door(problem)

    assert done.returncode == 2
    assert "pairs[0]: no programme nowhere" in done.stderr


@pytest.mark.parametrize(("what", "said"), [
    ({"juries": [Jury("j", "J", ["nowhere"])]}, "juries[0].programmes: no programme nowhere"),
    ({"holds": [Hold("apogee", screen="moon")]}, "holds[0].screen: no screen moon"),
    ({"crews": [Crew("c", "C", ["moon"])]}, "crews[0].screens: no screen moon"),
    ({"orders": [Order("apogee", "nowhere")]}, "orders[0].then: no programme nowhere"),
    ({"settings": {"H99": Setting()}}, "settings.H99: no rule H99"),
    ({"settings": {"H2": Setting(hard=False)}}, "settings.H2: nobody can let go of this one"),
])
def test_every_name_of_the_problem_must_lead_somewhere(what, said):
    assert said in sound(a_problem(**what))


def test_a_festival_that_asks_for_everything_is_planned_from_its_file(tmp_path):
    problem, plan = tmp_path / "problem.json", tmp_path / "plan.json"
    asked = any_festival(31)
    problem.write_bytes(msgspec.json.encode(asked))

    done = door(problem, "--deterministic", 1, "-o", plan)

    found = msgspec.json.decode(plan.read_bytes(), type=Plan)
    assert done.returncode == 0
    assert check(asked, found).violations == []
    assert set(asked.settings) & set(found.cost_by_rule)
