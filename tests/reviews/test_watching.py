"""Seconds seen are seconds played: of this film, in this time, of what this person was handed."""

import asyncio
import importlib

import pytest

from festival.db import rows
from festival.errors import Refused
from reviews import lists, watching
from reviews.evidence import heard
from reviews.watching import Watched, length_of
from submissions.tables import FilmFile
from tests.builders import SEGMENTS, a_film, a_person, an_edition, has_seen, sign_in, the_viewer


class Booth:
    """One film of a minute, in two segments, and Bob of the committee."""

    async def open(self, client) -> "Booth":
        self.client = client
        self.edition = await an_edition(phase="selection")
        self.maker = await a_person("filmmaker", edition=self.edition)
        self.bob = await a_person("reviewer", edition=self.edition, name="Bob")
        self.film, self.file = await a_film(self.edition, self.maker)
        await sign_in(client, self.bob)
        return self

    async def fetch(self, name: str, **more):
        return await self.client.get(f"/api/v1/{self.edition.slug}/files/{self.file}/screener/{name}", **more)

    async def fetch_all(self) -> None:
        for name in ("master.m3u8", "v240/playlist.m3u8", *SEGMENTS):
            assert (await self.fetch(name)).status_code == 200

    async def tell(self, *ranges, position: float = 0.0):
        return await self.client.put(
            f"/api/v1/{self.edition.slug}/committee/submissions/{self.film}/viewing",
            json={"ranges": ranges, "position": position},
        )

    async def seen(self) -> dict:
        return await lists.own_viewing(self.file, await the_viewer(self.bob, self.edition))

    async def row(self) -> FilmFile:
        return await FilmFile.objects().get(FilmFile.id == self.file)

    async def earlier(self, seconds: float) -> None:
        """As if the film had been opened, and the last report made, so long ago."""
        for sql in (
            "UPDATE viewing SET started_at = now() - {} * interval '1 second' WHERE person = {} RETURNING id",
            "UPDATE watcher SET credited_at = now() - {} * interval '1 second' WHERE person = {} RETURNING person",
        ):
            await rows(sql, seconds, self.bob.id)


def codes(answer) -> list[str]:
    return answer.json()["codes"]


async def test_what_was_played_in_its_time_is_seen(client) -> None:
    booth = await Booth().open(client)
    await booth.fetch_all()
    await booth.earlier(30)

    first, again = await booth.tell([0, 20]), await booth.tell([10, 30], position=30)

    assert (first.status_code, first.json()) == (200, {"seen": 20 / 60, "added": 20.0, "cut": 0.0})
    assert again.json() == {"seen": 0.5, "added": 10.0, "cut": 0.0}
    assert await booth.seen() == {"ranges": [[0.0, 30.0]], "position": 30.0, "seen": 0.5}


async def test_a_forged_day_is_refused_by_name(client) -> None:
    booth = await Booth().open(client)
    await booth.fetch_all()
    await booth.earlier(86400)

    told = await booth.tell([0, 86400], position=3)

    assert (told.status_code, codes(told)) == (422, ["ranges:seen_beyond_film"])
    assert (await booth.seen())["seen"] == 0


async def test_a_film_never_opened_was_not_seen(client) -> None:
    booth = await Booth().open(client)

    told = await booth.tell([0, 30])

    assert (told.status_code, codes(told)) == (422, ["viewing_not_opened"])
    assert await booth.seen() == {"ranges": [], "position": 0.0, "seen": 0.0}


async def test_nobody_sees_faster_than_twice_the_time_that_passes(client) -> None:
    booth = await Booth().open(client)
    await booth.fetch_all()

    at_once = await booth.tell([0, 60])
    await booth.earlier(20)
    too_much, just = await booth.tell([0, 60]), await booth.tell([0, 40])

    assert (at_once.status_code, codes(at_once)) == (422, ["seen_faster_than_time"])
    assert codes(too_much) == ["seen_faster_than_time"]
    assert (just.status_code, just.json()["seen"]) == (200, 40 / 60)


async def test_one_pair_of_eyes_does_not_watch_a_whole_selection_at_once(client) -> None:
    booth = await Booth().open(client)
    films = [(booth.film, booth.file)] + [await a_film(booth.edition, booth.maker) for _ in range(3)]
    answers = []
    for booth.film, booth.file in films:
        await booth.fetch_all()
    await booth.earlier(3600)

    for booth.film, booth.file in films:
        answers.append((await booth.tell([0, 60])).status_code)

    assert answers == [200, 422, 422, 422]


async def test_what_was_never_handed_out_was_not_seen(client) -> None:
    booth = await Booth().open(client)
    for name in ("master.m3u8", "v240/playlist.m3u8", SEGMENTS[0]):
        await booth.fetch(name)
    await booth.earlier(600)

    half, none = await booth.tell([0, 60]), await booth.tell([40, 60])

    assert (half.status_code, half.json()["added"], half.json()["cut"]) == (200, 30.5, 29.5)
    assert (none.status_code, codes(none)) == (422, ["seen_not_served"])


@pytest.mark.parametrize("more", [{"headers": {"range": "bytes=0-0"}}, None])
async def test_a_question_about_a_segment_is_no_segment(client, more) -> None:
    booth = await Booth().open(client)
    await booth.fetch("master.m3u8")
    place = f"/api/v1/{booth.edition.slug}/files/{booth.file}/screener/{SEGMENTS[0]}"
    await (client.get(place, **more) if more else client.head(place))
    await booth.earlier(600)

    assert codes(await booth.tell([0, 10])) == ["seen_not_served"]


async def test_what_another_was_handed_is_nothing_to_me(client) -> None:
    booth = await Booth().open(client)
    await booth.fetch_all()
    ann = await a_person("reviewer", edition=booth.edition, name="Ann")
    await sign_in(client, ann)
    await booth.fetch("master.m3u8")

    told = await booth.tell([0, 2])

    assert codes(told) == ["seen_not_served"]


@pytest.mark.parametrize(("ranges", "code"), [
    ([[30, 10]], "ranges:seen_backwards"),
    ([[0, 10], [59, 61]], "ranges:seen_beyond_film"),
    ([[86400, 86400]], "ranges:seen_beyond_film"),
])
async def test_stretches_that_cannot_be_are_refused_by_name(client, ranges, code) -> None:
    booth = await Booth().open(client)
    await booth.fetch_all()

    assert codes(await booth.tell(*ranges)) == [code]


@pytest.mark.parametrize("body", [
    '{"ranges": [[-1, 5]]}', '{"ranges": [[0, NaN]]}', '{"ranges": [[0, 1e999]]}', '{"ranges": [[0]]}',
    '{"ranges": [["0", "5"]]}', '{"ranges": ' + str([[0, 1]] * 10_000) + "}", '{"position": -1}',
])  # fmt: skip
async def test_no_shape_of_report_is_a_fault_of_the_house(client, body) -> None:
    booth = await Booth().open(client)
    await booth.fetch_all()

    told = await client.put(
        f"/api/v1/{booth.edition.slug}/committee/submissions/{booth.film}/viewing",
        content=body, headers={"content-type": "application/json"},
    )  # fmt: skip

    assert told.status_code in {400, 413, 422}
    assert (await booth.seen())["seen"] == 0


async def test_two_tabs_lose_nothing_and_add_nothing_of_each_others(client) -> None:
    booth = await Booth().open(client)
    await booth.fetch_all()
    await booth.earlier(600)
    file = await booth.row()

    await asyncio.gather(*(
        watching.watch(file, Watched(ranges=[(n % 5 * 10.0, n % 5 * 10.0 + 5)]), by=booth.bob) for n in range(15)
    ))

    seen = await booth.seen()
    assert [tuple(one) for one in seen["ranges"]] == [(n * 10.0, n * 10.0 + 5) for n in range(5)]
    assert seen["seen"] == 25 / 60


async def test_parallel_reports_share_one_clock(client) -> None:
    booth = await Booth().open(client)
    await booth.fetch_all()
    await booth.earlier(10)
    file = await booth.row()

    answers = await asyncio.gather(*(
        watching.watch(file, Watched(ranges=[(n * 10.0, n * 10.0 + 10)]), by=booth.bob) for n in range(6)
    ), return_exceptions=True)  # fmt: skip

    assert sum(isinstance(one, Refused) for one in answers) == 4
    assert (await booth.seen())["seen"] == 20 / 60


async def test_a_report_that_comes_twice_or_late_costs_nothing(client) -> None:
    booth = await Booth().open(client)
    await booth.fetch_all()
    await booth.earlier(10)
    await booth.tell([10, 20])

    again = [await booth.tell([10, 20]), await booth.tell([0, 10]), await booth.tell([0, 20])]

    assert [one.json()["added"] for one in again] == [0.0, 10.0, 0.0]


async def test_each_version_of_a_file_is_seen_for_itself(client) -> None:
    booth = await Booth().open(client)
    await has_seen(booth.bob, booth.file)
    await FilmFile.update({FilmFile.state: "replaced"}).where(FilmFile.id == booth.file)
    newer = FilmFile(submission=booth.film, state="released", number=2, facts='{"duration": 60.0}')
    await newer.save()

    film = (await lists.queue(await the_viewer(booth.bob, booth.edition)))[0]

    assert (film.file, film.seen, film.views) == (newer.id, 0.0, 0)


async def test_a_film_of_half_a_second_can_be_seen_whole(client) -> None:
    booth = await Booth().open(client)
    await FilmFile.update({FilmFile.facts: '{"duration": 0.5}'}).where(FilmFile.id == booth.file)
    await booth.fetch_all()

    assert (await booth.tell([0, 0.54])).json() == {"seen": 1.0, "added": 0.5, "cut": 0.04}


@pytest.mark.parametrize(("facts", "seconds"), [
    ({"duration": 60.0}, 60.0), ({"duration": 60.0, "picture": {"duration": 55.0}}, 55.0), (None, 0.0),
])
def test_a_film_is_as_long_as_its_picture(facts, seconds) -> None:
    assert length_of(FilmFile(facts=facts, submission="")) == seconds


async def test_views_count_those_who_saw_enough_and_still_may(house, client) -> None:
    booth = await Booth().open(client)
    others = [await a_person("reviewer", edition=booth.edition, name=name) for name in ("Ann", "Cy", "Di")]
    for person, share in zip((booth.bob, *others), (1.0, 0.95, 0.38, 0.9), strict=True):
        await has_seen(person, booth.file, share)
    viewer = await the_viewer(booth.bob, booth.edition)
    before = (await lists.queue(viewer))[0].views

    await rows("DELETE FROM role WHERE person = {} RETURNING id", others[0].id)

    assert (before, (await lists.queue(viewer))[0].views) == (3, 2)


async def test_the_house_says_what_it_knows_of_each_film(house, client) -> None:
    booth = await Booth().open(client)
    unseen, _ = await a_film(booth.edition, booth.maker)
    ann = await a_person("reviewer", edition=booth.edition, name="Ann")
    await has_seen(booth.bob, booth.file, 0.5)
    await has_seen(ann, booth.file)

    known = await heard([booth.film, unseen])

    assert (known[booth.film].shares, known[booth.film].watched, known[booth.film].whole) == ((1.0, 0.5), 2, 1)
    assert (known[unseen].watched, known[unseen].votes) == (0, 0)


async def test_what_was_reported_before_segments_were_counted_is_seen_no_more(client) -> None:
    """A seek used to count as play: an upgrade keeps what was handed out, and where the film was left."""
    booth = await Booth().open(client)
    others = [await a_person("reviewer", edition=booth.edition, name=name) for name in ("Ann", "Cy")]
    for person in (booth.bob, *others):
        await has_seen(person, booth.file)
    for person, served in ((others[0], "{[0,30)}"), (others[1], "{[0,30),[30,60)}")):
        await rows("UPDATE viewing SET served = {}::text::nummultirange WHERE person = {} RETURNING id", served, person.id)
    unproved = importlib.import_module("reviews.piccolo_migrations.reviews_2026_11_26t02_20_unproved")

    for _ in range(2):
        await rows(unproved.FORWARDS + " RETURNING v.id")

    kept = {p.name: await lists.own_viewing(booth.file, await the_viewer(p, booth.edition)) for p in (booth.bob, *others)}
    assert kept["Bob"] == {"ranges": [], "position": 60.0, "seen": 0.0}
    assert (kept["Ann"]["ranges"], kept["Ann"]["seen"]) == ([[0, 30.5]], 30.5 / 60)
    assert (kept["Cy"]["ranges"], kept["Cy"]["seen"]) == ([[0, 60]], 1.0)
