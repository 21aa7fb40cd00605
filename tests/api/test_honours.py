"""Laurels and a certificate: for films that were chosen, once it is announced, and for their makers alone."""

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from festival.db import rows
from screenings import publication
from tests.api.test_frozen_pages import published
from tests.builders import a_film, a_person, an_edition, sign_in
from tests.screenings.world import World


@pytest.mark.parametrize(("status", "pending"), [("submitted", "accepted"), ("declined", None), ("waitlisted", None)])
async def test_nothing_is_told_of_a_choice_that_is_not_announced(client, house, status, pending) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    film, _ = await a_film(edition, maker, status=status, pending=pending)
    await sign_in(client, maker)
    place = f"/fr/{edition.slug}/submissions/{film}/honours"

    for address in (place, f"{place}/laurel/fr-dark.svg", f"{place}/certificate.pdf"):
        answer = await client.get(address)
        assert answer.status_code == 422
        assert "une fois la décision annoncée" in answer.text


async def test_a_laurel_is_clean_in_any_name_and_its_makers_alone_have_it(client, house) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    film, _ = await a_film(edition, maker, status="accepted")
    await rows("UPDATE edition SET name = {} WHERE id = {} RETURNING id", '<b onload="x()">&', edition.id)
    place = f"/fr/{edition.slug}/submissions/{film}/honours"

    await sign_in(client, await a_person("filmmaker", edition=edition))
    assert (await client.get(f"{place}/laurel/fr-dark.svg")).status_code == 404

    await sign_in(client, maker)
    drawn = await client.get(f"{place}/laurel/en-light.svg")
    words = ["".join(one.itertext()) for one in ET.fromstring(drawn.text) if one.tag.endswith("text")]
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert words[:2] == ["Official Selection", '<b onload="x()">&']
    for other in ("xx-dark.svg", "fr-red.svg", "fr-dark.png"):
        assert (await client.get(f"{place}/laurel/{other}")).status_code == 404


async def test_a_certificate_names_screenings_that_were_and_none_that_was_not(app, client, monkeypatch) -> None:
    world = await World().build("accepted", "accepted")
    for n in range(2):
        await world.place(n, 720 + 240 * n)
    await published(app, world)
    await sign_in(client, world.maker)
    place = f"/fr/{world.edition.slug}/submissions/{world.films[0]}/honours"
    assert "pas encore été montré" in (await client.get(place)).text

    monkeypatch.setattr("screenings.honours.now", lambda: datetime(2027, 11, 30, tzinfo=UTC))
    page = " ".join((await client.get(place)).text.split())
    paper = await client.get(f"{place}/certificate.pdf")

    assert "vendredi 26 novembre" in page
    assert "12:00, Orion" in page
    assert "16:00" not in page  # of the other film
    assert paper.content.startswith(b"%PDF")
    await publication.take_back(world.edition, number=1, by=world.by)
    assert "pas encore été montré" in (await client.get(place)).text
