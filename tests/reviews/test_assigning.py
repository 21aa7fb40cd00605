"""Whatever the edition: caps, languages and conflicts hold, every missing view is named, loads are even."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from reviews.assigning import (
    AssignableFilm,
    AssignableMember,
    AssignmentQuestion,
    Shortage,
    Wish,
    follows,
    share_out,
    watches,
)

pytestmark = pytest.mark.unit

TONGUES, SECTIONS = ("fr", "en", "ja"), ("C", "S")


def films(count: int, **given) -> tuple[AssignableFilm, ...]:
    return tuple(AssignableFilm(id=f"f{number}", **given) for number in range(count))


def members(count: int, **given) -> tuple[AssignableMember, ...]:
    return tuple(AssignableMember(id=f"m{number}", **given) for number in range(count))


@st.composite
def questions(draw: st.DrawFn) -> AssignmentQuestion:
    some_tongues = st.frozensets(st.sampled_from(TONGUES), max_size=2)
    some_sections = st.frozensets(st.sampled_from(SECTIONS), max_size=1)
    shown = tuple(
        AssignableFilm(id=f"f{number}", section=draw(st.sampled_from(SECTIONS)), languages=draw(some_tongues),
                       quorum=draw(st.integers(0, 4)))
        for number in range(draw(st.integers(0, 9)))
    )  # fmt: skip
    jury = tuple(
        AssignableMember(id=f"m{number}", sections=draw(some_sections), languages=draw(some_tongues),
                         cap=draw(st.none() | st.integers(0, 6)))
        for number in range(draw(st.integers(0, 6)))
    )  # fmt: skip
    pairs = [(film.id, one.id) for film in shown for one in jury]
    some_pairs = st.frozensets(st.sampled_from(pairs), max_size=8) if pairs else st.just(frozenset())
    return AssignmentQuestion(
        films=shown, members=jury, apart=draw(some_pairs), fixed=draw(some_pairs), standing=draw(some_pairs),
        wishes=dict.fromkeys(draw(some_pairs), draw(st.sampled_from(list(Wish)))), keeps=draw(st.booleans()),
    )  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(questions())
def test_caps_languages_and_conflicts_hold_and_what_lacks_is_named(question: AssignmentQuestion) -> None:
    answer = share_out(question)

    shown = {one.id: one for one in question.films}
    jury = {one.id: one for one in question.members}
    for film, member in answer.pairs:
        assert watches(jury[member], shown[film])
        assert follows(jury[member], shown[film])
    assert not answer.pairs & (question.apart | question.fixed)
    new = Counter(member for _, member in answer.pairs)
    before = Counter(member for _, member in question.fixed)
    for one in question.members:
        assert one.cap is None or not new[one.id] or new[one.id] + before[one.id] <= one.cap
        assert answer.loads[one.id] == new[one.id] + before[one.id]
    got = Counter(film for film, _ in answer.pairs | question.fixed)
    lacks = {one.film: one.missing for one in answer.shortages}
    assert all(got[one.id] + lacks.get(one.id, 0) >= one.quorum for one in question.films)
    assert all(shown[film].quorum == got[film] + missing for film, missing in lacks.items())
    for short in answer.shortages:  # nobody is left who could have taken it
        there = {member for film, member in answer.pairs | question.fixed if film == short.film}
        assert len(jury) == len(there) + short.section + short.language + short.apart + short.full


@settings(max_examples=30, deadline=None)
@given(count=st.integers(1, 30), jury=st.integers(3, 9), quorum=st.integers(1, 3), sections=st.booleans())
def test_where_everybody_can_watch_everything_loads_differ_by_one_at_most(
    count: int, jury: int, quorum: int, sections: bool
) -> None:
    shown = tuple(
        replace(film, section=SECTIONS[number % 2] if sections else "C")
        for number, film in enumerate(films(count, quorum=quorum))
    )

    answer = share_out(AssignmentQuestion(films=shown, members=members(jury)))

    assert answer.spread <= 1
    assert answer.shortages == ()
    assert len(answer.pairs) == count * quorum
    if sections:
        section_of = {one.id: one.section for one in shown}
        mixed = Counter((member, section_of[film]) for film, member in answer.pairs)
        for section in set(section_of.values()):
            shares = [mixed[f"m{number}", section] for number in range(jury)]
            assert max(shares) - min(shares) <= 2


@settings(max_examples=30, deadline=None)
@given(count=st.integers(1, 20), jury=st.integers(4, 8), leaver=st.integers(0, 3))
def test_when_somebody_leaves_only_their_films_move(count: int, jury: int, leaver: int) -> None:
    asked = AssignmentQuestion(films=films(count), members=members(jury))
    before = share_out(asked).pairs
    gone = f"m{leaver}"

    after = share_out(
        replace(asked, members=tuple(one for one in asked.members if one.id != gone),
                standing=frozenset(pair for pair in before if pair[1] != gone), keeps=True)
    )  # fmt: skip

    theirs = {pair for pair in before if pair[1] == gone}
    assert before - after.pairs == theirs
    assert len(after.pairs - before) == len(theirs)


def test_a_film_that_lacks_somebody_says_who_could_not_and_why_and_the_rest_is_shared_out() -> None:
    hard = AssignableFilm(id="hard", section="S", languages=frozenset({"ja"}), quorum=2)
    jury = (
        AssignableMember(id="elsewhere", sections=frozenset({"C"})),
        AssignableMember(id="french", languages=frozenset({"fr"})),
        AssignableMember(id="cousin", languages=frozenset({"ja-JP"})),
        AssignableMember(id="busy", cap=0),
        AssignableMember(id="able"),
    )

    answer = share_out(
        AssignmentQuestion(films=(hard, *films(2, section="C", quorum=1)), members=jury,
                           apart=frozenset({("hard", "cousin")}))
    )  # fmt: skip

    assert answer.shortages == (Shortage(film="hard", missing=1, section=1, language=1, apart=1, full=1),)
    assert ("hard", "able") in answer.pairs
    assert len(answer.pairs) == 3


def test_wishes_and_knowledge_decide_where_loads_stay_equal() -> None:
    shown = (AssignableFilm(id="mars", quorum=1, topics=frozenset({"mars"})), AssignableFilm(id="lune", quorum=1))
    jury = (AssignableMember(id="ann"), AssignableMember(id="bob", topics=frozenset({"mars"})))
    asked = AssignmentQuestion(films=shown, members=jury)

    knows = share_out(asked).pairs
    loves = share_out(replace(asked, wishes={("mars", "ann"): Wish.LOVE})).pairs
    both = share_out(replace(asked, wishes={("mars", "ann"): Wish.LOVE, ("lune", "ann"): Wish.LOVE})).pairs

    assert ("mars", "bob") in knows
    assert ("mars", "ann") in loves
    assert {member for _, member in both} == {"ann", "bob"}


def test_whoever_has_given_more_gets_less() -> None:
    given = frozenset((f"f{number}", "m0") for number in range(4))

    answer = share_out(AssignmentQuestion(films=films(8, quorum=2), members=members(2), fixed=given))

    assert answer.loads == {"m0": 8, "m1": 8}
    alone = share_out(AssignmentQuestion(films=films(8, quorum=1), members=members(2), fixed=given))
    assert alone.loads == {"m0": 4, "m1": 4}


def test_what_was_given_in_an_earlier_round_keeps_nobody_from_the_films_of_this_one() -> None:
    jury = members(3)
    before = frozenset((f"old{number}", one.id) for number in range(27) for one in jury)

    answer = share_out(AssignmentQuestion(films=films(6, quorum=2), members=jury, fixed=before))

    assert answer.shortages == ()
    assert answer.loads == {"m0": 31, "m1": 31, "m2": 31}
