"""When one side of the house acts, the other is told: a film that leaves, and where it stood."""

from festival.db import rows
from festival.tables import Letter
from screenings import departures
from submissions.entries import withdraw
from submissions.tables import Submission
from tests.builders import a_film, a_person
from tests.screenings.world import World

NOON = 12 * 60


async def take_back(world: World, film: str) -> None:
    await withdraw(await Submission.objects().get(Submission.id == film), by=world.maker)
    for line in await rows("SELECT args FROM outbox WHERE task = 'tell_of_departure' AND args->>'submission' = {}", film):
        await departures.tell(line["args"]["submission"])
        await departures.tell(line["args"]["submission"])


async def test_chair_and_programmers_learn_that_a_film_has_left_and_where_it_stood(house) -> None:
    world = await World().build("accepted", "accepted")
    chair = await a_person("chair", edition=world.edition, name="Cleo")
    await a_person("reviewer", edition=world.edition, name="Rae")
    await world.place(0, NOON)

    await take_back(world, world.films[0])

    found = await Letter.objects().where(Letter.edition == world.edition.id)
    assert {letter.person for letter in found} == {world.by.id, chair.id}
    assert len(found) == 2
    assert all("Nuit 0" in one.body and "Orion" in one.body and "12:00" in one.body for one in found)


async def test_a_draft_leaves_without_a_word(house) -> None:
    world = await World().build("accepted")
    draft, _ = await a_film(world.edition, world.maker, status="draft")

    await take_back(world, draft)

    assert await Letter.count().where(Letter.edition == world.edition.id) == 0
