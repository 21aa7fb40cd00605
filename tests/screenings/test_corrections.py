"""The office corrects a film: on the record, told to its makers, in grid and next publication, and put back."""

import pytest
from msgspec.structs import replace

from festival.db import rows
from festival.errors import Conflict, Missing, Refused
from festival.tables import Edition
from screenings import corrections, public, publication
from screenings.corrections import FilmChange, FilmForm
from screenings.lists import items, placed_in, working_grid
from screenings.tables import Programme
from submissions.tables import Film
from tests.builders import a_person, the_viewer
from tests.screenings.world import World


async def film_of(world: World) -> Film:
    _, film = await corrections.film_to_correct(
        world.edition, world.films[0], await the_viewer(world.by, world.edition)
    )
    return film


async def corrected(world: World, *, version: int | None = None, **given) -> int:
    film = await film_of(world)
    form = replace(FilmForm(**corrections.standing(film)), **given)
    change = FilmChange(film=form, version=version or film.version)
    viewer = await the_viewer(world.by, world.edition)
    return await corrections.correct_film(
        world.edition, world.films[0], change, viewer=viewer, by=world.by
    )


async def letters(world: World) -> list[dict]:
    return await rows("SELECT person, body FROM letter WHERE kind = 'film_corrected' AND edition = {}", world.edition.id)


async def test_a_correction_is_on_the_record_and_told_to_the_makers(house) -> None:
    world = await World().build("accepted")

    await corrected(world, directors=["Ada Morel", "Ines Roux"], countries=["France", "Japon"])

    [line] = await rows("SELECT details FROM record WHERE act = 'film_corrected' AND subject = {}", world.films[0])
    assert line["details"]["changes"] == {"directors": [["Ada"], ["Ada Morel", "Ines Roux"]],
                                          "countries": [["FR"], ["FR", "JP"]]}  # fmt: skip
    [letter] = await letters(world)
    assert letter["person"] == world.maker.id
    assert "Ada Morel, Ines Roux, au lieu de Ada" in letter["body"]
    assert (await film_of(world)).director == "Ada Morel, Ines Roux"


async def test_the_next_publication_shows_it(house) -> None:
    world = await World().build("accepted")
    await world.place(0, 1110)
    await publication.publish(world.edition, version=await world.version(), by=world.by)

    await corrected(world, title="Nuit dernière", synopses={"fr": "Une nuit.", "en": "A night."})
    assert (await public.all_of(world.edition)).readable().programmes[0].films[0].title == "Nuit 0"
    await publication.publish(world.edition, version=await world.version(), by=world.by)

    [programme] = (await public.all_of(world.edition)).readable().programmes
    assert programme.films[0].title == "Nuit dernière"
    assert programme.titles["fr"] == "Nuit dernière"


async def test_a_corrected_length_is_the_length_of_its_screenings(house) -> None:
    world = await World().build("accepted")
    await Edition.update({Edition.measured_runtime: False}).where(Edition.id == world.edition.id)
    world.edition.measured_runtime = False
    await world.place(0, 1110)

    await corrected(world, declared_seconds=100 * 60)

    [placed] = await placed_in(await working_grid(world.edition))
    assert (placed.film_ends_at - placed.starts_at).total_seconds() == 105 * 60


async def test_a_programme_with_a_name_of_its_own_keeps_it(house) -> None:
    world = await World().build("accepted")
    await Programme.update({Programme.titles: {"fr": "Gala"}}).where(Programme.edition == world.edition.id)

    await corrected(world, title="Nuit dernière")

    assert (await items(world.edition))[0].titles == {"fr": "Gala"}


async def test_a_correction_is_put_back_and_the_makers_hear_of_that_too(house) -> None:
    world = await World().build("accepted")
    await corrected(world, title="Nuit dernière")
    last = await corrections.last_correction(world.films[0])
    assert last is not None
    viewer = await the_viewer(world.by, world.edition)

    await corrections.put_back(world.edition, world.films[0], last["line"], viewer=viewer, by=world.by)

    assert (await film_of(world)).title == "Nuit 0"
    assert len(await letters(world)) == 2
    with pytest.raises(Conflict):
        await corrections.put_back(world.edition, world.films[0], last["line"], viewer=viewer, by=world.by)


async def test_nothing_changed_writes_to_nobody_and_stale_eyes_are_told(house) -> None:
    world = await World().build("accepted")
    await corrected(world)
    assert await letters(world) == []

    await corrected(world, title="Nuit dernière")
    with pytest.raises(Conflict):
        await corrected(world, title="Nuit première", version=1)


@pytest.mark.parametrize(("given", "code"), [
    ({"title": " "}, "title:field_missing"), ({"countries": ["Syldavie"]}, "countries:country_unknown"),
    ({"directors": []}, "directors:field_missing"),
])
async def test_what_no_film_can_be_is_refused_by_its_field(house, given, code) -> None:
    world = await World().build("accepted")

    with pytest.raises(Refused) as refused:
        await corrected(world, **given)

    assert code in refused.value.codes


async def test_nobody_of_the_office_corrects_their_own_film_nor_a_draft(house) -> None:
    world = await World().build("accepted")
    await rows("UPDATE member SET person = {} WHERE submission = {} RETURNING id", world.by.id, world.films[0])
    with pytest.raises(Missing):
        await film_of(world)

    await rows("UPDATE submission SET status = 'draft' WHERE id = {} RETURNING id", world.films[0])
    other = await a_person("operator", edition=world.edition, name="Olga")
    with pytest.raises(Missing):
        await corrections.film_to_correct(
            world.edition, world.films[0], await the_viewer(other, world.edition)
        )


def test_of_a_text_in_several_languages_makers_read_what_differs() -> None:
    changes = {"synopses": [{"en": "A probe.", "fr": "Une sonde."}, {"fr": "Une sonde se tait.", "en": "A probe."}]}

    told = corrections.lines_of("fr", changes)

    assert (told.count("Une sonde"), "A probe" in told) == (2, False)
