"""Whatever the planner's door is handed: a sentence that names the field, and exit code 2."""

import json

import msgspec
import pytest

from ops.plan import FAULTY, read
from screenings.planner.model import Problem
from screenings.planner.soundness import validate
from tests.screenings.planner.any_festival import any_festival
from tests.screenings.planner.builders import a_guest, a_problem, a_programme, a_screen

pytestmark = pytest.mark.unit

SAID = msgspec.to_builtins(
    a_problem([a_programme("apogee"), a_programme("lagrange")], [a_screen("orion"), a_screen("vega", venue="w")],
              guests=[a_guest(programmes=["apogee"], windows=[(600, 900)])])
)  # fmt: skip
PIN = {"programme": "apogee", "number": 0, "screen": "orion", "start": 600}


def refusal(path, capsys):
    with pytest.raises(SystemExit) as refused:
        read(str(path), Problem)
    assert refused.value.code == FAULTY
    return " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("said", [
    b"", b"{", b"nonsense", b'{"days": NaN}', b'{"days": 3} {}', b"\x00", b"\xff\xfe{\x00}\x00", b'{"days": "\\ud800"}',
    b"[" * 100_000, b'{"measures":' * 100_000, b"[]", b"null", b"3",
])
def test_what_is_no_problem_is_refused(said, tmp_path, capsys):
    path = tmp_path / "problem.json"
    path.write_bytes(said)

    assert str(path.name) in refusal(path, capsys).replace(" ", "")


def test_a_mark_of_byte_order_is_no_fault(tmp_path):
    path = tmp_path / "problem.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(SAID).encode())

    assert read(str(path), Problem).days == 3


@pytest.mark.parametrize("path", ["nowhere/problem.json", "."])
def test_what_cannot_be_read_is_refused(path, tmp_path, capsys):
    assert "directory" in refusal(tmp_path / path, capsys)


@pytest.mark.parametrize(("field", "value"), [
    ("days", 0), ("days", 16), ("days", 2.5), ("days", "3"), ("days", None), ("days", True), ("days", 10**12),
    ("step", 0), ("step", -5), ("step", 10**30), ("travel", -1), ("speed", 3), ("screens", None), ("screens", {}),
    ("screens[0].seats", -1), ("screens[0].seats", 10**12), ("screens[0].seats", 1e300), ("screens[0].turnaround", -1),
    ("screens[0].turnarond", 20), ("screens[0].hours", "always"), ("screens[0].hours[0]", [600]),
    ("screens[0].hours[0][1]", 10**12), ("screens[0].hours[0][0]", -5), ("screens[0].slots", [-15]),
    ("screens[0].slots", [10**12]), ("screens[0].closures", [[0, 10**12]]), ("screens[0].name", None),
    ("programmes[0].film_minutes", -1), ("programmes[0].film_minutes", 10**12), ("programmes[0].film_minutes", 90.5),
    ("programmes[0].showings", 10**6), ("programmes[0].showings", -1), ("programmes[0].demand", -1),
    ("programmes[0].prestige", 10**12), ("programmes[0].not_before", 10**12), ("programmes[0].forbidden_days", [-1]),
    ("programmes[0].earliest", 10**12), ("programmes[0].visa", "yes"), ("programmes[0].films", [{"id": "a"}]),
    ("guests[0].windows", [[0, 10**12]]), ("guests[0].windows", [[1, 2, 3]]), ("guests[0].programmes", "apogee"),
    ("pins", [PIN | {"start": 10**12}]), ("pins", [PIN | {"start": -1}]), ("pins", [PIN | {"number": -1}]),
    ("pairs", [["apogee", "lagrange", -1]]), ("pairs", [["apogee", "lagrange"]]), ("pairs", [["apogee", "lagrange", 10**12]]),
    ("holds", [{"programme": "apogee", "minute": 60}]), ("holds", [{"programme": "apogee", "day": 10**12}]),
    ("settings", {"S1": {"weight": -1}}), ("settings", {"S1": {"weight": 10**12}}), ("settings", {"S1": {"level": "x"}}),
    ("measures", {"divisor": 0}), ("measures", {"bands": [[0, -1]]}), ("measures", {"lunch": 3}),
    ("repeat_gap", -1), ("old", [PIN | {"price": -1}]), ("resources", [{"id": "r", "name": "R", "limit": -1, "programmes": []}]),
])
def test_a_value_of_the_wrong_kind_is_refused_by_its_field(field, value, tmp_path, capsys):
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(with_value(field, value)))

    said = refusal(path, capsys).replace(" ", "")

    assert f"$.{field}" in said or f"`{field.rsplit('.')[-1]}`" in said


@pytest.mark.parametrize(("field", "value", "said"), [
    ("screens[0].hours", [None], "screens[0].hours: 1 of 3 days"),
    ("screens[0].hours[1]", [1200, 600], "screens[0].hours[1]: it closes before it opens"),
    ("screens[0].hours[1]", [2040, 2880], "screens[0].hours[1]: minutes after that day's own midnight"),
    ("screens[0].closures", [[700, 700]], "screens[0].closures[0]: it ends before it begins"),
    ("screens[1].id", "orion", "screens[1].id: orion is there twice"),
    ("programmes[1].id", "apogee", "programmes[1].id: apogee is there twice"),
    ("programmes[0].press", 1, "programmes[0].press: apogee has 1 screenings"),
    ("guests[0].windows", [[900, 600]], "guests[0].windows[0]: it ends before it begins"),
    ("guests[0].programmes", ["moon"], "guests[0].programmes: no programme moon"),
    ("pins", [PIN, PIN], "pins[1].programme: apogee 0 is there twice"),
    ("pins", [PIN | {"screen": "moon"}], "pins[0].screen: no screen moon"),
    ("pairs", [["apogee", "apogee", 3]], "pairs[0]: apogee with itself"),
    ("pairs", [["apogee", "moon", 3]], "pairs[0]: no programme moon"),
    ("never_together", [["apogee", "apogee"]], "never_together[0]: apogee with itself"),
    ("ways", [["orion", "moon", 5]], "ways[0]: no venue moon"),
    ("ways", [["orion", "w", 5], ["w", "orion", 9]], "ways[1].0: orion – w is there twice"),
    ("orders", [{"first": "apogee", "then": "apogee"}], "orders[0].then: apogee after itself"),
    ("orders", [{"first": "apogee", "then": "lagrange", "least": 9, "most": 5}], "orders[0].most: less than the least"),
    ("holds", [{"programme": "apogee", "day": 3}], "holds[0].day: there are 3 days"),
    ("holds", [{"programme": "apogee", "number": 1}], "holds[0].number: apogee has 1 screenings"),
    ("reservations", [{"title": "T", "screen": "orion", "begins": 9, "ends": 9}], "reservations[0].ends: it ends"),
    ("reservations", [{"title": "T", "screen": "moon", "begins": 8, "ends": 9}], "reservations[0].screen: no screen moon"),
    ("old", [PIN, PIN], "old[1].programme: apogee 0 is there twice"),
    ("settings", {"H21": {}}, "settings.H21: no rule H21"),
    ("settings", {"H2": {"on": False}}, "settings.H2: nobody can let go of this one"),
    ("settings", {"S1": {"hard": True}}, "settings.S1: it can only cost"),
    ("measures", {"bands": []}, "measures.bands: the first begins by 240"),
    ("measures", {"bands": [[300, 1]]}, "measures.bands: the first begins by 240"),
    ("measures", {"bands": [[0, 1], [900, 2], [600, 1]]}, "measures.bands: each begins after the one before"),
    ("measures", {"meal": [800, 700, 10]}, "measures.meal: it ends before it begins"),
])
def test_what_no_shape_can_say_is_named_all_the_same(field, value, said):
    problem = msgspec.convert(with_value(field, value), Problem)

    assert any(fault.startswith(said) for fault in validate(problem)), validate(problem)


def test_a_programme_that_lasts_no_minute_is_named():
    nothing = a_programme(film_minutes=0, intro=0, debate=0)

    assert validate(a_problem([nothing])) == ["programmes[0].film_minutes: a screening lasts no minute"]


@pytest.mark.parametrize("seed", range(40))
def test_what_may_be_asked_is_sound(seed):
    assert validate(any_festival(seed)) == []


def with_value(field, value):
    """The same problem with one field said otherwise: `screens[0].seats`."""
    whole = json.loads(json.dumps(SAID))
    *way, last = [int(part) if part.isdigit() else part for part in field.replace("]", "").replace("[", ".").split(".")]
    at = whole
    for part in way:
        at = at[part]
    at[last] = value
    return whole
