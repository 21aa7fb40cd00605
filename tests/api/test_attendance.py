"""Who came is kept screening by screening; makers read it of their own film, and only where the edition says so."""

import re
from datetime import UTC, datetime

import pytest
from lxml import html

from tests.api.test_asking import door
from tests.builders import a_film, a_person, sign_in
from tests.screenings.test_notices import NOON, publish
from tests.screenings.world import World


@pytest.fixture
async def world(client, monkeypatch) -> World:
    world = await World().build("accepted", "accepted")
    for n in range(2):
        await world.place(n, NOON + 240 * n)
    await publish(world)
    monkeypatch.setattr("screenings.attendance.now", lambda: datetime(2027, 11, 30, tzinfo=UTC))
    await sign_in(client, world.by)
    return world


async def figures(client, world: World, film: int = 0) -> dict:
    await sign_in(client, world.maker)
    found = (await client.get(door(world.edition, f"/submissions/{world.films[film]}/figures"))).json()
    await sign_in(client, world.by)
    return found


async def test_makers_read_who_came_to_their_film_where_the_edition_says_so(client, world) -> None:
    first, second = (await client.get(door(world.edition, "/attendance"))).json()
    put = [
        await client.put(door(world.edition, f"/attendance/{one['id']}"), json=given)
        for one, given in ((first, {"tickets": 80, "heads": 74}), (second, {"tickets": 12}), (first, {"heads": 1}))
    ]
    untold = await figures(client, world)
    await client.put(door(world.edition, "/makers-terms"), json={"figures_told": True})
    told = await figures(client, world)
    await sign_in(client, world.maker)
    page = await client.get(f"/fr/{world.edition.slug}/submissions/{world.films[0]}/honours")

    assert [one.status_code for one in put] == [200, 200, 409]
    assert untold == {"screenings": [], "came": 0, "won": False}
    assert (told["came"], [one["heads"] for one in told["screenings"]]) == (74, [74])
    assert "74 personnes sont venues" in " ".join(page.text.split())
    stranger = await a_person("filmmaker", edition=world.edition)
    await sign_in(client, stranger)
    assert (await client.get(door(world.edition, f"/submissions/{world.films[0]}/figures"))).status_code == 404


async def test_a_list_goes_out_and_comes_back_whole_or_not_at_all(client, world) -> None:
    out = (await client.get(f"/fr/{world.edition.slug}/programmer/attendance.csv")).text.lstrip("\ufeff").splitlines()
    filled = [out[0], *(f"{line.rsplit(',', 2)[0]},{n},{n - 1}" for n, line in enumerate(out[1:], start=40))]
    wrong = await client.post(door(world.edition, "/attendance"), content="\n".join([*filled, "nowhere,,,,,,9,9"]))
    nothing = [one["came"] for one in (await client.get(door(world.edition, "/attendance"))).json()]
    right = await client.post(door(world.edition, "/attendance"), content="\n".join(filled).replace(",", ";"))
    again = await client.post(door(world.edition, "/attendance"), content="\n".join(filled))
    page = f"/fr/{world.edition.slug}/programmer/attendance/list"
    proof = {"_csrf": client.headers["x-csrf-token"]}
    by_page = [
        (await client.post(page, data=proof, files={"file": ("a.csv", text.encode(), "text/csv")})).status_code
        for text in ("\n".join(filled), "a;b\n1;2")
    ]

    assert by_page == [303, 422]
    assert (wrong.status_code, "4" in wrong.text, nothing) == (422, True, [None, None])
    assert (right.json(), again.json()) == ({"changed": 2}, {"changed": 0})
    assert [one["came"] for one in (await client.get(door(world.edition, "/attendance"))).json()] == [39, 40]


async def test_the_publics_prize_is_read_once_it_is_told_and_never_hints_at_a_choice_in_pencil(client, world) -> None:
    pencilled, _ = await a_film(world.edition, world.maker, title="Au crayon", status="submitted", pending="accepted")
    page = (await client.get(f"/fr/{world.edition.slug}/programmer/attendance")).text
    prize = door(world.edition, "/public-prize")
    refused = await client.put(prize, json={"film": pencilled})
    await client.put(prize, json={"film": world.films[0]})
    kept = await figures(client, world)
    await client.put(prize, json={"film": world.films[0], "told": True, "version": 1})
    told, other = await figures(client, world), await figures(client, world, 1)

    assert ("Nuit 0" in page, "Au crayon" in page) == (True, False)
    assert (refused.status_code, kept["won"], told["won"], other["won"]) == (422, False, True, False)


async def test_numbers_and_a_prize_that_came_late_stand_beside_what_stands(client, world) -> None:
    page = f"/fr/{world.edition.slug}/programmer/attendance"
    [first, _] = (await client.get(door(world.edition, "/attendance"))).json()
    await client.put(door(world.edition, f"/attendance/{first['id']}"), json={"heads": 74})
    await client.put(door(world.edition, "/public-prize"), json={"film": world.films[0]})

    counted = await client.post(f"{page}/screenings/{first['id']}", data={"heads": "61", "version": "0"})
    prized = await client.post(f"{page}/prize", data={"film": world.films[1], "told": "true", "version": "0"})

    assert (counted.status_code, prized.status_code) == (409, 409)
    assert ('value="61"' in counted.text, re.search("là.:.74", counted.text) is not None) == (True, True)
    chosen = html.fromstring(prized.text)
    assert chosen.xpath("//select[@name='film']/option[@selected]/@value") == [world.films[1]]
    assert chosen.xpath("//input[@name='told']/@checked")
