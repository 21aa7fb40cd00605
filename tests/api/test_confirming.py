"""Makers read what is planned for their screenings and confirm it; what moves afterwards asks them again."""

import msgspec
import pytest
from lxml import html

from festival.db import rows
from festival.tables import Letter
from screenings import confirming, programmes
from screenings.confirming import FilmsAsked
from screenings.programmes import ProgrammeChange
from submissions.lists import submission_in
from tests.api.test_asking import door
from tests.builders import a_person, sign_in, the_viewer
from tests.screenings.test_notices import NOON, body, publish
from tests.screenings.world import World


async def letters(world: World, film: int) -> list[Letter]:
    found = Letter.objects().where(Letter.about == world.films[film])
    return await found.order_by(Letter.created_at, Letter.id)


async def told(client, world: World, film: int = 0) -> list[dict]:
    await sign_in(client, world.maker)
    return (await client.get(door(world.edition, f"/submissions/{world.films[film]}/screenings"))).json()


async def say(client, world: World, one: dict, answer: str, words: str = "", film: int = 0):
    await sign_in(client, world.maker)
    return await client.post(
        door(world.edition, f"/submissions/{world.films[film]}/screenings/{one['id']}/answer"),
        json={"answer": answer, "words": words, "version": one["version"]},
    )


@pytest.fixture
async def world(client) -> World:
    world = await World().build("accepted", "accepted")
    for n in range(2):
        await world.place(n, NOON + 240 * n)
    return world


async def test_a_confirmation_holds_until_a_fact_moves_and_then_they_are_asked_again(client, world) -> None:
    nothing = await told(client, world)
    await publish(world)
    [one] = await told(client, world)
    page = f"/fr/{world.edition.slug}/submissions/{world.films[0]}/screenings"
    assert (nothing, one["state"], one["facts"]["room"]) == ([], "silent", "Orion")
    assert "vendredi 26 novembre, 12:00" in body_of((await client.get(page)).text)
    assert (await say(client, world, one, "confirmed")).status_code == 200

    await world.move(1, NOON + 300)  # the other film
    await publish(world)
    [still] = await told(client, world)
    assert (still["state"], len(await letters(world, 0))) == ("confirmed", 1)

    await world.move(0, NOON + 60)
    await publish(world)
    [moved] = await told(client, world)
    assert (moved["state"], moved["changes"]) == ("changed", ["when"])
    *_, letter = await letters(world, 0)
    assert (letter.kind, letter.link) == ("rescheduled", f"/submissions/{world.films[0]}/screenings")
    assert (await say(client, world, still, "confirmed")).status_code == 409
    again = body_of((await client.get(page)).text)
    assert "13:00" in again
    assert "12:00</del>" in again


async def test_another_fact_than_the_hour_asks_again_with_old_and_new(client, world) -> None:
    await publish(world)
    [one] = await told(client, world)
    await say(client, world, one, "confirmed")
    await change(world, debate=45)
    await publish(world)

    [moved] = await told(client, world)
    *_, letter = await letters(world, 0)
    assert (moved["state"], moved["changes"], letter.kind) == ("changed", ["debate"], "screening_changed")
    assert "– Débat : 20 min devient 45 min" in body(letter)


async def test_makers_are_asked_before_anything_is_public_and_of_their_own_film_alone(client, world) -> None:
    asked = await confirming.ask(world.edition, FilmsAsked(films=[world.films[0]]), by=world.by)
    [one] = await told(client, world)
    await say(client, world, one, "confirmed")
    stranger = await a_person("filmmaker", edition=world.edition)
    await sign_in(client, stranger)
    theirs = await client.get(door(world.edition, f"/submissions/{world.films[0]}/screenings"))

    assert (asked, await told(client, world, 1), theirs.status_code) == (1, [], 404)
    assert [one.kind for one in await letters(world, 0)] == ["screening_asked"]
    assert await confirming.ask(world.edition, FilmsAsked(films=[world.films[0]]), by=world.by) == 0
    await publish(world)
    assert [one["state"] for one in await told(client, world)] == ["confirmed"]


async def test_an_objection_needs_a_sentence_and_reaches_the_programmers(client, world) -> None:
    await publish(world)
    [one] = await told(client, world)

    wordless = await say(client, world, one, "objected", " ")
    said = await say(client, world, one, "objected", "L’équipe n’arrive que dimanche.")
    [now] = await told(client, world)
    back = await say(client, world, now, "")

    assert [answer.status_code for answer in (wordless, said, back)] == [422, 200, 200]
    [letter] = await Letter.objects().where(Letter.kind == "screening_objected")
    assert letter.person == world.by.id
    assert "L’équipe n’arrive que dimanche." in body(letter)
    assert [one["state"] for one in await told(client, world)] == ["silent"]


async def test_programmers_see_who_is_silent_and_remind_them_once_a_day(client, world) -> None:
    await publish(world)
    [one] = await told(client, world)
    await say(client, world, one, "confirmed")
    await sign_in(client, world.by)
    silent = (await client.get(door(world.edition, "/confirmations"), params={"shown": "silent"})).json()
    for _ in range(2):
        await client.post(door(world.edition, "/confirmations/reminding"))
    waiting = [silent["waiting"], (await client.get(door(world.edition, "/confirmations?programme=none"))).json()["waiting"]]
    reminded = await Letter.objects().where(Letter.kind == "screening_waits")

    assert [row["submission"] for row in silent["rows"]] == [world.films[1]]
    assert waiting == [1, 0]
    assert silent["counts"] == {"silent": 1, "changed": 0, "objected": 0, "confirmed": 1}
    assert [letter.about for letter in reminded] == [world.films[1]]
    assert await confirming.still_true(reminded[0])
    viewer = await the_viewer(world.by, world.edition)
    shown = await confirming.counts_of(world.edition, viewer, programme=world.programmes[0])
    assert shown["confirmed"] == 1
    film = await submission_in(world.edition, world.films[1])
    assert len(await confirming.screenings_of(film)) == 1


async def test_the_list_of_confirmations_is_paged_and_searched(client, world, monkeypatch) -> None:
    monkeypatch.setattr(confirming, "PAGE", 1)
    await publish(world)
    [one] = await told(client, world)
    await say(client, world, one, "confirmed")
    await rows("UPDATE told_screening SET before = 'null' WHERE submission = {} RETURNING id", world.films[1])
    await sign_in(client, world.by)
    at = f"/fr/{world.edition.slug}/programmer/confirmations"

    async def films(asked: str) -> list[str]:
        page = html.fromstring((await client.get(f"{at}?{asked}")).text)
        return [" ".join(one.text_content().split()) for one in page.xpath("//ol[contains(@class, 'confirmations')]//h2//bdi")]

    shown = [await films(asked) for asked in ("page=1", "page=2", "page=9", "q=NÛIT+1", "shown=silent", "q=rien")]
    found = (await client.get(door(world.edition, "/confirmations?page=2&q=nuit"))).json()
    of_one = html.fromstring((await client.get(f"{at}?programme={world.programmes[0]}")).text)

    assert not of_one.xpath("//form[contains(@action, '/reminding')]")  # it would write of all programmes
    assert of_one.xpath("//ul[@class='counts']//a[contains(@href, 'shown=silent')]/@href") == [
        f"{at}?shown=silent&programme={world.programmes[0]}"]
    assert shown == [["Nuit 0"], ["Nuit 1"], ["Nuit 1"], ["Nuit 1"], ["Nuit 1"], []]
    assert (found["number"], found["last"], found["found"], found["total"]) == (2, 2, 2, 2)


async def test_makers_read_the_sheet_of_the_room_in_which_their_film_is_shown(client, world) -> None:
    await sign_in(client, world.by)
    sheet = {
        "version": "1", "venue": world.venue, "name": "Orion", "seats": "300", "turnaround": "15", "equipment": ["dcp"],
        "picture_width": "12,5", "picture_height": "5.3 m", "remark_fr": "Dolby CP950", "contact": "Ida, 0493",
        "opens_0": "10:00", "closes_0": "23:00",
    }  # fmt: skip
    place = f"/fr/{world.edition.slug}/programmer/screens/{world.screen}"
    wrong = await client.post(place, data=sheet | {"picture_width": "large"})
    await client.post(place, data=sheet)
    await publish(world)
    [one] = await told(client, world)
    page = await client.get(f"/fr/{world.edition.slug}/submissions/{world.films[0]}/screenings")

    assert (wrong.status_code, "large" in wrong.text) == (422, True)
    assert (one["room"]["picture_width"], one["room"]["picture_height"]) == (1250, 530)
    for words in ("12,50 m sur 5,30 m", "Dolby CP950", "Ida, 0493"):
        assert words in body_of(page.text)


def body_of(page: str) -> str:
    return " ".join(page.split()).replace(" </del>", "</del>")


async def change(world: World, **given: object) -> None:
    row = await programmes.programme_in(world.edition, world.programmes[0])
    form = msgspec.structs.replace(await programmes.form_of(world.edition, row.id), **given)
    await programmes.change_programme(
        world.edition, row.id, ProgrammeChange(programme=form, version=row.version), by=world.by
    )
