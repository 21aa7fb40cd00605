"""The programmers' forms: what is refused keeps what was typed, and says what would do."""

import json

import pytest
from lxml import html

from festival.language import t
from screenings.lists import screens, venues
from screenings.planner.rules import PRICES, RULES
from tests.builders import sign_in
from tests.screenings.world import World


async def sent(client, world: World, path: str, **form: str | list[str]):
    await sign_in(client, world.by)
    proof = {"_csrf": client.headers["x-csrf-token"]}
    return await client.post(f"/fr/{world.edition.slug}/programmer/{path}", data=proof | form)


async def a_room(client, world: World, **form: str):
    venue = (await venues(world.edition))[0]["id"]
    return await sent(client, world, "screens", venue=venue, seats="90", **{"name": "Vega", **form})


@pytest.mark.parametrize(("opens", "closes", "hours"), [
    ("20:00", "06:00", [1200, 1800]), ("20h00", "04:30", [1200, 1710]), ("10:00", "00:30", [600, 1470]),
    ("00:30", "06:00", [1470, 1800]), ("09:00", "18:00", [540, 1080]),
])
async def test_an_end_before_the_start_is_the_next_mornings(client, house, opens, closes, hours) -> None:
    world = await World().build()

    answer = await a_room(client, world, opens=opens, closes=closes)

    assert answer.status_code == 303
    assert (await screens(world.edition))[-1].hours == [hours] * 3


@pytest.mark.parametrize("closes", ["27:00", "24:00", "dix", "09:00"])
async def test_an_hour_that_will_not_do_says_what_would_and_empties_nothing(client, house, closes) -> None:
    world = await World().build()

    answer = await a_room(client, world, opens="10:00", closes=closes, turnaround="35")

    assert answer.status_code == 422
    assert "18:30" in answer.text or "06:00" in answer.text
    assert "Cela ne convient pas ici" not in answer.text
    assert ['value="Vega"' in answer.text, 'value="90"' in answer.text, 'value="35"' in answer.text] == [True] * 3
    assert f'href="/en/{world.edition.slug}/programmer/venues"' in answer.text
    assert 'aria-current="page"' in answer.text


async def test_what_added_nothing_does_not_say_added(client, house) -> None:
    world = await World().build("accepted")

    answer = await sent(client, world, "programmes/from-selection")

    assert answer.headers["location"].endswith("programmer.done.none_added")


async def test_a_refused_event_keeps_its_words(client, house) -> None:
    world = await World().build()

    answer = await sent(client, world, "programmes", title_fr="Fête", title_en="Party", own_minutes="dix")

    assert answer.status_code == 422
    assert ['value="Fête"' in answer.text, 'value="dix"' in answer.text] == [True, True]


async def test_a_refused_guest_keeps_their_programmes_and_is_told_at_their_own_form(client, house) -> None:
    world = await World().build("accepted", "accepted")

    answer = await sent(
        client, world, "guests", name="", quality_fr="réalisatrice", quality_en="director",
        programmes=world.programmes,
    )

    page = html.fromstring(answer.text)
    assert answer.status_code == 422
    assert set(page.xpath("//input[@name='programmes'][@checked]/@value")) == set(world.programmes)
    assert page.xpath("//input[@name='quality_fr']/@value") == ["réalisatrice"]
    [wrong] = page.xpath("//form[contains(@action, 'guests')]//input[@aria-invalid]")
    assert page.xpath("//div[@id='summary']//a/@href") == [f"#{wrong.get('id')}"]


@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_the_grid_has_words_for_the_price_of_every_rule(client, house, lang) -> None:
    world = await World().build("accepted")
    await sign_in(client, world.by)

    page = (await client.get(f"/{lang}/{world.edition.slug}/programmer/grid")).text

    known = json.loads(page.partition('<script type="application/json">')[2].partition("</script>")[0])["words"]
    assert [price.code for price in PRICES if known.get(price.code) != t(lang, f"planner.rule.{price.code}")] == []
    assert [rule.code for rule in RULES if rule.code not in known] == []


async def test_without_scripts_the_grid_is_read_in_lines_and_says_what_to_do(client, house) -> None:
    world = await World().build("accepted", "accepted")
    await world.place(1, 1110 + 1440)
    await world.place(0, 1500)
    await sign_in(client, world.by)

    shown = html.fromstring((await client.get(f"/fr/{world.edition.slug}/programmer/grid")).content)

    (plain,) = shown.xpath("//noscript")
    assert [line.partition(", ")[2] for line in plain.xpath(".//li/text()")] == [
        "nuit du ven. 26 au sam. 27 nov., 01:00, Orion", "sam. 27 nov., 18:30, Orion",
    ]  # fmt: skip
    assert "se lit et ne se déplace pas à la main" in plain.text_content()
