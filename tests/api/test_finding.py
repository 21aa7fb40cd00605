"""Ways into the programme: what is looked for without its accents, by house, by section, by the hour."""

import re

import pytest

from festival.db import rows
from screenings.finding import folded
from screenings.publication import publish
from tests.screenings.world import World


async def published() -> World:
    world = await World().build("accepted", "accepted")
    for n, (title, director) in enumerate(
        [("Été à Œdipe", "Zoé Müller"), ("L’Orbite", "Baek Sun-hee")]
    ):
        await rows(
            """UPDATE film SET title = {}, director = {}, languages = {}::jsonb, countries = '["CI"]'::jsonb
               FROM submission s WHERE s.film = film.id AND s.id = {} RETURNING film.id""",
            title, director, '["fr"]' if n else '["ko"]', world.films[n],
        )  # fmt: skip
        await world.place(n, 600 + 300 * n)
    await publish(world.edition, version=await world.version(), by=world.by)
    return world


def found(text: str) -> list[str]:
    return re.findall(r"<h3>\s*<a[^>]*><bdi>([^<]+)", text)


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ("q=ete", ["Nuit 0"]),
        ("q=OEDIPE%20muller", ["Nuit 0"]),
        ("q=cote%20d%27ivoire", ["Nuit 0", "Nuit 1"]),
        ("q=ipe", []),
        ("q=sun", ["Nuit 1"]),
        ("language=ko", ["Nuit 0"]),
        ("section=C&language=fr", ["Nuit 1"]),
        ("section=Z", []),
        ("day=1999-01-01", []),
        ("q=" + "%CC%81" * 500, ["Nuit 0", "Nuit 1"]),
    ],
)
async def test_a_search_finds_words_without_their_accents(
    client, asked: str, titles: list[str]
) -> None:
    world = await published()

    page = await client.get(f"/fr/{world.edition.slug}/search?{asked}")

    assert page.status_code == 200
    assert found(page.text) == titles


async def test_what_is_asked_stands_in_the_form_again(client) -> None:
    world = await published()

    page = await client.get(f'/fr/{world.edition.slug}/search?q="><script>&language=ko')

    assert 'value="&#34;&gt;&lt;script&gt;"' in page.text
    assert re.search(r'<option value="ko"\s+selected', page.text)


@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_a_house_a_section_and_the_hour_have_pages_of_their_own(client, lang: str) -> None:
    world = await published()
    begins = f"/{lang}/{world.edition.slug}"

    for place in (f"/venues/{world.venue}", "/sections/C", "/now"):
        page = await client.get(begins + place)

        assert (page.status_code, page.headers["cache-control"]) == (200, "public, no-cache")
        assert found(page.text) == ["Nuit 0", "Nuit 1"]
    for nowhere in ("/venues/nowhere", "/sections/Z"):
        assert (await client.get(begins + nowhere)).status_code == 404


@pytest.mark.unit
def test_folding() -> None:
    assert folded("  L’Œuvre d’Łódź, ÉTÉ – Straße! ") == "l oeuvre d lodz ete strasse"
    assert folded("宇宙 Σίσυφος İzmir") == "宇宙 σισυφοσ izmir"
