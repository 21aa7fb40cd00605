"""Makers ask for tickets of their screenings within a bound; the office grants all, some or none, by letter."""

import pytest
from lxml import html

from festival.tables import Letter
from screenings import tickets
from screenings.tables import TicketWish
from tests.api.test_asking import door
from tests.api.test_confirming import told
from tests.builders import a_person, sign_in
from tests.screenings.test_notices import NOON, body, publish
from tests.screenings.world import World


@pytest.fixture
async def world(client) -> World:
    world = await World().build("accepted")
    await world.place(0, NOON)
    await publish(world)
    world.operator = await a_person("operator", edition=world.edition, name="Op")
    return world


async def allow(client, world: World, most: int, version: int = 0):
    await sign_in(client, world.operator)
    terms = {"most_tickets": most, "version": version}
    return await client.put(door(world.edition, "/makers-terms"), json=terms)


async def want(client, world: World, wanted: int, version: int = 0, **more):
    [one] = await told(client, world)
    return await client.put(
        door(world.edition, f"/submissions/{world.films[0]}/screenings/{one['id']}/tickets"),
        json={"wanted": wanted, "version": version, **more},
    )


async def test_tickets_are_wanted_within_the_bound_and_changed_until_somebody_answers(
    client, world
) -> None:
    closed = await want(client, world, 1)
    await allow(client, world, 4)
    many, made = await want(client, world, 5), await want(client, world, 3, for_whom="L’équipe")
    stale, changed = await want(client, world, 2, 7), await want(client, world, 4, 1)
    [one] = await told(client, world)
    place = door(
        world.edition, f"/submissions/{world.films[0]}/screenings/{one['id']}/tickets/removal"
    )
    gone = await client.post(place, json={"version": 2})

    assert [answer.status_code for answer in (closed, many, made, stale, changed, gone)] == [
        422,
        422,
        200,
        409,
        200,
        204,
    ]
    assert (one["tickets"]["wanted"], one["most_tickets"]) == (4, 4)
    assert [one["tickets"] for one in await told(client, world)] == [None]


async def test_the_office_grants_some_the_makers_get_a_letter_and_nothing_is_changed_after(
    client, world
) -> None:
    await allow(client, world, 4)
    await want(client, world, 4, for_whom="=1+1")
    await sign_in(client, world.operator)
    [wish] = (await client.get(door(world.edition, "/tickets"))).json()["rows"]
    answer = door(world.edition, f"/tickets/{wish['id']}/answer")
    beyond = await client.post(answer, json={"granted": 5, "version": 1})
    granted = await client.post(answer, json={"granted": 2, "answer": "À l’accueil.", "version": 1})
    list_of_all = await client.get(f"/fr/{world.edition.slug}/programmer/tickets.csv")
    page = await client.get(f"/fr/{world.edition.slug}/programmer/tickets")
    late = await want(client, world, 1, 2)
    stranger = await a_person("filmmaker", edition=world.edition)
    await sign_in(client, stranger)
    outside = await client.get(door(world.edition, "/tickets"))

    assert [one.status_code for one in (beyond, granted, late, outside)] == [422, 200, 422, 403]
    [letter] = await Letter.objects().where(Letter.kind == "tickets_answered")
    assert "vous accorde 2 des 4 places demandées" in body(letter)
    assert "À l’accueil." in body(letter)
    assert "2027-11-26,12:00,Orion,Nuit 0,invitations,4,2,'=1+1,Ada" in list_of_all.text
    assert "2 places accordées" in " ".join(page.text.split())


async def test_the_list_is_paged_and_searched_and_an_answer_leads_back_to_its_page(
    client, world, monkeypatch
) -> None:
    monkeypatch.setattr(tickets, "PAGE", 1)
    await allow(client, world, 4)
    await want(client, world, 2, for_whom="L’équipe")
    [wish] = await TicketWish.objects().where(TicketWish.edition == world.edition.id)
    other = TicketWish(
        edition=world.edition.id, submission=wish.submission, programme=wish.programme, number=7, wanted=1,
        for_whom="La presse", granted=1,
    )  # fmt: skip
    await other.save()
    await sign_in(client, world.operator)
    page, json = f"/fr/{world.edition.slug}/programmer/tickets", door(world.edition, "/tickets")

    def told(answer) -> tuple[bool, bool]:
        return "L’équipe" in answer.text, "La presse" in answer.text

    asked = ("page=1", "page=2", "page=9", "q=PRESSE", "q=nuit&page=2", "q=rien", "shown=granted")
    shown = [told(await client.get(f"{page}?{words}")) for words in asked]
    found = (await client.get(f"{json}?q=nuit+0&page=2")).json()
    second = html.fromstring((await client.get(f"{page}?q=nuit&page=2")).text)
    [form] = second.xpath("//form[contains(@action, '/answer')]")
    done = await client.post(form.get("action"), data=dict(form.fields) | {"granted": "0"})

    first, last, none = (True, False), (False, True), (False, False)
    assert shown == [first, last, last, last, last, none, last]
    assert (found["number"], found["last"], found["found"], found["counts"]) == (
        2, 2, 2, {"waiting": 1, "granted": 1, "refused": 0},
    )  # fmt: skip
    assert (found["wanted"], found["granted"], found["total"]) == (3, 1, 2)
    assert done.headers["location"].startswith(f"{page}?q=nuit&page=2&done=")


async def test_an_answer_to_a_wish_that_somebody_else_has_answered_is_kept_though_its_row_has_left(client, world) -> None:
    await allow(client, world, 4)
    await want(client, world, 2)
    await sign_in(client, world.operator)
    page = f"/fr/{world.edition.slug}/programmer/tickets?shown=waiting"
    [form] = html.fromstring((await client.get(page)).text).xpath("//form[contains(@action, '/answer')]")
    sent = dict(form.fields) | {"answer": "À retirer au guichet de la gare."}

    await client.post(form.get("action"), data=sent | {"_once": "first"})
    late = await client.post(form.get("action"), data=sent | {"_once": "late", "answer": "Au bar."})

    assert (late.status_code, "changé ceci entre-temps" in late.text, "Au bar." in late.text) == (409, True, True)
