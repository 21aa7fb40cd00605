"""The programme on paper says what is published, and is printed for its first reader alone."""

import pytest

from festival.db import rows
from tests.api.test_frozen_pages import a_programme
from tests.screenings.world import World


@pytest.mark.parametrize("name", ["booklet", "days"])
async def test_a_programme_is_printed_once_for_everybody(app, client, name: str) -> None:
    world = await a_programme(app)
    address = f"/fr/{world.edition.slug}/{name}.pdf"

    async def printed() -> list[str]:
        kept = await rows("SELECT path FROM printed_page WHERE edition = {}", world.edition.id)
        return [row["path"] for row in kept if row["path"].endswith(".pdf")]

    before = await printed()
    first, second = await client.get(address), await client.get(address)

    assert before == [], "publishing waits for no printer"
    assert first.content.startswith(b"%PDF")
    assert second.content == first.content
    assert await printed() == [address]


async def test_before_a_publication_there_is_no_paper(client) -> None:
    world = await World().build("accepted")

    assert (await client.get(f"/fr/{world.edition.slug}/booklet.pdf")).status_code == 404
