"""Ranks of an edition: of the votes that the viewer may see, and of those that count, and of no others."""

import asyncio
import re
import sys
import threading
import time

import msgspec
import pytest

from festival.db import rows
from reviews import reckoning, reviewing, standing
from reviews.reckoning import FilmRank, OpenFilm
from reviews.scoring import Sheet
from reviews.standing import duels, ranks_of, standing_of
from reviews.tables import CommitteeRules
from tests.builders import a_person, sign_in, the_viewer
from tests.reviews.test_blindness import Jury


def sheet(score: int) -> Sheet:
    return Sheet(writing=score, image=score, sound=score, space=score, opinion="Un film à discuter ensemble.")


async def given(scores: dict[str, tuple[int, int]]) -> Jury:
    """Both films of the jury, scored by each of these."""
    jury = await Jury().seat()
    for name, both in scores.items():
        for n, score in enumerate(both):
            await jury.give(getattr(jury, name), sheet(score), n)
    return jury


async def test_each_film_has_its_level_its_place_and_the_plain_mean(house) -> None:
    jury = await given({"ann": (4, 2), "bob": (5, 2), "chair": (4, 3)})

    ranks = await ranks_of(jury.edition, await the_viewer(jury.chair, jury.edition))

    first, second = (ranks[film] for film, _ in jury.films)
    assert (first.place, second.place, first.of, first.votes, first.out_of) == (1, 2, 2, 3, 5)
    assert first.mean == pytest.approx(13 / 3)
    assert first.low < first.level < first.high <= 5
    assert first.best <= first.place <= first.worst


async def test_votes_that_the_viewer_may_not_see_move_nothing(house) -> None:
    jury = await Jury().seat()
    await CommitteeRules(edition=jury.edition.id, chair_waits=True).save()
    viewer = await the_viewer(jury.chair, jury.edition)
    await jury.give(jury.ann, sheet(5), 0)
    assert await ranks_of(jury.edition, viewer) == {}
    await jury.give(jury.chair, sheet(4), 0)
    before = msgspec.json.encode(await standing_of(jury.edition, viewer))

    await jury.give(jury.ann, sheet(1), 1)
    await jury.give(jury.bob, sheet(1), 1)

    assert msgspec.json.encode(await standing_of(jury.edition, viewer)) == before


async def test_a_vote_of_whoever_steps_aside_is_out_of_the_ranks_at_once(house) -> None:
    jury = await given({"ann": (5, 5), "bob": (1, 2), "chair": (2, 2)})
    viewer = await the_viewer(jury.chair, jury.edition)
    assert (await ranks_of(jury.edition, viewer))[jury.films[0][0]].votes == 3

    await reviewing.recuse((await jury.film(0))[0], reason="mon frère", by=jury.ann)

    ranks = await ranks_of(jury.edition, viewer)
    assert [ranks[film].votes for film, _ in jury.films] == [2, 3]


async def test_a_vote_without_the_film_seen_and_one_on_an_older_file_are_in_no_rank(house) -> None:
    jury = await given({"ann": (5, 5), "chair": (2, 2)})
    viewer = await the_viewer(jury.chair, jury.edition)
    await jury.give(jury.bob, sheet(1), 0, seen=0.2)

    assert (await ranks_of(jury.edition, viewer))[jury.films[0][0]].votes == 2


async def test_what_is_kept_is_given_out_until_a_vote_changes(house, monkeypatch) -> None:
    jury = await given({"ann": (5, 5), "chair": (2, 2)})
    viewer = await the_viewer(jury.chair, jury.edition)
    first = await standing_of(jury.edition, viewer)
    asked = []
    whole = reckoning.stood
    monkeypatch.setattr(reckoning, "stood", lambda *given: asked.append(1) or whole(*given))

    assert await standing_of(jury.edition, viewer) is first
    await jury.give(jury.ann, sheet(3), 0, version=1)
    second = await standing_of(jury.edition, viewer)

    assert asked == [1]
    assert second.films[jury.films[0][0]].mean == 2.5


async def test_a_large_panel_is_not_waited_for_while_an_older_reckoning_is_at_hand(house, monkeypatch) -> None:
    jury = await given({"ann": (5, 5), "chair": (2, 2)})
    viewer = await the_viewer(jury.chair, jury.edition)
    first = await standing_of(jury.edition, viewer)
    monkeypatch.setattr(standing, "QUICK", -1.0)
    await jury.give(jury.ann, sheet(3), 0, version=1)

    meanwhile = await standing_of(jury.edition, viewer)
    for under_way in list(standing._under_way.values()):
        await under_way.task

    assert meanwhile is first
    assert (await standing_of(jury.edition, viewer)).films[jury.films[0][0]].mean == 2.5


async def test_a_large_panel_is_reckoned_in_a_process_of_its_own_and_says_the_same(house, monkeypatch) -> None:
    jury = await given({"ann": (5, 4), "bob": (3, 1), "chair": (2, 2)})
    viewer = await the_viewer(jury.chair, jury.edition)
    here = await standing_of(jury.edition, viewer)
    standing._kept.clear()
    monkeypatch.setattr(reckoning, "MANY", 6)
    monkeypatch.setattr(reckoning, "stood", None)  # of this process

    assert await standing_of(jury.edition, viewer) == here


async def test_the_board_is_shown_at_once_and_ranks_when_they_are_reckoned(client, monkeypatch) -> None:
    jury = await given({"ann": (5, 4), "bob": (3, 1), "chair": (2, 2)})
    await sign_in(client, jury.chair)
    board = f"/fr/{jury.edition.slug}/committee/decisions"
    whole, may_end = reckoning.stood, threading.Event()
    monkeypatch.setattr(reckoning, "stood", lambda *films: may_end.wait(9) and whole(*films))
    for page in ("board", "figures"):
        monkeypatch.setattr(f"api.pages.{page}.QUICK", 0.01)

    figures = (await client.get(f"/fr/{jury.edition.slug}/committee/figures")).text
    early = [(await client.get(f"{board}?sort={sort}")).text for sort in ("", "rank")]
    may_end.set()
    for under_way in list(standing._under_way.values()):
        await under_way.task
    later = (await client.get(f"{board}?sort=rank")).text

    said = ("Les rangs se calculent encore", "ordre des moyennes", 'class="why"', "data-come")
    assert [[words in page for words in said] for page in (*early, later)] == [
        [True, False, False, True], [True, True, False, True], [False, False, True, False]
    ]  # fmt: skip
    assert "L’accord des notes se calcule encore" in figures
    assert not [page for page in early if re.search(r'class="rank num">\s*<span>', page)]


async def test_a_process_that_comes_to_nothing_leaves_the_older_ranks(house, monkeypatch) -> None:
    jury = await given({"ann": (5, 4), "chair": (2, 2)})
    viewer = await the_viewer(jury.chair, jury.edition)
    first = await standing_of(jury.edition, viewer)
    monkeypatch.setattr(reckoning, "MANY", 1)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    await jury.give(jury.ann, sheet(3), 0, version=1)

    assert await standing_of(jury.edition, viewer) is first
    assert await standing_of(jury.edition, viewer) is first


async def test_one_reckoning_of_the_same_films_is_under_way_however_fast_sheets_come_in(house, monkeypatch) -> None:
    jury = await given({"ann": (5, 5), "chair": (2, 2)})
    viewer = await the_viewer(jury.chair, jury.edition)
    whole, running, most = reckoning.stood, [], []

    def slowly(*films):
        running.append(1)
        most.append(len(running))
        time.sleep(0.1)
        running.pop()
        return whole(*films)

    monkeypatch.setattr(reckoning, "stood", slowly)

    await standing_of(jury.edition, viewer)
    asked = []
    for number in (1, 2, 3, 4):
        await jury.give(jury.ann, sheet(number), 0, version=number)
        asked.append(asyncio.create_task(standing_of(jury.edition, viewer)))
        await asyncio.sleep(0.02)
    await asyncio.gather(*asked)

    assert max(most) == 1
    assert (await standing_of(jury.edition, viewer)).films[jury.films[0][0]].mean == 3.0


async def test_after_a_long_reckoning_the_next_one_waits(house, monkeypatch) -> None:
    jury = await given({"ann": (5, 5), "chair": (2, 2)})
    viewer = await the_viewer(jury.chair, jury.edition)
    first = await standing_of(jury.edition, viewer)
    for place, kept in list(standing._kept.items()):
        standing._kept[place] = msgspec.structs.replace(kept, seconds=8.0)
    await jury.give(jury.ann, sheet(3), 0, version=1)

    assert await standing_of(jury.edition, viewer) is first
    assert not standing._under_way


async def test_the_chair_reads_them_as_json_and_a_reviewer_does_not(client) -> None:
    jury = await given({"ann": (4, 2), "chair": (4, 2)})
    place = f"/api/v1/{jury.edition.slug}/committee"
    section = (await rows("SELECT section FROM submission WHERE id = {}", jury.films[0][0]))[0]["section"]
    await sign_in(client, jury.ann)
    assert (await client.get(f"{place}/ranks")).status_code == 403
    await sign_in(client, jury.chair)

    told = (await client.get(f"{place}/ranks")).json()
    pairs = (await client.get(f"{place}/duels", params={"section": section, "places": 1})).json()

    assert {film: one["place"] for film, one in told["films"].items()} == {jury.films[0][0]: 1, jury.films[1][0]: 2}
    assert told["agreement"] == {section: 1.0}
    assert [[film["submission"] for film in pair] for pair in pairs] in ([], [[film for film, _ in jury.films]])


async def test_another_editions_votes_are_not_there(house) -> None:
    _, other = await given({"ann": (4, 2), "chair": (4, 2)}), await Jury().seat()
    stranger = await a_person("chair", edition=other.edition)

    assert await ranks_of(other.edition, await the_viewer(stranger, other.edition)) == {}


def film(name: str, level: float, margin: float) -> FilmRank:
    return FilmRank(
        submission=name, section="s", votes=3, out_of=5, mean=level, level=level, margin=margin, low=level - margin,
        high=level + margin, place=1, best=1, worst=1, of=4, why="plain",
    )  # fmt: skip


@pytest.mark.unit
def test_only_films_that_reach_over_the_border_meet_and_the_closest_first() -> None:
    films = [film("a", 4.5, 0.2), film("b", 4.0, 0.3), film("c", 3.8, 0.3), film("d", 3.7, 0.3), film("e", 2.0, 0.5)]

    assert [(one.submission, other.submission) for one, other in duels(films, 2)] == [("b", "c"), ("b", "d")]
    assert duels(films, 0) == duels(films, 5) == []
    assert duels([film("a", 4, 0.1), film("b", 3, 0.1)], 1) == []


@pytest.mark.unit
@pytest.mark.parametrize(("votes", "whys"), [
    ([(0, "x", 0.5)], ["alone"]),
    ([(n, who, 0.5) for n in range(3) for who in "xyz"], ["even"] * 3),
    ([(n, who, n / 4) for n in range(4) for who in "xyz"] + [(4, "q", 0.5)], ["plain"] * 4 + ["island"]),
    ([(n, who, 0.3 if who in "xy" else 0.7) for n in range(2, 12) for who in "vwxy"]
     + [(0, who, 0.5) for who in "xy"] + [(1, who, 0.6) for who in "vw"], ["severe", "lenient", *["plain"] * 10]),
    ([(n, who, 0.5 + 0.01 * (n % 2)) for n in range(10) for who in "xyz"] + [(10, "x", 1.0)], ["plain"] * 10 + ["few"]),
])  # fmt: skip
def test_why_a_film_stands_where_it_stands(votes, whys) -> None:
    from reviews.rubrics import Rubrics

    films = [OpenFilm(str(n), "s", "f") for n in range(max(n for n, _, _ in votes) + 1)]
    ballots = reckoning.Ballots()
    for at, (n, who, score) in enumerate(votes):
        ballots.add(n, who, score, at)
    found = reckoning.stood(films, ballots, Rubrics({"s": reckoning.Rubric()}))

    assert [found.films[one.id].why for one in films] == whys
