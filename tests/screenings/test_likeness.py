"""Who shares an audience with whom: what counts, what does not, and how much of it."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from screenings.likeness import (
    HEAVIEST,
    LEAST_POINTS,
    MOST_EACH,
    ProgrammeTraits,
    corrected,
    shared_audiences,
)

pytestmark = pytest.mark.unit


def traits(name: str, section: str = "", *, demand: int = 0, **given: str) -> ProgrammeTraits:
    """`countries="FR GE"`: each a word."""
    words = {kind: frozenset(text.split()) for kind, text in given.items()}
    return ProgrammeTraits(id=name, section=section, demand=demand, **words)


OTHERS = [traits(f"z{n}", f"Z{n}") for n in range(20)]


@pytest.mark.parametrize(
    ("one", "other", "weight"),
    [
        (traits("a", "C"), traits("b", "C"), 0),
        (traits("a", "C", countries="GE"), traits("b", "C", countries="GE"), 0),
        (traits("a", "C", countries="GE", languages="ka"), traits("b", "C", countries="GE", languages="ka"), 1),
        (traits("a", "C", themes="moon"), traits("b", "C", themes="moon"), 1),
        (traits("a", "C", themes="moon"), traits("b", "S", themes="moon"), 0),
        (traits("a", "C", themes="moon", countries="GE"), traits("b", "C", themes="moon", countries="GE"), 2),
        (
            traits("a", "C", themes="moon", countries="GE AM", languages="ka"),
            traits("b", "C", themes="moon", countries="GE AM", languages="ka"),
            3,
        ),
        (traits("a", "C", countries="GE AM IR"), traits("b", "C", countries="GE AM IR"), 0),
        (traits("a"), traits("b"), 0),
    ],
)  # fmt: skip
def test_likeness_counts_once_a_kind(one, other, weight) -> None:
    pairs = shared_audiences([one, other, *OTHERS])

    assert [(p.one, p.other, p.weight) for p in pairs] == ([("a", "b", weight)] if weight else [])


def test_what_nearly_everybody_says_tells_nobody_apart() -> None:
    french = [traits(f"f{n:02}", "C", countries="FR", languages="fr") for n in range(12)]

    assert shared_audiences(french) == []
    assert len(shared_audiences([*french[:2], *OTHERS])) == 1


def test_the_most_alike_come_first_and_then_the_most_awaited() -> None:
    pairs = shared_audiences(
        [
            traits("a", "C", themes="moon", demand=10), traits("b", "C", themes="moon", demand=10),
            traits("c", "S", themes="mars", demand=400), traits("d", "S", themes="mars", demand=400),
            traits("e", "D", themes="sun", countries="GE"), traits("f", "D", themes="sun", countries="GE"),
            *OTHERS,
        ]
    )  # fmt: skip

    assert [(p.one, p.other) for p in pairs] == [("e", "f"), ("c", "d"), ("a", "b")]


def test_why_is_said() -> None:
    [pair] = shared_audiences(
        [traits("b", "C", themes="moon"), traits("a", "C", themes="moon mars"), *OTHERS]
    )

    assert (pair.one, pair.other) == ("a", "b")
    assert pair.because == [("section", "C"), ("theme", "moon")]


words = some.frozensets(some.sampled_from("pqrst"), max_size=3)
festivals = some.lists(
    some.builds(
        ProgrammeTraits,
        id=some.uuids().map(str), section=some.sampled_from("CSDX"), themes=words, countries=words,
        languages=words, demand=some.integers(0, 900),
    ),
    max_size=40,
    unique_by=lambda one: one.id,
)  # fmt: skip


@given(festivals)
def test_however_many_are_alike_each_has_a_few_pairs_and_a_modest_weight(programmes) -> None:
    pairs = shared_audiences(programmes)
    by_id = {one.id: one for one in programmes}

    assert all(n <= MOST_EACH for n in Counter(x for p in pairs for x in (p.one, p.other)).values())
    assert all(
        p.one < p.other and p.points >= LEAST_POINTS and 1 <= p.weight <= HEAVIEST for p in pairs
    )
    assert all(set(p.because) <= by_id[p.one].keys & by_id[p.other].keys for p in pairs)
    assert shared_audiences(programmes[::-1]) == pairs


def test_what_is_set_by_hand_stands_over_what_is_computed() -> None:
    computed = shared_audiences(
        [
            traits("a", "C", themes="m"),
            traits("b", "C", themes="m"),
            traits("c", "C", themes="m"),
            *OTHERS,
        ]
    )

    assert len(computed) == len(list(combinations("abc", 2)))
    assert corrected(computed, {("a", "b"): 0, ("a", "c"): 7, ("b", "z1"): 2}) == [
        ("a", "c", 7), ("b", "c", 1), ("b", "z1", 2),
    ]  # fmt: skip
