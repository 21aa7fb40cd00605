"""When one side of the house acts, the other is told: a film that leaves, and where it stood."""

from festival import editions
from festival.db import rows
from festival.tables import Letter
from reviews import changing, decisions
from reviews.changing import ChangeWanted
from reviews.tables import Decision
from screenings import departures
from submissions.entries import come_back, withdraw
from submissions.tables import FilmFile, Submission
from tests.builders import a_film, a_person
from tests.screenings.test_notices import publish
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


async def test_whoever_was_told_that_a_film_left_hears_that_it_is_back_and_nobody_else_does(house) -> None:
    world = await World().build("submitted", "submitted")
    for film, is_told in ((world.films[0], True), (world.films[1], False)):
        submission = await Submission.objects().get(Submission.id == film)
        if is_told:
            await take_back(world, film)
        else:
            await withdraw(submission, by=world.maker)
        await come_back(submission, by=world.maker)

        await told(world)

    found = await Letter.objects().where(Letter.edition == world.edition.id).order_by(Letter.created_at)
    assert [(one.kind, one.about) for one in found] == [
        ("film_withdrawn", world.films[0]), ("film_returned", world.films[0]),
    ]  # fmt: skip


async def test_a_draft_leaves_without_a_word(house) -> None:
    world = await World().build("accepted")
    draft, _ = await a_film(world.edition, world.maker, status="draft")

    await take_back(world, draft)

    assert await Letter.count().where(Letter.edition == world.edition.id) == 0


async def told(world: World) -> list[Letter]:
    """The letters of all that waits to be told, each told twice."""
    for line in await rows("SELECT task, args FROM outbox WHERE args->>'edition' = {}", world.edition.id):
        for _ in range(2):
            if line["task"] == "tell_of_departure":
                await departures.tell(line["args"]["submission"])
            if line["task"] == "tell_of_lengths":
                await departures.tell_of_lengths(line["args"]["edition"])
    return await Letter.objects().where(Letter.edition == world.edition.id)


async def decided(world: World, film: int, act) -> None:
    submission = await Submission.objects().get(Submission.id == world.films[film])
    seen = await Decision.count().where(Decision.submission == submission.id)
    chair = await a_person("chair", edition=world.edition, name="Cleo")
    await act(submission, by=chair, note="En réunion.", seen=seen)


async def test_programmers_learn_that_a_decision_they_build_on_is_open_again(house) -> None:
    world = await World().build("submitted", "submitted")
    await world.place(0, NOON)
    for film in (0, 1):
        await decided(world, film, decisions.accept)
        await decided(world, film, decisions.reopen)

    [letter] = await told(world)

    assert (letter.kind, letter.person, letter.about) == ("film_waits", world.by.id, world.films[0])
    assert ["Nuit 0" in letter.body, "12:00, Orion" in letter.body, "Cleo" in letter.body] == [True, True, False]


async def test_a_film_that_went_to_the_waiting_list_is_not_called_refused(house) -> None:
    world = await World().build("submitted")
    await world.place(0, NOON)
    await decided(world, 0, decisions.accept)
    await decided(world, 0, decisions.wait)

    [letter] = await told(world)

    assert letter.kind == "film_waits"
    assert "pas refusé" in letter.body


async def test_a_decision_that_stands_again_meanwhile_costs_no_letter(house) -> None:
    world = await World().build("submitted")
    await world.place(0, NOON)
    for act in (decisions.accept, decisions.reopen, decisions.accept):
        await decided(world, 0, act)

    assert await told(world) == []


async def test_a_film_of_the_grid_that_is_refused_after_all_is_told_with_its_place(house) -> None:
    world = await World().build("submitted")
    await world.place(0, NOON)
    await decided(world, 0, decisions.accept)
    await decided(world, 0, decisions.regret)

    [letter] = await told(world)

    assert letter.kind == "film_declined"
    assert "sa place est libre" in letter.body


async def test_lengths_that_are_counted_otherwise_are_told_once_with_both(house) -> None:
    world = await World().build("accepted", "accepted")
    await FilmFile.update({FilmFile.facts: {"duration": 5400.0}}).where(FilmFile.submission == world.films[0])
    await world.place(0, NOON)
    await world.place(1, NOON + 240)

    await editions.change(world.edition, editions.Rules(measured_runtime=not world.edition.measured_runtime), by=world.by)

    [letter] = await told(world)
    assert letter.kind == "lengths_changed"
    assert ["Nuit 0" in letter.body, "Nuit 1" in letter.body, "90" in letter.body] == [True, False, True]


async def test_an_acceptance_that_is_taken_back_is_told_and_hidden_and_what_was_published_stays_frozen(client) -> None:
    world = await World().build("accepted")
    await world.place(0, NOON)
    await publish(world)
    one, two = [await a_person("chair", edition=world.edition, name=name) for name in ("Cleo", "Didi")]
    page = f"/api/v1/{world.edition.slug}/programme"
    before = (await client.get(page)).text
    frozen = await rows("SELECT number, document FROM grid WHERE edition = {} ORDER BY id", world.edition.id)
    submission = await Submission.objects().get(Submission.id == world.films[0])
    given = ChangeWanted(wanted="declined", note="Les droits manquent.")
    batch = await changing.ask_change(submission, given, edition=world.edition, by=one)

    await decisions.announce(batch.id, edition=world.edition, by=two)
    letters = [one for one in await told(world) if one.kind == "film_declined"]

    assert [one.person for one in letters] == [world.by.id]
    assert "12:00, Orion" in letters[0].body
    assert "Nuit 0" in before
    assert "Nuit 0" not in (await client.get(page)).text
    assert await rows("SELECT number, document FROM grid WHERE edition = {} ORDER BY id", world.edition.id) == frozen
