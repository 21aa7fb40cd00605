"""The planner's door: files in, files out, and an exit code that says how it went."""

import json
import subprocess
import sys

import msgspec
import pytest

from ops.plan import main, validate
from screenings.planner.checker import check
from screenings.planner.model import Hold, JuryPanel, Order, Pin, Plan, ProjectionCrew, Setting
from tests.screenings.planner.any_festival import any_festival
from tests.screenings.planner.builders import a_placement, a_problem, a_programme, a_screen


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
    ({"juries": [JuryPanel("j", "J", ["nowhere"])]}, "juries[0].programmes: no programme nowhere"),
    ({"holds": [Hold("apogee", screen="moon")]}, "holds[0].screen: no screen moon"),
    ({"crews": [ProjectionCrew("c", "C", ["moon"])]}, "crews[0].screens: no screen moon"),
    ({"orders": [Order("apogee", "nowhere")]}, "orders[0].then: no programme nowhere"),
    ({"settings": {"H99": Setting()}}, "settings.H99: no rule H99"),
    ({"settings": {"H2": Setting(hard=False)}}, "settings.H2: nobody can let go of this one"),
])
def test_every_name_of_the_problem_must_lead_somewhere(what, said):
    assert said in validate(a_problem(**what))


def test_a_festival_that_asks_for_everything_is_planned_from_its_file(tmp_path):
    problem, plan = tmp_path / "problem.json", tmp_path / "plan.json"
    asked = any_festival(31)
    problem.write_bytes(msgspec.json.encode(asked))

    done = door(problem, "--deterministic", 1, "-o", plan)

    found = msgspec.json.decode(plan.read_bytes(), type=Plan)
    assert done.returncode == 0
    assert check(asked, found).violations == []
    assert set(asked.settings) & set(found.cost_by_rule)


@pytest.mark.parametrize(("given", "said"), [
    (["--seconds", "nan"], "--seconds"), (["--seconds", "-1"], "--seconds"), (["--seed", "-1"], "--seed"),
    (["--deterministic", "soon"], "--deterministic"), (["--gap", "2"], "--gap"), (["--close", "orion:1"], "--close"),
    (["--explain", "--repair", "plan.json"], "--repair"), (["-o", "nowhere/plan.json"], "-o"),
])
def test_a_word_that_cannot_be_understood_is_named(given, said, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["plan", str(tmp_path / "problem.json"), *given])

    with pytest.raises(SystemExit) as refused:
        main()

    assert (refused.value.code, f"argument {said}" in capsys.readouterr().err) == (2, True)


def test_locks_that_collide_end_with_three_and_the_two_are_named(tmp_path):
    problem = tmp_path / "problem.json"
    locks = [Pin("one", 0, "orion", 1080), Pin("two", 0, "orion", 1090)]
    two = [a_programme("one", title="[/Nova]"), a_programme("two")]
    problem.write_bytes(msgspec.json.encode(a_problem(two, pins=locks)))

    done = door(problem, "--deterministic", 0.1)

    said = " ".join(done.stderr.split())
    assert done.returncode == 3
    assert "broken by locks alone: screen_taken one 1, two 1" in said
    assert "“[/Nova]”, screening 1, is locked: Orion, day 1, 18:00." in said
    assert "Traceback" not in said


def test_a_repair_is_repaired_again(tmp_path):
    problem, plan, mended = tmp_path / "problem.json", tmp_path / "plan.json", tmp_path / "mended.json"
    problem.write_bytes(msgspec.json.encode(a_problem()))
    plan.write_bytes(msgspec.json.encode({"placements": [a_placement("18:00")]}))

    first = door(problem, "--repair", plan, "--close", "orion:1", "--seconds", 5, "-o", mended)
    again = door(problem, "--repair", mended, "--close", "orion:2", "--seconds", 5)

    assert (first.returncode, again.returncode) == (0, 0)
    assert json.loads(mended.read_bytes())["moves"] == 1
    assert "moved: apogee 1: orion day 1 18:00" in first.stderr


@pytest.mark.parametrize(("closing", "old"), [
    ("orion:0", b'{"placements": []}'), ("orion:4", b'{"placements": []}'), ("moon:1", b'{"placements": []}'),
    ("orion:²", b'{"placements": []}'), ("orion:1", b"{}"), ("orion:1", b'{"placements": [{"start": 1}]}'),
])
def test_a_repair_that_cannot_be_understood_ends_with_two(closing, old, tmp_path, monkeypatch):
    (tmp_path / "problem.json").write_bytes(msgspec.json.encode(a_problem()))
    (tmp_path / "old.json").write_bytes(old)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["plan", "problem.json", "--repair", "old.json", "--close", closing])

    with pytest.raises(SystemExit) as refused:
        main()

    assert refused.value.code == 2
