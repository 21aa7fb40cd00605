"""The pages of rooms: what is refused keeps what was typed, at its own field; a program does the same by JSON."""

import pytest
from lxml import html

from festival import desk
from screenings import rooms
from screenings.lists import screens, slots
from screenings.tables import Venue, VenueWay
from tests.builders import sign_in
from tests.screenings.world import World


async def pressed(client, world: World, path: str, **form):
    await sign_in(client, world.by)
    proof = {"_csrf": client.headers["x-csrf-token"]}
    return await client.post(f"/fr/{world.edition.slug}/programmer/{path}", data=proof | form)


async def read(client, world: World, path: str, lang: str = "fr"):
    await sign_in(client, world.by)
    answer = await client.get(f"/{lang}/{world.edition.slug}/programmer/{path}")
    assert answer.status_code == 200, answer.text
    return html.fromstring(answer.content)


def filled_in(page, action: str) -> dict[str, list[str] | str]:
    """What a browser sends of a form as it stands."""
    [form] = page.xpath(f"//form[substring(@action, string-length(@action) - {len(action) - 1}) = '{action}']"
                        "[.//input[@name='version']]")[:1]  # fmt: skip
    stand = {name: form.fields[name] for name in form.fields if name and name != "_once"}
    return {name: value for name, value in stand.items() if value is not None} | {
        "equipment": form.xpath(".//input[@name='equipment'][@checked]/@value")
    }


async def test_the_form_of_a_screen_as_it_stands_changes_nothing(client, house) -> None:
    world = await World().build()
    place = f"screens/{world.screen}"
    sent = filled_in(await read(client, world, place), place)

    answer = await pressed(client, world, place, **sent)

    assert answer.status_code == 303
    assert (await rooms.screen_in(world.edition, world.screen)).version == 1


async def test_hours_of_each_day_closures_and_equipment_go_in_by_one_form(client, house) -> None:
    world = await World().build()
    place = f"screens/{world.screen}"
    sent = filled_in(await read(client, world, place), place)
    sent |= {
        "opens_0": "18h00", "closes_0": "01:30", "closed_1": "yes", "opens_2": "", "closes_2": "",
        "closure_day_0": "0", "closure_from_0": "20:00", "closure_to_0": "20:30",
        "equipment": ["35mm", "mic"], "own": "Orgue, 35MM", "step": "30", "step_free": "",
    }  # fmt: skip
    del sent["step_free"]

    answer = await pressed(client, world, place, **sent)

    assert answer.status_code == 303, html.fromstring(answer.text).xpath("//*[@id='summary']//text()")
    screen = await rooms.screen_in(world.edition, world.screen)
    assert screen.hours == [[1080, 1530], None, None]
    assert screen.closures == [[1200, 1230]]
    assert screen.equipment == ["35mm", "mic", "orgue"]
    assert (screen.step, screen.step_free, screen.captions) == (30, False, True)


async def test_every_wrong_field_is_told_at_its_own_place_and_nothing_is_emptied(client, house) -> None:
    world = await World().build()
    place = f"screens/{world.screen}"
    sent = filled_in(await read(client, world, place), place)
    sent |= {
        "name": "", "seats": "beaucoup", "closes_1": "dix", "closure_from_1": "14:00",
        "closure_to_1": "15:00", "own": "Orgue", "opens_0": "17:00",
    }  # fmt: skip

    answer = await pressed(client, world, place, **sent)

    page = html.fromstring(answer.text)
    assert answer.status_code == 422
    assert set(page.xpath("//*[@aria-invalid]/@name")) == {"name", "seats", "closes_1", "closure_day_1"}
    assert page.xpath("//input[@name='own']/@value") == ["Orgue"]
    assert page.xpath("//input[@name='opens_0']/@value") == ["17:00"]
    assert page.xpath("//input[@name='seats']/@value") == ["beaucoup"]
    links = page.xpath("//div[@id='summary']//a/@href")
    assert [one for one in links if not page.xpath(f"//*[@id='{one[1:]}']")] == []


async def test_starts_are_typed_a_day_a_line_and_refused_where_it_is_closed(client, house) -> None:
    world = await World().build()
    place = f"screens/{world.screen}"
    typed = {"version": "1", "starts_0": "10:00 12h30,15:00", "starts_1": "", "starts_2": "10:00"}

    done = await pressed(client, world, place, **typed)
    again = await pressed(client, world, place, **typed | {"version": "2", "starts_1": "05:00"})

    assert done.status_code == 303
    assert (await slots(world.edition))[world.screen] == [600, 750, 900, 2880 + 600]
    page = html.fromstring(again.text)
    assert again.status_code == 422
    assert page.xpath("//input[@name='starts_1']/@value") == ["05:00"]
    assert page.xpath("//p[@id='f-starts']")


async def test_what_no_longer_fits_is_said_on_the_page_with_the_way_to_mend_it(client, house) -> None:
    world = await World().build("accepted", "accepted")
    await world.place(0, 720)
    await world.place(1, 960)
    place = f"screens/{world.screen}"
    sent = filled_in(await read(client, world, place), place) | {"opens_0": "18:00", "closes_0": "23:00"}

    await pressed(client, world, place, **sent)

    page = await read(client, world, place)
    [told] = page.xpath("//section[contains(@class, 'troubles')]")
    assert "2 séances tombent hors des heures" in told.text_content()
    assert told.xpath(".//form[contains(@action, '/programmer/plans')]//input[@value='repair']")
    [change] = page.xpath("//div[@class='last-change']")
    assert "Pia" in change.text_content()
    assert "18:00–23:00" in change.text_content()
    line = change.xpath(".//input[@name='line']/@value")[0]
    assert (await pressed(client, world, f"{place}/back", line=line)).status_code == 303
    assert (await rooms.troubles(world.edition)).get(world.screen) is None


async def test_a_screen_in_use_says_what_stands_there_and_goes_by_a_second_act(client, house) -> None:
    world = await World().build("accepted")
    await world.place(0, 720)
    place = f"screens/{world.screen}"

    page = await read(client, world, place)
    refused = await pressed(client, world, f"{place}/removal", version="1")
    gone = await pressed(client, world, f"{place}/removal", version="1", empties="yes")

    assert "Nuit 0" in page.xpath("//ul[@class='standing']")[0].text_content()
    assert refused.status_code == 422
    assert "Nuit 0" in html.fromstring(refused.text).xpath("//*[@id='summary']")[0].text_content()
    assert gone.status_code == 303
    assert await screens(world.edition) == []
    shown = await read(client, world, "venues")
    [line] = shown.xpath("//form[contains(@action, 'removals/screen')]//input[@name='line']/@value")
    assert (await pressed(client, world, "removals/screen", line=line)).status_code == 303
    assert [screen.id for screen in await screens(world.edition)] == [world.screen]


async def test_ways_are_a_table_and_an_emptied_field_is_the_usual_again(client, house) -> None:
    world = await World().build()
    await pressed(client, world, "venues", name="Olympia", address="2 rue de la Lune", commune="Cannes")
    other = next(house.id for house in await desk.all_of(Venue, world.edition) if house.name == "Olympia")
    one, far = sorted((world.venue, other))
    name = f"{one}_{far}"

    wrong = await pressed(client, world, "ways", **{f"minutes_{name}": "loin", f"seen_{name}": "0"})
    await pressed(client, world, "ways", **{f"minutes_{name}": "12", f"seen_{name}": "0"})

    page = html.fromstring(wrong.text)
    assert wrong.status_code == 422
    assert page.xpath("//*[@aria-invalid]/@value") == ["loin"]
    [way] = await desk.all_of(VenueWay, world.edition)
    assert way.minutes == 12
    shown = await read(client, world, "venues", "en")
    assert shown.xpath(f"//input[@name='minutes_{name}']/@value") == ["12"]
    await pressed(client, world, "ways", **{f"minutes_{name}": "", f"seen_{name}": "1"})
    assert await desk.all_of(VenueWay, world.edition) == []


@pytest.mark.parametrize("which", ["new", "changed"])
async def test_a_refused_house_keeps_its_words_in_its_own_form(client, house, which) -> None:
    world = await World().build()
    path = "venues" if which == "new" else f"venues/{world.venue}"

    answer = await pressed(client, world, path, name=" ", address="Quai", version="1")

    page = html.fromstring(answer.text)
    [wrong] = page.xpath("//input[@aria-invalid]")
    assert answer.status_code == 422
    assert wrong.getparent().getparent().xpath(".//input[@name='address']/@value") == ["Quai"]
    assert page.xpath("//div[@id='summary']//a/@href") == [f"#{wrong.get('id')}"]


async def test_a_reservation_is_set_up_changed_and_let_go_by_forms(client, house) -> None:
    world = await World().build("accepted")
    await world.place(0, 720)
    form = {
        "title_fr": "Ouverture", "title_en": "Opening", "screen": world.screen, "day": "0",
        "begins": "11:30", "ends": "13h00",
    }  # fmt: skip

    wrong = await pressed(client, world, "reservations", **form | {"ends": "midi", "title_fr": ""})
    await pressed(client, world, "reservations", **form)

    page = html.fromstring(wrong.text)
    assert set(page.xpath("//*[@aria-invalid]/@name")) == {"title_fr", "ends"}
    assert page.xpath("//input[@name='title_en'][@value='Opening']")
    shown = await read(client, world, "reservations")
    assert "1 séance est placée là" in shown.text_content()
    [place] = {one.rpartition("/programmer/")[2] for one in shown.xpath("//form[contains(@action, 'reservations/')]/@action")
               if not one.endswith(("/removal", "/back"))}  # fmt: skip
    await pressed(client, world, place, **form | {"begins": "23:00", "ends": "00:30", "version": "1"})
    told = await client.get(f"/api/v1/{world.edition.slug}/reservations")
    assert [(one["begins"], one["ends"], one["version"]) for one in told.json()] == [(1380, 1470, 2)]
    assert (await pressed(client, world, f"{place}/removal", version="2")).status_code == 303


async def test_a_program_reads_and_sets_all_of_it(client, house) -> None:
    world = await World().build("accepted")
    await world.place(0, 720)
    await sign_in(client, world.by)
    api = f"/api/v1/{world.edition.slug}"

    [screen] = (await client.get(f"{api}/screens")).json()
    changed = await client.patch(
        f"{api}/screens/{screen['id']}", json={"version": screen["version"], "closures": [[700, 760]]}
    )
    stale = await client.patch(f"{api}/screens/{screen['id']}", json={"version": 1, "seats": 9})
    filled = await client.post(
        f"{api}/screens/{screen['id']}/starts", json={"version": 2, "first": 600, "every": 240}
    )

    assert changed.json() == {"version": 2, "clashes": {"screen_closed": 1}}
    assert (stale.status_code, stale.json()["codes"]) == (409, ["changed_meanwhile"])
    assert filled.json()["version"] == 3
    [again] = (await client.get(f"{api}/screens")).json()
    assert (again["starts"][:2], again["closures"], again["seats"]) == ([600, 840], [[700, 760]], 300)
    assert (await client.get(f"{api}/ways")).json() == {"travel": 15, "ways": []}
