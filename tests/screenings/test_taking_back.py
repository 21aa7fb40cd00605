"""A publication is taken back within minutes: the public reads the number before, and who was told is told."""

import pytest

from festival.db import rows
from festival.errors import Conflict, Missing
from festival.tables import Letter
from screenings import numbers, publication
from submissions.tables import Submission
from tests.builders import a_person, sign_in
from tests.screenings.world import World, what_the_public_reads

NOON = 720


async def publish(world: World) -> int:
    return await publication.publish(world.edition, version=await world.version(), by=world.by)


async def two_numbers() -> World:
    """In the second, the first film is moved and the second is new."""
    world = await World().build("accepted", "accepted")
    await world.place(0, NOON)
    await publish(world)
    await world.move(0, NOON + 30)
    await world.place(1, NOON + 300)
    await publish(world)
    return world


async def letters(world: World, number: int) -> list[str]:
    kept = await rows(
        "SELECT kind FROM letter WHERE edition = {} AND occasion LIKE {} ORDER BY kind",
        world.edition.id, f"published:{number}:%",
    )  # fmt: skip
    return [row["kind"] for row in kept]


async def test_the_public_reads_the_number_before_and_calendars_only_rise(house) -> None:
    world = await two_numbers()
    first, second = [await numbers.as_published(world.edition, n) for n in (1, 2)]

    assert await publication.take_back(world.edition, number=2, by=world.by) == 3

    third = await what_the_public_reads(world.edition)
    assert [(s.id, s.starts_at) for s in third.screenings] == [(s.id, s.starts_at) for s in first.screenings]
    assert [s.sequence for s in first.screenings + second.screenings[:1] + third.screenings] == [1, 2, 3]
    assert third.published_at > second.published_at > first.published_at


async def test_who_was_told_is_told(house) -> None:
    world = await two_numbers()
    assert await letters(world, 2) == ["rescheduled", "scheduled"]

    await publication.take_back(world.edition, number=2, by=world.by)

    assert await letters(world, 3) == ["rescheduled", "unscheduled"]


async def test_after_the_first_number_the_public_reads_nothing_again(house) -> None:
    world = await World().build("accepted")
    await world.place(0, NOON)
    await publish(world)

    await publication.take_back(world.edition, number=1, by=world.by)

    assert await what_the_public_reads(world.edition) is None
    assert await letters(world, 2) == ["unscheduled"]
    assert await publish(world) == 3
    assert (await what_the_public_reads(world.edition)).number == 3


async def test_only_the_newest_number_is_taken_back_and_only_once(house) -> None:
    world = await two_numbers()
    for number in (1, 2, 2, 9):
        if number == 2 and len(await numbers.all_numbers(world.edition)) == 2:
            await publication.take_back(world.edition, number=2, by=world.by)
            continue
        with pytest.raises((Conflict, Missing)):
            await publication.take_back(world.edition, number=number, by=world.by)
    assert [one.takes_back for one in await numbers.all_numbers(world.edition)] == [2, None, None]


async def test_a_film_that_has_left_does_not_come_back_with_an_older_number(house) -> None:
    world = await two_numbers()
    await Submission.update({Submission.status: "withdrawn"}).where(Submission.id == world.films[0])

    await publication.take_back(world.edition, number=2, by=world.by)

    assert await what_the_public_reads(world.edition) is None
    kept = await rows("SELECT document::text AS said FROM grid WHERE edition = {} AND number = 3", world.edition.id)
    assert "Nuit 0" not in kept[0]["said"]
    assert await Letter.count().where((Letter.edition == world.edition.id) & (Letter.about == world.films[0])) == 2


async def test_a_take_back_can_itself_be_taken_back(house) -> None:
    world = await two_numbers()
    await publication.take_back(world.edition, number=2, by=world.by)
    await publication.take_back(world.edition, number=3, by=world.by)

    assert len((await what_the_public_reads(world.edition)).screenings) == 2
    with pytest.raises(publication.Refused):
        await publish(world)  # the working grid says what the public reads


@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_the_team_reads_earlier_numbers_and_takes_one_back_on_a_page(client, house, lang) -> None:
    world = await two_numbers()
    home = f"/{lang}/{world.edition.slug}/programmer/publications"
    assert (await client.get(f"{home}/1")).status_code in {303, 401, 404}
    await sign_in(client, world.by)

    listed, earlier = await client.get(home), await client.get(f"{home}/1")
    assert listed.text.count("/withdrawal") == 1
    assert ("Nuit 0" in earlier.text, "Nuit 1" in earlier.text) == (True, False)
    assert earlier.headers["cache-control"] == "private, no-store"

    done = await client.post(f"{home}/2/withdrawal", data={"reason": "Une salle ferme."})
    assert (done.status_code, done.headers["location"]) == (303, f"{home}?done=publication.done.taken_back")
    stale = await client.post(f"{home}/2/withdrawal", data={"reason": "Une salle ferme."})
    assert stale.status_code == 409
    kept = await rows(
        "SELECT details FROM record WHERE act = 'publication_taken_back' AND edition = {}", world.edition.id
    )
    assert [line["details"]["reason"] for line in kept] == ["Une salle ferme."]
    told = (await client.get(f"/api/v1/{world.edition.slug}/grid/publications")).json()
    assert [(one["number"], one["takes_back"], one["moved"]) for one in told] == [(3, 2, 1), (2, None, 1), (1, None, 0)]


async def test_a_reviewer_takes_nothing_back(client, house) -> None:
    world = await two_numbers()
    await sign_in(client, await a_person("reviewer", edition=world.edition, name="Rea"))

    answer = await client.post(f"/api/v1/{world.edition.slug}/grid/publications/2/withdrawal", json={})

    assert answer.status_code in {403, 404}
    assert (await what_the_public_reads(world.edition)).number == 2
