import random
from itertools import combinations

import pytest

from screenings.planner.answers.personas import one_can_see_both, reach, select
from screenings.planner.answers.shapes import Persona, Traits
from screenings.planner.rules import ProblemFacts
from tests.screenings.planner.builders import (
    DAY,
    a_festival,
    a_placement,
    a_problem,
    a_programme,
    a_screen,
    at,
)

pytestmark = pytest.mark.unit


def names(found):
    return [p.programme for p in found.seen]


def festival():
    problem = a_problem([a_programme(n, showings=2) for n in ("one", "two", "three")],
                        [a_screen("orion"), a_screen("vega")])
    plan = [a_placement("18:00", "one"), a_placement("18:00", "two", screen="vega"),
            a_placement("20:30", "three"), a_placement("18:00", "two", 1, "vega", day=1)]
    return problem, plan


def test_a_repeat_saves_what_ran_in_parallel():
    found = reach(*festival(), Persona("jury", must=["one", "two", "three"]))

    assert (names(found), found.share, found.best) == (["one", "three", "two"], 1.0, True)


def test_a_visitor_of_one_day_misses_something_and_it_is_named():
    found = reach(*festival(), Persona("student", days=[0]))

    assert (len(found.seen), found.missed in (["one"], ["two"])) == (2, True)


def test_a_jury_sees_at_most_so_many_a_day():
    found = reach(*festival(), Persona("jury", must=["one", "three"], most_a_day=1))

    assert found.share == 0.5


def test_what_must_be_seen_comes_before_all_else():
    problem = a_problem([a_programme("long", film_minutes=200), a_programme("a"),
                         a_programme("b")], [a_screen("orion"), a_screen("vega")])
    plan = [a_placement("18:00", "long"), a_placement("17:00", "a", screen="vega"),
            a_placement("20:00", "b", screen="vega")]

    assert names(reach(problem, plan, Persona("critic", must=["long"]))) == ["long"]
    assert names(reach(problem, plan, Persona("fan"))) == ["a", "b"]


def test_captions_and_languages_decide_who_can_follow():
    traits = {
        "one": Traits(["fr"], captions=["fr"]),
        "two": Traits(["fr"], subtitles=["en"]),
        "three": Traits(wordless=True, rating=16),
    }

    deaf = reach(*festival(), Persona("deaf", captions=["fr"]), traits)
    journalist = reach(*festival(), Persona("journalist", understands=["en"]), traits)
    family = reach(*festival(), Persona("family", oldest_rating=12), traits)

    assert names(deaf) == ["one", "three"]
    assert sorted(names(journalist)) == ["three", "two"]
    assert sorted(names(family)) == ["one", "two"]


def test_an_early_bedtime_counts():
    persona = Persona("family", latest_end=at("20:00"))

    assert "three" not in names(reach(*festival(), persona))


def test_nobody_is_in_two_places_and_no_selection_is_larger():
    problem = a_festival(6, films=7)
    facts = ProblemFacts(problem)
    plan = [a_placement(f"{14 + n}:00", p.id, 0, f"s{n % 4}", day=n % 2)
            for n, p in enumerate(problem.programmes)]

    seen, best = select(facts, plan, dict.fromkeys(facts.programmes, 1))

    def possible(some):
        return all(one_can_see_both(facts, a, b, 0) for a, b in combinations(some, 2))

    largest = max(n for n in range(8) if any(possible(s) for s in combinations(plan, n)))
    assert (possible(seen), len(seen), best) == (True, largest, True)


@pytest.mark.parametrize("seed", range(8))
def test_no_other_visit_is_worth_more(seed):
    chance = random.Random(seed)
    problem = a_problem([a_programme(n, showings=2, film_minutes=chance.randrange(60, 150)) for n in "abcde"],
                        [a_screen("orion"), a_screen("vega")], ways=[("orion", "vega", 30)])
    plan = [a_placement(f"{chance.randrange(12, 22)}:00", p.id, k, chance.choice(["orion", "vega"]), chance.randrange(2))
            for p in problem.programmes for k in range(2)]  # fmt: skip
    persona = Persona("p", must=["a", "b"], pause=chance.choice([0, 45]), most_a_day=2, latest_end=at("23:30"))

    found = reach(problem, plan, persona)

    facts = ProblemFacts(problem)
    asked = [p for p in plan if p.start % DAY + facts.ends(p) - p.start <= at("23:30")]

    def allowed(some):
        days = [p.start // DAY for p in some]
        late = {"orion": 0, "vega": 30}
        return (
            len({p.programme for p in some}) == len(some)
            and all(days.count(d) <= 2 for d in days)
            and all(facts.ends(a) + max(persona.pause, abs(late[a.screen] - late[b.screen])) <= b.start
                    for a, b in combinations(sorted(some, key=lambda p: p.start), 2)
                    if a.start // DAY == b.start // DAY)
        )  # fmt: skip

    def worth(some):
        return sum(100 if p.programme in "ab" else 1 for p in some)

    most = max(worth(some) for n in range(5) for some in combinations(asked, n) if allowed(some))
    assert (allowed(found.seen), worth(found.seen), found.best) == (True, most, True)
