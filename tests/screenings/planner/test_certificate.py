"""A bound that is told has a certificate, and one that says too much is refused."""

import subprocess
import sys

import msgspec
import pytest
from msgspec.structs import replace

from screenings.planner.bound.closing import busy
from screenings.planner.certificate import (
    Certificate,
    DayPrice,
    MomentPrice,
    RefusedCertificate,
    ShownPrice,
    Verifier,
    refusals,
)
from screenings.planner.driver import plan
from screenings.planner.model import Guest, JuryPanel, Pin, Problem, SharedResource
from tests.screenings.planner.any_festival import any_festival
from tests.screenings.planner.builders import a_festival, a_problem, a_programme, a_screen, at
from tests.screenings.planner.stranger import DAY, Reader, a_file, a_film, a_room

pytestmark = pytest.mark.unit

JURY = [JuryPanel("j", "J", ["one", "two", "three"])]
EVENING = [a_screen(name, hours=[(1080, 1440), None, None]) for name in ("orion", "vega", "lyra")]


def of(problem, seconds=1.0):
    runs = []
    found = plan(problem, seconds=seconds, deterministic=True, on_run=runs.append)
    return found, runs[0].certificate or Certificate(0, 1, **runs[0].left_out)


def three_films(**what):
    films = [
        a_programme(name, prestige=9, debate=0, film_minutes=100)
        for name in ("one", "two", "three")
    ]
    return a_problem(films, EVENING, **what)


def test_one_jury_in_three_rooms_costs_the_bound_an_hour():
    free, _ = of(three_films())
    juried, certificate = of(three_films(juries=JURY))

    assert (free.cost, free.bound) == (0, 0)
    assert juried.cost == juried.bound > 0
    assert juried.proved
    assert {price.rule for price in certificate.moments} == {"H9"}
    assert refusals(three_films(juries=JURY), juried, certificate) == []


@pytest.mark.parametrize("what", [
    {"guests": [Guest("g", "G", [], ["one", "two", "three"])]},
    {"resources": [SharedResource("r", "R", 1, ["one", "two", "three"])]},
    {"juries": JURY, "pins": [Pin("one", 0, "orion", at("18:00"))]},
    {"juries": JURY, "pairs": [("one", "two", 5), ("one", "three", 5), ("two", "three", 5)]},
])  # fmt: skip
def test_whatever_screens_share_is_in_the_certificate(what):
    problem = three_films(**what)

    found, certificate = of(problem)

    assert certificate.bound > 0
    assert refusals(problem, found, certificate) == []


def test_a_certificate_with_one_number_changed_is_refused():
    """Each price is raised: what it proves is another bound, or it is no certificate at all."""
    problem = three_films(juries=JURY)
    found, right = of(problem)
    point = right.parts

    changed = [
        replace(right, bound=right.bound + 1),
        replace(right, parts=right.parts // 2),
        *(replace(right, shown=but(right.shown, n, 9 * point)) for n in range(len(right.shown))),
        *(
            replace(right, moments=but(right.moments, n, 9 * point))
            for n in range(len(right.moments))
        ),
        *(replace(right, shown=but(right.shown, n, -9 * point)) for n in range(len(right.shown))),
    ]

    assert len(changed) > 6
    assert [one for one in changed if not refusals(problem, found, one)] == []


def but(prices, place, more):
    return [replace(p, price=p.price + more) if n == place else p for n, p in enumerate(prices)]


@pytest.mark.parametrize("wrong", [
    {"shown": [ShownPrice("nobody", 0, 1)]},
    {"shown": [ShownPrice("one", 0, -1)]},
    {"moments": [MomentPrice("H8", "j", 1080, 1)]},
    {"moments": [MomentPrice("H9", "j", 10**6, 1)]},
    {"moments": [MomentPrice("S3", "one", 1080, 1, "two")]},
    {"days": [DayPrice("H10", "one", 0, 1, 0, 1)]},
    {"days": [DayPrice("H9", "k", 0, 1)]},
    {"days": [DayPrice("H11", "one", 3, 1)]},
    {"parts": 0},
])  # fmt: skip
def test_a_price_for_what_no_rule_limits_is_refused(wrong):
    with pytest.raises(RefusedCertificate):
        Verifier(three_films(juries=JURY)).proved(Certificate(**{"bound": 0, "parts": 1, **wrong}))


def test_a_pair_pays_no_more_than_its_weight():
    problem = three_films(pairs=[("one", "two", 2)])
    prices = [MomentPrice("S3", "one", minute, 1, "two") for minute in (1080, 1100, 1120)]

    Verifier(problem).proved(Certificate(0, 1, moments=prices[:2]))
    with pytest.raises(RefusedCertificate, match="weight"):
        Verifier(problem).proved(Certificate(0, 1, moments=prices))


def test_repeats_and_what_is_left_out_have_their_prices():
    problem = a_festival(2, films=8, load=0.6)
    crowded = replace(problem, screens=[a_screen(hours=[(1080, 1320)] * 3)])

    for one in (problem, crowded):
        found, certificate = of(one)
        assert refusals(one, found, certificate) == []
    assert found.unplaced


def test_no_bound_is_above_what_a_stranger_finds():
    """With two of everything that is shared, a lock, repeats and a soft pair."""
    rooms = [
        a_room("a", slots=[1080, 1200, DAY + 1080]),
        a_room("b", slots=[1090, 1260, DAY + 900]),
    ]
    films = [a_film("x", showings=2, prestige=7), a_film("y", prestige=4), a_film("z", prestige=9)]
    shared = {
        "juries": [{"id": "j", "name": "J", "programmes": ["x", "y", "z"], "most_a_day": 2}],
        "guests": [{"id": "g", "name": "G", "programmes": ["y", "z"], "windows": []}],
        "resources": [{"id": "r", "name": "R", "limit": 1, "programmes": ["x", "z"]}],
        "pairs": [("x", "y", 3)],
    }
    lock = {"pins": [{"programme": "x", "number": 0, "screen": "a", "start": 1080}]}
    for said in (
        a_file(*films, screens=rooms, **shared),
        a_file(*films, screens=rooms, **shared, **lock),
    ):
        found, certificate = of(msgspec.convert(said, Problem, strict=False))
        best = Reader(said).best()

        assert (len(found.unplaced), found.cost) == (best[0], best[2])
        assert certificate.bound <= found.bound <= best[2]


@pytest.mark.parametrize("seed", range(6))
def test_every_certificate_of_any_festival_is_checked(seed):
    problem = any_festival(seed)

    found, certificate = of(problem, seconds=0.3)

    assert refusals(problem, found, certificate) == []


def test_the_checker_asks_no_solver():
    code = "import sys, screenings.planner.certificate; print({*sys.modules} & {'ortools', 'numpy', 'screenings.planner.bound'})"

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "set()"


@pytest.mark.parametrize("deterministic", [True, False])
def test_what_no_price_can_prove_is_searched_and_told_apart(deterministic):
    """Three films at two hours, each pair with one public: by halves nobody would be disturbed."""
    rooms = [a_screen(name, slots=[1080, 1230]) for name in ("orion", "vega", "lyra")]
    films = [a_programme(name, debate=0, film_minutes=100) for name in ("one", "two", "three")]
    pairs = [("one", "two", 5), ("one", "three", 5), ("two", "three", 5)]
    problem, runs = a_problem(films, rooms, pairs=pairs), []

    found = plan(problem, seconds=20, deterministic=deterministic, on_run=runs.append)

    assert (found.cost, found.bound, found.proved, found.proof) == (5, 5, True, "search")
    assert runs[0].certificate is None
    assert refusals(problem, found, Certificate(1, 1)) == ["its prices prove 0, and it says 1"]


def test_a_screen_on_which_nothing_is_left_binds_nobody():
    assert list(busy([])) == []
