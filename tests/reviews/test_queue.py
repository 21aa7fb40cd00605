"""A member's queue begins with what is in hand and with what lacks views, and tells nothing that it must not."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from lxml import html

import api.pages.queue
from festival.db import rows
from festival.tables import Outbox, Section
from reviews import assignments, queue
from reviews.assignments import AssignmentByHand
from reviews.masking import COVER, covered
from reviews.queue import QueueWhich, paced
from submissions.tables import Film
from tests.builders import a_film, a_person, has_seen, sign_in, the_viewer
from tests.reviews.test_blindness import GOOD, POOR, Jury

TODAY, MONDAY = date(2027, 11, 24), date(2027, 11, 22)


@pytest.mark.unit
def test_the_pace_says_when_all_is_seen_and_how_long_before_the_end() -> None:
    seen = [(MONDAY - timedelta(days=14), 7 * 3600.0), (MONDAY - timedelta(days=7), 5 * 3600.0), (TODAY, 3600.0)]

    pace = paced(seen, left=6 * 3600, today=TODAY, monday=MONDAY, until=datetime(2027, 12, 15, 12, tzinfo=UTC))

    assert [round(week.seconds / 3600) for week in pace.weeks if week.is_done] == [7, 5, 1]
    assert round(pace.weekly / 3600, 2) == round(13 / 17 * 7, 2)
    assert (pace.ends_on, pace.spare_days) == (date(2027, 12, 2), 13)
    assert round(sum(week.seconds for week in pace.weeks if not week.is_done)) == 6 * 3600


@pytest.mark.unit
def test_who_has_watched_nothing_yet_has_no_pace_and_who_is_done_no_end() -> None:
    none = paced([], left=3600, today=TODAY, monday=MONDAY, until=None)
    done = paced([(TODAY, 3600.0)], left=0, today=TODAY, monday=MONDAY, until=None)

    assert (none.weekly, none.ends_on, none.spare_days) == (0.0, None, None)
    assert (done.ends_on, [week.is_done for week in done.weeks]) == (None, [True] * 3)


@pytest.mark.unit
@pytest.mark.parametrize(("text", "told"), [
    ("Ousmane Quirinus filme la rose.", f"{COVER} filme la rose."),
    ("OUSMANE filme Rose Quírinus et l'Orbite.", f"{COVER} filme {COVER} et l'Orbite."),
    ("La rose de Kourou.", "La rose de Kourou."), ("Un film d’Ousmane.", f"Un film d’{COVER}."),
])  # fmt: skip
def test_names_are_covered_whatever_their_accents_and_words_stay(text: str, told: str) -> None:
    assert covered(text, ["Ousmane Quirinus", "Rose Quirinus"]).replace("’", "'") == told.replace("’", "'")


class Line(Jury):
    """Five films: Bob is asked for four of them."""

    async def stand(self) -> "Line":
        await self.seat()
        self.films += [await a_film(self.edition, self.maker, title=f"Nuit {n}") for n in (2, 3, 4)]
        for number, (submission, _) in enumerate(self.films):
            await rows(
                "UPDATE submission SET filed_at = now() + {} * interval '1 second' WHERE id = {} RETURNING id",
                number, submission,
            )  # fmt: skip
        for number in range(4):
            await assignments.assign_by_hand(
                self.edition, (await self.film(number))[0],
                AssignmentByHand(person=self.bob.id, version=number), by=self.chair,
            )  # fmt: skip
        return self

    async def titles(self, which: QueueWhich | None = None) -> list[str]:
        viewer = await the_viewer(self.bob, self.edition)
        which = which or QueueWhich(states=("begun", "note", "new"))
        return [row.title for row in (await queue.queue_sheet(viewer, self.edition, which)).rows]


async def test_what_is_in_hand_comes_first_then_what_lacks_most_views(house) -> None:
    line = await Line().stand()
    for person, number in ((line.ann, 0), (line.chair, 0), (line.ann, 1)):
        await has_seen(person, line.films[number][1])
    await has_seen(line.bob, line.films[0][1], 0.4)

    advised = await line.titles()
    others = await line.titles(QueueWhich(is_mine=False))

    assert advised == ["Nuit 0", "Nuit 2", "Nuit 3", "Nuit 1"]
    assert others == ["Nuit 4"]
    viewer = await the_viewer(line.bob, line.edition)
    counts = (await queue.queue_sheet(viewer, line.edition, QueueWhich())).counts
    assert {(one.state, one.is_mine): one.films for one in counts} == {
        ("begun", True): 1, ("new", True): 3, ("new", False): 1,
    }  # fmt: skip
    assert await line.titles(QueueWhich(minutes=1, order="title")) == ["Nuit 0", "Nuit 1", "Nuit 2", "Nuit 3"]


def same(page) -> str:
    """A page without the keys by which its forms are sent once."""
    return re.sub(r'name="_once"\s+value="[^"]*"', "", page.text)


async def test_the_whole_page_is_the_same_whatever_others_gave_but_for_what_one_gave_oneself(client) -> None:
    line = await Line().stand()
    for person in (line.ann, line.chair):
        for number in range(3):
            await has_seen(person, line.films[number][1])
    await line.give(line.bob, GOOD, 0)
    await sign_in(client, line.bob)
    pages = [f"/fr/{line.edition.slug}/committee{asked}" for asked in ("?state=new", "?state=others", "?order=title&state=new")]
    before = [same(await client.get(page)) for page in pages]
    alone = (await client.get(f"/fr/{line.edition.slug}/committee")).text

    await line.give(line.ann, GOOD, 1)
    await line.give(line.chair, POOR, 1)
    await line.give(line.ann, POOR, 0)

    assert [same(await client.get(page)) for page in pages] == before
    after = (await client.get(f"/fr/{line.edition.slug}/committee")).text
    assert "comité 5,0, 1 note" in alone
    assert "comité 3,0, 2 notes" in after


async def test_spread_moves_a_film_only_for_whoever_may_read_the_sheets(house) -> None:
    line = await Line().stand()
    for person, sheet in ((line.ann, GOOD), (line.chair, POOR)):
        for number in range(4):
            await has_seen(person, line.films[number][1])
        await line.give(person, sheet, 3)
    for number in range(3):
        await line.give(line.ann, GOOD, number)
        await line.give(line.chair, GOOD, number)
    independent = await line.titles()

    await rows(
        """INSERT INTO committee_phase (id, edition, names, opens_at, votes)
           VALUES (left(md5({}), 16), {}, jsonb_build_object(), now() - interval '1 day', 'always') RETURNING id""",
        line.edition.id, line.edition.id,
    )  # fmt: skip

    assert independent == ["Nuit 0", "Nuit 1", "Nuit 2", "Nuit 3"]
    assert await line.titles() == ["Nuit 3", "Nuit 0", "Nuit 1", "Nuit 2"]


async def test_in_a_blind_section_the_synopsis_names_nobody(client) -> None:
    line = await Line().stand()
    submission, _ = await line.film()
    await Film.update({
        Film.directors: ["Ousmane Quirinus"], Film.director: "Ousmane Quirinus",
        Film.synopses: {"fr": "Ousmane rentre à Kourou.", "en": "Ousmane comes home to Kourou."},
    }).where(Film.id == submission.film)  # fmt: skip
    await sign_in(client, line.bob)
    places = (f"/fr/{line.edition.slug}/committee", f"/fr/{line.edition.slug}/committee/submissions/{submission.id}")
    seen = [(await client.get(place)).text for place in places]

    await Section.update({Section.is_blind: True}).where(Section.edition == line.edition.id)

    blind = [(await client.get(place)).text for place in places]
    assert all("Ousmane" in page for page in seen)
    assert all("Ousmane" not in page and "Quirinus" not in page and "rentre à Kourou" in page for page in blind)


async def test_an_operator_writes_what_a_blind_committee_reads_and_goes_back_to_the_covered_text(client) -> None:
    line = await Line().stand()
    submission, _ = await line.film()
    told = {"fr": "Le fils du cinéaste de « Kourou » rentre.", "en": "A son comes home."}
    await Film.update({Film.synopses: told}).where(Film.id == submission.film)
    operator = await a_person("operator", edition=line.edition)
    both = await a_person("operator", "reviewer", edition=line.edition)
    place = f"/api/v1/{line.edition.slug}/operator/entries/{submission.id}/blind"
    page = f"/fr/{line.edition.slug}/operator/entries/{submission.id}/blind"
    rooms = [f"/{lang}/{line.edition.slug}/committee{film}" for lang in ("fr", "en") for film in ("", f"/submissions/{submission.id}")]

    async def read() -> list[str]:
        await sign_in(client, line.bob)
        return [(await client.get(room)).text for room in rooms]

    async def write(who, version: int, text: str) -> Any:
        await sign_in(client, who)
        return await client.put(place, json={"synopses": {"fr": text}, "version": version})

    seen = await write(operator, 0, "Un fils rentre.")
    await Section.update({Section.is_blind: True}).where(Section.edition == line.edition.id)
    refused = [await write(who, 0, "Non.") for who in (both, line.bob, line.chair)]
    first, late = await write(operator, 0, "Un fils rentre."), await write(operator, 0, "Trop tard.")
    form = (await client.get(page)).text
    written = await read()
    again = await write(operator, 1, "")
    covered_again = await read()

    assert (seen.status_code, [one.status_code for one in refused]) == (404, [403, 403, 403])
    assert (first.json(), late.status_code, again.json()) == ({"version": 1}, 409, {"version": 2})
    assert ["Un fils rentre." in one for one in written] == [True, True, False, False]
    assert not any("Kourou" in one or "Trop tard" in one for one in written)
    assert ["Kourou" in one for one in covered_again] == [True, True, False, False]
    assert all(text in form for text in ("Un fils rentre.", told["fr"], "A son comes home."))
    acts = await rows("SELECT act FROM record WHERE subject = {} AND act LIKE 'blind_%' ORDER BY at, id", submission.id)
    assert [row["act"] for row in acts] == ["blind_synopsis_written", "blind_synopsis_reset"]


async def test_a_film_whose_copy_was_replaced_says_so_and_a_decided_one_is_no_work(client) -> None:
    line = await Line().stand()
    _, old = await line.film()
    await has_seen(line.bob, old.id, 0.6)
    await rows("UPDATE film_file SET state = 'replaced' WHERE id = {} RETURNING id", old.id)
    await rows(
        """INSERT INTO film_file (id, submission, number, state, facts, released_at)
           SELECT left(md5(id), 16), submission, 2, 'released', facts, now() FROM film_file WHERE id = {} RETURNING id""",
        old.id,
    )
    await rows("UPDATE submission SET status = 'accepted' WHERE id = {} RETURNING id", line.films[1][0])
    await sign_in(client, line.bob)

    page = (await client.get(f"/fr/{line.edition.slug}/committee")).text

    assert "copie remplacée" in page
    assert await line.titles() == ["Nuit 0", "Nuit 2", "Nuit 3"]


async def test_a_member_asked_for_nothing_has_every_film_before_them(house) -> None:
    line = await Line().stand()
    dan = await a_person("reviewer", edition=line.edition, name="Dan")

    found = await queue.queue_sheet(await the_viewer(dan, line.edition), line.edition, QueueWhich())

    assert (found.found, {row.is_mine for row in found.rows}) == (5, {True})


async def test_a_wish_leads_back_to_where_it_was_said(client, monkeypatch) -> None:
    line = await Line().stand()
    await rows("DELETE FROM assignment WHERE submission = {} RETURNING id", line.films[3][0])
    monkeypatch.setattr(api.pages.queue, "ROWS", 1)
    await sign_in(client, line.bob)
    place = f"/fr/{line.edition.slug}/committee?state=others&order=title&page=2"
    page = html.fromstring((await client.get(place)).text)
    form = page.xpath("//form[@class='wish']")[0]

    said = await client.post(form.get("action"), data=dict(form.fields) | {"wish": "love"})

    asked, led = (dict(parse_qsl(urlsplit(one).query)) for one in (place, said.headers["location"]))
    assert led == asked | {"done": "assignment.done.wished"}


async def test_a_tab_counts_what_its_list_shows_in_the_section_that_is_chosen(client) -> None:
    line = await Line().stand()
    await sign_in(client, line.bob)

    async def told(asked: str) -> tuple[str, int]:
        page = html.fromstring((await client.get(f"/fr/{line.edition.slug}/committee?{asked}")).text)
        [count] = page.xpath("//nav[@class='seg']/a[@aria-current]/small/text()")
        return count, len(page.xpath("//td[@class='pic']/img"))

    shown = [await told(asked) for asked in ("state=all", "state=all&section=S", "section=Z", "state=nonsense")]

    assert [int(count) == films for count, films in shown] == [True] * 4
    assert shown[1] != shown[0]


async def test_a_page_of_the_queue_looks_through_all_films_once(client, monkeypatch) -> None:
    line = await Line().stand()
    await line.give(line.bob, GOOD, 0)
    asked: list[str] = []
    whole = Outbox.raw.__func__

    async def heard(cls, sql, *values):
        asked.append(sql)
        return await whole(cls, sql, *values)

    told = []
    for person in (line.bob, await a_person("reviewer", edition=line.edition, name="Dan")):
        await sign_in(client, person)
        await client.get(f"/fr/{line.edition.slug}/committee")  # reckons what nobody had asked for
        asked.clear()
        with monkeypatch.context() as patched:
            patched.setattr(Outbox, "raw", classmethod(heard))
            assert (await client.get(f"/fr/{line.edition.slug}/committee")).status_code == 200
        told.append(list(asked))
        assert sum("MATERIALIZED" in sql for sql in asked) == 1
    assert [len(one) for one in told] == [14, 12], told  # whoever has given a sheet reads what the committee thinks, too
