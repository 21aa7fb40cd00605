"""The pages and doors of variants and comments."""

import pytest
from lxml import html

from screenings import comments, grid, variants
from screenings.comments import NewComment
from screenings.grid import ScreenStart
from screenings.lists import placed_in, working_grid
from screenings.variants import NewVariant
from tests.builders import a_person, sign_in
from tests.screenings.runs import where
from tests.screenings.world import World

EVENING = 18 * 60


@pytest.fixture
async def world(house) -> World:
    world = await World().build("accepted", "accepted")
    await world.place(0, EVENING)
    await world.place(1, EVENING + 120)
    world.variant = await variants.keep(world.edition, NewVariant(name="Soirée"), by=world.by)
    [first, _] = await placed_in(await working_grid(world.edition))
    to = ScreenStart(screen=world.screen, start=1440 + EVENING)
    await grid.move(world.edition, first.id, to, version=await world.version(), by=world.by)
    return world


def page_of(world: World, path: str, lang: str = "fr") -> str:
    return f"/{lang}/{world.edition.slug}/programmer/{path}"


def door(world: World, path: str) -> str:
    return f"/api/v1/{world.edition.slug}/{path}"


async def signed(client, person) -> dict[str, str]:
    await sign_in(client, person)
    return {"_csrf": client.headers["x-csrf-token"]}


async def test_a_variant_is_saved_compared_and_merged_by_its_pages(client, world) -> None:
    proof = await signed(client, world.by)
    made = await client.post(page_of(world, "variants"), data=proof | {"name": "Autre", "source": "working"})
    assert made.status_code == 303
    listed = html.fromstring((await client.get(page_of(world, "variants"))).content)
    assert listed.xpath("//table//th[@scope='row']//bdi/text()") == ["Autre", "Soirée"]

    place = page_of(world, f"variants/{world.variant}")
    page = html.fromstring((await client.get(place)).content)
    [form] = page.xpath("//form[@class='differences']")
    ticked = form.xpath(".//input[@name='only'][@checked]/@value")
    assert ticked == [f"{world.programmes[0]}:0"]
    assert "18:00, Orion" in " ".join(form.text_content().split())
    sent = proof | {"seen": form.fields["seen"]}
    none = await client.post(f"{place}/merging", data=sent)
    assert none.status_code == 422
    merged = await client.post(f"{place}/merging", data=sent | {"only": ticked})

    assert merged.status_code == 303
    assert (await where(world))[world.programmes[0], 0].start == EVENING
    undone = await client.post(f"{place}/undoing", data=proof)
    assert undone.status_code == 303
    assert (await where(world))[world.programmes[0], 0].start == 1440 + EVENING


async def test_a_refused_name_stays_in_its_field(client, world) -> None:
    proof = await signed(client, world.by)

    answer = await client.post(page_of(world, "variants"), data=proof | {"name": "Soirée", "note": "Encore"})

    page = html.fromstring(answer.content)
    assert answer.status_code == 422
    assert page.xpath("//input[@name='name']/@value") == ["Soirée"]
    assert page.xpath("//textarea[@name='note']")[0].text.strip() == "Encore"
    assert "porte déjà ce nom" in page.xpath("//*[@id='summary']")[0].text_content()


async def test_a_program_does_the_same(client, world) -> None:
    await sign_in(client, world.by)
    its = door(world, f"variants/{world.variant}")
    compared = (await client.get(f"{its}/comparison")).json()
    assert [(one["change"], one["after"]["start"]) for one in compared["moves"]] == [("moved", EVENING)]
    [listed] = (await client.get(door(world, "variants"))).json()
    assert listed["judged"]["screenings"] == 2
    assert len((await client.get(its)).json()["placements"]) == 2

    late = await client.post(f"{its}/merging", json={"seen": compared["seen"] + 5})
    merged = await client.post(f"{its}/merging", json={"seen": compared["seen"]})

    assert (late.status_code, merged.status_code) == (409, 200)
    assert (await client.post(door(world, f"grid/acts/{merged.json()['act']}/undoing"))).status_code == 200
    changed = await client.put(its, json={"name": "Nuit", "version": 1})
    assert changed.json() == {"version": 2}
    assert (await client.post(f"{its}/removal", json={"version": 2})).status_code == 204
    assert (await client.get(its)).status_code == 404


async def test_a_comment_is_written_on_its_page_and_read_in_the_grid(client, world) -> None:
    proof = await signed(client, world.by)
    showing = f"{world.programmes[0]}:0"

    empty = await client.post(page_of(world, "comments"), data=proof | {"showing": showing, "text": ""})
    written = await client.post(page_of(world, "comments"), data=proof | {"showing": showing, "text": "Trop tôt"})

    assert (empty.status_code, written.status_code) == (422, 303)
    [told] = (await client.get(door(world, "grid"))).json()["comments"]
    assert (told["text"], told["by"], told["programme"]) == ("Trop tôt", "Pia", world.programmes[0])
    page = html.fromstring((await client.get(page_of(world, "comments"))).content)
    assert page.xpath("//p[@class='words']/text()") == ["Trop tôt"]


async def test_another_programmer_settles_it_and_is_not_offered_to_rewrite_it(client, world) -> None:
    one = await comments.add(world.edition, NewComment(programme=world.programmes[0], text="Et le son ?"), by=world.by)
    other = await a_person("programmer", edition=world.edition)
    proof = await signed(client, other)
    page = html.fromstring((await client.get(page_of(world, "comments"))).content)
    assert not page.xpath(f"//li[@id='{one}']//details")

    refused = await client.put(door(world, f"comments/{one}"), json={"text": "Mien", "version": 1})
    settled = await client.post(page_of(world, f"comments/{one}/settling"), data=proof)

    assert (refused.status_code, settled.status_code) == (422, 303)
    assert (await client.get(door(world, "comments"))).json()["count"] == 0
    page = html.fromstring((await client.get(page_of(world, "comments?shown=settled", "en"))).content)
    assert page.xpath("//p[@class='words']/text()") == ["Et le son ?"]


async def test_comments_are_paged_and_an_act_leads_back_to_its_page(client, world, monkeypatch) -> None:
    monkeypatch.setattr(comments, "PAGE", 1)
    for text in ("Le premier", "Le second"):
        await comments.add(world.edition, NewComment(programme=world.programmes[0], text=text), by=world.by)
    proof = await signed(client, world.by)
    at = page_of(world, "comments")

    shown = [(await client.get(f"{at}?page={n}")).text for n in (1, 2, 9)]
    told = (await client.get(door(world, "comments?page=2"))).json()
    [settles] = html.fromstring(shown[1]).xpath("//form[contains(@action, '/settling')]/@action")
    done = await client.post(settles, data=proof)

    assert [("Le premier" in page, "Le second" in page) for page in shown] == [(False, True), (True, False), (True, False)]
    assert (told["count"], told["number"], told["last"], [one["text"] for one in told["comments"]]) == (2, 2, 2, ["Le premier"])
    assert done.headers["location"] == f"{at}?shown=open&page=2&done=comments.done.settled"


async def test_words_of_a_comment_that_left_the_list_meanwhile_are_kept(client, world) -> None:
    new = NewComment(programme=world.programmes[0], text="Et le son ?")
    one, other = [await comments.add(world.edition, new, by=world.by) for _ in range(2)]
    proof = await signed(client, world.by)
    await client.post(page_of(world, f"comments/{one}/settling"), data=proof)
    await client.post(page_of(world, f"comments/{other}/removal"), data=proof | {"version": "1"})

    late = [await client.post(page_of(world, f"comments/{that}"), data=proof | {"text": "Le son est prêt.", "version": "1"})
            for that in (one, other)]  # fmt: skip

    assert [(answer.status_code, "Le son est prêt." in answer.text) for answer in late] == [(409, True), (404, True)]


async def test_nobody_but_programmers_reads_comments(client, world) -> None:
    await comments.add(world.edition, NewComment(programme=world.programmes[0], text="Entre nous"), by=world.by)

    for part in ("chair", "operator", "filmmaker"):
        await sign_in(client, await a_person(part, edition=world.edition))
        assert (await client.get(door(world, "comments"))).status_code in {403, 404}
        assert (await client.get(page_of(world, "comments"))).status_code in {403, 404}
