"""Only makers whose screening is new, moved or gone are written to, and told what changed."""

from festival.tables import Letter, Person
from screenings import grid, publication
from screenings.programmes import ProgrammeForm, add_programme
from screenings.rooms import ScreenForm, add_screen
from screenings.venues import VenueForm, add_venue
from submissions import entries
from submissions.tables import Submission
from tests.builders import a_film, a_person, sign_in
from tests.screenings.world import World

NOON, NIGHT = 12 * 60, 24 * 60


async def publish(world: World) -> int:
    return await publication.publish(world.edition, version=await world.version(), by=world.by)


async def move(world: World, placed: str, start: int, *, day: int = 0, screen: str = "") -> None:
    where = grid.ScreenStart(screen=screen or world.screen, start=day * 1440 + start)
    await grid.move(world.edition, placed, where, version=await world.version(), by=world.by)


def body(letter: Letter) -> str:
    """Without the spaces that French keeps together."""
    return letter.body.replace("\u00a0", " ").replace("\u202f", " ")


async def take_out(world: World, placed: str) -> None:
    await grid.remove(world.edition, placed, version=await world.version(), by=world.by)


async def letters_of(world: World, film: int, *, number: int) -> list[Letter]:
    return await Letter.objects().where(
        (Letter.edition == world.edition.id)
        & (Letter.about == world.films[film])
        & Letter.occasion.like(f"published:{number}:%")
    )


async def standing(*starts: int) -> tuple[World, list[str]]:
    world = await World().build(*["accepted"] * len(starts))
    placed = [await world.place(n, start) for n, start in enumerate(starts)]
    return world, placed


async def test_the_first_publication_tells_everybody_day_hour_and_room(house) -> None:
    world, _ = await standing(NOON, NOON + 240)

    await publish(world)

    (letter,), (other,) = [await letters_of(world, film, number=1) for film in (0, 1)]
    assert (letter.kind, other.kind) == ("scheduled", "scheduled")
    assert "Nouvelle séance : vendredi 26 novembre, 12:00, Orion" in body(letter)
    assert letter.link == f"/submissions/{world.films[0]}/screenings"


async def test_a_moved_screening_is_told_with_what_was_and_what_is_to_its_makers_alone(house) -> None:
    world, placed = await standing(NOON, NOON + 240)
    await publish(world)

    await move(world, placed[0], 14 * 60, day=1)
    await publish(world)

    (letter,) = await letters_of(world, 0, number=2)
    assert letter.kind == "rescheduled"
    assert (
        "Séance déplacée : vendredi 26 novembre, 12:00, Orion, devient samedi 27 novembre, 14:00, Orion"
        in body(letter)
    )
    assert await letters_of(world, 1, number=2) == []


async def test_another_room_at_the_same_hour_is_a_move(house) -> None:
    world, placed = await standing(NOON, NOON + 240)
    venue = await add_venue(world.edition, VenueForm(name="Annexe"), by=world.by)
    form = ScreenForm(venue=venue.id, name="Buñuel", seats=90, hours=[(600, 1440)] * 3)
    other = (await add_screen(world.edition, form, by=world.by)).id
    await publish(world)

    await move(world, placed[0], NOON, screen=other)
    await publish(world)

    (letter,) = await letters_of(world, 0, number=2)
    assert "12:00, Orion" in body(letter)
    assert "12:00, Buñuel" in letter.body


async def test_a_film_without_a_screening_any_more_is_told_to_its_makers(house) -> None:
    world, placed = await standing(NOON, NOON + 240)
    await publish(world)

    await take_out(world, placed[0])
    await publish(world)

    (letter,) = await letters_of(world, 0, number=2)
    assert letter.kind == "unscheduled"
    assert "Séance retirée : vendredi 26 novembre, 12:00, Orion" in body(letter)
    assert await letters_of(world, 1, number=2) == []


async def test_the_comparison_is_with_the_last_number_and_not_with_the_first(house) -> None:
    world, placed = await standing(NOON, NOON + 240)
    await publish(world)
    await move(world, placed[0], NOON, day=1)
    await publish(world)

    await move(world, placed[1], NOON + 300)
    await publish(world)

    assert await letters_of(world, 0, number=3) == []
    assert [letter.kind for letter in await letters_of(world, 1, number=3)] == ["rescheduled"]


async def test_back_and_forth_between_two_publications_is_no_news(house) -> None:
    world, placed = await standing(NOON, NOON + 240)
    await publish(world)
    await move(world, placed[0], NOON, day=1)
    await move(world, placed[0], NOON)
    await move(world, placed[1], NOON + 250)

    await publish(world)

    assert await letters_of(world, 0, number=2) == []


async def test_a_night_screening_names_both_its_days_in_each_language(house) -> None:
    world = await World().build("accepted")
    reader = await a_person("filmmaker", edition=world.edition, name="Grace")
    await Person.update({Person.language: "en"}).where(Person.id == reader.id)
    await entries.Member(submission=world.films[0], person=reader.id).save()
    venue = await add_venue(world.edition, VenueForm(name="Nuit"), by=world.by)
    form = ScreenForm(venue=venue.id, name="Minuit", seats=300, hours=[(600, NIGHT + 240)] * 3)
    world.screen = (await add_screen(world.edition, form, by=world.by)).id
    await world.place(0, NIGHT + 60)

    await publish(world)

    told = {letter.language: letter.body for letter in await letters_of(world, 0, number=1)}
    assert "nuit du vendredi 26 au samedi 27 novembre, 01:00, Minuit" in told["fr"]
    assert "Friday 26" in told["en"]
    assert "Saturday 27 November, 01:00, Minuit" in told["en"]


async def test_a_film_in_a_block_is_told_of_the_block(house) -> None:
    world = await World().build("accepted")
    short, _ = await a_film(world.edition, world.maker, title="Bref", section="S", status="accepted")
    form = ProgrammeForm(titles={"fr": "Courts"}, kind="block", section="S", films=[short])
    world.films.append(short)
    world.programmes.append((await add_programme(world.edition, form, by=world.by)).id)
    placed = await world.place(1, NOON)
    await world.place(0, NOON + 240)
    await publish(world)
    assert [letter.kind for letter in await letters_of(world, 1, number=1)] == ["scheduled"]

    await move(world, placed, NOON, day=2)
    await publish(world)

    assert [letter.kind for letter in await letters_of(world, 1, number=2)] == ["rescheduled"]
    assert await letters_of(world, 0, number=2) == []


async def test_whoever_took_the_film_back_gets_no_letter_about_it(house) -> None:
    world, placed = await standing(NOON, NOON + 240)
    await publish(world)
    submission = await Submission.objects().get(Submission.id == world.films[0])
    await entries.withdraw(submission, by=world.maker)
    await take_out(world, placed[0])

    await publish(world)

    assert await letters_of(world, 0, number=2) == []


async def test_a_publication_that_moves_no_film_writes_to_nobody_and_the_page_says_so(client) -> None:
    world, _ = await standing(NOON)
    form = ProgrammeForm(titles={"fr": "Ouverture"}, kind="event", section="C", own_minutes=30)
    world.programmes.append((await add_programme(world.edition, form, by=world.by)).id)
    await publish(world)
    await world.place(1, NOON + 300)
    await sign_in(client, world.by)

    page = await client.post(
        f"/fr/{world.edition.slug}/programmer/publication", data={"version": await world.version()}
    )

    assert page.headers["location"].endswith("?done=programmer.done.published_silently")
    assert await letters_of(world, 0, number=2) == []
