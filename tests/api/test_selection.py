"""A visitor's own selection: a list by its address, what overlaps in it, and its calendar."""

import re
from collections.abc import Iterable

import icalendar
import pytest

from festival.db import rows
from screenings.publication import publish
from screenings.rooms import ScreenForm, add_screen
from screenings.tables import FilmTraits
from screenings.venues import VenueForm, WayForm, add_venue, set_ways
from submissions.tables import Submission
from tests.screenings.world import World


async def published(*starts: int, youth: Iterable[int] = ()) -> tuple[World, list[str]]:
    """One film at each of these minutes, some for the young; the second room stands 40 minutes away."""
    world = await World().build(*["accepted"] * len(starts))
    far = (await add_venue(world.edition, VenueForm(name="Plage"), by=world.by)).id
    form = ScreenForm(venue=far, name="Lune", seats=90, hours=[(600, 1700)] * 3)
    away = (await add_screen(world.edition, form, by=world.by)).id
    way = WayForm(one=world.venue, other=far, minutes=40)
    await set_ways(world.edition, [way], by=world.by)
    home = world.screen
    for n, start in enumerate(starts):
        world.screen = away if n % 2 else home
        await world.place(n, start)
    for n in youth:
        film = world.films[n]
        await FilmTraits(id=film, edition=world.edition.id, submission=film, youth_from=6).save()
    await publish(world.edition, version=await world.version(), by=world.by)
    stable = await rows(
        """SELECT x.stable, x.programme FROM screening x JOIN grid g ON g.id = x.grid
           WHERE g.edition = {} AND g.number = 1""",
        world.edition.id,
    )
    by_programme = {row["programme"]: row["stable"] for row in stable}
    return world, [by_programme[programme] for programme in world.programmes]


def asked(ids: list[str]) -> str:
    return "&".join(f"s={one}" for one in ids)


async def test_a_list_says_what_overlaps_and_how_far_the_way_is(client) -> None:
    world, ids = await published(600, 615, 900)
    place = f"/fr/{world.edition.slug}/selection/list?{asked(ids)}"

    told = await client.get(place)
    joined = await client.get(f"/fr/{world.edition.slug}/selection/list?s={','.join(ids)}")

    assert told.status_code == 200
    assert re.findall(r'class="note (\w+)"', told.text) == ["clash", "way"]
    assert re.search(r"Se croise avec «\sNuit 0\s»", told.text)
    assert re.search(r"Trajet de 40\smin après «\sNuit 1\s»", told.text)
    assert joined.text == told.text


async def test_a_screening_that_left_is_told_and_leaves_the_calendar(client) -> None:
    world, ids = await published(600, 900)
    await Submission.update({Submission.status: "withdrawn"}).where(Submission.id == world.films[1])

    told = await client.get(f"/en/{world.edition.slug}/selection/list?{asked(ids)}")
    diary = await client.get(f"/en/{world.edition.slug}/selection/programme.ics?{asked(ids)}")

    assert "1 screening of this list is no longer in the programme." in told.text
    events = icalendar.Calendar.from_ical(diary.text).walk("VEVENT")
    assert [str(event["summary"]) for event in events] == ["Nuit 0"]


async def test_the_calendar_of_a_selection_is_the_same_twice(client) -> None:
    world, ids = await published(600, 900, 1200)
    place = f"/fr/{world.edition.slug}/selection/programme.ics?{asked(ids[:2])}"

    first = await client.get(place)
    again = await client.get(place, headers={"if-none-match": first.headers["etag"]})

    assert first.text.count("BEGIN:VEVENT") == 2
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "hostile",
    [
        "s=../../etc",
        "s=%0d%0aX-Evil:%201",
        "s=a'--",
        "s=" + "a" * 33,
        "&".join(f"s=a{n}" for n in range(101)),
    ],
)
async def test_what_names_no_screenings_is_refused(client, hostile: str) -> None:
    world, _ = await published(600)

    for page in ("list", "programme.ics"):
        answer = await client.get(f"/fr/{world.edition.slug}/selection/{page}?{hostile}")

        assert answer.status_code == 422


async def test_the_page_without_a_script_offers_every_screening(client) -> None:
    world, ids = await published(600, 900)

    page = await client.get(f"/fr/{world.edition.slug}/selection")

    assert re.findall(r'name="s"\s+value="(\w+)"', page.text) == ids
    assert page.headers["cache-control"] == "public, no-cache"
