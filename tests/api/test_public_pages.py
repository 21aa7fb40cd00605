"""What the public reads may be kept by anybody; what names a viewer is kept by nobody."""

import re

import pytest

from api.pages.public import longest_word, pitch_of
from festival.db import rows
from festival.editions import take_front_page
from screenings import grid
from screenings.grid import NewScreening
from screenings.publication import publish
from screenings.rooms import ScreenForm, add_screen
from screenings.tables import FilmTraits
from submissions.tables import Film, Submission
from tests.builders import a_person, an_edition, sign_in
from tests.screenings.world import World


async def test_a_programme_that_names_its_reader_is_kept_by_nobody(client) -> None:
    edition = await an_edition()
    place = f"/fr/{edition.slug}/"

    public = await client.get(place)
    await sign_in(client, await a_person("filmmaker", edition=edition, name="Ada"))
    own = await client.get(place)

    assert ("Ada" in public.text, public.headers["cache-control"]) == (False, "public, no-cache")
    assert ("Ada" in own.text, own.headers["cache-control"]) == (True, "private, no-store")
    assert (public.headers["vary"], own.headers["vary"]) == ("accept-encoding, cookie", "cookie")


async def test_a_night_screening_is_dated_by_both_its_days(client) -> None:
    world = await World().build("accepted")
    late = ScreenForm(venue=world.venue, name="Nocturne", seats=90, hours=[(600, 1700)] * 3)
    screen = await add_screen(world.edition, late, by=world.by)
    placed = NewScreening(programme=world.programmes[0], screen=screen.id, start=1545)
    await grid.place(world.edition, placed, by=world.by)
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
    edition = await an_edition()
    await take_front_page(edition, by=await a_person("operator", edition=edition))
    opened = await client.get("/", headers={"accept-language": "lt,en-US;q=0.9,fr;q=0.2"})

    assert opened.headers["location"].startswith("/en/")
    assert "accept-language" in opened.headers["vary"].lower()


async def published_twice(world: World, *, moved: bool) -> None:
    """Two screenings of two films; the second publication moves the second, or only adds a room."""
    await world.place(0, 720)
    await world.place(1, 1000)
    await publish(world.edition, version=await world.version(), by=world.by)
    if moved:
        later = "= {0} + interval '3 hours'"
        times = ("starts_at", "film_ends_at", "ends_at", "clears_at")
        await rows(
            f"""UPDATE screening SET {", ".join(f"{time} {later.format(time)}" for time in times)}
                WHERE programme = {{}} RETURNING id""",
            world.programmes[1],
        )
    await add_screen(
        world.edition,
        ScreenForm(venue=world.venue, name="Autre", seats=90, hours=[(600, 1440)] * 3),
        by=world.by,
    )
    await publish(world.edition, version=await world.version(), by=world.by)


def sequences(text: str) -> list[int]:
    return sorted(int(n) for n in re.findall(r"SEQUENCE:(\d+)", text))


async def test_a_calendar_changes_only_with_what_moved(client) -> None:
    world = await World().build("accepted", "accepted")
    place = f"/fr/{world.edition.slug}/programme.ics"
    await published_twice(world, moved=True)

    first, again = await client.get(place), await client.get(place)
    unchanged = await client.get(place, headers={"if-none-match": first.headers["etag"]})

    assert first.content == again.content
    assert sequences(first.text) == [1, 2]
    assert len(set(re.findall(r"DTSTAMP:(\w+)", first.text))) == 1
    assert first.headers["content-type"] == "text/calendar; charset=utf-8"
    assert (unchanged.status_code, unchanged.content) == (304, b"")


async def test_what_a_diary_does_not_show_moves_nothing_in_it(client) -> None:
    world = await World().build("accepted", "accepted")
    await published_twice(world, moved=False)

    told = await client.get(f"/fr/{world.edition.slug}/programme.ics")

    assert sequences(told.text) == [1, 1]


async def test_a_film_that_leaves_changes_the_calendars_tag(client) -> None:
    world = await World().build("accepted", "accepted")
    place = f"/fr/{world.edition.slug}/programme.ics"
    await published_twice(world, moved=False)
    before = (await client.get(place)).headers["etag"]
    await Submission.update({Submission.status: "withdrawn"}).where(
        Submission.id == world.films[0]
    )

    after = await client.get(place, headers={"if-none-match": before})

    assert after.status_code == 200
    assert len(sequences(after.text)) == 1


async def test_public_pages_answer_who_asks_for_their_head_alone(client) -> None:
    world = await World().build("accepted")
    await world.place(0, 720)
    await publish(world.edition, version=await world.version(), by=world.by)
    places = ["/", f"/films/{world.programmes[0]}", "/programme.ics"]

    answers = [await client.head(f"/fr/{world.edition.slug}{place}") for place in places]

    assert [(answer.status_code, answer.content) for answer in answers] == [(200, b"")] * 3


@pytest.mark.parametrize(("title", "letters"), [
    ("Oh", 8), ("Koyaanisqatsi", 14), ("Le Sel de la Lune", 8), ("宇宙映画祭の長い題名", 20),
    ("Donaudampfschifffahrtsgesellschaft", 40), ("a" * 76, 40), ("", 8), ("Mi-figue-mi-raisin", 8),
])  # fmt: skip
def test_a_headline_is_sized_by_its_longest_word(title: str, letters: int) -> None:
    assert longest_word(title) == letters


async def test_a_films_page_says_its_age_its_access_and_that_its_story_is_missing(client) -> None:
    world = await World().build("accepted", "accepted")
    said = FilmTraits(
        edition=world.edition.id,
        submission=world.films[0],
        rating=12,
        warnings={"fr": "Éclats lumineux."},
        access=["signed"],
    )
    await said.save()
    film = await Submission.select(Submission.film).where(Submission.id == world.films[0]).first()
    await Film.update({Film.synopses: {}}).where(Film.id == film["film"])
    await published_twice(world, moved=False)

    page = await client.get(f"/fr/{world.edition.slug}/films/{world.programmes[0]}")

    assert "dès 12 ans" in page.text
    assert "Éclats lumineux." in page.text
    assert "Interprète en langue des signes" in page.text
    assert re.search(r"<b>Orion</b>\s+de plain-pied", page.text)
    assert "n’est pas encore écrit" in page.text


@pytest.mark.unit
@pytest.mark.parametrize(
    ("synopsis", "told"),
    [
        ("", ("", "")),
        ("Une nuit.", ("Une nuit.", "")),
        ("Une nuit. Puis une autre ! Et le jour.", ("Une nuit.", "Puis une autre ! Et le jour.")),
        ("mot " * 60, ("", ("mot " * 60).strip())),
    ],
)
def test_the_first_sentence_is_read_from_afar(synopsis: str, told: tuple[str, str]) -> None:
    assert pitch_of(synopsis) == told
