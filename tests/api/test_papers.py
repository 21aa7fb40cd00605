"""Sheets for those who work at the screens say what the grid says, on the page, on paper and in lists."""

import csv
import io

import pytest
from lxml import html

from festival.db import rows
from festival.language import t
from screenings.guests import GuestForm, add_guest
from screenings.papers import PAPERS
from tests.builders import a_person, sign_in
from tests.screenings.world import World


async def a_world(client) -> World:
    """Two films that have their place, and a guest of the first."""
    world = await World().build("accepted", "accepted")
    await world.place(0, 18 * 60)
    await world.place(1, 21 * 60)
    form = GuestForm(name="Ada L'Étoile", qualities={"fr": "réalisatrice"}, programmes=[world.programmes[0]])
    await add_guest(world.edition, form, by=world.by)
    await sign_in(client, world.by)
    return world


async def listed(client, world: World, kind: str) -> list[list[str]]:
    answer = await client.get(f"/fr/{world.edition.slug}/programmer/papers/{kind}.csv")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))


@pytest.mark.parametrize("kind", PAPERS)
async def test_page_list_and_program_say_the_same(client, kind: str) -> None:
    world = await a_world(client)

    heads, *lines = await listed(client, world, kind)
    page = html.fromstring((await client.get(f"/fr/{world.edition.slug}/programmer/papers/{kind}")).content)
    told = await client.get(f"/api/v1/{world.edition.slug}/papers/{kind}", headers={"accept-language": "fr"})

    assert len(heads) == 1 + len(PAPERS[kind][0])
    drawn = [[cell.text_content() for cell in row.xpath("td")] for row in page.xpath("//tbody/tr")]
    assert [line[1:] for line in lines] == drawn
    assert [line for table in told.json()["tables"] for line in table["lines"]] == drawn
    assert bool(drawn) == (kind != "juries")


async def test_a_door_knows_the_hours_and_who_is_on_stage(client) -> None:
    world = await a_world(client)

    _, first, second = await listed(client, world, "doors")

    assert first[1] == "18:00"
    assert first[-1] == "Ada L'Étoile"
    assert second[-1] == "–"


async def test_a_guest_reads_where_to_be(client) -> None:
    world = await a_world(client)

    _, [who, _day, start, *_] = await listed(client, world, "guests")

    assert (who, start) == ("Ada L'Étoile", "18:00")


async def test_the_booth_is_told_of_a_file_that_is_not_there_and_of_one_that_is_damaged(client) -> None:
    world = await a_world(client)
    film = (await rows("SELECT submission FROM programme_film WHERE programme = {}", world.programmes[0]))[0]
    await rows("UPDATE film_file SET rotten_at = now() WHERE submission = {} RETURNING id", film["submission"])

    states = [line[-1] for line in (await listed(client, world, "projection"))[1:]]
    await rows("UPDATE film_file SET rotten_at = NULL WHERE submission = {} RETURNING id", film["submission"])

    assert states[0] == t("fr", "papers.state.rotten")


async def test_a_sheet_is_printed(client) -> None:
    world = await a_world(client)

    answer = await client.get(f"/fr/{world.edition.slug}/programmer/papers/doors.pdf")

    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")


async def test_what_is_no_sheet_is_missing(client) -> None:
    world = await a_world(client)
    base = f"/fr/{world.edition.slug}/programmer/papers"

    assert [(await client.get(f"{base}/{name}")).status_code for name in ("cooks", "doors.exe", "doors?number=9")] == [404] * 3


async def test_a_maker_reads_no_sheet(client) -> None:
    world = await a_world(client)
    await sign_in(client, await a_person("filmmaker", edition=world.edition))

    assert (await client.get(f"/api/v1/{world.edition.slug}/papers/doors")).status_code in {403, 404}
