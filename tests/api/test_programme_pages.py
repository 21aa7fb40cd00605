"""The pages of programmes, blocks and corrections: what is typed is kept, and each field says what would do."""

import pytest
from lxml import html

from festival.db import rows
from screenings import dividing, programmes
from screenings.composing import paper_of
from screenings.lists import items
from screenings.programmes import ProgrammeForm, add_programme
from tests.builders import a_film, sign_in
from tests.screenings.world import World


async def page_of(client, world: World, path: str, lang: str = "fr"):
    await sign_in(client, world.by)
    return await client.get(f"/{lang}/{world.edition.slug}/programmer/{path}")


async def sent(client, world: World, path: str, **form: str | list[str]):
    await sign_in(client, world.by)
    proof = {"_csrf": client.headers["x-csrf-token"]}
    return await client.post(f"/fr/{world.edition.slug}/programmer/{path}", data=proof | form)


def fields_of(page: str, form: str = "fields") -> dict[str, str]:
    """What a browser would send of a form as it is drawn."""
    [drawn] = html.fromstring(page).xpath(f"//form[@id='{form}']")
    return {name: value for name, value in drawn.form_values() if not name.startswith("_")}


async def test_the_list_is_searched_without_accents_and_narrowed(client, house) -> None:
    world = await World().build("accepted", "accepted")
    film, _ = await a_film(world.edition, world.maker, title="Périhélie", section="S", status="submitted")
    form = ProgrammeForm(titles={"fr": "Périhélie"}, section="S", films=[film])
    await add_programme(world.edition, form, by=world.by)
    await world.place(0, 1110)

    async def found(query: str) -> list[str]:
        page = html.fromstring((await page_of(client, world, f"programmes?{query}")).text)
        return [one.text_content() for one in page.xpath("//table//th/a")]

    assert await found("q=perihelie") == ["Périhélie"]
    assert await found("q=ada+nuit") == ["Nuit 0", "Nuit 1"]
    assert await found("state=placed") == ["Nuit 0"]
    assert await found("state=pencil&section=S") == ["Périhélie"]
    assert await found("kind=event") == []


async def test_a_long_list_has_pages(client, house) -> None:
    world = await World().build()
    for n in range(45):
        form = ProgrammeForm(kind="event", titles={"fr": f"Fête {n:02}"}, own_minutes=30)
        await add_programme(world.edition, form, by=world.by)

    page = html.fromstring((await page_of(client, world, "programmes?kind=event&page=2")).text)

    assert len(page.xpath("//table//th/a")) == 5
    assert "kind=event" in page.xpath("//a[@rel='prev']/@href")[0]


async def test_saving_what_is_drawn_changes_nothing(client, house) -> None:
    world = await World().build("accepted")
    name = world.programmes[0]
    stood = await programmes.form_of(world.edition, name)

    answer = await sent(client, world, f"programmes/{name}", **fields_of((await page_of(client, world, f"programmes/{name}")).text))

    assert answer.status_code == 303
    assert await programmes.form_of(world.edition, name) == stood
    assert await programmes.last_change(name) is None


async def test_hours_lengths_and_languages_are_read_as_they_are_written(client, house) -> None:
    world = await World().build("accepted")
    name = world.programmes[0]
    drawn = fields_of((await page_of(client, world, f"programmes/{name}")).text)

    await sent(client, world, f"programmes/{name}", **drawn | {
        "showings": "2", "earliest": "22h30", "latest": "01:00", "debates_2": "15", "languages": "allemand, anglais",
        "not_before_day": "2027-11-27", "not_before_hour": "18:00", "forbidden_days": "2027-11-26", "visa": "yes",
    })  # fmt: skip

    form = await programmes.form_of(world.edition, name)
    assert (form.earliest, form.latest) == (1350, 1500)
    assert (form.showings, form.debates, form.intros) == (2, [20, 15], [])
    assert form.languages == ["de", "en"]
    assert form.not_before is not None
    assert form.not_before.isoformat() == "2027-11-27T17:00:00+00:00"
    assert [day.isoformat() for day in form.forbidden_days] == ["2027-11-26"]
    again = fields_of((await page_of(client, world, f"programmes/{name}")).text)
    assert (again["latest"], again["languages"]) == ("01:00", "allemand, anglais")


@pytest.mark.parametrize(("field", "typed", "words"), [
    ("demand", "beaucoup", "nombre entier"), ("prestige", "11", "de 1 à 10"), ("earliest", "tard", "22:30"),
    ("showings", "", "nécessaire"), ("languages", "klingonien", "klingonien"), ("not_before_day", "demain", "2027-09-30"),
    ("debates_1", "longtemps", "nombre entier"), ("title_fr", "", "nécessaire"),
])
async def test_a_refused_field_keeps_what_was_typed_and_says_what_would_do(client, house, field, typed, words) -> None:
    world = await World().build("accepted")
    name = world.programmes[0]
    drawn = fields_of((await page_of(client, world, f"programmes/{name}")).text) | {"title_en": "", "equipment": "35mm"}

    answer = await sent(client, world, f"programmes/{name}", **drawn | {field: typed})

    page = html.fromstring(answer.text)
    assert answer.status_code == 422
    assert page.xpath(f"//input[@name='{field}']/@value")[0] == typed
    assert page.xpath("//input[@name='equipment']/@value") == ["35mm"]
    [told] = page.xpath(f"//*[@id='e-{field}']")
    assert words in told.text_content()
    assert f"#f-{field}" in page.xpath("//div[@id='summary']//a/@href")


async def test_a_showing_that_would_leave_is_said_and_the_next_press_does_it(client, house) -> None:
    world = await World().build("accepted")
    name = world.programmes[0]
    drawn = fields_of((await page_of(client, world, f"programmes/{name}")).text)
    await sent(client, world, f"programmes/{name}", **drawn | {"showings": "2"})
    await client.post(
        f"/api/v1/{world.edition.slug}/grid/screenings",
        json={"programme": name, "number": 1, "screen": world.screen, "start": 1110},
    )
    drawn = fields_of((await page_of(client, world, f"programmes/{name}")).text)

    asked = await sent(client, world, f"programmes/{name}", **drawn | {"showings": "1"})
    assert "La séance 2 est placée" in asked.text
    assert (await sent(client, world, f"programmes/{name}", **fields_of(asked.text))).status_code == 303

    assert (await items(world.edition))[0].showings == 1


async def test_a_block_that_was_merged_into_another_still_has_its_page(client, house) -> None:
    world = await World().build("accepted", "accepted")
    one, other = world.programmes
    await rows("UPDATE programme SET kind = 'block' WHERE edition = {} RETURNING id", world.edition.id)
    merge = dividing.MergeWith(other=other)
    await dividing.merge(world.edition, one, merge, version=await world.version(), by=world.by)

    assert (await page_of(client, world, f"programmes/{other}")).status_code == 200
    assert "Nuit 0" in (await page_of(client, world, "blocks")).text
    assert [block.programme for block in (await paper_of(world.edition)).blocks] == [one]


async def test_what_was_changed_last_stands_on_the_page_with_the_way_back(client, house) -> None:
    world = await World().build("accepted")
    name = world.programmes[0]
    drawn = fields_of((await page_of(client, world, f"programmes/{name}")).text)
    await sent(client, world, f"programmes/{name}", **drawn | {"demand": "900", "earliest": "22:30"})

    page = html.fromstring((await page_of(client, world, f"programmes/{name}")).text)
    [last] = page.xpath("//section[@class='last']")
    assert ["Pia" in last.text_content(), "22:30" in last.text_content(), "900" in last.text_content()] == [True] * 3
    line = last.xpath(".//input[@name='line']/@value")[0]
    await sent(client, world, f"programmes/{name}/undoing", line=line)

    assert (await items(world.edition))[0].demand == 200


async def test_a_refused_order_is_told_at_its_own_form(client, house) -> None:
    world = await World().build("accepted", "accepted")
    one = world.programmes[0]

    answer = await sent(client, world, f"orders?about={one}", first=one, then=one, least="peu", most="")

    page = html.fromstring(answer.text)
    assert answer.status_code == 422
    assert page.xpath("//input[@id='f-least-order-new']/@value") == ["peu"]
    assert page.xpath("//div[@id='summary']//a/@href") == ["#f-least-order-new"]
    await sent(client, world, f"orders?about={one}", first=one, then=world.programmes[1], least="30", most="")
    assert "au moins 30 min avant" in (await page_of(client, world, f"programmes/{one}")).text


async def test_blocks_are_composed_moved_and_taken_without_a_script(client, house) -> None:
    world = await World().build()
    films = [
        (await a_film(world.edition, world.maker, title=f"Court {n}", section="S", status="accepted"))[0]
        for n in range(3)
    ]
    await sent(client, world, "blocks", version="0", section="S")
    for n, film in enumerate(films):
        await sent(client, world, f"blocks/shorts/{film}/move", version=str(n + 1), block="0", position="")
    refused = await sent(
        client, world, f"blocks/shorts/{films[0]}/traits", version="0", theme="Lune", tone="99", opens="0", closes="0", rating="0",
    )  # fmt: skip
    assert "de 0 à 10" in refused.text
    assert html.fromstring(refused.text).xpath(f"//input[@id='f-theme-{films[0]}']/@value") == ["Lune"]
    await sent(client, world, "blocks/0/order", version="4")
    shown = await page_of(client, world, "blocks")
    assert [title in shown.text for title in ("Court 0", "Court 2", "Retenir ces blocs")] == [True] * 3

    assert (await sent(client, world, "blocks/taking", version="5")).status_code == 303

    [block] = await items(world.edition)
    assert block.kind == "block"
    order = await page_of(client, world, f"programmes/{block.id}/running-order")
    listed = await page_of(client, world, f"programmes/{block.id}/running-order.csv")
    assert order.status_code == 200
    assert len(listed.text.splitlines()) == 4


async def test_a_film_is_corrected_on_its_page_and_a_wrong_word_keeps_all(client, house) -> None:
    world = await World().build("accepted")
    answer = await page_of(client, world, f"films/{world.films[0]}")
    assert answer.status_code == 200, answer.text
    shown = html.fromstring(answer.text)
    [form] = shown.xpath("//form[contains(@class, 'set-up') and not(@id='papers')]")
    drawn = {name: value for name, value in form.form_values() if not name.startswith("_")}

    refused = await sent(client, world, f"films/{world.films[0]}", **drawn | {"title": "Neuf", "runtime": "long", "countries": "Syldavie"})
    page = html.fromstring(refused.text)
    assert refused.status_code == 422
    assert [page.xpath(f"//input[@name='{one}']/@value")[0] for one in ("title", "runtime", "countries")] == ["Neuf", "long", "Syldavie"]

    done = await sent(client, world, f"films/{world.films[0]}", **drawn | {"title": "Neuf"})
    assert done.status_code == 303
    assert "Neuf" in (await page_of(client, world, f"films/{world.films[0]}", "en")).text
