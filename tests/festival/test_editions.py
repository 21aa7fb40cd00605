"""Founding an edition is one act; which one the front page shows is another."""

from festival.db import rows
from festival.editions import Rules, change, found
from festival.tables import Edition, new_id
from tests.builders import a_person, an_edition


async def current() -> list[str]:
    return [row["slug"] for row in await rows("SELECT slug FROM edition WHERE is_current")]


async def test_founding_next_years_edition_leaves_the_front_page_as_it_is(house, client) -> None:
    this = await an_edition()
    await change(this, Rules(is_current=True), by=await a_person("operator", edition=this))

    await found(f"n{new_id()[:8]}")
    front = await client.get("/")

    assert await current() == [this.slug]
    assert front.headers["location"] == f"/fr/{this.slug}/"


async def test_one_edition_at_a_time_has_the_front_page(house) -> None:
    this, other = await an_edition(), await an_edition()
    by = await a_person("operator", edition=this)

    await change(this, Rules(is_current=True), by=by)
    await change(other, Rules(is_current=True), by=by)

    assert await current() == [other.slug]


async def test_the_first_edition_of_a_house_has_the_front_page(house) -> None:
    await Edition.update({Edition.is_current: False}, force=True)

    first = await found(f"n{new_id()[:8]}")

    assert await current() == [first.slug]
