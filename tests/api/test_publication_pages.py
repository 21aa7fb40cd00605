"""The sheet that is read before anything leaves, the numbers afterwards, and what the public is told of them."""

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from lxml import html

from festival.clock import now
from festival.db import rows
from festival.tables import Edition, Letter
from screenings import freezing, grid, publication
from screenings.tables import FilmTraits, PlannedPublication
from submissions import entries
from submissions.tables import Submission
from tests.builders import sign_in
from tests.screenings.world import World

NOON = 12 * 60
ATOM = "{http://www.w3.org/2005/Atom}"


async def publish(world: World) -> int:
    return await publication.publish(world.edition, version=await world.version(), by=world.by)


async def move(world: World, placed: str, start: int) -> None:
    where = grid.ScreenStart(screen=world.screen, start=start)
    await grid.move(world.edition, placed, where, version=await world.version(), by=world.by)


async def a_moved_world() -> World:
    """Number 1 is out; one screening has been moved since."""
    world = await World().build("accepted", "accepted")
    placed = await world.place(0, NOON)
    await world.place(1, NOON + 300)
    await publish(world)
    await move(world, placed, 1440 + 14 * 60)
    return world


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


async def sheet_of(client, world: World, lang: str = "fr") -> str:
    await sign_in(client, world.by)
    answer = await client.get(f"/{lang}/{world.edition.slug}/programmer/publication")
    assert answer.status_code == 200
    return plain(answer.text)


async def test_the_sheet_says_what_changes_whose_doing_it_is_and_the_letter_as_its_reader_reads_it(client) -> None:
    page = await sheet_of(client, await a_moved_world())

    assert "ven. 26 nov., 12:00, Orion" in page
    assert "sam. 27 nov., 14:00, Orion" in page
    assert "Déplacée à la main, par Pia" in page
    assert (
        "Séance déplacée : vendredi 26 novembre, 12:00, Orion, devient samedi 27 novembre, 14:00, Orion" in page
    )
    assert "Nuit 1" not in page.partition('class="posts"')[2]


async def test_reading_the_sheet_writes_nothing(client) -> None:
    world = await a_moved_world()
    before = await Letter.count().where(Letter.edition == world.edition.id)

    await sheet_of(client, world)

    assert await Letter.count().where(Letter.edition == world.edition.id) == before
    assert await freezing.newest_number(world.edition) == 1


async def test_the_sheet_names_each_finding_with_the_place_where_it_is_mended(client) -> None:
    world = await a_moved_world()

    page = await sheet_of(client, world, "en")

    assert page.count("Its age rating is not said.") == page.count('data-code="age_unsaid"') == 1
    assert "2 times" in page
    for film in world.films:
        assert f'/en/{world.edition.slug}/programmer/films/{film}#papers"' in page


async def test_what_the_linter_stops_has_no_button(client) -> None:
    world = await a_moved_world()
    await FilmTraits(
        id=world.films[0], edition=world.edition.id, submission=world.films[0], youth_from=6, rating=12
    ).save()

    page = await sheet_of(client, world)

    assert 'data-level="stop"' in page
    assert "Publier le n° 2" not in page


async def test_a_publication_is_planned_by_its_form_and_cancelled_again(client) -> None:
    world = await a_moved_world()
    page = await sheet_of(client, world)
    place = f"/fr/{world.edition.slug}/programmer/publication"
    proof = {"_csrf": client.headers["x-csrf-token"]}
    form = proof | {"seen": str(await world.version()), "due_at": "2027-11-20", "due_hour": "vers 18 h"}

    refused = await client.post(f"{place}/planned", data=form)
    assert refused.status_code == 422
    assert "vers 18 h" in refused.text

    form |= {"due_at": (now() + timedelta(days=2)).date().isoformat(), "due_hour": "18h"}
    assert (await client.post(f"{place}/planned", data=form)).status_code == 303
    page = await sheet_of(client, world)
    assert "Une publication attend" in page
    waiting = await PlannedPublication.objects().where(PlannedPublication.edition == world.edition.id).first()

    cancelled = await client.post(
        f"{place}/planned/{waiting.id}/cancellation", data={"_csrf": client.headers["x-csrf-token"], "version": "1"}
    )
    assert cancelled.status_code == 303
    assert "Une publication attend" not in await sheet_of(client, world)


async def test_a_sheet_that_is_stale_publishes_nothing_and_says_so(client) -> None:
    world = await a_moved_world()
    await sheet_of(client, world)
    stale = await world.version() - 1

    answer = await client.post(
        f"/fr/{world.edition.slug}/programmer/publication",
        data={"_csrf": client.headers["x-csrf-token"], "version": str(stale)},
    )

    assert answer.status_code == 409
    assert "La grille a changé entre-temps" in plain(answer.text)
    assert await freezing.newest_number(world.edition) == 1


# Numbers


async def test_the_public_reads_what_each_number_changed_in_both_languages(client) -> None:
    world = await a_moved_world()
    await publish(world)

    fr = plain((await client.get(f"/fr/{world.edition.slug}/changes")).text)
    en = plain((await client.get(f"/en/{world.edition.slug}/changes/2")).text)

    assert "Nuit 0 : ven. 26 nov., 12:00, Orion devient sam. 27 nov., 14:00, Orion." in fr
    assert "Le premier programme : 2 séances." in fr
    assert "becomes" in en
    assert "Pia" not in fr


async def test_the_feed_is_atom_and_the_same_bytes_twice(client) -> None:
    world = await a_moved_world()
    await publish(world)
    place = f"/fr/{world.edition.slug}/changes.atom"

    answer, again = await client.get(place), await client.get(place)

    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert answer.content == again.content
    feed = ET.fromstring(answer.content)
    entries_in = feed.findall(f"{ATOM}entry")
    assert [one.find(f"{ATOM}id").text.rpartition("/")[2] for one in entries_in] == ["2", "1"]
    assert {one.tag for one in feed} >= {f"{ATOM}{name}" for name in ("id", "title", "updated", "author")}
    assert all(one.find(f"{ATOM}updated").text.endswith("Z") for one in entries_in)


async def test_a_film_that_was_taken_back_is_named_in_no_number(client) -> None:
    world = await a_moved_world()
    await publish(world)
    submission = await Submission.objects().get(Submission.id == world.films[0])
    await entries.withdraw(submission, by=world.by)

    for place in ("changes", "changes/1", "changes/2", "changes.atom"):
        assert "Nuit 0" not in (await client.get(f"/fr/{world.edition.slug}/{place}")).text


@pytest.mark.parametrize("place", ["changes", "changes.atom"])
async def test_before_anything_is_published_the_changelog_is_empty(client, place: str) -> None:
    world = await World().build("accepted")

    answer = await client.get(f"/fr/{world.edition.slug}/{place}")

    assert answer.status_code == 200
    assert "Nuit 0" not in answer.text


async def test_before_the_opening_the_public_learns_of_no_number(client) -> None:
    world = await a_moved_world()
    await Edition.update({Edition.opens_at: now() + timedelta(days=1)}).where(Edition.id == world.edition.id)

    assert "Nuit" not in (await client.get(f"/fr/{world.edition.slug}/changes")).text
    assert "Nuit" not in (await client.get(f"/fr/{world.edition.slug}/changes.atom")).text
    assert (await client.get(f"/fr/{world.edition.slug}/changes/1")).status_code == 404


# Visas


async def test_a_films_papers_are_said_on_its_page_and_listed_with_their_day(client) -> None:
    world = await a_moved_world()
    await sign_in(client, world.by)
    home = f"/fr/{world.edition.slug}/programmer"
    await client.get(f"{home}/films/{world.films[0]}")
    form = {
        "_csrf": client.headers["x-csrf-token"], "version": "0", "visa": "exceptional", "visa_number": "2027-31", "rating": "12",
        "warning_fr": "Scènes de violence.", "access_said": "yes", "access": ["sdh", "signed"],
    }  # fmt: skip

    assert (await client.post(f"{home}/films/{world.films[0]}/papers", data=form)).status_code == 303

    listed = plain((await client.get(f"{home}/visas")).text)
    assert "2027-31" in listed
    assert "1 à demander" in listed or "1</b> à demander" in listed or "demande en retard" in listed
    sheet = (await client.get(f"{home}/visas.csv")).text
    assert world.films[1] in sheet
    again = (await client.get(f"{home}/films/{world.films[0]}")).text
    assert 'value="2027-31"' in again


async def test_papers_that_cannot_be_are_refused_and_stand_as_they_were_typed(client) -> None:
    world = await a_moved_world()
    await sign_in(client, world.by)
    place = f"/fr/{world.edition.slug}/programmer/films/{world.films[0]}"
    form = {
        "_csrf": client.headers["x-csrf-token"], "version": "0", "visa": "full", "rating": "13",
        "youth_from": "vingt", "visa_asked_on": "hier", "visa_number": "9" * 21,
    }  # fmt: skip

    answer = await client.post(f"{place}/papers", data=form)

    assert answer.status_code == 422
    assert "9" * 21 in answer.text
    assert "vingt" in answer.text


@pytest.mark.parametrize("premiere", ["world", "european", ""])
async def test_a_corrected_film_keeps_the_premiere_that_its_page_shows(client, premiere: str) -> None:
    world = await a_moved_world()
    await rows("UPDATE film SET premiere = {} FROM submission s WHERE s.film = film.id AND s.id = {} RETURNING film.id",
               premiere, world.films[0])  # fmt: skip
    await sign_in(client, world.by)
    place = f"/fr/{world.edition.slug}/programmer/films/{world.films[0]}"
    [form] = html.fromstring((await client.get(place)).text).xpath(f"//form[@action='{place}' or not(@action)][.//input[@name='title']]")

    done = await client.post(place, data=dict(form.fields) | {"year": "2025"})

    late = await client.post(place, data=dict(form.fields) | {"year": "2024"})
    [form_again] = html.fromstring(late.text).xpath("//form[.//input[@name='title']]")
    again = await client.post(place, data=dict(form_again.fields))

    assert (late.status_code, form_again.fields["year"], again.status_code) == (409, "2024", 303)
    [kept] = await rows("SELECT f.premiere, f.year FROM film f JOIN submission s ON s.film = f.id WHERE s.id = {}", world.films[0])
    assert (form.fields["premiere"], done.status_code, kept) == (premiere, 303, {"premiere": premiere, "year": 2024})
