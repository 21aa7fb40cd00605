import random
from itertools import permutations

import pytest

from festival.errors import Refused
from screenings.blocks import compose
from screenings.running_order import ARC, HeldShort, Short, best_order, order_cost

pytestmark = pytest.mark.unit


def shorts(count, seed=1):
    chance = random.Random(seed)
    return [
        Short(
            f"s{n:02}", chance.randrange(4, 31), chance.choice(["moon", "mars", "sun"]),
            [f"d{chance.randrange(count)}"], tone=chance.randrange(11),
            loudness=-23 + chance.randrange(-6, 7), aspect=chance.choice(["1.85", "2.39"]),
            rating=chance.choice([0, 0, 12, 16]), opens=chance.randrange(4),
            closes=chance.randrange(4),
        )
        for n in range(count)
    ]


def test_every_short_is_shown_once_in_programmes_that_fit():
    films = shorts(24)
    by_id = {film.id: film for film in films}

    found = compose(films, longest=100, seconds=5)

    assert sorted(s for block in found.blocks for s in block.shorts) == sorted(by_id)
    for block in found.blocks:
        members = [by_id[s] for s in block.shorts]
        assert block.minutes == sum(m.minutes for m in members) + len(members) - 1 <= 100
        assert block.rating == max(m.rating for m in members)
        assert len({m.directors[0] for m in members}) == len(members)
    assert found.fewest_proved
    assert found.themes >= found.themes_bound


def test_the_fewest_blocks_are_proved():
    films = [Short(str(n), 51) for n in range(4)]

    found = compose(films, longest=100)

    assert (len(found.blocks), found.fewest, found.fewest_proved) == (4, 4, True)


def test_one_director_never_fills_a_programme():
    films = [Short(str(n), 10, directors=["ada"]) for n in range(3)]

    assert len(compose(films).blocks) == 3


def test_themes_stay_together():
    films = [Short(f"{theme}{n}", 24, theme) for n in range(4) for theme in ("moon", "mars")]

    assert sorted(block.themes for block in compose(films).blocks) == [["mars"], ["moon"]]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_other_order_is_better(seed):
    films = shorts(6, seed)

    found = best_order(films, {}, ARC)

    assert order_cost(found, ARC) == min(order_cost(list(o), ARC) for o in permutations(films))


def test_what_the_programmer_holds_stays_and_the_rest_is_arranged_around_it():
    films = shorts(12, 4)
    held = [HeldShort("s03", 1, 0), HeldShort("s05", 1)]

    found = compose(films, held=held, seconds=5)

    assert found.blocks[1].shorts[0] == "s03"
    assert "s05" in found.blocks[1].shorts


@pytest.mark.parametrize(("films", "held", "code"), [
    ([Short("a", 10), Short("a", 10)], [], "short_twice"),
    ([Short("a", 120)], [], "short_too_long"),
    ([Short("a", 10)], [HeldShort("b", 0)], "held_short_unknown"),
    ([Short("a", 10)], [HeldShort("a", 0), HeldShort("a", 1)], "held_twice"),
    ([Short("a", 60), Short("b", 60)], [HeldShort("a", 0), HeldShort("b", 0)], "held_shorts_do_not_fit"),
    ([Short("a", 10, directors=["x"]), Short("b", 10, directors=["x"])],
     [HeldShort("a", 0), HeldShort("b", 0)], "held_shorts_do_not_fit"),
])
def test_what_cannot_be_is_refused_by_name(films, held, code):
    with pytest.raises(Refused) as refused:
        compose(films, held=held)

    assert code in refused.value.codes


def test_hundreds_of_shorts_are_packed_at_once():
    found = compose(shorts(400, 9))

    assert len(found.blocks) <= found.fewest + 3
    assert found.seconds < 20


def partitions(films):
    """Every way to make groups of them."""
    if not films:
        yield []
        return
    first, *rest = films
    for groups in partitions(rest):
        yield [[first], *groups]
        for at, group in enumerate(groups):
            yield [*groups[:at], [first, *group], *groups[at + 1 :]]


def fits_all(groups, longest):
    return all(
        sum(s.minutes for s in g) + len(g) - 1 <= longest
        and len(names := [n for s in g for n in set(s.directors) if n]) == len(set(names))
        for g in groups
    )


@pytest.mark.parametrize("seed", range(6))
def test_no_other_composition_has_fewer_blocks_or_fewer_themes(seed):
    chance = random.Random(seed)
    films = [
        Short(f"s{n}", chance.randrange(10, 60), chance.choice(["", "moon", "mars"]),
              chance.choices(["", "ada", "eve", "uma"], k=2))
        for n in range(7)
    ]  # fmt: skip

    found = compose(films, longest=100, seconds=5)

    best = min(
        (len(groups), sum(len({s.theme for s in g if s.theme}) for g in groups))
        for groups in partitions(films)
        if fits_all(groups, 100)
    )
    assert (len(found.blocks), found.themes, found.fewest_proved) == (*best, True)


def test_a_director_named_twice_on_one_film_is_one_director():
    assert len(compose([Short("a", 10, directors=["ada", "ada"]), Short("b", 10)]).blocks) == 1


def test_a_short_held_third_has_two_before_it():
    films = [Short("a", 60), Short("b", 60), Short("c", 10), Short("d", 10)]

    found = compose(films, held=[HeldShort("c", 0, 2)])

    assert (len(found.blocks), found.blocks[0].shorts[2]) == (2, "c")


@pytest.mark.parametrize("held", [[HeldShort("a", 0, 2)], [HeldShort("a", 0, -1)], [HeldShort("a", 10**9)], [HeldShort("a", 0, 0), HeldShort("b", 0, 0)]])
def test_a_place_that_cannot_be_is_never_passed_over(held):
    with pytest.raises(Refused):
        compose([Short("a", 60), Short("b", 60)], held=held)
