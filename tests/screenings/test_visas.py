"""A film's visa and ages are said once, on the record; its request has a day by which it must leave."""

from datetime import date

import pytest

from festival.db import rows
from festival.errors import Conflict, Missing, Refused
from screenings import publication, shorts, visas
from screenings.linting import findings_of
from screenings.lists import working_grid
from screenings.shorts import TraitsChange, TraitsForm
from screenings.visas import PapersChange, PapersForm, VisaAhead, limits_of
from tests.builders import an_edition
from tests.screenings.world import World, what_the_public_reads

NOON = 12 * 60
SAID = PapersForm(visa="full", visa_number=" 161  803 ", rating=12, warnings={"fr": "Violences.", "en": "Violence."}, access=["sdh"])


async def say(world: World, form: PapersForm, version: int = 0) -> int:
    change = PapersChange(papers=form, version=version)
    return await visas.say(world.edition, world.films[0], change, by=world.by)


async def test_what_is_said_stands_and_is_on_the_record(house) -> None:
    world = await World().build("accepted")

    assert await say(world, SAID) == 2

    [film] = await visas.papers_of(world.edition)
    assert (film.visa_number, film.rating, film.warnings["en"], film.access) == ("161 803", 12, "Violence.", ["sdh"])
    [line] = await rows(
        "SELECT details FROM record WHERE act = 'film_papers_changed' AND subject = {}", world.films[0]
    )
    assert line["details"]["changes"]["rating"] == [None, 12]


async def test_who_saw_an_older_version_overwrites_nothing(house) -> None:
    world = await World().build("accepted")
    await say(world, SAID)

    with pytest.raises(Conflict):
        await say(world, PapersForm(rating=18), version=1)
    assert (await visas.papers_of(world.edition))[0].rating == 12


async def test_a_number_belongs_to_a_visa(house) -> None:
    world = await World().build("accepted")

    with pytest.raises(Refused) as refused:
        await say(world, PapersForm(visa_number="161 803"))
    assert refused.value.codes == ("visa:visa_kind_missing",)


async def test_a_film_of_another_edition_is_not_there(house) -> None:
    world = await World().build("accepted")

    with pytest.raises(Missing):
        await visas.say(await an_edition(), world.films[0], PapersChange(papers=SAID), by=world.by)


async def test_its_request_leaves_fifteen_days_before_its_first_screening_unless_the_edition_says_otherwise(house) -> None:
    world = await World().build("accepted")
    await world.place(0, 1440 + NOON)
    [film] = await visas.papers_of(world.edition)
    ahead, version = await visas.ahead_of(world.edition)
    first = world.edition.first_day.toordinal() + 1
    assert film.due_on(ahead) == date.fromordinal(first - 15)

    await visas.set_ahead(world.edition, VisaAhead(visa_ahead=30, version=version), by=world.by)

    ahead, _ = await visas.ahead_of(world.edition)
    assert film.due_on(ahead) == date.fromordinal(first - 30)


async def test_what_a_block_says_of_a_film_and_what_its_papers_say_are_one(house) -> None:
    """The age of a film is said once: the composer of blocks reads the same."""
    world = await World().build("accepted")
    version = await say(world, SAID)

    known = await shorts.shorts_of(world.edition, [world.films[0]])
    assert known[world.films[0]].traits.rating == 12
    traits = TraitsChange(traits=TraitsForm(theme="Lune", rating=16), version=version)
    await shorts.say_of(world.edition, world.films[0], traits, by=world.by)

    [film] = await visas.papers_of(world.edition)
    assert (film.rating, film.visa_number) == (16, "161 803")


async def test_a_film_that_the_law_keeps_the_young_from_stops_the_publication(house) -> None:
    world = await World().build("accepted")
    await world.place(0, NOON)
    await say(world, PapersForm(youth_from=8, rating=16))

    with pytest.raises(Refused) as refused:
        await publication.publish(world.edition, version=await world.version(), by=world.by)

    assert refused.value.codes == ("lint_stops",)
    found = await findings_of(world.edition, await working_grid(world.edition))
    assert "youth_forbidden" in {one.code for one in found}


async def test_the_publication_carries_ages_warnings_and_access_of_film_and_block(house) -> None:
    world = await World().build("accepted")
    await world.place(0, NOON)
    await say(world, SAID)

    await publication.publish(world.edition, version=await world.version(), by=world.by)

    [programme] = (await what_the_public_reads(world.edition)).programmes
    assert programme.rating == 12
    assert (programme.films[0].warnings["fr"], programme.films[0].access) == ("Violences.", ["sdh"])


async def test_another_age_is_news_for_the_public(house) -> None:
    world = await World().build("accepted")
    await world.place(0, NOON)
    await publication.publish(world.edition, version=await world.version(), by=world.by)
    assert not await publication.has_news(world.edition, await working_grid(world.edition))

    await say(world, SAID)

    assert await publication.has_news(world.edition, await working_grid(world.edition))


@pytest.mark.parametrize(
    ("visa", "documentary", "screenings", "days"),
    [("full", False, None, None), ("exceptional", False, 30, None), ("exceptional", True, 100, None), ("brief", False, 500, 2)],
)
def test_the_limits_of_each_visa(visa: str, documentary: bool, screenings: int | None, days: int | None) -> None:
    limits = limits_of(visa, documentary=documentary)
    assert (limits.screenings, limits.days) == (screenings, days)
