"""The committee's lists, page by page."""

import re

from api.pages.committee import sheet_of
from festival.db import rows
from festival.tables import Person, Phase
from reviews import reviewing
from reviews.lists import QUEUE_STATES, begun_last, queue
from reviews.queue import QueueWhich, queue_sheet
from reviews.scoring import Sheet
from reviews.tables import Review
from submissions.lists import submission_in
from submissions.tables import FilmFile
from tests.builders import a_film, a_person, an_edition, has_seen, sign_in, the_viewer


async def stopped_at(person: Person, file: str, position: float, *, minutes_ago: int) -> None:
    await has_seen(person, file, position / 60)
    await rows(
        """UPDATE viewing SET position = {}, seen_at = now() - {} * interval '1 minute'
           WHERE file = {} AND person = {} RETURNING id""",
        position, minutes_ago, file, person.id,
    )  # fmt: skip


async def test_the_film_that_was_watched_last_is_taken_up_again(house) -> None:
    edition = await an_edition(phase=Phase.SELECTION)
    maker, bob = await a_person("filmmaker", edition=edition), await a_person("reviewer", edition=edition)
    viewer = await the_viewer(bob, edition)
    films = {}
    for title, position, ago in [("Hier", 3, 900), ("À l'instant", 51, 2), ("Jusqu'au bout", 59.5, 0)]:
        films[title], file = await a_film(edition, maker, title=title)
        await stopped_at(bob, file, position, minutes_ago=ago)
    await a_film(edition, maker, title="Jamais")

    resumed = await begun_last(viewer)

    assert resumed is not None
    assert resumed.title == "À l'instant"
    await rows("DELETE FROM submission WHERE id = ANY({}) RETURNING id",
               [films["Hier"], films["À l'instant"]])  # fmt: skip
    assert await begun_last(viewer) is None


async def test_a_part_of_the_queue_is_a_part_of_the_whole(house) -> None:
    """Its rows by page, section and state, and what is counted of them, agree with all of it."""
    edition = await an_edition(phase=Phase.SELECTION)
    maker, bob = await a_person("filmmaker", edition=edition), await a_person("reviewer", edition=edition)
    for n in range(5):
        film, file = await a_film(edition, maker, title=f"Nuit {n}")
        if n < 3:
            await has_seen(bob, file, 0.5)
        if n < 2:
            await rows("UPDATE review SET given_at = now() WHERE id = {} RETURNING id", await begun(bob, film, file))
    viewer = await the_viewer(bob, edition)

    every = await queue(viewer)
    pages = [row for first in (0, 2, 4) for row in await queue(viewer, first=first, most=2)]
    by_state = {state: len(await queue(viewer, [state])) for state in QUEUE_STATES}
    shares = (await queue_sheet(viewer, edition, QueueWhich())).counts

    assert len(every) == 5
    assert pages == every
    assert [await queue(viewer, section=letter) for letter in "CS"] == [every, []]
    assert by_state == {"new": 2, "begun": 1, "given": 2}
    assert {one.state: one.films for one in shares} == by_state
    left = sum(one.seconds for one in shares if one.state != "given")
    assert left == sum(row.runtime * (1 - row.seen) for row in every if not row.given) > 0


async def begun(person: Person, submission: str, file: str) -> str:
    review = Review(submission=submission, file=file, person=person.id, scores="{}")
    await review.save()
    return review.id


def test_a_list_comes_page_by_page_and_no_page_is_beyond_it() -> None:
    every = list(range(130))

    assert sheet_of(every, "1", of=60).rows == every[:60]
    assert sheet_of(every, "3", of=60).rows == every[120:]
    for asked, number in {"4": 3, "0": 1, "-1": 1, "x": 1, "": 1, "9" * 30: 1, "²": 1}.items():
        assert sheet_of(every, asked, of=60).number == number
    assert (sheet_of([], "7", of=60).rows, sheet_of([], "7", of=60).last) == ([], 1)


async def test_the_queue_shows_sixty_films_and_the_way_to_the_others(client) -> None:
    edition = await an_edition(phase=Phase.SELECTION)
    maker = await a_person("filmmaker", edition=edition)
    for n in range(61):
        await a_film(edition, maker, title=f"Nuit {n:02d}")
    await sign_in(client, await a_person("reviewer", edition=edition))

    first = await client.get(f"/fr/{edition.slug}/committee?section=C")
    second = await client.get(f"/fr/{edition.slug}/committee?section=C&page=2")

    assert (first.text.count("/poster.jpg"), second.text.count("/poster.jpg")) == (60, 1)
    assert 'href="?page=2&amp;state=todo&amp;section=C"' in first.text
    assert "state=given&amp;section=C" in first.text


async def test_the_board_tells_each_films_column_and_mean_by_json(client) -> None:
    edition = await an_edition(phase=Phase.SELECTION)
    maker = await a_person("filmmaker", edition=edition)
    film, _ = await a_film(edition, maker, pending="declined")
    await sign_in(client, await a_person("chair", edition=edition))

    told = (await client.get(f"/api/v1/{edition.slug}/committee/board")).json()

    assert [(one["id"], one["column"], one["mean"], one["version"]) for one in told] == [
        (film, "declined", None, 0)
    ]


async def test_a_length_is_declared_or_measured_as_the_edition_says(client) -> None:
    edition = await an_edition(phase=Phase.SELECTION, measured_runtime=False)
    maker = await a_person("filmmaker", edition=edition)
    film, _ = await a_film(edition, maker)
    await rows(
        """UPDATE film SET declared_seconds = 6240
           WHERE id = (SELECT film FROM submission WHERE id = {}) RETURNING id""",
        film,
    )
    await sign_in(client, await a_person("chair", edition=edition))

    queue = await client.get(f"/fr/{edition.slug}/committee")
    board = await client.get(f"/fr/{edition.slug}/committee/decisions")
    room = await client.get(f"/fr/{edition.slug}/committee/submissions/{film}")

    assert "1\u00a0h\u00a044" in room.text
    assert "1\u00a0h\u00a044" in queue.text
    assert "1\u00a0h\u00a044" in board.text


async def test_who_is_refused_a_page_is_led_back_to_their_desk(client) -> None:
    edition = await an_edition(phase=Phase.SELECTION)
    await sign_in(client, await a_person("reviewer", edition=edition))

    refused = await client.get(f"/fr/{edition.slug}/committee/decisions")

    assert refused.status_code == 403
    assert f'href="/fr/{edition.slug}/committee">' in refused.text


async def test_page_and_json_show_the_board_in_one_order_with_the_same_ranks(client) -> None:
    edition = await an_edition(phase=Phase.SELECTION)
    maker = await a_person("filmmaker", edition=edition)
    chair = await a_person("chair", edition=edition)
    other = await a_person("reviewer", edition=edition)
    votes = {"Aube": (4, 4), "Brume": (1, 5), "Cime": (5, 5), "Dune": (4, 4)}
    for title, (own, others) in votes.items():
        submission, file = await a_film(edition, maker, title=title)
        for person, score in ((chair, own), (other, others)):
            await has_seen(person, file)
            await reviewing.review(
                await submission_in(edition, submission), await FilmFile.objects().get(FilmFile.id == file),
                Sheet(writing=score, image=score, sound=score, space=score, opinion="Vu jusqu’au bout, deux fois."),
                version=0, give=True, by=person,
            )  # fmt: skip
    await a_film(edition, maker, title="Zut", pending="accepted")
    await sign_in(client, chair)

    told = (await client.get(f"/api/v1/{edition.slug}/committee/board")).json()
    page = (await client.get(f"/en/{edition.slug}/committee/decisions")).text

    assert [(one["title"], one["rank"]) for one in told] == [
        ("Brume", 4), ("Aube", 2), ("Cime", 1), ("Dune", 2), ("Zut", None),
    ]  # fmt: skip
    assert re.findall("<bdi>(Brume|Aube|Cime|Dune|Zut)</bdi>", page) == [one["title"] for one in told]
    assert page.count("Rank ") == 4


async def test_a_program_reads_its_queue_in_parts(client, monkeypatch) -> None:
    edition = await an_edition(phase=Phase.SELECTION)
    maker, bob = await a_person("filmmaker", edition=edition), await a_person("reviewer", edition=edition)
    for n in range(3):
        await a_film(edition, maker, title=f"Nuit {n}")
    await sign_in(client, bob)
    monkeypatch.setattr("api.v1.committee.MOST_TOLD", 2)

    parts = [(await client.get(f"/api/v1/{edition.slug}/committee/queue?first={first}")).json() for first in (0, 2, 4)]

    assert [len(part) for part in parts] == [2, 1, 0]
    assert len({film["id"] for part in parts for film in part}) == 3
