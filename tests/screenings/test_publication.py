"""The public reads a whole grid or none: accepted films only, frozen, numbered."""

import asyncio

import msgspec
import pytest

from festival.db import transaction
from festival.errors import Conflict, Refused
from festival.tables import Letter
from screenings import grid, publication
from screenings.document import thawed
from submissions import entries
from submissions.tables import FilmFile, Submission
from tests.builders import sign_in, until_it_waits
from tests.screenings.world import World, what_the_public_reads

NOON = 12 * 60


async def refusal(world: World) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        await publication.publish(world.edition, version=await world.version(), by=world.by)
    assert await what_the_public_reads(world.edition) is None
    return refused.value.codes


async def publish(world: World) -> int:
    return await publication.publish(world.edition, version=await world.version(), by=world.by)


async def test_an_empty_grid_is_not_published(house) -> None:
    assert await refusal(await World().build("accepted")) == ("grid_empty",)


async def test_a_film_in_pencil_keeps_the_grid_from_the_public(house) -> None:
    world = await World().build("accepted", "submitted")
    await world.place(0, NOON)
    await world.place(1, NOON + 240)

    assert "films_in_pencil" in await refusal(world)


async def test_two_films_at_once_keep_the_grid_from_the_public(house) -> None:
    world = await World().build("accepted", "accepted")
    await world.place(0, NOON)
    await world.place(1, NOON + 5)

    assert len(await refusal(world)) > 0


async def test_the_document_holds_placed_accepted_films_and_no_other(house) -> None:
    world = await World().build("accepted", "accepted", "submitted")
    await world.place(0, NOON)

    number = await publish(world)

    document = await what_the_public_reads(world.edition)
    shown = [film.submission for one in document.programmes for film in one.films]
    assert (number, document.number, shown) == (1, 1, [world.films[0]])
    assert [film for film in world.films[1:] if film in msgspec.json.encode(document).decode()] == []


async def test_what_was_published_does_not_move_with_the_working_grid(house) -> None:
    world = await World().build("accepted")
    placed = await world.place(0, NOON)
    await publish(world)
    before = await what_the_public_reads(world.edition)

    await grid.move(world.edition, placed, grid.ScreenStart(screen=world.screen, start=NOON + 60), version=await world.version(), by=world.by)

    assert await what_the_public_reads(world.edition) == before
    assert await publish(world) == 2
    after = await what_the_public_reads(world.edition)
    assert [one.id for one in after.screenings] == [one.id for one in before.screenings]
    assert after.screenings[0].starts_at > before.screenings[0].starts_at


async def test_two_programmers_publish_one_grid_once(house) -> None:
    world = await World().build("accepted")
    await world.place(0, NOON)
    version = await world.version()

    answers = await asyncio.gather(
        *(publication.publish(world.edition, version=version, by=world.by) for _ in range(2)),
        return_exceptions=True,
    )

    letters = await Letter.objects().where(Letter.edition == world.edition.id)
    assert {type(a) for a in answers} == {int, Conflict}
    assert [letter.kind for letter in letters] == ["scheduled"]


async def take_back(world: World, film: int) -> None:
    submission = await Submission.objects().get(Submission.id == world.films[film])
    await entries.withdraw(submission, by=world.by)


async def test_a_film_that_is_taken_back_leaves_the_public_programme_at_once(house) -> None:
    world = await World().build("accepted", "accepted")
    await world.place(0, NOON)
    await world.place(1, NOON + 240)
    await publish(world)
    assert len((await what_the_public_reads(world.edition)).programmes) == 2

    await take_back(world, 0)

    document = await what_the_public_reads(world.edition)
    assert [film.submission for one in document.programmes for film in one.films] == [world.films[1]]
    assert [one.titles["fr"] for one in document.programmes] == ["Nuit 1"]
    assert len(document.screenings) == 1


async def test_a_film_that_is_being_taken_back_is_not_published(house) -> None:
    world = await World().build("accepted")
    await world.place(0, NOON)
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def leave() -> None:
        async with transaction():
            await take_back(world, 0)
            begun.set()
            await may_end.wait()

    leaving = asyncio.create_task(leave())
    await begun.wait()
    publishing = asyncio.create_task(publish(world))
    await until_it_waits(publishing)
    may_end.set()
    await leaving

    with pytest.raises(Refused) as refused:
        await publishing
    assert refused.value.codes == ("film_withdrawn",)


async def test_the_same_grid_is_not_published_twice(house) -> None:
    world = await World().build("accepted")
    await world.place(0, NOON)
    await publish(world)
    letters = await Letter.count().where(Letter.edition == world.edition.id)

    with pytest.raises(Refused) as refused:
        await publish(world)

    assert refused.value.codes == ("nothing_to_publish",)
    assert (await what_the_public_reads(world.edition)).number == 1
    assert await Letter.count().where(Letter.edition == world.edition.id) == letters


async def test_a_grid_that_somebody_has_changed_since_it_was_looked_at_is_not_published(house) -> None:
    world = await World().build("accepted", "accepted")
    await world.place(0, NOON)
    seen = await world.version()
    await world.place(1, NOON + 240)

    with pytest.raises(Conflict) as refused:
        await publication.publish(world.edition, version=seen, by=world.by)

    assert refused.value.values == {"version": seen + 1}


async def test_the_public_reads_the_length_that_a_film_has_now(house) -> None:
    world = await World().build("accepted")
    await world.place(0, NOON)
    await FilmFile.update({FilmFile.facts: {"duration": 5400.0}}).where(FilmFile.submission == world.films[0])

    await publish(world)

    [shown] = (await what_the_public_reads(world.edition)).screenings
    assert (shown.film_ends_at - shown.starts_at).total_seconds() == (90 + 5) * 60


@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_publishing_asks_first_and_says_what_changes_and_who_gets_a_letter(client, house, lang) -> None:
    world = await World().build("accepted", "accepted")
    await world.place(0, NOON)
    await world.place(1, NOON + 5)
    await sign_in(client, world.by)
    address = f"/{lang}/{world.edition.slug}/programmer/publication"

    blocked = (await client.get(address)).text
    refused = await client.post(address, data={"version": await world.version(), "_csrf": client.headers["x-csrf-token"]})

    assert blocked.count("Nuit 0") >= 2
    assert ("Publier le n°" in blocked or "Publish no." in blocked) is False
    assert "screen_taken" not in refused.text
    assert refused.status_code == 422
    assert await what_the_public_reads(world.edition) is None


async def test_what_is_shown_before_publishing_is_what_is_published(client, house) -> None:
    world = await World().build("accepted")
    await world.place(0, NOON)
    await sign_in(client, world.by)
    address = f"/fr/{world.edition.slug}/programmer/publication"

    asked = (await client.get(address)).text
    assert await what_the_public_reads(world.edition) is None
    done = await client.post(address, data={"version": await world.version(), "_csrf": client.headers["x-csrf-token"]})

    assert "1 lettre partira" in asked
    assert "Nuit 0" in asked
    assert done.status_code == 303
    assert await Letter.count().where(Letter.edition == world.edition.id) == 1


async def publication_page(client, world: World, lang: str = "fr") -> str:
    await sign_in(client, world.by)
    return (await client.get(f"/{lang}/{world.edition.slug}/programmer/publication")).text


@pytest.mark.parametrize(("lang", "says", "button"), [
    ("fr", "Rien à publier", "Publier le n°"), ("en", "Nothing to publish", "Publish no."),
])
async def test_where_nothing_has_changed_the_page_offers_no_publication(client, house, lang, says, button) -> None:
    world = await World().build("accepted")
    placed = await world.place(0, NOON)
    await publish(world)

    same = await publication_page(client, world, lang)
    await grid.move(world.edition, placed, grid.ScreenStart(screen=world.screen, start=NOON + 60), version=await world.version(), by=world.by)
    changed = await publication_page(client, world, lang)

    assert (says in same, button in same) == (True, False)
    assert (says in changed, button in changed) == (False, True)


async def test_a_grid_whose_lengths_alone_have_changed_can_be_published_and_says_so(client, house) -> None:
    world = await World().build("accepted")
    await world.place(0, NOON)
    await publish(world)
    await FilmFile.update({FilmFile.facts: {"duration": 5400.0}}).where(FilmFile.submission == world.films[0])

    page = await publication_page(client, world)

    assert ["Aucune séance ne change" in page, "Publier le n°" in page, "Aucune lettre" in page] == [True] * 3
    assert "90 min ; il en durait 1" in page.replace("\u202f", " ")
    assert await publish(world) == 2


@pytest.mark.unit
def test_what_was_frozen_with_a_field_a_language_is_read_as_if_it_were_of_today() -> None:
    film = {"submission": "f", "title": "Aube", "title_en": "Dawn", "director": "Ada", "year": 2026, "countries": [],
            "languages": [], "subtitles": [], "synopsis_fr": "Une nuit.", "synopsis_en": "", "seconds": 60.0,
            "premiere": "none", "file": None}  # fmt: skip
    guest = {"name": "Bo", "quality_fr": "cinéaste", "quality_en": "filmmaker"}
    programme = {"id": "p", "kind": "film", "title_fr": "Aube", "title_en": "Dawn", "section": "C",
                 "section_fr": None, "section_en": None, "minutes": 1, "debate": 0, "premiere": "none",
                 "films": [film], "guests": [guest]}  # fmt: skip
    kept = {"number": 1, "edition": "2027", "name": "x", "first_day": "2027-11-26", "days": 3, "place_fr": "Cannes",
            "place_en": "", "screens": [], "programmes": [programme], "screenings": []}  # fmt: skip

    document = thawed(kept)

    shown = document.programmes[0]
    assert (document.places, shown.titles, shown.section_names) == ({"fr": "Cannes"}, {"fr": "Aube", "en": "Dawn"}, {})
    assert (shown.films[0].titles, shown.films[0].synopses) == ({"en": "Dawn"}, {"fr": "Une nuit."})
    assert shown.guests[0].qualities == {"fr": "cinéaste", "en": "filmmaker"}
    assert thawed(msgspec.to_builtins(document)) == document
