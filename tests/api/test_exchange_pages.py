"""Grids come in and go out by pages and by JSON; the public's files hold what is published, and no pencil."""

import json

from lxml import etree, html

from festival.language import t
from screenings import publication
from screenings.lists import placed_in, working_grid
from tests.builders import sign_in
from tests.screenings.world import World

TEXT = "titre;salle;début;durée\nNuit 0;Orion;{day} 12:00;90\nFête;Vega;{day} 12:00;60\n"


async def pressed(client, world: World, path: str, files=None, **form):
    await sign_in(client, world.by)
    proof = {"_csrf": client.headers["x-csrf-token"]}
    address = f"/fr/{world.edition.slug}/programmer/exchange{path}"
    return await client.post(address, data=proof | form, files=files)


def a_file(world: World, text: str = TEXT) -> dict:
    raw = text.format(day=world.edition.first_day.isoformat()).encode()
    return {"file": ("grille.csv", raw, "text/csv")}


async def test_a_file_is_tried_mapped_put_in_and_taken_back_by_pages(client, house) -> None:
    world = await World().build("accepted")

    brought = await pressed(client, world, "", files=a_file(world))
    place = brought.headers["location"].partition("?")[0]
    one = place.rpartition("/exchange")[2]
    tried = html.fromstring((await client.get(place)).content)
    await pressed(
        client, world, f"{one}/choices", version="1", new_screens="yes", new_programmes="yes", venue="Palais"
    )
    mapped = html.fromstring((await client.get(place)).content)
    done = await pressed(client, world, f"{one}/application", version="2")

    assert brought.status_code == 303
    [left_out] = tried.xpath("//table[contains(@class, 'faults')]")
    assert t("fr", "exchange.fault.screen_unknown", screen="Vega") in left_out.text_content()
    assert "1 salle, 1 événement" in mapped.text_content()
    assert mapped.xpath("//table[contains(@class, 'faults')]") == []
    assert done.status_code == 303
    assert len(await placed_in(await working_grid(world.edition))) == 2
    assert (await pressed(client, world, f"{one}/undoing")).status_code == 303
    assert await placed_in(await working_grid(world.edition)) == []
    assert "Les séances sont là où elles étaient" in (await client.get(place)).text


async def test_what_is_no_grid_is_refused_where_it_was_chosen(client, house) -> None:
    world = await World().build()

    answer = await pressed(client, world, "", files={"file": ("a.csv", b"a,b\n1,2\n", "text/csv")})
    nothing = await pressed(client, world, "")

    page = html.fromstring(answer.text)
    assert answer.status_code == 422
    assert page.xpath("//input[@name='file'][@aria-invalid]")
    assert len(page.xpath("//div[@id='summary']//li")) == 3
    assert nothing.status_code == 422


async def test_a_name_is_matched_by_hand_and_a_venue_must_be_named(client, house) -> None:
    world = await World().build("accepted")
    text = "titre;salle;début\nLa nuit zéro;Grande salle;{day} 12:00\n"
    brought = await pressed(client, world, "", files=a_file(world, text))
    one = brought.headers["location"].partition("?")[0].rpartition("/exchange")[2]

    wrong = await pressed(
        client, world, f"{one}/choices", version="1", new_screens="yes", venue=" ",
        screen_name="Grande salle", screen_id=world.screen,
    )  # fmt: skip
    await pressed(
        client, world, f"{one}/choices", version="1", screen_name="Grande salle", screen_id=world.screen,
        programme_name="nuit zero", programme_id=world.programmes[0],
    )  # fmt: skip
    told = (await client.get(f"/api/v1/{world.edition.slug}/grid/imports{one}")).json()

    assert wrong.status_code == 422
    assert html.fromstring(wrong.text).xpath("//input[@name='venue'][@aria-invalid]")
    assert html.fromstring(wrong.text).xpath("//select[@name='screen_id']/option[@selected]/@value") == [world.screen]
    assert (told["would"]["new"], told["would"]["faults"]) == (1, [])


async def test_a_program_does_all_of_it_by_json(client, house) -> None:
    world = await World().build("accepted")
    await sign_in(client, world.by)
    api = f"/api/v1/{world.edition.slug}/grid/imports"

    one = (await client.post(f"{api}?name=g.csv", content=a_file(world)["file"][1])).json()
    tried = await client.put(
        f"{api}/{one['id']}/choices", json={"version": 1, "new_screens": True, "new_programmes": True, "venue": "Loin"}
    )
    done = await client.post(f"{api}/{one['id']}/application", json={"version": 2})

    assert (one["kind"], one["lines"]) == ("csv", 2)
    assert (tried.json()["new"], len(tried.json()["new_screens"]), tried.json()["faults"]) == (2, 1, [])
    assert done.json()["act"] == await world.version()
    assert (await client.post(f"{api}/{one['id']}/application", json={"version": 2})).json() == done.json()


async def test_the_public_gets_what_is_published_and_the_team_what_it_works_on(client, house) -> None:
    world = await World().build("accepted", "accepted")
    await world.place(0, 720)
    await publication.publish(world.edition, version=await world.version(), by=world.by)
    await world.place(1, 1440 + 1500)
    prefix = f"/fr/{world.edition.slug}"

    frab = (await client.get(f"{prefix}/exports/schedule.json")).json()["schedule"]["conference"]
    xml = etree.fromstring((await client.get(f"{prefix}/exports/schedule.xml")).content)
    ours = (await client.get(f"{prefix}/exports/grid.json")).json()
    first = await client.get(f"{prefix}/exports/grid.csv")
    kept = await client.get(f"{prefix}/exports/grid.csv", headers={"if-none-match": first.headers["etag"]})
    shut = await client.get(f"{prefix}/programmer/exchange/out/grid.json")
    await sign_in(client, world.by)
    drafts = (await client.get(f"{prefix}/programmer/exchange/out/grid.json")).json()

    assert [one["title"] for room in frab["days"][0]["rooms"].values() for one in room] == ["Nuit 0"]
    assert (frab["daysCount"], frab["days"][0]["day_start"][11:16]) == (3, "04:00")
    assert xml.xpath("//event/title/text()") == ["Nuit 0"]
    assert xml.xpath("//event/duration/text()") == ["00:26"]
    assert (len(ours["screenings"]), ours["number"]) == (1, 1)
    assert "Nuit 1" not in first.text
    assert kept.status_code == 304
    assert shut.status_code in {302, 303, 401, 403}
    assert len(drafts["screenings"]) == 2
    assert json.dumps(drafts).count("2027") > 0
    assert (await client.get(f"{prefix}/exports/grid.doc")).status_code == 404
