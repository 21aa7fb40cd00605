"""What the public reads may be kept by anybody; what names a viewer is kept by nobody."""

import pytest

from api.pages.public import longest_word
from screenings import grid
from screenings.grid import NewScreening
from screenings.publication import publish
from screenings.venues import ScreenForm, add_screen
from tests.builders import a_person, an_edition, sign_in
from tests.screenings.world import World


async def test_a_programme_that_names_its_reader_is_kept_by_nobody(client) -> None:
    edition = await an_edition()
    place = f"/fr/{edition.slug}/"

    public = await client.get(place)
    await sign_in(client, await a_person("filmmaker", edition=edition, name="Ada"))
    own = await client.get(place)

    assert ("Ada" in public.text, public.headers["cache-control"]) == (False, "public, max-age=60")
    assert ("Ada" in own.text, own.headers["cache-control"]) == (True, "private, no-store")
    assert public.headers["vary"] == own.headers["vary"] == "cookie"


async def test_a_night_screening_is_dated_by_both_its_days(client) -> None:
    world = await World().build("accepted")
    late = ScreenForm(venue=world.venue, name="Nocturne", seats=90, hours=[(600, 1700)] * 3)
    screen = await add_screen(world.edition, late, by=world.by)
    placed = NewScreening(programme=world.programmes[0], screen=screen.id, start=1545)
    await grid.place(world.edition, placed, version=await world.version(), by=world.by)
    await publish(world.edition, version=await world.version(), by=world.by)

    for lang, both in {
        "fr": "uit du vendredi 26 au samedi 27 novembre",
        "en": "ight of Friday 26 to Saturday 27 November",
    }.items():
        film = await client.get(f"/{lang}/{world.edition.slug}/films/{world.programmes[0]}")
        whole = await client.get(f"/{lang}/{world.edition.slug}/")
        for text in (film.text, whole.text):
            assert both in text
            assert "01:45" in text


async def test_the_front_door_opens_in_the_language_that_is_liked_best(client) -> None:
    await an_edition(is_current=True)
    opened = await client.get("/", headers={"accept-language": "lt,en-US;q=0.9,fr;q=0.2"})

    assert opened.headers["location"].startswith("/en/")
    assert "accept-language" in opened.headers["vary"].lower()


@pytest.mark.parametrize(("title", "letters"), [
    ("Oh", 8), ("Koyaanisqatsi", 14), ("Le Sel de la Lune", 8), ("宇宙映画祭の長い題名", 20),
    ("Donaudampfschifffahrtsgesellschaft", 40), ("a" * 76, 40), ("", 8), ("Mi-figue-mi-raisin", 8),
])  # fmt: skip
def test_a_headline_is_sized_by_its_longest_word(title: str, letters: int) -> None:
    assert longest_word(title) == letters
